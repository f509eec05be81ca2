"""Sets of tables: what is saved is what is loaded, and everything else is refused."""

import io
import pickle
import shutil
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynconv_lite.lut import (
    PATTERNS,
    LookupTable,
    MixedTables,
    Pattern,
    enlarge,
    load_tables,
    save_tables,
    super_resolve,
    super_resolve_mixed,
)
from dynconv_lite.lut.additive import AdditiveTables
from dynconv_lite.lut.additive_forward import super_resolve_additive
from dynconv_lite.lut.table_sets import file_ending

IMAGE = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)


def table(pattern="s", scale=2, interval=8, step=0.5):
    rows = (2 ** (8 - interval) + 1) ** PATTERNS[pattern].dims
    values = np.random.default_rng(ord(pattern)).integers(-128, 128, (rows, scale**2))
    return LookupTable(values.astype(np.int8), pattern, interval, step)


def mixed():
    draw = np.random.default_rng(1)
    first = draw.integers(-128, 128, (2 * 3**3, 2)).astype(np.int8)
    second = draw.integers(-128, 128, (2, 3**4, 4)).astype(np.int8)
    return MixedTables(first, second, (0.5, 1.0, 1.5), (2, 3, 3, 3), 3)


def additive():
    draw = np.random.default_rng(2)
    sizes = ((1, 3, 3, 3, 2), (2, 1, 1, 2, 4))
    layers = [draw.integers(-128, 128, size).astype(np.int8) for size in sizes]
    return AdditiveTables(layers, (0.5, 0.25))


def cascade(step=1.0):
    before = [table(name, 1, step=step + place) for place, name in enumerate("sdy")]
    return [before, [table(name, step=step * (place + 1)) for place, name in enumerate("sdy")]]


def same(one, other):
    assert len(one) == len(other)
    for stage, twin in zip(one, other, strict=True):
        assert [t.pattern for t in stage] == [t.pattern for t in twin]
        for mine, its in zip(stage, twin, strict=True):
            assert np.array_equal(mine.values, its.values)
            assert (mine.step, mine.interval) == (its.step, its.interval)


@pytest.mark.parametrize(
    "tables, names",
    [
        (table(), None),
        ([[table("v", interval=6)]], None),
        ([[table("s", 1)], [table("d")]], ["stage1_s.npz", "stage2_d.npz"]),
        ([table("s", 1), [table("d")]], ["stage1_s.npz", "stage2_d.npz"]),
        (cascade(), [f"stage{number}_{name}.npz" for number in (1, 2) for name in "dsy"]),
    ],
)
def test_plain_tables_come_back(tables, names, tmp_path):
    path = tmp_path / f"set{file_ending(tables)}"
    save_tables(tables, path)
    back = load_tables(path)
    stages = [[tables]] if isinstance(tables, LookupTable) else tables
    same(back, [[t] if isinstance(t, LookupTable) else t for t in stages])
    assert np.array_equal(enlarge(IMAGE, back), enlarge(IMAGE, tables))
    assert (sorted(p.name for p in path.iterdir()) if path.is_dir() else None) == names
    assert list(tmp_path.iterdir()) == [path]  # nothing is left beside it


def test_mixed_tables_come_back(tmp_path):
    tables = mixed()
    save_tables(tables, tmp_path / "set.npz")
    back = load_tables(tmp_path / "set.npz")
    assert isinstance(back, MixedTables)
    assert np.array_equal(enlarge(IMAGE, back), super_resolve_mixed(IMAGE, tables, padding="edge"))


def test_additive_tables_come_back(tmp_path):
    tables = additive()
    save_tables(tables, tmp_path / "set.npz")
    back = load_tables(tmp_path / "set.npz")
    assert isinstance(back, AdditiveTables)
    expected = super_resolve_additive(IMAGE, tables, padding="edge")
    assert np.array_equal(enlarge(IMAGE, back), expected)


@given(st.integers(1, 2), st.sets(st.sampled_from("sdyfv"), min_size=1), st.integers(2, 4))
@settings(max_examples=20, deadline=None)
def test_any_stages_come_back(tmp_path_factory, stages, names, scale):
    order = [name for name in PATTERNS if name in names]
    tables = [[table(name, 1) for name in order] for _ in range(stages - 1)]
    tables.append([table(name, scale) for name in order])
    path = tmp_path_factory.mktemp("sets") / f"set{file_ending(tables)}"
    save_tables(tables, path)
    same(load_tables(path), tables)


def test_the_padding_is_that_of_the_papers():
    """SR-LUT mirrors, MuLUT repeats the border (their public test code)."""
    single, stages = [[table()]], cascade()
    assert np.array_equal(enlarge(IMAGE, single), super_resolve(IMAGE, single, padding="reflect"))
    assert np.array_equal(enlarge(IMAGE, stages), super_resolve(IMAGE, stages, padding="edge"))
    told = enlarge(IMAGE, single, padding="edge")
    assert np.array_equal(told, super_resolve(IMAGE, single, padding="edge"))
    assert not np.array_equal(told, enlarge(IMAGE, single))


def test_a_folder_is_replaced_whole(tmp_path):
    path = tmp_path / "set"
    save_tables(cascade(), path)
    save_tables([[table("s", 1)], [table("d")]], path)
    assert sorted(p.name for p in path.iterdir()) == ["stage1_s.npz", "stage2_d.npz"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_failing_disk_leaves_the_old_folder(tmp_path, monkeypatch):
    path = tmp_path / "set"
    old = cascade()
    save_tables(old, path)

    def fail(*arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("os.replace", fail)  # of the third file, as of any
        with pytest.raises(OSError, match="No space left"):
            save_tables(cascade(2.0), path)
    same(load_tables(path), old)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "tables, words",
    [
        ([], "tables must be"),
        ("s", "tables must be"),
        ([[]], "stage 1 must hold at least one table"),
        ([[table()], [mixed()]], "stage 2 must hold plain tables"),
        ([[table("s"), table("d", 3)]], "one scale"),
        ([[table("s"), table("s")]], "each pattern once"),
        ([[table("d"), table("s")]], "in the order s, d"),
        (LookupTable(np.zeros((2, 4), np.int8), Pattern("q", ((0, 0),)), 8), "got q"),
        ([[table("s", 1)]] * 10, "at most 9"),
    ],
)
def test_what_is_no_set_is_not_saved(tables, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        save_tables(tables, tmp_path / "set")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "tables, name",
    [(table(), "set"), (mixed(), "set.npy"), (additive(), "set"), (cascade(), "set.npz")],
)
def test_endings_say_what_a_path_can_hold(tables, name, tmp_path):
    with pytest.raises(ValueError, match=r"path must end in \.npz for one table"):
        save_tables(tables, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


class Trap:
    """Leaves a mark if it is unpickled."""

    sprung = False

    def __reduce__(self):
        return (spring, ())


def spring():
    Trap.sprung = True


def npz(**members):
    buffer = io.BytesIO()
    np.savez(buffer, **members)
    return buffer.getvalue()


CONTENTS = {}


def saved(tables, path):
    save_tables(tables, path)
    return path.read_bytes()


@pytest.mark.parametrize("content", [b"", b"hello", b"PK", b"PK\5\6" + bytes(18), b"x" * 100])
def test_what_is_no_archive_is_refused(content, tmp_path):
    path = tmp_path / "set.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"set\.npz holds no tables that can be used"):
        load_tables(path)


def test_nothing_is_unpickled(tmp_path):
    path = tmp_path / "set.npz"
    trap = np.array([Trap()], object)
    plain = {"step": trap, "pattern": np.array("s"), "values": trap}
    names = ("first", "mixed", "steps", "first_nodes", "mixed_nodes", "taps", "offsets")
    for content in (pickle.dumps(Trap()), npz(**plain), npz(**dict.fromkeys(names, trap))):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"set\.npz"):
            load_tables(path)
    assert not Trap.sprung


def test_unknown_members_are_named(tmp_path):
    path = tmp_path / "set.npz"
    path.write_bytes(npz(values=np.zeros(3), more=np.zeros(3)))
    with pytest.raises(ValueError, match=r"no kind of tables has the members \['more\.npy', 'val"):
        load_tables(path)


@pytest.mark.parametrize("tables", [table(), mixed(), additive()], ids=["plain", "mixed", "sums"])
def test_every_cut_is_refused(tables, tmp_path):
    path = tmp_path / "set.npz"
    content = saved(tables, path)
    for size in range(0, len(content), 17):
        path.write_bytes(content[:size])
        with pytest.raises(ValueError, match=r"set\.npz"):
            load_tables(path)


@pytest.fixture(scope="module", autouse=True)
def contents(tmp_path_factory):
    folder = tmp_path_factory.mktemp("contents")
    CONTENTS["plain"] = saved(table(), folder / "plain.npz")
    CONTENTS["mixed"] = saved(mixed(), folder / "mixed.npz")
    CONTENTS["sums"] = saved(additive(), folder / "sums.npz")


@given(data=st.data(), kind=st.sampled_from(["plain", "mixed", "sums"]))
@settings(max_examples=300, deadline=None)
def test_any_damage_is_a_value_error_or_another_set(data, kind, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    content = bytearray(CONTENTS[kind])
    # most bytes are values, any of which is as good: so aim at the headers
    names = [i for i in range(len(content)) if content[i : i + 1] not in (b" ", b"\0")]
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.sampled_from(names))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content))
    try:
        tables = load_tables(path)
    except ValueError as error:
        assert "damaged.npz" in str(error)
    else:
        assert enlarge(IMAGE, tables).shape == (10, 14, 3)


def folder(path, stages=None):
    save_tables(stages or cascade(), path)
    return path


def test_folders_hold_stages_alone(tmp_path):
    path = folder(tmp_path / "set")
    (path / ".DS_Store").write_bytes(b"hidden files are nobody's tables")
    load_tables(path)
    (path / "notes.txt").write_text("hello")
    with pytest.raises(ValueError, match=r"should hold stage1_s\.npz .* and holds notes\.txt"):
        load_tables(path)


def test_folders_are_complete(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ValueError, match="and holds nothing"):
        load_tables(empty)
    path = folder(tmp_path / "set")
    for name in "sdy":
        (path / f"stage1_{name}.npz").unlink()
    with pytest.raises(ValueError, match=r"stages from 1 on, and holds \[2\]"):
        load_tables(path)


def test_folders_do_not_mix_scales_or_patterns(tmp_path):
    path = folder(tmp_path / "set")
    table("d", 3).save(path / "stage2_d.npz")
    with pytest.raises(ValueError, match=r"set holds no tables .* one scale"):
        load_tables(path)
    shutil.copy(path / "stage2_s.npz", path / "stage2_d.npz")
    with pytest.raises(ValueError, match=r"stage2_d\.npz .* pattern 's', not 'd'"):
        load_tables(path)
    (path / "stage2_d.npz").rename(path / "stage2_q.npz")
    with pytest.raises(ValueError, match="unknown pattern 'q'"):
        load_tables(path)


def test_a_damaged_table_in_a_folder_is_named(tmp_path):
    path = folder(tmp_path / "set")
    content = (path / "stage2_y.npz").read_bytes()
    (path / "stage2_y.npz").write_bytes(content[:-1])
    with pytest.raises(ValueError, match=r"stage2_y\.npz is no table that can be used"):
        load_tables(path)


def test_a_missing_set_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        load_tables(tmp_path / "nowhere")


def test_the_kind_is_told_by_the_members_and_not_by_the_name(tmp_path):
    save_tables(mixed(), tmp_path / "a.npz")
    with zipfile.ZipFile(tmp_path / "a.npz") as archive:
        assert "first.npy" in archive.namelist()
    (tmp_path / "a.npz").rename(tmp_path / "srlut_s")
    assert isinstance(load_tables(tmp_path / "srlut_s"), MixedTables)
