"""From networks to tables, and finetuning of the tables."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.autograd import gradcheck

from dynconv_lite.lut.finetune import GREY, TrainableTables
from dynconv_lite.lut.inference import super_resolve
from dynconv_lite.lut.lookup import lookup, lookup_by_operators
from dynconv_lite.lut.patterns import PATTERNS, nodes, row_steps
from dynconv_lite.lut.simplex import interpolate
from dynconv_lite.lut.table import LookupTable
from dynconv_lite.lut.tabulate import (
    node_values,
    repeating_stages,
    tabulate,
    tabulate_stages,
)
from dynconv_lite.models.mulut_net import MuLutNet
from dynconv_lite.models.srlut_net import SrLutNet


def grid_picture(pattern, interval: int, count: int = 12):
    """Draw nodes (count, D) and patches (count, 1, reach + 1, reach + 1) that show them."""
    index = torch.randint(nodes(interval), (count, pattern.dims))
    index[0], index[1] = 0, nodes(interval) - 1
    patches = torch.rand(count, 1, pattern.reach + 1, pattern.reach + 1)  # other pixels: anything
    for axis, (dy, dx) in enumerate(pattern.taps):
        patches[:, 0, dy, dx] = node_values(interval)[index[:, axis]] / 255
    return index, patches


@pytest.mark.parametrize("name", PATTERNS)
@pytest.mark.parametrize("interval", [4, 5, 6, 7, 8])
@pytest.mark.parametrize(("scale", "dense"), [(1, True), (3, False)])
def test_a_table_is_its_network_at_the_nodes(name, interval, scale, dense) -> None:
    net = SrLutNet(name, scale, width=4, depth=1, dense=dense)
    table = tabulate(net, name, interval)
    index, patches = grid_picture(net.pattern, interval)
    with torch.no_grad():
        expected = (127 * net(patches)).round().reshape(len(index), -1)
    assert np.array_equal(table.at(index.numpy()), expected.numpy())
    assert table.scale == scale and table.interval == interval
    assert len(np.unique(table.values)) > 2


def test_fine_grids_too() -> None:
    net = SrLutNet("v", 2, width=4, depth=0)
    for interval in (0, 3):
        table = tabulate(net, "v", interval)
        index, patches = grid_picture(net.pattern, interval, 40)
        expected = (127 * net(patches)).round().reshape(40, 4).detach()
        assert np.array_equal(table.at(index.numpy()), expected.numpy())
    assert len(tabulate(SrLutNet("s", 1, width=2, depth=0), "s", 3).values) == 33**4


def test_the_last_node_is_sampled_at_255() -> None:
    assert node_values(4).tolist() == [*range(0, 241, 16), 255]
    assert node_values(8).tolist() == [0, 255]
    # Jo & Kim's table without interpolation has 257 nodes as well, and so 255 twice
    assert node_values(0).tolist() == [*range(256), 255]


@pytest.mark.parametrize("name", PATTERNS)
def test_any_network_with_a_valid_convolution(name) -> None:
    """A network of one's own sees the smallest rectangle of the taps, other pixels 0."""
    pattern = PATTERNS[name]
    high, wide = (max(tap[axis] for tap in pattern.taps) + 1 for axis in (0, 1))
    weight = torch.zeros(4, 1, high, wide)
    for dy, dx in pattern.taps:
        weight[:, 0, dy, dx] = torch.rand(4) / pattern.dims
    convolution = nn.Conv2d(1, 4, (high, wide), bias=False)
    convolution.weight = nn.Parameter(weight)
    net = nn.Sequential(convolution, nn.Dropout(0.5), nn.PixelShuffle(2))
    table = tabulate(net, name, 6)
    assert all(module.training for module in net.modules())  # as it was
    for index in ((0,) * pattern.dims, (4,) * pattern.dims, (1, 3, 2, 0)[: pattern.dims]):
        values = [(0, 64, 128, 192, 255)[i] / 255 for i in index]
        taps = [weight[:, 0, dy, dx] for dy, dx in pattern.taps]
        answer = sum(value * tap for value, tap in zip(values, taps, strict=True))
        assert np.array_equal(table.at(index), (127 * answer).round().numpy())


def test_answers_are_clipped() -> None:
    table = tabulate(lambda x: 4 * x[:, :, :1, :1] - 2, "s", 8)
    assert sorted({int(v) for v in table.values.flat}) == [-127, 127]


def test_stages() -> None:
    net = MuLutNet(("s", "y"), 2, 2, width=4, depth=1)
    first, last = tabulate_stages(net, 6)
    assert [table.pattern.name for table in first] == ["s", "y"] == [t.pattern.name for t in last]
    assert [table.scale for table in (*first, *last)] == [1, 1, 2, 2]
    again = tabulate(net.networks()[1][1], "y", 6)
    assert np.array_equal(last[1].values, again.values)


@pytest.mark.parametrize(("names", "count", "scale"), [("s", 1, 2), ("sdy", 2, 4), ("yf", 3, 3)])
@pytest.mark.parametrize("interval", [5, 7])
def test_tables_that_repeat_every_pixel(names, count, scale, interval) -> None:
    image = np.random.default_rng(4).integers(0, 256, (6, 7), dtype=np.uint8)
    image[image > 256 - 2**interval] //= 2  # in the last cell int8 ends
    made = repeating_stages(names, count, scale, interval)
    answer = super_resolve(image, made).astype(int)
    assert np.abs(answer - image.repeat(scale, 0).repeat(scale, 1)).max() <= (count > 1)
    whole = np.full((3, 3), 255, np.uint8)
    assert super_resolve(whole, made).min() >= 256 - 2 * count


def test_repeating_tables_have_limits() -> None:
    with pytest.raises(ValueError, match="scale must be one of"):
        repeating_stages("s", 2, 5)
    with pytest.raises(ValueError, match="stages"):
        repeating_stages("s", 0)


@pytest.mark.parametrize(
    ("network", "pattern", "message"),
    [
        (SrLutNet("d", width=2), "s", "pattern must be the network's own, 'd', got 's'"),
        (SrLutNet("s", width=2, mix=((0, 0), (0, 1))), "s", "mix must be None"),
        (nn.Conv2d(1, 5, 2), "s", "with 1, 4, 9, 16 values each"),
        (nn.Conv2d(1, 1, 1), "f", "values each"),
        (lambda x: x.mean((1, 2, 3), keepdim=True) / 0, "v", "finite answers"),
        (nn.Conv2d(1, 1, 2), "q", "pattern must be one of"),
    ],
)
def test_what_cannot_be_tabulated(network, pattern, message) -> None:
    with pytest.raises(ValueError, match=message):
        tabulate(network, pattern, 8)


# --- finetuning ---

grids = st.lists(st.integers(2, 5), min_size=1, max_size=4)


@given(grid=grids, outputs=st.integers(1, 3))
@settings(max_examples=30)
def test_compiled_lookup_is_the_one_of_operators(grid, outputs) -> None:
    table = torch.randn(int(np.prod(grid)), outputs, requires_grad=True)
    position = torch.rand(7, len(grid)) * (torch.tensor(grid) - 1)
    position[0], position[1] = 0, torch.tensor(grid) - 1
    position.requires_grad_()
    towards = torch.randn(7, outputs)
    answers, gradients = [], []
    for function in (lookup, lookup_by_operators):
        answers.append(function(table, position, grid))
        # at nodes, the slope is of either side: leave those two positions out
        gradients.append(torch.autograd.grad(answers[-1], (table, position), towards))
    assert torch.allclose(*answers, atol=1e-5)
    assert torch.allclose(gradients[0][0], gradients[1][0], atol=1e-5)
    assert torch.allclose(gradients[0][1][2:], gradients[1][1][2:], atol=1e-5)


def test_lookup_agrees_with_the_chapters_interpolation() -> None:
    table = torch.randn(5**3, 2, dtype=torch.float64)
    index = torch.randint(257, (50, 3))
    expected = interpolate(table, index, 6)
    assert torch.allclose(lookup(table, index.double() / 64, (5, 5, 5)), expected, atol=1e-12)


@pytest.mark.parametrize("grid", [(3,), (4, 2), (2, 3, 4), (3, 2, 4, 2)])
def test_lookup_is_exact_at_nodes_and_for_linear_functions(grid) -> None:
    table = torch.randn(int(np.prod(grid)), 3)
    places = torch.tensor(list(itertools.product(*map(range, grid))), dtype=torch.float32)
    assert torch.equal(lookup(table, places, grid), table)
    slope = torch.randn(len(grid), 2)
    anywhere = torch.rand(40, len(grid)) * (torch.tensor(grid) - 1)
    assert torch.allclose(lookup(places @ slope, anywhere, grid), anywhere @ slope, atol=1e-5)


def test_gradients_of_lookup() -> None:
    table = torch.randn(24, 3, dtype=torch.float64, requires_grad=True)
    # away from the borders of simplices, where the slope jumps
    place = torch.tensor([[0.15, 1.4, 2.7], [0.9, 0.6, 0.2], [0.35, 1.81, 1.13]]).double()
    assert gradcheck(lambda t, p: lookup(t, p, (2, 3, 4)), (table, place.requires_grad_()))


def test_which_rows_are_read_with_which_weights() -> None:
    assert row_steps((3, 4)) == (4, 1)
    # cell (0, 1); the second axis has the larger fraction and is walked first: rows 1, 2, 6
    weights = [0.0, 0.5, 0.25, 0, 0, 0, 0.25, 0, 0, 0, 0, 0]
    for function in (lookup, lookup_by_operators):
        assert function(torch.eye(12), torch.tensor([[0.25, 1.5]]), (3, 4)).tolist() == [weights]


def stages(names: str, count: int, interval: int = 6, scale: int = 2) -> list[list[LookupTable]]:
    generator = np.random.default_rng(0)

    def table(name: str, outputs: int) -> LookupTable:
        rows = nodes(interval) ** PATTERNS[name].dims
        values = generator.integers(-127, 128, (rows, outputs), dtype=np.int8)
        return LookupTable(values, name, interval, 0.5)

    ends = [1] * (count - 1) + [scale**2]
    return [[table(name, outputs) for name in names] for outputs in ends]


def test_trainable_tables_are_the_tables() -> None:
    given = stages("sf", 2)
    again = TrainableTables(given).export()
    for old, new in zip(itertools.chain(*given), itertools.chain(*again), strict=True):
        assert new.pattern == old.pattern and new.interval == old.interval
        assert np.allclose(new.values * new.step, old.values * old.step, atol=new.step / 2)


def test_trainable_tables_by_hand() -> None:
    """A table of one stage, against interpolation in the four rotated pictures."""
    [[table]] = stages("y", 1)
    model = TrainableTables([[table]]).double()
    image = torch.randint(0, 256, (5, 6)).double()
    total = np.zeros((10, 12))
    values = torch.tensor(table.values * table.step)
    for turns in range(4):
        padded = np.pad(np.rot90(image.numpy(), turns), ((0, 2), (0, 2)), mode="edge")
        high, wide = padded.shape[0] - 2, padded.shape[1] - 2
        answer = np.zeros((2 * high, 2 * wide))
        for i, j in itertools.product(range(high), range(wide)):
            taps = torch.tensor([padded[i + dy, j + dx] for dy, dx in table.pattern.taps])
            block = interpolate(values, taps, 6).reshape(2, 2)
            answer[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = block
        total += np.rot90(answer, -turns)
    answer = 255 * model(image[None, None] / 255)[0, 0]
    assert np.allclose(answer.detach().numpy(), total, atol=1e-5)


@pytest.mark.parametrize(("names", "padding"), [("sf", "edge"), ("y", "reflect")])
def test_a_trainable_cascade_is_super_resolution(names, padding) -> None:
    given = stages(names, 2, scale=3)
    model = TrainableTables(given).double()
    image = np.random.default_rng(2).integers(0, 256, (7, 9), dtype=np.uint8)
    answer = 255 * model(torch.tensor(image)[None, None].double() / 255, padding)[0, 0].detach()
    difference = answer.clamp(0, 255).numpy() - super_resolve(image, given, padding=padding)
    assert np.abs(difference).max() < 0.5 + 1e-6


def test_gradients_through_a_cascade() -> None:
    """Entries of the last stage get exact gradients, those of the first straight-through ones."""
    model = TrainableTables(stages("v", 2, interval=7)).double()
    x = torch.randint(0, 256, (1, 1, 4, 5)).double() / 255
    names = [name for name, _ in model.named_parameters()]

    def answer(*entries: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(model, dict(zip(names, entries, strict=True)), (x,))

    given = [p.detach().clone() for p in model.parameters()]
    last = [p.requires_grad_() for p in given[1:]]
    assert gradcheck(lambda *entries: answer(given[0], *entries), last)
    model(x).sum().backward()
    # `entries` of the first stage: nothing but the slope of the second carries a gradient there
    assert all(p.grad.abs().max() > 0 for p in model.parameters())


def test_finetuning_learns() -> None:
    """A table of noise becomes one that repeats its first pixel: 4 values of 255, x 127 / 255."""
    model = TrainableTables(stages("s", 1, interval=7))
    x = torch.randint(0, 256, (8, 1, 8, 8)) / 255
    wanted = x[:, :, 1:-1, 1:-1].repeat_interleave(2, 2).repeat_interleave(2, 3)
    optimiser = torch.optim.Adam(model.parameters(), 0.6)
    errors = []
    for _ in range(80):
        error = (model(x, "valid") - wanted).square().mean()
        optimiser.zero_grad()
        error.backward()
        optimiser.step()
        errors.append(error.item())
    rounded = TrainableTables(model.export())
    final = (rounded(x, "valid") - wanted).square().mean().item()
    assert final < 0.02 * errors[0]
    assert abs(final - errors[-1]) < 0.2 * errors[-1] + 1e-4


def test_the_unit_of_parameters() -> None:
    [[table]] = stages("v", 1)
    entries = TrainableTables([[table]]).entries[0]
    assert torch.allclose(entries * GREY, torch.tensor(table.values * 0.5, dtype=torch.float32))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "at least one stage"),
        ([[]], "every stage a table"),
        (stages("s", 1) * 2, "scale 1, except for the last"),
        ([[*stages("s", 1)[0], *stages("v", 1, scale=3)[0]]], "one scale"),
        (stages("v", 1, interval=0), "interpolated"),
    ],
)
def test_bad_stages(given, message) -> None:
    with pytest.raises(ValueError, match=message):
        TrainableTables(given)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((6, 2), (4, 3)), r"position must be \(N, 2\)"),
        (((7, 2), (4, 2)), r"table must be \(6, outputs\)"),
    ],
)
def test_bad_lookups(shapes, message) -> None:
    with pytest.raises(ValueError, match=message):
        lookup(torch.zeros(shapes[0]), torch.zeros(shapes[1]), (2, 3))
    with pytest.raises(ValueError, match="floats of one type"):
        lookup(torch.zeros(6, 1), torch.zeros(4, 2, dtype=torch.int64), (2, 3))
