"""Channels move as each mode says: by the right step, in equal numbers, with the right gradient."""

import copy
import math
from collections import Counter

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from dynconv_lite.jitter import (
    DIRECTIONS,
    MODES,
    RANDOM_MODES,
    ChannelJitter,
    channel_shift,
    hat,
    shift_by_direction,
)

MOVING = [mode for mode in MODES if mode != "none"]
STEP = {"shift_int": 1.0, "shift_det": 1.0, "shift_float_0.5": 0.5}
ARROWS = {(-1, 0): "up", (1, 0): "down", (0, -1): "left", (0, 1): "right"}
offsets = st.floats(-5, 5, allow_subnormal=False)


def moved_by_hand(image: Tensor, dy: int, dx: int) -> Tensor:
    """Move one channel (H, W) by whole pixels, pixel by pixel: what comes from outside is 0."""
    height, width = image.shape
    out = torch.zeros_like(image)
    for row in range(height):
        for column in range(width):
            if 0 <= row - dy < height and 0 <= column - dx < width:
                out[row, column] = image[row - dy, column - dx]
    return out


def directions_of(x: Tensor, y: Tensor, step: float) -> list[list[tuple[int, int]]]:
    """Recognise by which of the four steps each channel of each image has moved."""
    found = []
    for image, result in zip(x, y, strict=True):
        row = []
        for channel, moved in zip(image, result, strict=True):
            fits = [
                d
                for d in ARROWS
                if torch.allclose(moved, (1 - step) * channel + step * moved_by_hand(channel, *d))
            ]
            assert len(fits) == 1, "a channel has to have moved by exactly one of the steps"
            row.append(fits[0])
        found.append(row)
    return found


def test_the_directions_are_up_down_left_right() -> None:
    assert [ARROWS[d] for d in DIRECTIONS] == ["up", "down", "left", "right"]


# --- the modes ------------------------------------------------------------------------------------


def test_mode_none_returns_what_it_got() -> None:
    x = torch.rand(2, 5, 4, 4)
    assert ChannelJitter(5)(x) is x


def test_shift_det_moves_the_quarters_up_down_left_and_right_by_index() -> None:
    x = torch.rand(2, 8, 5, 6)
    y = ChannelJitter(8, "shift_det")(x)
    for index, (dy, dx) in enumerate([(-1, 0)] * 2 + [(1, 0)] * 2 + [(0, -1)] * 2 + [(0, 1)] * 2):
        for image, moved in zip(x, y, strict=True):
            assert torch.equal(moved[index], moved_by_hand(image[index], dy, dx))


@pytest.mark.parametrize("mode", RANDOM_MODES)
def test_random_modes_move_a_quarter_of_every_images_channels_each_way(mode) -> None:
    x = torch.rand(6, 12, 4, 5)
    found = directions_of(x, ChannelJitter(12, mode)(x), STEP[mode])
    assert all(Counter(row) == dict.fromkeys(ARROWS, 3) for row in found)
    assert len({tuple(row) for row in found}) > 1, "every image needs directions of its own"


@pytest.mark.parametrize("mode", [*RANDOM_MODES, "shift_det"])
def test_the_talks_layer_moves_16_of_64_channels_each_way(mode) -> None:
    x = torch.rand(2, 64, 4, 4)
    found = directions_of(x, ChannelJitter(64, mode)(x), STEP[mode])
    assert all(Counter(row) == dict.fromkeys(ARROWS, 16) for row in found)


@pytest.mark.parametrize("mode", RANDOM_MODES)
def test_directions_are_dealt_uniformly_and_anew_at_every_call(mode) -> None:
    jitter = ChannelJitter(8, mode, generator=torch.Generator().manual_seed(0))
    x = torch.zeros(4096, 8, 1, 1)
    first, second = jitter._directions(x), jitter._directions(x)  # (4096, 8)
    # Each image agrees with itself in a call before at 1 of 4 channels, on average.
    same = (first == second).double().mean()
    # Counts of one channel and direction are binomial: 4096 draws, p = 1/4, so sigma = 27.7.
    counts = torch.stack([(first == d).sum(0) for d in range(4)])  # (4, 8)
    assert (counts - 1024).abs().max() < 5 * math.sqrt(4096 * 3 / 16)
    assert abs(same - 1 / 4) < 0.01
    # Two channels of one image share a direction in 1 of 7 cases: one other of 7 is in the quarter.
    pairs = (first[:, 0] == first[:, 1]).double().mean()
    assert abs(pairs - 1 / 7) < 5 * math.sqrt(1 / 7 * 6 / 7 / 4096)


def test_a_learnable_shift_is_shared_by_the_images_and_starts_at_none() -> None:
    jitter = ChannelJitter(3, "shift_learnable")
    assert jitter.offset.shape == (3, 2) and not jitter.offset.any()
    x = torch.rand(2, 3, 5, 4)
    assert torch.equal(jitter(x), x)
    with torch.no_grad():
        jitter.offset.copy_(torch.tensor([[1.0, 0.0], [0.0, -2.0], [-1.0, 3.0]]))
    for image, moved in zip(x, jitter(x), strict=True):
        for channel, (dy, dx) in enumerate([(1, 0), (0, -2), (-1, 3)]):
            assert torch.equal(moved[channel], moved_by_hand(image[channel], dy, dx))


# --- energy and interpolation ---------------------------------------------------------------------


def energy(x: Tensor) -> float:
    return math.fsum(x.double().square().flatten().tolist())  # exact, whatever the order


@pytest.mark.parametrize("mode", ["shift_int", "shift_det"])
def test_whole_steps_keep_energy_inside_a_black_frame(mode) -> None:
    x = F.pad(torch.rand(3, 8, 4, 5), (1, 1, 1, 1))
    assert energy(ChannelJitter(8, mode)(x)) == energy(x)


@pytest.mark.parametrize("mode", ["shift_int", "shift_det"])
def test_whole_steps_lose_exactly_the_row_or_column_that_leaves(mode) -> None:
    x = torch.ones(3, 8, 4, 5)  # two channels up, two down: a row of 5; two left, two right: of 4
    assert energy(ChannelJitter(8, mode)(x)) == energy(x) - 3 * (4 * 5 + 4 * 4)


def test_half_steps_are_the_mean_of_staying_and_going() -> None:
    x = torch.rand(2, 4, 6, 5)
    y = ChannelJitter(4, "shift_float_0.5")(x)
    for image, result, ways in zip(x, y, directions_of(x, y, 0.5), strict=True):
        for channel, moved, (dy, dx) in zip(image, result, ways, strict=True):
            torch.testing.assert_close(moved, (channel + moved_by_hand(channel, dy, dx)) / 2)


def test_half_steps_blur_the_finest_pattern_away() -> None:
    rows, columns = torch.arange(8)[:, None], torch.arange(8)
    board = (1.0 - 2 * ((rows + columns) % 2)).expand(1, 4, 8, 8)
    half, whole = ChannelJitter(4, "shift_float_0.5")(board), ChannelJitter(4, "shift_int")(board)
    assert not half[..., 1:-1, 1:-1].any()
    assert (whole[..., 1:-1, 1:-1].abs() == 1).all()


def test_the_triangle_is_the_triangle() -> None:
    t = torch.linspace(-4, 4, 161, dtype=torch.float64)
    torch.testing.assert_close(hat(t), (1 - t.abs()).clamp_min(0), atol=1e-15, rtol=0)
    far = torch.tensor([1e4, -1e30, math.inf, 65504.0])
    assert not hat(far).any()


def test_the_triangles_slope_at_its_corners_is_the_mean_of_both_sides() -> None:
    t = torch.tensor([-2.0, -1, -0.5, 0, 0.5, 1, 2], requires_grad=True)
    hat(t).sum().backward()
    assert t.grad.tolist() == [0, 0.5, 1, 0, -1, -0.5, 0]


def by_grid_sample(x: Tensor, offset: Tensor) -> Tensor:
    """Move channels by torch's own bilinear sampling, each channel as an image of its own."""
    batch, channels, height, width = x.shape
    offset = offset.expand(batch, channels, 2).reshape(-1, 2)
    rows = torch.arange(height, dtype=x.dtype) - offset[:, :1]  # where to look: (B C, H)
    columns = torch.arange(width, dtype=x.dtype) - offset[:, 1:]
    place = torch.stack(  # grid_sample wants (x, y), from -1 to 1 between the outer pixels' centres
        torch.broadcast_tensors(
            2 * columns[:, None, :] / (width - 1) - 1, 2 * rows[:, :, None] / (height - 1) - 1
        ),
        dim=-1,
    )
    flat = x.reshape(-1, 1, height, width)
    return F.grid_sample(flat, place, "bilinear", "zeros", align_corners=True).view_as(x)


@pytest.mark.parametrize("per_image", [False, True])
def test_any_offset_is_bilinear_sampling(per_image) -> None:
    x = torch.rand(3, 6, 7, 4, dtype=torch.float64)
    offset = torch.randn(*([3] if per_image else []), 6, 2, dtype=torch.float64) * 3
    torch.testing.assert_close(channel_shift(x, offset), by_grid_sample(x, offset))


@pytest.mark.parametrize(("dy", "dx"), [(0, 0), (1, 0), (0, -1), (-2, 3), (6, 0), (0, -5), (9, 9)])
def test_whole_offsets_are_exact_in_float32(dy, dx) -> None:
    x = torch.randn(1, 2, 6, 5)
    moved = channel_shift(x, torch.tensor([[dy, dx]] * 2).float())
    assert torch.equal(moved[0, 0], moved_by_hand(x[0, 0], dy, dx))
    assert torch.equal(moved[0, 1], moved_by_hand(x[0, 1], dy, dx))


def test_one_offset_per_image_is_that_image_alone() -> None:
    x, offset = torch.rand(3, 4, 5, 6), torch.randn(3, 4, 2)
    alone = torch.cat([channel_shift(x[i : i + 1], offset[i]) for i in range(3)])
    torch.testing.assert_close(channel_shift(x, offset), alone)


@given(st.lists(offsets, min_size=4, max_size=4), st.integers(0, 1000))
def test_shifting_is_linear_in_the_picture(values, seed) -> None:
    torch.manual_seed(seed)
    x, y = torch.randn(2, 1, 2, 5, 4, dtype=torch.float64)
    offset = torch.tensor(values, dtype=torch.float64).view(2, 2)
    apart = 2 * channel_shift(x, offset) - 3 * channel_shift(y, offset)
    torch.testing.assert_close(channel_shift(2 * x - 3 * y, offset), apart)


@given(st.integers(-2, 2), st.integers(-2, 2), offsets, offsets)
def test_a_whole_step_can_be_taken_before_or_with_any_other(rows, columns, dy, dx) -> None:
    # Inside a black frame wider than both steps nothing leaves the picture on the way.
    x = F.pad(torch.rand(1, 1, 3, 3, dtype=torch.float64), (8, 8, 8, 8))
    offset = torch.tensor([[dy, dx]], dtype=torch.float64)
    step = torch.tensor([[rows, columns]], dtype=torch.float64)
    at_once = channel_shift(x, offset + step)
    torch.testing.assert_close(channel_shift(channel_shift(x, step), offset), at_once)


@settings(max_examples=30)
@given(st.floats(0, 1), st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_the_fast_path_equals_the_general_one(length, chosen) -> None:
    x = torch.rand(2, 3, 4, 5, dtype=torch.float64)
    direction = torch.tensor(chosen).view(2, 3)
    offset = length * torch.tensor(DIRECTIONS, dtype=torch.float64)[direction]
    expected = channel_shift(x, offset)
    torch.testing.assert_close(shift_by_direction(x, direction, length), expected)
    same_for_all = shift_by_direction(x, direction[0], length)
    torch.testing.assert_close(same_for_all, channel_shift(x, offset[0]))


# --- gradients ------------------------------------------------------------------------------------

# Finite differences are symmetric, (f(o + h) - f(o - h)) / 2h: at a whole offset, where the
# triangle has a corner, they give the mean of both sides, as the library promises.
PLACES = {
    "between pixels": [[0.3, -0.6], [1.7, 2.2], [-0.45, 0.1]],
    "at 0": [[0.0, 0.0]] * 3,
    "on whole pixels": [[1.0, -1.0], [0.0, 2.0], [-3.0, 1.0]],
    "partly outside": [[3.4, 0.0], [-3.6, 2.5], [0.0, 4.9]],
    "far outside": [[9.0, 0.0], [0.2, -20.5], [100.0, 100.0]],
}


@pytest.mark.parametrize("per_image", [False, True])
@pytest.mark.parametrize("place", PLACES)
def test_the_gradient_is_that_of_finite_differences(place, per_image) -> None:
    x = torch.randn(2, 3, 4, 5, dtype=torch.float64, requires_grad=True)
    offset = torch.tensor(PLACES[place], dtype=torch.float64)
    offset = (offset.repeat(2, 1, 1) if per_image else offset).requires_grad_()
    assert torch.autograd.gradcheck(channel_shift, (x, offset))


def test_offsets_that_start_at_0_start_to_learn() -> None:
    jitter = ChannelJitter(1, "shift_learnable")
    target = torch.zeros(1, 1, 9, 9)
    target[..., 5, 4] = 1.0
    spot = torch.zeros(1, 1, 9, 9)
    spot[..., 4, 4] = 1.0  # the target lies one pixel below
    ramp = F.avg_pool2d(spot, 5, 1, 2), F.avg_pool2d(target, 5, 1, 2)
    optimizer = torch.optim.SGD(jitter.parameters(), lr=2.0)
    for _ in range(100):
        optimizer.zero_grad()
        (jitter(ramp[0]) - ramp[1]).square().sum().backward()
        optimizer.step()
    learnt = jitter.offset.detach()
    torch.testing.assert_close(learnt, torch.tensor([[1.0, 0.0]]), atol=0.02, rtol=0)


@pytest.mark.parametrize("mode", MOVING)
def test_a_gradient_moves_back_the_way_its_channel_came(mode) -> None:
    generator = torch.Generator()
    jitter = ChannelJitter(4, mode, generator=generator).double()
    if mode == "shift_learnable":
        nn.init.normal_(jitter.offset)

    def move(x: Tensor) -> Tensor:
        generator.manual_seed(3)  # the same directions at every evaluation
        return jitter(x)

    x = torch.randn(2, 4, 3, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(move, (x,))


# --- training, evaluation, strength, randomness ---------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_in_eval_mode_random_modes_rest_and_the_others_do_not_change(mode) -> None:
    jitter = ChannelJitter(8, mode)
    if mode == "shift_learnable":
        nn.init.normal_(jitter.offset)
    x = torch.rand(2, 8, 5, 5)
    trained, tested = jitter.train()(x), jitter.eval()(x)
    if mode in RANDOM_MODES:
        assert torch.equal(tested, x) and not torch.equal(trained, x)
    else:
        assert torch.equal(tested, trained)
    assert torch.equal(x, tested) == (mode in (*RANDOM_MODES, "none"))


@pytest.mark.parametrize("mode", RANDOM_MODES)
def test_random_modes_can_be_asked_to_move_in_eval_mode(mode) -> None:
    x = torch.rand(2, 8, 5, 5)
    jitter = ChannelJitter(8, mode, in_eval=True).eval()
    directions_of(x, jitter(x), STEP[mode])
    jitter.in_eval = False
    assert torch.equal(jitter(x), x)


def test_strength_scales_the_step_of_every_mode() -> None:
    x = torch.rand(2, 8, 5, 5)
    for mode, step in STEP.items():
        jitter = ChannelJitter(8, mode, strength=0.5)
        directions_of(x, jitter(x), step * 0.5)
        jitter.strength = 0.0
        assert torch.equal(jitter(x), x)
    jitter = ChannelJitter(8, "shift_learnable", strength=0.25)
    nn.init.normal_(jitter.offset)
    torch.testing.assert_close(jitter(x), channel_shift(x, jitter.offset * 0.25))


@pytest.mark.parametrize("mode", RANDOM_MODES)
def test_a_generator_repeats_its_draws_and_spares_the_global_one(mode) -> None:
    x = torch.rand(4, 16, 5, 5)
    before = torch.get_rng_state()
    first, second, other = (
        ChannelJitter(16, mode, generator=torch.Generator().manual_seed(seed))(x)
        for seed in (1, 1, 2)
    )
    assert torch.equal(first, second) and not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("mode", RANDOM_MODES)
def test_without_a_generator_the_global_seed_decides(mode) -> None:
    jitter, x = ChannelJitter(16, mode), torch.rand(4, 16, 5, 5)
    torch.manual_seed(5)
    first = jitter(x)
    assert not torch.equal(jitter(x), first)
    torch.manual_seed(5)
    assert torch.equal(jitter(x), first)


@pytest.mark.parametrize("mode", ["none", "shift_det", "shift_learnable"])
def test_modes_without_chance_draw_nothing(mode) -> None:
    before = torch.get_rng_state()
    ChannelJitter(8, mode)(torch.ones(2, 8, 4, 4))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("mode", RANDOM_MODES)
def test_at_rest_nothing_is_drawn(mode) -> None:
    before = torch.get_rng_state()
    ChannelJitter(8, mode).eval()(torch.ones(2, 8, 4, 4))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("mode", MODES)
def test_it_can_be_compiled_as_one_graph(mode) -> None:
    jitter, x = ChannelJitter(8, mode), torch.rand(2, 8, 5, 5)
    compiled = torch.compile(jitter, fullgraph=True, backend="eager")
    torch.manual_seed(6)
    expected = jitter(x)
    torch.manual_seed(6)
    torch.testing.assert_close(compiled(x), expected)


# --- memory, number formats, odd shapes -----------------------------------------------------------


@pytest.mark.parametrize("mode", MOVING)
def test_channels_last_gives_the_same_values(mode) -> None:
    x = torch.rand(3, 8, 5, 6)
    results = []
    for memory in (torch.contiguous_format, torch.channels_last):
        torch.manual_seed(1)
        jitter = ChannelJitter(8, mode)
        if mode == "shift_learnable":
            nn.init.normal_(jitter.offset)
        results.append(jitter(x.contiguous(memory_format=memory)))
    torch.testing.assert_close(*results)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32, torch.float64])
@pytest.mark.parametrize("mode", MOVING)
def test_the_number_format_stays_and_whole_steps_stay_exact(mode, dtype) -> None:
    x = torch.rand(2, 8, 5, 5).to(dtype)
    torch.manual_seed(2)
    y = ChannelJitter(8, mode)(x)
    assert y.dtype == dtype
    torch.manual_seed(2)
    exact = ChannelJitter(8, mode)(x.double())
    if mode == "shift_float_0.5":  # a mean of two numbers is rounded once or twice
        torch.testing.assert_close(y.double(), exact, rtol=2 * torch.finfo(dtype).eps, atol=0)
    else:
        assert torch.equal(y.double(), exact)


def test_autocast_does_not_round_offsets() -> None:
    x, offset = torch.rand(1, 2, 6, 6), torch.tensor([[0.123, 1.987], [2.051, -0.004]])
    with torch.autocast("cpu", torch.bfloat16):
        inside = channel_shift(x, offset)
    assert inside.dtype == torch.float32
    assert torch.equal(inside, channel_shift(x, offset))


def test_half_precision_pictures_do_not_round_offsets() -> None:
    x, offset = torch.ones(1, 1, 1, 200, dtype=torch.bfloat16), torch.tensor([[0.0, 100.25]])
    expected = torch.tensor([0.0, 0.75, 1.0])  # bfloat16 has no 100.25
    assert torch.equal(channel_shift(x, offset)[0, 0, 0, [99, 100, 101]].float(), expected)


@pytest.mark.parametrize("mode", MOVING)
@pytest.mark.parametrize("shape", [(0, 4, 3, 3), (2, 4, 1, 1), (1, 4, 1, 5), (1, 4, 7, 1)])
def test_small_and_empty_maps(mode, shape) -> None:
    x = torch.rand(shape, requires_grad=True)
    jitter = ChannelJitter(4, mode)
    y = jitter(x)
    assert y.shape == shape
    y.sum().backward()
    assert x.grad.shape == shape
    if shape[2:] == (1, 1) and STEP.get(mode) == 1.0:
        assert not y.any()  # the only pixel has left


def test_the_input_is_not_written_to() -> None:
    x = torch.rand(2, 8, 5, 5)
    kept = x.clone()
    for mode in MODES:
        jitter = ChannelJitter(8, mode)
        y = jitter(x)
        if mode != "none":
            y.add_(1) if not y.requires_grad else y.detach().add_(1)
        assert torch.equal(x, kept)


def test_only_a_learnable_shift_has_a_state() -> None:
    for mode in MODES:
        state = ChannelJitter(8, mode).state_dict()
        assert list(state) == (["offset"] if mode == "shift_learnable" else [])
    source, target = (ChannelJitter(8, "shift_learnable") for _ in range(2))
    nn.init.normal_(source.offset)
    target.load_state_dict(source.state_dict())
    assert torch.equal(target.offset, source.offset)


@pytest.mark.parametrize("mode", MODES)
def test_a_copy_moves_the_same_way_and_shares_nothing(mode) -> None:
    jitter = ChannelJitter(8, mode, strength=0.5, in_eval=True)
    twin = copy.deepcopy(jitter)
    x = torch.rand(2, 8, 5, 5)
    torch.manual_seed(4)
    first = jitter(x)
    torch.manual_seed(4)
    assert torch.equal(twin(x), first)
    if mode == "shift_learnable":
        nn.init.normal_(twin.offset)
        assert not jitter.offset.any()


def test_the_printed_module_says_what_it_does() -> None:
    text = repr(nn.Sequential(ChannelJitter(8, "shift_int", strength=0.5)))
    assert "ChannelJitter(8, mode='shift_int', strength=0.5)" in text


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mode": "shift"}, "mode must be one of none, shift_int, .*got 'shift'"),
        ({"channels": 6, "mode": "shift_det"}, "multiple of 4 for mode 'shift_det'.*got 6"),
        ({"channels": 2, "mode": "shift_int"}, "multiple of 4 for mode 'shift_int'.*got 2"),
        ({"channels": 9, "mode": "shift_float_0.5"}, "multiple of 4 for mode.*got 9"),
        ({"channels": 0}, "channels must be an integer >= 1, got 0"),
        ({"channels": -4, "mode": "shift_int"}, "channels must be an integer >= 1, got -4"),
        ({"channels": 8.0}, r"channels must be an integer >= 1, got 8\.0"),
        ({"channels": True}, "channels must be an integer >= 1, got True"),
        ({"strength": 1.1}, r"strength must be from 0 to 1, got 1\.1"),
        ({"strength": -0.1}, r"strength must be from 0 to 1, got -0\.1"),
        ({"strength": math.nan}, "strength must be from 0 to 1, got nan"),
    ],
)
def test_a_wrong_argument_is_named(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        ChannelJitter(**({"channels": 8} | arguments))


def test_channels_of_any_number_serve_modes_without_directions() -> None:
    for mode in ("none", "shift_learnable"):
        assert ChannelJitter(7, mode)(torch.rand(1, 7, 3, 3)).shape == (1, 7, 3, 3)


@pytest.mark.parametrize("mode", MODES)
def test_a_map_that_does_not_fit_is_named(mode) -> None:
    jitter = ChannelJitter(8, mode)
    with pytest.raises(ValueError, match="x must have 8 channels, got 4"):
        jitter(torch.rand(1, 4, 3, 3))
    for bad in (torch.rand(8, 3, 3), torch.zeros(1, 8, 3, 3, dtype=torch.uint8)):
        with pytest.raises(ValueError, match=r"floating-point map \(B, C, H, W\), got"):
            jitter(bad)


def test_offsets_and_directions_that_do_not_fit_are_named() -> None:
    x = torch.rand(2, 3, 4, 4)
    for shape in [(2,), (3, 3), (2, 2), (1, 3, 2), (2, 3, 2, 1)]:
        with pytest.raises(ValueError, match=r"offset must be \(C, 2\) or \(B, C, 2\)"):
            channel_shift(x, torch.zeros(shape))
    for shape in [(2,), (2, 4), (1, 3), (2, 3, 1)]:
        with pytest.raises(ValueError, match=r"direction must be \(C,\) or \(B, C\)"):
            shift_by_direction(x, torch.zeros(shape, dtype=torch.long))
    for length in (-0.5, 1.5, math.nan):
        with pytest.raises(ValueError, match="length must be from 0 to 1 pixel"):
            shift_by_direction(x, torch.zeros(3, dtype=torch.long), length)
