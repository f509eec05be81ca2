"""Pixel-mix as tables: equal to its network on the grid, and to a loop over pixels anywhere."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.autograd import gradcheck

from dynconv_lite.lut.compander import compand, expand
from dynconv_lite.lut.finetune_mixed import TrainableMixedTables
from dynconv_lite.lut.mixed import MixedTables
from dynconv_lite.lut.mixed_forward import super_resolve_mixed
from dynconv_lite.lut.mixed_tabulate import tabulate_mixed
from dynconv_lite.lut.patterns import PATTERNS, Pattern, find_pattern
from dynconv_lite.models.mixed_net import MixedNet

SQUARE = ((0, 0), (0, 1), (1, 0), (1, 1))
COLOURS = st.sampled_from([(), (3,)])


def random_tables(
    seed: int = 0,
    *,
    features: int = 2,
    first_nodes=(3, 5, 3, 5),
    mixed_nodes: int = 4,
    scale: int = 2,
    pattern: str = "s",
    offsets=SQUARE,
) -> MixedTables:
    draw = np.random.default_rng(seed)
    rows = math.prod(first_nodes)
    first = draw.integers(-127, 128, (rows, features), dtype=np.int8)
    shape = (features, mixed_nodes ** len(offsets), scale**2)
    mixed = draw.integers(-127, 128, shape, dtype=np.int8)
    steps = draw.uniform(0.3, 1.2, features + 1)
    return MixedTables(
        first, mixed, steps, first_nodes, mixed_nodes, pattern=pattern, offsets=offsets
    )


def interpolated(table, position, nodes):
    """Interpolate at one point, position in 1/255 of a cell: 255 times the answer, in integers."""
    cells = [min(p // 255, count - 2) for p, count in zip(position, nodes, strict=True)]
    fractions = [p - 255 * cell for p, cell in zip(position, cells, strict=True)]
    walk = sorted(range(len(nodes)), key=lambda axis: -fractions[axis])
    table = table.reshape(*nodes, -1).astype(int)
    corner, total, rest = list(cells), 0, 255
    for axis in walk:
        total = total + (rest - fractions[axis]) * table[tuple(corner)]
        rest = fractions[axis]
        corner[axis] += 1
    return total + rest * table[tuple(corner)]


def by_loop(plane, tables: MixedTables, padding: str = "edge"):
    """Enlarge one grey picture, pixel by pixel."""
    scale, reach, total = tables.scale, tables.reach, 0
    for turns in range(4):
        turned = np.rot90(plane, turns).astype(int)
        padded = np.pad(turned, ((0, reach), (0, reach)), mode=padding)

        def feature(i, j, padded=padded):
            taps = [padded[i + dy, j + dx] for dy, dx in tables.pattern.taps]
            position = [taps[0] * (tables.first_nodes[0] - 1)]
            for tap, count in zip(taps[1:], tables.first_nodes[1:], strict=True):
                change = float(tap - taps[0])
                c = math.log(1 + abs(change) / 8) / math.log(1 + 255 / 8)
                position.append(round((count - 1) * (127.5 + math.copysign(127.5 * c, change))))
            answer = interpolated(tables.first, position, tables.first_nodes)
            return np.clip(np.round(128 + answer * (tables.steps[0] / 255)), 0, 255).astype(int)

        high, wide = turned.shape
        sums = np.zeros((tables.features, scale * high, scale * wide), int)
        for i, j in itertools.product(range(high), range(wide)):
            met = np.stack([feature(i + dy, j + dx) for dy, dx in tables.offsets])  # (n, F)
            for k in range(tables.features):
                position = (met[:, k] * (tables.mixed_nodes - 1)).tolist()
                nodes = (tables.mixed_nodes,) * len(tables.offsets)
                block = interpolated(tables.mixed[k], position, nodes).reshape(scale, scale)
                sums[k, scale * i : scale * (i + 1), scale * j : scale * (j + 1)] = block
        total = total + np.rot90(sums, -turns, (1, 2))
    addend = sum(s * (step / 1020) for s, step in zip(total, tables.steps[1:], strict=True))
    pixels = plane.repeat(scale, 0).repeat(scale, 1)
    return np.clip(np.round(pixels + addend), 0, 255).astype(np.uint8)


@given(
    seed=st.integers(0, 99),
    shape=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    how=st.sampled_from(
        [
            {},
            {"first_nodes": (2, 7, 7, 7), "mixed_nodes": 7},
            {"features": 1, "scale": 3, "offsets": ((0, 0), (1, 0), (0, 2))},
            {"features": 3, "scale": 4, "pattern": "f", "first_nodes": (18, 6, 9)},
        ]
    ),
)
@settings(max_examples=25)
def test_it_is_the_loop(seed, shape, how) -> None:
    tables = random_tables(seed, **how)
    image = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    assert np.array_equal(super_resolve_mixed(image, tables), by_loop(image, tables))


@given(data=st.data(), seed=st.integers(0, 99))
@settings(max_examples=60)
def test_both_backends_give_the_same_to_the_bit(data, seed) -> None:
    """Any table and picture; what torch's operators give is compared with the loop above."""
    draw = data.draw
    pattern = draw(st.sampled_from((*sorted(PATTERNS), Pattern("1", ((0, 0),)))))
    place = st.tuples(st.integers(0, 2), st.integers(0, 2))
    offsets = draw(st.lists(place, min_size=1, max_size=5))
    dims = find_pattern(pattern).dims
    tables = random_tables(
        seed,
        features=draw(st.integers(1, 3)),
        first_nodes=draw(st.tuples(*[st.integers(2, 17)] * dims)),
        mixed_nodes=draw(st.integers(2, 17 if len(offsets) < 5 else 5)),
        scale=draw(st.sampled_from((2, 3, 4))),
        pattern=pattern,
        offsets=offsets,
    )
    shape = (*draw(st.tuples(st.integers(1, 9), st.integers(1, 9))), *draw(COLOURS))
    image = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    image[draw(st.booleans()) :, 1:] //= 64  # flat parts as well, where corners coincide
    padding = draw(st.sampled_from(("edge", "reflect")))
    found = super_resolve_mixed(image, tables, padding=padding, backend="numba")
    assert np.array_equal(found, super_resolve_mixed(image, tables, padding=padding))
    expected = super_resolve_mixed(image, tables, padding=padding, backend="torch")
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("value", [-128, 127])
@pytest.mark.parametrize("step", [0.004, 1.0, 40.0])
def test_the_largest_sums_do_not_run_over(value, step) -> None:
    """Constant tables: the answer is their value in every rotation, whatever the picture."""
    tables = random_tables(features=2, scale=4)
    first, mixed = np.full_like(tables.first, value), np.full_like(tables.mixed, value)
    tables = MixedTables(first, mixed, (step,) * 3, tables.first_nodes, tables.mixed_nodes)
    image = np.arange(256, dtype=np.uint8).reshape(16, 16)
    expected = (image + 2 * value * step).round().clip(0, 255).repeat(4, 0).repeat(4, 1)
    for backend in ("numba", "torch"):
        assert np.array_equal(super_resolve_mixed(image, tables, backend=backend), expected)


def test_an_axis_of_as_many_nodes_as_there_are() -> None:
    """256 nodes on three axes: steps of 2**16, and cells and fractions of 255."""
    tables = random_tables(
        features=1,
        first_nodes=(2, 256, 256),
        pattern="f",
        mixed_nodes=256,
        offsets=((0, 0), (1, 1)),
    )
    image = np.random.default_rng(8).integers(0, 256, (9, 8), dtype=np.uint8)
    found = super_resolve_mixed(image, tables, backend="numba")
    assert np.array_equal(found, super_resolve_mixed(image, tables, backend="torch"))
    assert np.array_equal(found, by_loop(image, tables))


def test_the_result_does_not_depend_on_the_number_of_threads() -> None:
    tables, before = random_tables(9, offsets=((0, 0), (0, 2), (2, 1))), torch.get_num_threads()
    image = np.random.default_rng(9).integers(0, 256, (23, 17, 3), dtype=np.uint8)
    found = []
    try:
        for threads in (1, 2, 5):
            torch.set_num_threads(threads)
            found.append(super_resolve_mixed(image, tables, backend="numba"))
    finally:
        torch.set_num_threads(before)
    assert np.array_equal(found[0], found[1]) and np.array_equal(found[0], found[2])


def test_colours_are_channels_and_reflection_is_numpys() -> None:
    tables = random_tables(1)
    image = np.random.default_rng(1).integers(0, 256, (5, 4, 3), dtype=np.uint8)
    for padding in ("edge", "reflect"):
        whole = super_resolve_mixed(image, tables, padding=padding)
        assert whole.shape == (10, 8, 3) and whole.dtype == np.uint8
        planes = [by_loop(image[..., c], tables, padding) for c in range(3)]
        assert np.array_equal(whole, np.stack(planes, -1))
    strided = np.repeat(image, 2, axis=1)[::-1, ::2]
    assert np.array_equal(
        super_resolve_mixed(strided, tables), super_resolve_mixed(strided.copy(), tables)
    )
    tiny = image[:1, :2]  # too small for a reflection: the edge instead
    assert np.array_equal(
        super_resolve_mixed(tiny, tables, padding="reflect"), super_resolve_mixed(tiny, tables)
    )


def test_tables_are_the_network_at_every_node() -> None:
    net = MixedNet(2, features=3, width=8, depth=1).double()
    tables = tabulate_mixed(net, (2, 3, 3, 5), 4)
    axes = [torch.linspace(0, 255, count).double() for count in (2, 3, 3, 5)]
    index = torch.cartesian_prod(*axes)
    answer = net.first_answer(index.T[None, :, None])[0, :, 0].T.detach()
    assert np.array_equal(tables.first, (answer / tables.steps[0]).round().numpy())
    assert tables.steps[0] == pytest.approx(answer.abs().max().item() / 127)
    index = torch.cartesian_prod(*[torch.linspace(0, 255, 4).double()] * 4)
    for k in range(3):
        answer = net.mixed_answer(k, index.T[None, :, None])[0, :, 0].T.detach()
        assert np.array_equal(tables.mixed[k], (answer / tables.steps[k + 1]).round().numpy())
    assert tables.nbytes == 90 * 3 + 3 * 256 * 4
    with pytest.raises(ValueError, match="finite"):
        torch.nn.init.constant_(net.mixed[0].last.bias, math.nan)
        tabulate_mixed(net, (2, 3, 3, 5), 4)


def test_flat_pictures_are_on_the_grid() -> None:
    """In a flat picture differences are the middle node, so only rounding parts net and table.

    256 nodes for the pixel and for the features leave no interpolation at all.
    """
    net = MixedNet(2, features=2, width=8, depth=1, offsets=((0, 0), (0, 1))).double()
    tables = tabulate_mixed(net, (256, 3, 3, 3), 256)
    steps = tables.steps
    for grey in (0, 3, 100, 128, 254, 255):
        image = np.full((4, 4), grey, np.uint8)
        x = torch.full((1, 1, 4, 4), grey / 255, dtype=torch.float64)
        first = net.first_answer(net.index(255 * x))[0, :, 0, 0]
        beside = (first % 1 - 0.5).abs().min()  # a feature on the brink of another byte
        if beside < steps[0] / 2 + 1e-9:
            continue
        expected = 255 * net(x)[0, 0].detach().numpy()
        answer = super_resolve_mixed(image, tables)
        assert np.abs(answer - expected.clip(0, 255)).max() <= 0.5 + sum(steps[1:]) / 2 + 1e-9


def test_field_of_five_by_five() -> None:
    """Any of 25 pixels, and no other, can change the four pixels of the middle one."""
    seen = np.zeros((7, 7), bool)
    draw = np.random.default_rng(0)
    for seed in range(8):
        tables = random_tables(seed)
        image = draw.integers(0, 256, (7, 7, 3), dtype=np.uint8)  # three pictures at once
        plain = super_resolve_mixed(image, tables)[6:8, 6:8]
        for i, j in itertools.product(range(7), repeat=2):
            struck = image.copy()
            struck[i, j] = 255 - struck[i, j]
            seen[i, j] |= (super_resolve_mixed(struck, tables)[6:8, 6:8] != plain).any()
    expected = np.zeros((7, 7), bool)
    expected[1:6, 1:6] = True
    assert np.array_equal(seen, expected)


def test_compander() -> None:
    d = torch.arange(-255, 256).double()
    c = compand(d)
    assert c[0] == 0 and c[255] == 127.5 and c[-1] == 255  # the ends and the middle, exactly
    assert (c.diff() > 0).all()
    assert torch.allclose(c + c.flip(0), torch.full_like(c, 255))
    assert torch.allclose(expand(c), d, atol=1e-9)
    near = expand(torch.tensor([255 * 3 / 8, 255 * 2 / 8]).double())
    # 8 (sqrt(sqrt(1 + 255 / 8)) - 1) and 8 (sqrt(1 + 255 / 8) - 1): the nodes beside the middle
    root = math.sqrt(1 + 255 / 8)
    assert near.tolist() == pytest.approx([-8 * (math.sqrt(root) - 1), -8 * (root - 1)])


@pytest.mark.parametrize("scale", [2, 4])
def test_trainable_tables_are_the_tables(scale) -> None:
    tables = random_tables(3, scale=scale)
    model = TrainableMixedTables(tables).double()
    image = np.random.default_rng(3).integers(0, 256, (6, 5), dtype=np.uint8)
    answer = 255 * model(torch.tensor(image)[None, None].double() / 255)[0, 0].detach()
    difference = answer.clamp(0, 255).numpy() - super_resolve_mixed(image, tables)
    assert np.abs(difference).max() < 0.5 + 1e-3  # float32 entries made double
    compiled = TrainableMixedTables(tables)(torch.tensor(image)[None, None] / 255)
    assert (255 * compiled[0, 0].detach() - answer).abs().max() < 1e-2
    again = model.export()
    for old, new in ((tables.first, again.first), (tables.mixed, again.mixed)):
        assert np.abs(new.astype(int) - old * (127 / np.abs(old).max())).max() < 2
    back = super_resolve_mixed(image, again).astype(int) - super_resolve_mixed(image, tables)
    assert np.abs(back).mean() < 8


def test_gradients_of_the_tables() -> None:
    tables = random_tables(4, features=1, first_nodes=(2, 3, 2, 2), mixed_nodes=2)
    model = TrainableMixedTables(tables).double()
    x = torch.randint(0, 256, (1, 1, 6, 6)).double() / 255
    names = [name for name, _ in model.named_parameters()]
    first, mixed = (p.detach().clone() for p in model.parameters())

    def answer(*entries: torch.Tensor) -> torch.Tensor:
        changed = dict(zip(names, entries, strict=True))
        return torch.func.functional_call(model, changed, (x, "valid"))

    assert gradcheck(lambda entries: answer(first, entries), (mixed.requires_grad_(),))
    # through the rounding of features: the slope of the second table times the first's weights.
    # With a second table that is linear in its index, that slope is the same everywhere.
    linear = torch.cartesian_prod(*[torch.arange(2.0).double()] * 4).sum(-1, keepdim=True)
    first.requires_grad_()
    answer(first / 64, linear.expand(-1, 4)).sum().backward()
    # four offsets, 4 outputs, 4 rotations / 4, 2 x 2 pixels; index by f / 255, weights of sum 1
    assert first.grad.sum().item() == pytest.approx(8 * 8 * 4 * 4 * 4 / 255 / 255 / 64)


def test_finetuning_learns_through_both_stages() -> None:
    model = TrainableMixedTables(random_tables(5, mixed_nodes=3))
    generator = torch.Generator().manual_seed(0)
    x = torch.randint(0, 256, (8, 1, 10, 10), generator=generator) / 255
    core = x[:, :, 2:-2, 2:-2]
    mean = (core + x[:, :, 1:-3, 2:-2] + x[:, :, 3:-1, 2:-2]) / 3
    wanted = mean.repeat_interleave(2, 2).repeat_interleave(2, 3)
    before = [p.detach().clone() for p in model.parameters()]
    optimiser, errors = torch.optim.Adam(model.parameters(), 0.2), []
    for _ in range(80):
        error = (model(x, "valid") - wanted).square().mean()
        optimiser.zero_grad()
        error.backward()
        optimiser.step()
        errors.append(error.item())
    assert errors[-1] < 0.5 * errors[0]
    changes = [(new - old).abs().max() for new, old in zip(model.parameters(), before, strict=True)]
    assert min(changes) > 0.1
    final = (TrainableMixedTables(model.export())(x, "valid") - wanted).square().mean().item()
    assert final < 0.6 * errors[0]


def test_files(tmp_path) -> None:
    for number, tables in enumerate(
        (random_tables(6), random_tables(7, pattern="y", offsets=((0, 0), (2, 1)), features=1))
    ):
        path = tmp_path / f"{number}.npz"
        tables.save(path)
        again = MixedTables.load(path)
        assert np.array_equal(again.first, tables.first)
        assert np.array_equal(again.mixed, tables.mixed)
        names = ("steps", "first_nodes", "mixed_nodes", "pattern", "offsets", "scale", "nbytes")
        assert all(getattr(again, name) == getattr(tables, name) for name in names)
    assert not again.first.flags.writeable


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("the file ran code",))


def members(tables: MixedTables) -> dict:
    return {
        "first": tables.first,
        "mixed": tables.mixed,
        "steps": np.array(tables.steps),
        "first_nodes": np.array(tables.first_nodes),
        "mixed_nodes": np.array(tables.mixed_nodes),
        "taps": np.array(tables.pattern.taps),
        "offsets": np.array(tables.offsets),
    }


@pytest.mark.parametrize(
    "change",
    [
        {"first": np.array([Bomb()])},
        {"first": np.zeros((225, 2), np.uint8)},
        {"first": np.zeros((224, 2), np.int8)},
        {"mixed": np.zeros((2, 256, 5), np.int8)},
        {"mixed": np.zeros((2, 255, 4), np.int8)},
        {"steps": np.array([1.0, np.nan, 1])},
        {"steps": np.array([1.0, -1, 1])},
        {"steps": np.array(1.0)},
        {"first_nodes": np.array([3, 5, 3])},
        {"first_nodes": np.array([225, 1, 1, 1])},
        {"mixed_nodes": np.array([4])},
        {"mixed_nodes": np.array(10**9)},
        {"taps": np.array([[0, 0], [5, 5], [1, 0], [1, 1]])},
        {"taps": np.array([0, 1])},
        {"offsets": np.array([[0, 0], [0, -1], [1, 0], [1, 1]])},
        {"offsets": np.zeros((0, 2), int)},
        {"more": np.zeros(1)},
        {"steps": None},
    ],
)
def test_files_that_are_refused(tmp_path, change) -> None:
    parts = members(random_tables()) | change
    path = tmp_path / "tables.npz"
    np.savez(path, allow_pickle=True, **{k: v for k, v in parts.items() if v is not None})
    with pytest.raises(ValueError, match=r"tables\.npz holds no tables that can be used"):
        MixedTables.load(path)


def test_damaged_files(tmp_path) -> None:
    path = tmp_path / "tables.npz"
    random_tables().save(path)
    whole = path.read_bytes()
    for damaged in (b"", b"PK", whole[:-30], whole[: len(whole) // 2], b"\x93NUMPY" + whole):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="no tables that can be used"):
            MixedTables.load(path)
    np.savez_compressed(path, **members(random_tables()))
    with pytest.raises(ValueError, match="compressed"):
        MixedTables.load(path)
    with pytest.raises(ValueError, match=r"must end in \.npz"):
        random_tables().save(tmp_path / "tables.npy")
    with pytest.raises(OSError):
        MixedTables.load(tmp_path / "absent.npz")


@pytest.mark.parametrize(
    ("image", "padding", "message"),
    [
        (np.zeros((4, 4)), "edge", "image must be a numpy array of uint8"),
        (np.zeros((4, 4, 4), np.uint8), "edge", r"image must be \(H, W\)"),
        (np.zeros((0, 4), np.uint8), "edge", "at least one pixel"),
        (np.zeros((4, 4), np.uint8), "valid", "padding must be"),
    ],
)
def test_bad_pictures(image, padding, message) -> None:
    with pytest.raises(ValueError, match=message):
        super_resolve_mixed(image, random_tables(), padding=padding)


def test_bad_backends() -> None:
    image, tables = np.zeros((2, 2), np.uint8), random_tables()
    with pytest.raises(ValueError, match="backend must be one of auto, numba, torch, got 'c'"):
        super_resolve_mixed(image, tables, backend="c")
    with pytest.raises(ValueError, match="device must be the CPU for backend 'numba', got meta"):
        super_resolve_mixed(image, tables, backend="numba", device="meta")
