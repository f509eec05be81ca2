"""Tables side by side: the mean of what they give, saved, loaded and trained together."""

import shutil
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dynconv_lite.experiments.super_resolution_tables import digest_tables
from dynconv_lite.lut import (
    PATTERNS,
    LookupTable,
    MeanOf,
    MeanTables,
    MixedTables,
    TrainableMeanTables,
    TrainableMixedTables,
    TrainableTables,
    enlarge,
    load_tables,
    repeating_mixed,
    repeating_stages,
    save_tables,
    super_resolve,
    super_resolve_mixed,
)
from dynconv_lite.lut.mean import mean_picture
from dynconv_lite.lut.table_sets import file_ending
from dynconv_lite.models.mixed_net import MixedNet

IMAGE = np.random.default_rng(0).integers(0, 256, (9, 11, 3), dtype=np.uint8)


def tables(pattern: str, seed: int, scale: int = 2, features: int = 2) -> MixedTables:
    draw = np.random.default_rng(seed)
    dims = PATTERNS[pattern].dims
    first = draw.integers(-128, 128, (3**dims, features)).astype(np.int8)
    mixed = draw.integers(-128, 128, (features, 4**4, scale**2)).astype(np.int8)
    steps = draw.uniform(0.2, 0.6, features + 1)
    return MixedTables(first, mixed, steps, (3,) * dims, 4, pattern=pattern)


def three() -> MeanTables:
    return MeanTables([tables(pattern, seed) for seed, pattern in enumerate("sdy")])


def cascade(seed: int, scale: int = 2) -> list[list[LookupTable]]:
    draw = np.random.default_rng(seed)

    def table(pattern: str, outputs: int) -> LookupTable:
        rows = 5 ** PATTERNS[pattern].dims
        values = draw.integers(-128, 128, (rows, outputs)).astype(np.int8)
        return LookupTable(values, pattern, 6, 0.25)

    return [[table("s", 1), table("v", 1)], [table("s", scale**2), table("v", scale**2)]]


# --- the mean of pictures -------------------------------------------------------------------------


@given(st.integers(1, 9), st.integers(0, 2**31))
def test_a_mean_is_that_of_fractions(count, seed) -> None:
    draw = np.random.default_rng(seed)
    sixteenths = draw.integers(-800, 4800, (count, 4, 5, 3))  # of a grey level: -50 to 300
    found = mean_picture(sixteenths / 16)
    assert found.dtype == np.uint8
    sums = sixteenths.sum(0)
    for place in np.ndindex(sums.shape):
        # Python rounds a fraction exactly, halves to even
        mean = round(Fraction(int(sums[place]), 16 * count))
        assert found[place] == min(max(mean, 0), 255)


@given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=3)), st.integers(1, 5))
def test_of_equal_pictures_it_is_the_picture(picture, count) -> None:
    assert np.array_equal(mean_picture([picture.astype(float)] * count), picture)


def test_a_member_may_go_beyond_white() -> None:
    """(300 + 170) / 2 = 235; clipped before, it would be 212."""
    assert mean_picture([np.full((1, 1), 300.0), np.full((1, 1), 170.0)]).tolist() == [[235]]


@pytest.mark.parametrize(
    "pictures",
    [[], [IMAGE / 1, IMAGE[1:] / 1]],
)
def test_pictures_that_have_no_mean(pictures) -> None:
    with pytest.raises(ValueError, match="levels must be arrays of one shape, and one at least"):
        mean_picture(pictures)


# --- tables ---------------------------------------------------------------------------------------


def test_several_sets_give_the_mean_of_what_each_gives() -> None:
    several = three()
    alone = [super_resolve_mixed(IMAGE, each, rounded=False) for each in several.members]
    expected = np.rint(np.clip(np.stack(alone).sum(0) / 3, 0, 255)).astype(np.uint8)
    assert np.array_equal(enlarge(IMAGE, several), expected)
    assert np.array_equal(enlarge(IMAGE, several, device="cpu"), expected)
    assert not any(np.array_equal(expected, each) for each in alone)
    grey = enlarge(IMAGE[..., 0], several)
    assert np.array_equal(grey, expected[..., 0])
    assert several.nbytes == sum(each.nbytes for each in several.members)


@pytest.mark.parametrize("kind", ["mixed", "single", "cascade", "equal steps"])
def test_levels_are_what_is_rounded_to_pixels(kind) -> None:
    """Both backends give the same to the bit, also where pixels come from a table of sums."""
    before, (s, v) = cascade(7)
    made = {
        "mixed": tables("d", 7),
        "single": [[LookupTable(s.values, "s", 6, 0.7)]],
        "cascade": [before, [s, LookupTable(v.values, "v", 6, 1.3)]],
        "equal steps": [before, [LookupTable(t.values, t.pattern, 6, 1.3) for t in (s, v)]],
    }[kind]
    way = super_resolve_mixed if kind == "mixed" else super_resolve
    levels = way(IMAGE, made, padding="edge", rounded=False)
    assert levels.dtype == np.float64 and (levels % 1 != 0).any()
    assert (levels < 0).any() or kind in ("cascade", "equal steps")  # these meet few rows
    pixels = np.rint(np.clip(levels, 0, 255)).astype(np.uint8)
    for backend in ("numba", "torch"):
        found = way(IMAGE, made, padding="edge", rounded=False, backend=backend)
        assert np.array_equal(found, levels)
        assert np.array_equal(way(IMAGE, made, padding="edge", backend=backend), pixels)
    grey = way(IMAGE[..., 0], made, padding="edge", rounded=False)
    assert np.array_equal(grey, levels[..., 0])


def test_cascades_and_pixel_mix_stand_side_by_side() -> None:
    both = MeanTables([cascade(1), tables("s", 2)])
    alone = [
        super_resolve(IMAGE, cascade(1), padding="edge", rounded=False),
        super_resolve_mixed(IMAGE, both.members[1], rounded=False),
    ]
    assert np.array_equal(enlarge(IMAGE, both), mean_picture(alone))
    assert both.nbytes == both.members[1].nbytes + 5 * (5**4 + 5**2)  # 1 and 4 values a row
    assert (both.scale, both.reach) == (2, 2)


def test_they_see_as_far_as_the_one_that_sees_farthest() -> None:
    """S reaches 1 pixel, D and Y reach 2, and the offsets one more: 7 x 7 pixels."""
    several = three()
    assert [each.reach for each in several.members] == [2, 3, 3] and several.reach == 3
    plain = enlarge(IMAGE, several)
    changed = IMAGE.copy()
    changed[4, 5] ^= 255
    rows, columns, _ = np.nonzero(enlarge(changed, several) != plain)
    assert rows.min() // 2 == 4 - 3 and rows.max() // 2 == 4 + 3
    assert columns.min() // 2 == 5 - 3 and columns.max() // 2 == 5 + 3


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([], "members must be 1 to 9 sets of tables"),
        ([tables("s", 0)] * 10, "members must be 1 to 9 sets of tables"),
        (tables("s", 0), "members must be 1 to 9 sets of tables"),
        ([tables("s", 0), "tables"], "tables must be tables, or stages of them, got 'tables'"),
        ([MeanTables([tables("s", 0)])], "tables must be tables, or stages of them"),
        ([cascade(0), cascade(0, 3)], r"one scale, got \[2, 3\]"),
        ([tables("s", 0), tables("s", 0, scale=3)], r"one scale, got \[2, 3\]"),
    ],
)
def test_members_that_do_not_fit(members, message) -> None:
    with pytest.raises(ValueError, match=message):
        MeanTables(members)


def test_what_is_saved_is_loaded(tmp_path) -> None:
    several = three()
    path = tmp_path / f"set{file_ending(several)}"
    save_tables(several, path)
    assert sorted(p.name for p in path.iterdir()) == [f"member{i}.npz" for i in (1, 2, 3)]
    back = load_tables(path)
    assert isinstance(back, MeanTables)
    assert np.array_equal(enlarge(IMAGE, back), enlarge(IMAGE, several))
    save_tables(MeanTables(several.members[:1]), path)  # replaces all three
    assert [p.name for p in path.iterdir()] == ["member1.npz"]
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(ValueError, match="no ending for a folder"):
        save_tables(several, tmp_path / "set.npz")


def test_a_folder_may_hold_folders(tmp_path) -> None:
    several = MeanTables([cascade(1), tables("s", 2), [cascade(3)[1]], cascade(4)[1][0]])
    save_tables(several, tmp_path / "set")
    names = sorted(p.relative_to(tmp_path / "set").as_posix() for p in tmp_path.rglob("*.npz"))
    stages = ("stage1_s.npz", "stage1_v.npz", "stage2_s.npz", "stage2_v.npz")
    assert names == [
        *(f"member1/{name}" for name in stages),
        "member2.npz",
        *(f"member3/{name}" for name in stages[:2]),
        "member4.npz",
    ]
    back = load_tables(tmp_path / "set")
    assert np.array_equal(enlarge(IMAGE, back), enlarge(IMAGE, several))
    digest = digest_tables(tmp_path / "set")
    cascade(9)[1][0].save(tmp_path / "set/member1/stage2_s.npz")
    assert digest_tables(tmp_path / "set") != digest  # files in folders count


def test_folders_that_are_refused(tmp_path) -> None:
    path = tmp_path / "set"
    save_tables(three(), path)
    (path / "notes.txt").write_text("hello")
    with pytest.raises(
        ValueError, match=r"should hold member1 or member1\.npz, .* and holds .*notes\.txt"
    ):
        load_tables(path)
    (path / "notes.txt").rename(path / ".hidden")
    load_tables(path)
    (path / "member2.npz").rename(path / "member4.npz")
    with pytest.raises(ValueError, match=r"holds member1\.npz, member3\.npz, member4\.npz"):
        load_tables(path)
    (path / "member4.npz").rename(path / "member2.npz")
    tables("s", 5, scale=3).save(path / "member2.npz")
    with pytest.raises(ValueError, match=r"set holds no tables .* one scale"):
        load_tables(path)
    whole = (path / "member1.npz").read_bytes()
    (path / "member2.npz").write_bytes(whole[:-9])
    with pytest.raises(ValueError, match=r"member2\.npz holds no tables"):
        load_tables(path)
    shutil.rmtree(path)
    save_tables(three(), path / "member1")
    with pytest.raises(ValueError, match="member1 should hold plain tables"):
        load_tables(path)


# --- what learns ----------------------------------------------------------------------------------


def test_trainable_tables_are_the_tables() -> None:
    several = three()
    model = TrainableMeanTables(TrainableMixedTables(each) for each in several.members)
    x = torch.from_numpy(IMAGE).permute(2, 0, 1)[:, None] / 255
    answer = 255 * model(x)[:, 0].permute(1, 2, 0).detach().numpy()
    assert np.abs(answer.clip(0, 255) - enlarge(IMAGE, several)).max() <= 0.5 + 1e-3
    back = model.export()
    assert isinstance(back, MeanTables)
    for one, other in zip(back.members, several.members, strict=True):
        assert np.abs(one.mixed * one.steps[1] - other.mixed * other.steps[1]).max() < 1


@pytest.mark.parametrize("module", ["networks", "tables"])
def test_without_padding_all_members_judge_the_same_pixels(module) -> None:
    torch.manual_seed(0)
    members = [MixedNet(2, 1, 4, 1, pattern=pattern) for pattern in "sd"]
    if module == "tables":
        members = [TrainableMixedTables(tables(pattern, 3)) for pattern in "sd"]
    model = MeanOf(members)
    x = torch.randint(0, 256, (2, 1, 10, 11)) / 255
    inner = model(x, "valid")  # (2, 1, 2 (10 - 6), 2 (11 - 6))
    assert inner.shape == (2, 1, 8, 10)
    assert torch.allclose(inner, model(x, "edge")[:, :, 6:-6, 6:-6], atol=1e-6)
    alone = torch.stack([member(x, "edge") for member in members]).mean(0)
    assert torch.allclose(model(x), alone, atol=1e-6)


def test_cascades_learn_side_by_side() -> None:
    several = MeanTables([cascade(1), cascade(2)])
    model = TrainableMeanTables(TrainableTables(each) for each in several.members)
    x = torch.from_numpy(IMAGE).permute(2, 0, 1)[:, None] / 255
    answer = 255 * model(x)[:, 0].permute(1, 2, 0).detach().numpy()
    assert np.abs(answer.clip(0, 255) - enlarge(IMAGE, several)).max() <= 0.5 + 1e-3
    finer = model.refined()
    assert torch.allclose(finer(x), model(x), atol=1e-5)
    assert {t.interval for each in finer.export().members for s in each for t in s} == {5}


def test_every_member_learns() -> None:
    model = TrainableMeanTables(TrainableMixedTables(each) for each in three().members)
    x = torch.randint(0, 256, (4, 1, 9, 9)) / 255
    model(x).square().mean().backward()
    for member in model.members:
        assert all(bool(entries.grad.abs().sum() > 0) for entries in member.entries)


def test_on_finer_grids_they_are_the_same() -> None:
    model = TrainableMeanTables(TrainableMixedTables(each) for each in three().members)
    with torch.no_grad():
        for entries in model.parameters():
            entries += 0.01 * torch.randn_like(entries)  # no longer what int8 can hold
    finer = model.refined()
    assert [member.tables.mixed_nodes for member in finer.members] == [7, 7, 7]
    x = torch.randint(0, 256, (2, 1, 8, 7)) / 255
    assert torch.allclose(finer(x), model(x), atol=1e-5)
    with torch.no_grad():
        model.members[1].entries[0].zero_()
    assert not torch.allclose(finer(x), model(x), atol=1e-5)  # its entries are its own


def test_there_must_be_members() -> None:
    with pytest.raises(ValueError, match="members must be at least one"):
        MeanOf([])


# --- to begin without a network -------------------------------------------------------------------


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_tables_that_repeat_every_pixel(pattern, scale) -> None:
    dims = PATTERNS[pattern].dims
    for features in range(1, dims + 1):
        made = repeating_mixed(pattern, features, scale, (5, 9, 9, 9)[:dims], 3)
        assert made.features == features
        assert np.array_equal(enlarge(IMAGE, made), IMAGE.repeat(scale, 0).repeat(scale, 1))
        columns = made.first.T.tolist()
        assert len({tuple(column) for column in columns}) == features  # none is another's twin


def test_a_cascade_can_begin_by_sharpening() -> None:
    """Its first stage gives x00 + a (x00 - mean of the others), here of every pixel and its right.

    In all four rotations the others are the four neighbours, so a pixel is compared with their
    mean; the last stage repeats.
    """
    image = 32 * np.random.default_rng(2).integers(2, 6, (7, 8), dtype=np.uint8)  # all on nodes
    found = enlarge(image, MeanTables([repeating_stages("v", 2, 2, 5, sharpen=0.5)]))
    wide = np.pad(image.astype(float), 1, mode="edge")
    around = (wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:]) / 4
    expected = image + 0.5 * (image - around)
    assert np.abs(found - expected.repeat(2, 0).repeat(2, 1)).max() <= 1.5
    assert np.array_equal(
        repeating_stages("v", sharpen=0.0)[0][0].values, repeating_stages("v")[0][0].values
    )


@pytest.mark.parametrize(("stages", "sharpen"), [(1, 0.5), (2, float("nan")), (2, float("inf"))])
def test_what_cannot_sharpen(stages, sharpen) -> None:
    with pytest.raises(ValueError, match="sharpen must be finite, and 0 for a single stage"):
        repeating_stages("s", stages, sharpen=sharpen)


def test_the_first_feature_is_the_pixel() -> None:
    made = repeating_mixed("s", 1, first_nodes=(2, 3, 3, 3))
    at_node = made.first[:, 0].reshape(2, 27) * made.steps[0] + 128
    assert np.allclose(at_node[0], 0) and np.allclose(at_node[1], 255, atol=1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"features": 5}, "features must be 1 to 4, the taps of pattern 's', got 5"),
        ({"features": 0}, "features must be 1 to 4"),
        ({"features": 2.0}, "features must be 1 to 4"),
        ({"scale": 5}, "scale must be one of"),
        ({"pattern": "q"}, "pattern must be one of"),
        ({"mixed_nodes": 1}, "mixed_nodes"),
        ({"first_nodes": (5, 9)}, "first_nodes must be 4"),
        ({"offsets": ((0, 0.5),)}, "offsets"),
    ],
)
def test_repeating_tables_have_limits(changes, message) -> None:
    with pytest.raises(ValueError, match=message):
        repeating_mixed(**changes)
