"""Shift-wise convolution: shifted maps, strips and one kernel compute the same."""

import itertools

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from norms import difference, unsettle
from torch.autograd import gradcheck

from dynconv_lite.reparam import fuse
from dynconv_lite.shiftwise import (
    DIRECTIONS,
    ShiftwiseConv2d,
    by_shifts,
    large_kernel,
    offsets,
    prune_pieces,
    regrow_pieces,
    shift2d,
    slots,
)


@given(dy=st.integers(-9, 9), dx=st.integers(-9, 9), high=st.integers(1, 7), wide=st.integers(1, 7))
@settings(max_examples=60, deadline=None)
def test_shift(dy, dx, high, wide) -> None:
    x = torch.randn(2, 3, high, wide)
    expected = torch.zeros_like(x)
    for i, j in itertools.product(range(high), range(wide)):
        if 0 <= i - dy < high and 0 <= j - dx < wide:
            expected[..., i, j] = x[..., i - dy, j - dx]
    assert torch.equal(shift2d(x, dy, dx), expected)


def test_shift_is_a_convolution_with_a_moved_one() -> None:
    x = torch.randn(1, 1, 9, 9)
    kernel = torch.zeros(1, 1, 7, 7)
    kernel[0, 0, 3 - 2, 3 + 1] = 1  # what stands up and right of the pixel comes to it
    assert torch.equal(shift2d(x, 2, -1), F.conv2d(x, kernel, padding=3))


@pytest.mark.parametrize(
    ("sizes", "reach"),
    [
        ((13, 3, False), (-6, 8)),
        ((51, 5, False), (-25, 29)),  # the paper's, off centre
        ((51, 3, False), (-25, 25)),
        ((13, 3, True), (-7, 7)),
        ((51, 5, True), (-27, 27)),
        ((9, 9, True), (-4, 4)),
    ],
)
def test_offsets(sizes, reach) -> None:
    places, half = offsets(*sizes), sizes[1] // 2
    assert (places[0] - half, places[-1] + half) == reach
    steps = {b - a for a, b in itertools.pairwise(places)}
    assert steps <= {sizes[1]}  # side by side, without a gap


def layer(**how) -> ShiftwiseConv2d:
    torch.manual_seed(0)
    given = {"channels": 7, "large_kernel": 13, **how}
    return unsettle(ShiftwiseConv2d(**given)).double()


ways = st.lists(st.sampled_from(DIRECTIONS), min_size=1, unique=True)


@given(
    directions=ways,
    sizes=st.sampled_from([(13, 3), (51, 5), (11, 3), (7, 7), (9, 5)]),
    rotate=st.booleans(),
    centered=st.booleans(),
    paths=st.integers(1, 3),
    repeats=st.integers(1, 3),
    side=st.integers(4, 14),
)
@settings(max_examples=40, deadline=None)
def test_shifts_strips_and_one_kernel(
    directions, sizes, rotate, centered, paths, repeats, side
) -> None:
    net = layer(
        large_kernel=sizes[0],
        small_kernel=sizes[1],
        directions=directions,
        rotate=rotate,
        centered=centered,
        num_paths=paths,
        num_repeats=repeats,
    )
    x = torch.randn(2, 7, side, side + 3, dtype=torch.float64)
    expected = net(x)
    assert difference(by_shifts(net, x), expected) < 1e-12
    assert difference(net.fuse()(x), expected) < 1e-12
    kernel = net.equivalent_kernel()
    answer = F.conv2d(x, kernel, net.fuse().bias, padding=kernel.shape[-1] // 2, groups=7)
    assert difference(answer, expected) < 1e-12


def test_training_mode_is_the_same_function_too() -> None:
    net = layer().train()
    x = torch.randn(4, 7, 12, 12, dtype=torch.float64)
    assert difference(by_shifts(net, x), net(x)) < 1e-10


def test_an_impulse_shows_the_kernel() -> None:
    """An answer to a single pixel is the kernel, turned round, and a bias."""
    net = layer(directions=("diagonal", "horizontal"))
    kernel = net.equivalent_kernel()
    size = kernel.shape[-1]
    x = torch.zeros(1, 7, 2 * size + 1, 2 * size + 1, dtype=torch.float64)
    flat = net(x)
    x[..., size, size] = 1
    half = size // 2
    answer = (net(x) - flat)[0, :, size - half : size + half + 1, size - half : size + half + 1]
    assert torch.allclose(answer, kernel[:, 0].flip(1, 2), atol=1e-12)


@pytest.mark.parametrize("directions", [("horizontal", "vertical"), ("diagonal",), DIRECTIONS])
def test_rotated_layers_are_equivariant(directions) -> None:
    x = torch.randn(2, 7, 11, 14, dtype=torch.float64)
    turned = torch.rot90(x, 1, (2, 3))
    net = layer(directions=directions, rotate=True)
    assert difference(net(turned), torch.rot90(net(x), 1, (2, 3))) < 1e-12
    other = layer(directions=directions)
    assert difference(other(turned), torch.rot90(other(x), 1, (2, 3))) > 0.01


def test_strips_and_bands_are_where_they_should_be() -> None:
    placed = torch.arange(1.0, 4)[None, :, None, None].expand(1, 3, 3, 3)
    places = offsets(9, 3)
    row = large_kernel(placed, places, "horizontal")[0, 0]
    assert row.shape == (3, 9)
    assert row[1].tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert torch.equal(large_kernel(placed, places, "vertical")[0, 0], row.T)
    band = large_kernel(placed, places, "diagonal")[0, 0]
    assert band.shape == (9, 9)
    assert band.diagonal().tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert int((band != 0).sum()) == 27
    # up on the right: the last piece, of 3s
    other = large_kernel(placed, places, "anti-diagonal")[0, 0]
    assert other.flip(1).diagonal().tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_slots_add_up_the_repeats() -> None:
    pieces = torch.randn(2, 3, 3, 3)
    order = torch.tensor([[[0, 1, 2], [2, 1, 0]], [[1, 1, 1], [0, 2, 1]]])
    found = slots(pieces, order)
    assert torch.allclose(found[0, 0], pieces[0, 0] + pieces[0, 1])
    assert torch.allclose(found[1, 2], pieces[1, 0] + pieces[1, 1])


def test_ghosts_pass_and_channels_keep_their_order() -> None:
    net = layer(channels=20, ghost_ratio=0.4)
    x = torch.randn(1, 20, 9, 9, dtype=torch.float64)
    same = (net(x) == x).flatten(2).all(2)[0]
    assert int(same.sum()) == 8  # 20 - int(12) // 2 * 2
    assert sorted(net.used.tolist()) == (~same).nonzero().squeeze(1).tolist()
    kernel = net.equivalent_kernel()[same]
    assert (kernel.sum((1, 2, 3)) == 1).all()
    assert (kernel != 0).sum() == 8


def test_a_seed_fixes_the_layer_and_no_global_generator_moves() -> None:
    def orders(seed):
        net = ShiftwiseConv2d(8, 13, seed=seed)
        return torch.cat([value.flatten().double() for name, value in net.named_buffers()
                          if "order" in name or name == "used"])  # fmt: skip

    torch.manual_seed(1)
    first = ShiftwiseConv2d(8, 13, seed=0).weight
    torch.manual_seed(1)
    assert torch.equal(first, ShiftwiseConv2d(8, 13, seed=5).weight)
    assert torch.equal(orders(0), orders(0))
    assert not torch.equal(orders(0), orders(1))


def test_each_repeat_places_each_piece_once() -> None:
    net = ShiftwiseConv2d(8, 31, num_repeats=3)
    for direction in ("horizontal", "vertical"):
        order = getattr(net, f"order_{direction}")
        assert order.shape == (3, 6, 11)
        assert (order.sort(2)[0] == torch.arange(11)).all()


def test_gradients() -> None:
    net = layer(channels=3, large_kernel=5, num_repeats=2, directions=("diagonal",)).double()
    x = torch.randn(1, 3, 5, 5, dtype=torch.float64, requires_grad=True)

    def call(x, weight):
        return torch.func.functional_call(net, {"weight": weight}, (x,))

    assert gradcheck(call, (x, net.weight))


def test_fuse_finds_it_in_a_model() -> None:
    model = torch.nn.Sequential(layer(), torch.nn.ReLU())
    x = torch.randn(1, 7, 9, 9, dtype=torch.float64)
    fused = fuse(model.eval())
    assert isinstance(fused[0], torch.nn.Conv2d)
    assert difference(fused(x), model(x)) < 1e-12
    with pytest.raises(ValueError, match="training mode"):
        layer().train().fuse()


def test_pruned_pieces_are_gone_and_grown_ones_start_at_zero() -> None:
    net = layer(channels=8, large_kernel=31)
    sizes = net.weight.detach().abs().sum((0, 3, 4))
    assert prune_pieces(net, 0.4) == int(0.4 * 66)
    assert sizes[~net.mask].max() < sizes[net.mask].min()
    assert not net.pieces()[~net.mask].any()
    x = torch.randn(1, 8, 9, 9, dtype=torch.float64)
    assert difference(by_shifts(net, x), net(x)) < 1e-12
    dropped = ~net.mask
    assert regrow_pieces(net, 10, torch.Generator().manual_seed(0)) == 10
    grown = dropped & net.mask
    assert int(grown.sum()) == 10
    assert not net.weight[:, grown].any()
    with pytest.raises(ValueError, match="share must be"):
        prune_pieces(net, 1.0)
    with pytest.raises(ValueError, match="count must be an integer from 0 to 16"):
        regrow_pieces(net, 17, torch.Generator())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"large_kernel": 12}, "large_kernel must be an odd integer"),
        ({"small_kernel": 2}, "small_kernel must be an odd integer"),
        ({"large_kernel": 3, "small_kernel": 5}, "large_kernel must be at least small_kernel"),
        ({"ghost_ratio": 1.0}, "ghost_ratio must be a number >= 0 and < 1"),
        ({"ghost_ratio": -0.1}, "ghost_ratio must be"),
        ({"channels": 1}, "channels must leave at least 2"),
        ({"num_paths": 0}, "num_paths must be"),
        ({"directions": ("up",)}, "directions must be among"),
        ({"directions": ()}, "directions must be one or more"),
        ({"directions": ("diagonal", "diagonal")}, "none twice"),
    ],
)
def test_bad_layers(change, message) -> None:
    with pytest.raises(ValueError, match=message):
        ShiftwiseConv2d(**{"channels": 8, "large_kernel": 13, **change})


def test_bad_input() -> None:
    with pytest.raises(ValueError, match=r"x must be \(B, 7, H, W\)"):
        layer()(torch.zeros(1, 6, 8, 8))
    with pytest.raises(ValueError, match="dx must be an integer"):
        shift2d(torch.zeros(1, 3, 3), 0, 0.5)
    with pytest.raises(ValueError, match="x must be"):
        shift2d(torch.zeros(3, 3), 0, 1)
    with pytest.raises(ValueError, match="directions must be among"):
        large_kernel(torch.zeros(1, 3, 3, 3), (-3, 0, 3), "up")
