"""Training for super-resolution: what is cut out of pictures, and a run that is killed anywhere."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from data_utils import SRPair
from dynconv_lite.experiments import super_resolution as study
from dynconv_lite.experiments import super_resolution_training as training
from dynconv_lite.experiments.checkpoint import CheckpointError, Checkpoints
from dynconv_lite.experiments.config import config_for
from dynconv_lite.experiments.configs.super_resolution import SuperResolutionConfig, steps_of
from dynconv_lite.experiments.job import Job
from dynconv_lite.experiments.super_resolution_data import TURNED, Patches, TestSet, ways
from dynconv_lite.experiments.super_resolution_methods import (
    KINDS,
    FramedFSRCNN,
    padding_of,
    sampled_tables,
)
from dynconv_lite.experiments.training import TrainingError, seeded
from dynconv_lite.lut import MeanTables, enlarge

CPU = torch.device("cpu")


def pair(height: int, width: int, scale: int, seed: int = 0) -> SRPair:
    """A picture whose pixels are all told by where they are, and its enlargement by repetition."""
    lr = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return SRPair(f"{seed}", lr, lr.repeat(scale, 0).repeat(scale, 1))


def config(**changes: Any) -> SuperResolutionConfig:
    small = {"network_steps": 4, "table_steps": 3, "evaluate_every": 2, "batch_size": 3}
    tiny = {"interval": 7, "width": 3, "depth": 1, "core": 4, "scale": 2}
    made = config_for("super_resolution", "smoke", **(small | tiny | changes))
    assert isinstance(made, SuperResolutionConfig)
    return made


SETTINGS = [
    {"method": "srlut_s"},
    {"method": "mulut", "patterns": ("s", "d"), "interval": 6, "coarser": 1, "relit": True},
    {"method": "srlut_f", "network_steps": 0, "table_steps": 5, "coarser": 1, "loss": "log_mse"},
    {"method": "mixed", "features": 1, "nodes": 3},
    {"method": "mulut_mixed", "patterns": ("s", "f"), "nodes": 5, "coarser": 1, "relit": True},
    {"method": "mulut_wide", "patterns": ("s", "v"), "interval": 6, "members": 2, "coarser": 1},
    {"method": "additive_32k", "layers": ((2, 3, 3), (4, 3, 3))},
    {"method": "fsrcnn"},
]


@pytest.fixture
def sets() -> list[TestSet]:
    return [TestSet("made", "made up", (pair(9, 11, 2, 7), pair(12, 9, 2, 8)))]


@pytest.fixture
def patches() -> Patches:
    return Patches([pair(24, 30, 2, seed) for seed in range(3)], 2, 4, CPU)


def trained(settings: SuperResolutionConfig, patches: Patches, sets: list[TestSet], **job: Any):
    with seeded(settings.seed, CPU):
        network = KINDS[settings.kind].build(settings)
    return training.train_both(settings, network, patches, sets[0], Job("hash", **job))


def parts(tables: Any) -> list[np.ndarray]:
    """All values of a set of tables, and their steps."""
    if isinstance(tables, MeanTables):
        return [array for each in tables.members for array in parts(each)]
    if isinstance(tables, list):
        return [array for each in tables for array in parts(each)]
    names = ("values", "step", "first", "mixed", "layers", "steps")
    found = [getattr(tables, name) for name in names if hasattr(tables, name)]
    return [np.asarray(x) for f in found for x in (f if isinstance(f, tuple) else (f,))]


# --- patches --------------------------------------------------------------------------------------


def test_a_square_is_laid_in_all_its_eight_ways() -> None:
    square = torch.arange(9).view(3, 3)
    found = {tuple(square[tuple(way.unbind(-1))].flatten().tolist()) for way in ways(3, CPU)}
    mirrored = square.flip(1)
    every = [torch.rot90(each, turns) for each in (square, mirrored) for turns in range(4)]
    assert found == {tuple(each.flatten().tolist()) for each in every} and len(found) == TURNED


@given(
    st.integers(2, 4),
    st.integers(1, 5),
    st.integers(0, 3),
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=4),
)
@settings(max_examples=40, deadline=None)
def test_both_resolutions_show_the_same_place_in_the_same_way(scale, core, margin, more) -> None:
    """High resolution repeats low, so a patch of it must repeat the core of its partner."""
    side = core + 2 * margin
    pairs = [pair(side + dy, side + dx, scale, n) for n, (dy, dx) in enumerate(more)]
    cut = Patches(pairs, scale, core, CPU)
    x, y = cut.batch(50, margin, torch.Generator().manual_seed(0))
    assert x.shape == (50, 1, side, side) and y.shape == (50, 1, scale * core, scale * core)
    inner = x[:, :, margin : margin + core, margin : margin + core]
    assert torch.equal(y, inner.repeat_interleave(scale, 2).repeat_interleave(scale, 3))


def test_every_patch_is_a_piece_of_one_colour_of_a_picture() -> None:
    pairs = [pair(6, 8, 2, 0), pair(9, 5, 2, 1)]
    cut = Patches(pairs, 2, 3, CPU)
    x, _ = cut.batch(400, 1, torch.Generator().manual_seed(1))
    possible = {}
    for number, each in enumerate(pairs):
        for row in range(each.lr.shape[0] - 4):
            for column in range(each.lr.shape[1] - 4):
                piece = torch.from_numpy(each.lr[row : row + 5, column : column + 5])
                for way in ways(5, CPU):
                    for colour in range(3):
                        laid = piece[..., colour][tuple(way.unbind(-1))]
                        possible[bytes(laid.flatten().tolist())] = (number, row, column, colour)
    found = {possible[bytes((255 * one).round().int().flatten().tolist())] for one in x}
    assert {number for number, *_ in found} == {0, 1}
    assert {colour for *_, colour in found} == {0, 1, 2}
    # all places are met: 2 x 4 of the first picture, 5 x 1 of the second
    assert {f[:3] for f in found} == {(0, r, c) for r in range(2) for c in range(4)} | {
        (1, r, 0) for r in range(5)
    }


def test_patches_of_three_colours_are_those_of_one_laid_together() -> None:
    pairs = [pair(9, 8, 2, 0), pair(7, 12, 2, 1)]
    cut = Patches(pairs, 2, 3, CPU)
    x, y = cut.batch(60, 1, torch.Generator().manual_seed(2), colours=3)
    assert x.shape == (60, 3, 5, 5) and y.shape == (60, 3, 6, 6)
    single, enlarged = cut.batch(60, 1, torch.Generator().manual_seed(2))
    for one, three in ((single, x), (enlarged, y)):
        same = (one == three).flatten(2).all(2)  # (60, 3): which of the colours it is
        assert same.any(1).all()
    assert torch.equal(y, x[:, :, 1:4, 1:4].repeat_interleave(2, 2).repeat_interleave(2, 3))


def test_patches_that_do_not_fit_are_refused() -> None:
    cut = Patches([pair(9, 20, 2)], 2, 6, CPU)
    cut.batch(1, 1, torch.Generator())
    with pytest.raises(ValueError, match=r"core = 6 with the 2 pixels .* 9 pixels"):
        cut.batch(1, 2, torch.Generator())
    with pytest.raises(ValueError, match="at least one picture"):
        Patches([], 2, 6, CPU)


# --- the kinds ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_a_framed_network_sees_as_far_as_it_says(scale) -> None:
    torch.manual_seed(0)
    network = FramedFSRCNN(scale).double()
    torch.nn.init.normal_(network.network.enlarge.weight)
    reach, middle = network.reach, 12
    x = torch.rand(1, 1, 25, 25, dtype=torch.float64, requires_grad=True)
    y = network(x)
    assert y.shape == (1, 1, 25 * scale, 25 * scale)
    block = y[0, 0, middle * scale :, middle * scale :][:scale, :scale]
    rows, columns = torch.autograd.grad(block.abs().sum(), x)[0][0, 0].nonzero().T
    for places in (rows, columns):
        assert max(int(places.max()) - middle, middle - int(places.min())) == reach


@pytest.mark.parametrize("padding", ["edge", "reflect"])
def test_a_framed_network_gives_a_piece_what_it_gives_the_picture(padding) -> None:
    torch.manual_seed(0)
    network = FramedFSRCNN(2).double()
    x, reach = torch.rand(2, 1, 30, 26, dtype=torch.float64), network.reach
    whole = network(x, padding)
    piece = network(x[:, :, 1:28, 3:24], "valid")
    top, left = 2 * (1 + reach), 2 * (3 + reach)
    place = whole[:, :, top : top + piece.shape[2], left : left + piece.shape[3]]
    assert torch.allclose(piece, place, atol=1e-12)


@pytest.mark.parametrize("changes", SETTINGS)
def test_trainable_tables_start_where_the_network_was_sampled(changes, patches, sets) -> None:
    """Tables and their trainable form enlarge alike: to the bit, or where a half is rounded."""
    made = config(**changes)
    with seeded(0, CPU):
        network = KINDS[made.kind].build(made)
    tables = sampled_tables(made, network)
    if made.method == "fsrcnn":
        assert tables is None
        return
    module = KINDS[made.kind].trainable(network, tables)
    picture = sets[0].pairs[0].lr
    one = study.enlarge_by_module(module, picture, padding_of(made), CPU)
    other = enlarge(picture, tables)
    assert np.abs(one.astype(int) - other.astype(int)).max() <= 1
    assert np.mean(one != other) < 0.01


# --- two stages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", SETTINGS)
def test_what_a_training_leaves(changes, patches, sets) -> None:
    # at the usual rate so few steps would leave every byte where it is
    found = trained(config(**(changes | {"table_lr": 0.1})), patches, sets)
    stages = [(entry["stage"], entry["step"]) for entry in found.history]
    if changes["method"] == "fsrcnn":
        assert stages == [(0, 2), (0, 4)]
        assert found.tables is None and found.sampled is None
    elif not changes.get("network_steps", 1):
        assert stages == [(1, 2), (2, 2), (2, 3)]
        assert found.tables is not None and found.sampled is None
    else:
        grids = [(1, 1), (2, 2)] if changes.get("coarser") else [(1, 2), (1, 3)]
        assert stages == [(0, 2), (0, 4), *grids]
        both = zip(parts(found.tables), parts(found.sampled), strict=True)
        assert not all(np.array_equal(one, other) for one, other in both)
    assert all({"loss", "psnr_made"} <= set(entry) for entry in found.history)


def test_without_table_steps_tables_are_as_sampled(patches, sets) -> None:
    found = trained(config(table_steps=0), patches, sets)
    assert found.tables is found.sampled is not None
    assert [entry["stage"] for entry in found.history] == [0, 0]


def test_steps_are_shared_out_among_grids() -> None:
    made = config(method="srlut_f", interval=5, table_steps=11, coarser=2)
    assert steps_of(made) == [4, 3, 3, 5]
    assert steps_of(config(table_steps=0)) == [4]
    assert steps_of(config(method="srlut_f", table_steps=5, coarser=1, network_steps=0)) == [
        0,
        2,
        3,
    ]


def test_a_finer_grid_goes_on_where_the_coarser_one_ended(patches, sets) -> None:
    """With rates that move nothing, tables stay what they began as: every pixel is repeated."""
    changes = {"method": "mulut", "patterns": ("s", "y"), "interval": 5, "coarser": 2}
    changes |= {"network_steps": 0}
    found = trained(config(**changes, table_steps=6, table_lr=1e-9), patches, sets)
    assert found.sampled is None and len({entry["stage"] for entry in found.history}) == 3
    for each in sets[0].pairs:
        answer = enlarge(each.lr, found.tables).astype(int)
        assert np.abs(answer - each.hr).max() <= 4  # hr repeats lr; int8 ends at white


def test_pixel_mix_goes_on_as_well(patches, sets) -> None:
    changes = {"method": "mulut_mixed", "patterns": ("s", "d"), "nodes": 9, "coarser": 2}
    changes |= {"network_steps": 0}
    found = trained(config(**changes, table_steps=6, table_lr=1e-9), patches, sets)
    assert [each.mixed_nodes for each in found.tables.members] == [9, 9]
    assert found.sampled is None and len({entry["stage"] for entry in found.history}) == 3
    for each in sets[0].pairs:
        assert np.array_equal(enlarge(each.lr, found.tables), each.hr)  # hr repeats lr


def test_cascades_side_by_side_begin_differently(patches, sets) -> None:
    """Those that begin alike would stay alike: each table's gradient is the others'."""
    changes = {"method": "mulut_wide", "patterns": ("s", "v"), "interval": 5, "network_steps": 0}
    found = trained(config(**changes, members=3, table_steps=2, table_lr=1e-9), patches, sets)
    firsts = [each[0][0].values for each in found.tables.members]
    assert not any(np.array_equal(a, b) for a, b in ((firsts[0], firsts[1]), firsts[1:]))
    seconds = [each[1][0].values for each in found.tables.members]
    assert all(np.array_equal(each, seconds[0]) for each in seconds)


def test_training_lowers_the_loss(patches, sets) -> None:
    found = trained(
        config(method="mixed", network_steps=60, table_steps=40, evaluate_every=20), patches, sets
    )
    network, tables = (
        [entry["loss"] for entry in found.history if entry["stage"] == stage] for stage in (0, 1)
    )
    assert network[-1] < network[0] and tables[-1] < network[0]


class Killed(BaseException):
    """A run ends here, as if it had been killed."""


@pytest.mark.parametrize("changes", SETTINGS, ids=lambda c: c["method"])
def test_a_run_killed_anywhere_ends_the_same_to_the_bit(
    changes, patches, sets, tmp_path, monkeypatch
) -> None:
    made = config(**changes)
    whole = trained(made, patches, sets)
    plain = training._Run.take_step
    total = made.network_steps + made.table_steps
    for stop in range(total):
        checkpoints = Checkpoints(tmp_path / str(stop))

        def take_step(self: Any, stop: int = stop) -> None:
            if self.done() == stop:
                raise Killed
            plain(self)

        # saved after every step: what is lost is only what comes after the last
        with monkeypatch.context() as patched, pytest.raises(Killed):
            patched.setattr(training._Run, "take_step", take_step)
            trained(made, patches, sets, checkpoints=checkpoints, checkpoint_minutes=0)
        found = trained(made, patches, sets, checkpoints=checkpoints, checkpoint_minutes=0)
        assert found.history == whole.history
        pairs = zip(
            found.network.state_dict().values(), whole.network.state_dict().values(), strict=True
        )
        assert all(torch.equal(one, other) for one, other in pairs)
        for name in ("tables", "sampled"):
            if getattr(whole, name) is not None:
                both = zip(parts(getattr(found, name)), parts(getattr(whole, name)), strict=True)
                assert all(np.array_equal(one, other) for one, other in both)


def test_a_kill_between_two_checkpoints_costs_only_time(
    patches, sets, tmp_path, monkeypatch
) -> None:
    made = config(network_steps=6)
    whole = trained(made, patches, sets)
    plain, due = training._Run.take_step, training._Run.due

    def take_step(self: Any) -> None:
        if self.done() == 5:
            raise Killed
        plain(self)

    checkpoints = Checkpoints(tmp_path)
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(training._Run, "take_step", take_step)
        patched.setattr(training._Run, "due", lambda self: due(self) and self.step == 3)
        trained(made, patches, sets, checkpoints=checkpoints, checkpoint_minutes=0)
    assert [path.name for path in checkpoints.files()] == ["step-00000003.pt"]
    found = trained(made, patches, sets, checkpoints=checkpoints)
    assert found.history == whole.history


def test_the_first_stage_is_saved_in_any_case(patches, sets, tmp_path) -> None:
    checkpoints = Checkpoints(tmp_path)
    trained(config(), patches, sets, checkpoints=checkpoints, checkpoint_minutes=1000.0)
    assert [path.name for path in checkpoints.files()] == ["step-00000004.pt", "step-00000007.pt"]
    state = checkpoints.load()  # weights_only
    assert (state["stage"], state["step"]) == (1, 3)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"config_hash": "another"}, "with config_hash 'another', and this run has 'hash'"),
        ({"arithmetic": "cuda"}, "with arithmetic 'cuda'"),
        ({"generator": None}, "does not fit this version"),
        ({"model": {}}, "does not fit this version"),
    ],
)
def test_a_checkpoint_of_something_else_is_refused(changed, words, patches, sets, tmp_path) -> None:
    checkpoints = Checkpoints(tmp_path)
    trained(config(), patches, sets, checkpoints=checkpoints)
    state = checkpoints.load()
    checkpoints.save(99, state | changed)
    with pytest.raises(CheckpointError, match=words):
        trained(config(), patches, sets, checkpoints=checkpoints)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"network_lr": 1e30}, "of the network; try a smaller network_lr than 1e[+]30"),
        ({"table_lr": 1e38}, "of the tables; try a smaller table_lr than 1e[+]38"),
    ],
)
def test_a_training_that_runs_away_is_stopped(changes, words, patches, sets, tmp_path) -> None:
    checkpoints = Checkpoints(tmp_path)
    made = config(method="mixed", table_steps=8, **changes)
    with pytest.raises(TrainingError, match=words):
        trained(made, patches, sets, checkpoints=checkpoints, checkpoint_minutes=0)
    state = checkpoints.load()
    assert state is None or all(torch.isfinite(v).all() for v in state["model"].values())


def test_seeds_draw_other_weights_and_other_patches(patches, sets) -> None:
    one, other = (trained(config(seed=seed), patches, sets).history for seed in (0, 1))
    assert one != other == trained(config(seed=1), patches, sets).history


def test_progress_is_told(patches, sets) -> None:
    told: list[tuple[float, str]] = []
    trained(config(), patches, sets, report=lambda share, text: told.append((share, text)))
    shares = [share for share, _ in told]
    assert shares == [n / 8 for n in range(1, 8)]
    assert told[0][1] == "network, step 1 of 4" and told[-1][1] == "tables, step 3 of 3"
