"""Files of tables that are damaged, hostile or something else: one clear error, nothing is run."""

import io
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynconv_lite.lut import LookupTable


class Trap:
    """Leaves a mark if it is unpickled."""

    sprung = False

    def __reduce__(self):
        return (spring, ())


def spring():
    Trap.sprung = True


def npy(array, **options):
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def npz(compression=zipfile.ZIP_STORED, **members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return buffer.getvalue()


VALUES = np.random.default_rng(0).integers(-128, 128, (81, 4)).astype(np.int8)
PARTS = {"values": npy(VALUES), "step": npy(np.array(0.5)), "pattern": npy(np.array("s"))}
GOOD = npz(**PARTS)
TRAP = npy(np.array([Trap()], object), allow_pickle=True)
HUGE = npy(VALUES).replace(b"(81, 4)", b"(9**9,)")  # no literal
LONG = npy(VALUES).replace(b"(81, 4), }", b"(1, 4), } ")
DEEP = npy(VALUES).replace(b"(81, 4), }" + b" " * 50, b"(" * 60)
MUCH = npy(VALUES).replace(b"(81, 4), }   ", b"(43046721,),}")


def refused(path, data, *words):
    path.write_bytes(data)
    with pytest.raises(ValueError, match="is no table that can be used") as caught:
        LookupTable.load(path, "s")
    assert str(path) in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_the_files_below_are_good_before_they_are_damaged(tmp_path):
    (tmp_path / "t.npy").write_bytes(npy(VALUES))
    (tmp_path / "t.npz").write_bytes(GOOD)
    assert np.array_equal(LookupTable.load(tmp_path / "t.npy", "s").values, VALUES)
    found = LookupTable.load(tmp_path / "t.npz", "s")
    assert np.array_equal(found.values, VALUES) and found.step == 0.5
    (tmp_path / "f.npy").write_bytes(npy(np.asfortranarray(VALUES)))
    assert np.array_equal(LookupTable.load(tmp_path / "f.npy", "s").values, VALUES)


@pytest.mark.parametrize(
    "data, words",
    [
        (b"", ""),
        (b"hello", "magic string"),
        (npy(VALUES)[:-1], "should hold 324 bytes of data and holds 323"),
        (npy(VALUES) + b"\0", "holds 325"),
        (npy(VALUES)[:40], ""),
        (npy(VALUES.astype(np.uint8)), "it holds '|u1', not '|i1'"),
        (npy(VALUES.astype(np.float32)), "it holds '<f4'"),
        (npy(VALUES[:80]), "has 16, 81, 625, 6561, 83521, 1185921 rows, not 80"),
        (npy(VALUES[:, :3]), "got (81, 3)"),
        (npy(VALUES[0, 0]), "rows, not 0"),
        (HUGE, "its header is damaged"),
        (LONG, "should hold 4 bytes of data and holds 324"),
        (DEEP, "its header is damaged"),
        (MUCH, "should hold 43046721 bytes"),
        (npy(np.zeros(2, [("a", "i1"), ("b", "i1")])), "it holds [("),
    ],
)
def test_a_damaged_or_foreign_npy_is_refused(data, words, tmp_path):
    refused(tmp_path / "t.npy", data, words)


@pytest.mark.parametrize(
    "data, words",
    [
        (GOOD[:-30], ""),
        (GOOD.replace(VALUES.tobytes()[:8], bytes(8)), "values is damaged: Bad CRC-32"),
        (npz(values=PARTS["values"]), "should hold pattern, step, values"),
        (npz(**PARTS, more=b""), "more.npy"),
        (npz(zipfile.ZIP_DEFLATED, **PARTS), "values is compressed"),
        (npz(**PARTS | {"step": npy(np.array([0.5]))}), "step should be one value"),
        (npz(**PARTS | {"step": npy(np.array(np.nan))}), "step must be a finite number > 0"),
        (npz(**PARTS | {"step": npy(np.array(1))}), "it holds '<i8', not '<f8'"),
        (npz(**PARTS | {"pattern": npy(np.array("y"))}), "it is of pattern 'y', not 's'"),
        (npz(**PARTS | {"pattern": npy(np.array("sdy"))}), "it holds '<U3'"),
        (npz(**PARTS | {"values": npy(VALUES)[:-5]}), "should hold 324 bytes"),
    ],
)
def test_a_damaged_or_foreign_npz_is_refused(data, words, tmp_path):
    refused(tmp_path / "t.npz", data, words)


@pytest.mark.parametrize(
    "data", [TRAP, pickle.dumps(Trap()), npz(**PARTS | {"values": TRAP}), npz(step=TRAP)]
)
def test_nothing_is_unpickled(data, tmp_path):
    refused(tmp_path / "t.npz", data)
    assert not Trap.sprung


@given(data=st.data(), packed=st.booleans())
@settings(max_examples=300)
def test_any_damage_is_a_value_error_or_another_table(data, packed, tmp_path_factory):
    good = GOOD if packed else npy(VALUES)
    content = bytearray(good)
    # most bytes are values, any of which is as good: so aim at the headers
    places = [i for i in range(len(good)) if good[i : i + 1] not in (b" ", b"\0")]
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.sampled_from(places[:120] + places[-120:]))] = data.draw(
            st.integers(0, 255)
        )
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(bytes(content))
    try:
        table = LookupTable.load(path, "s")
    except ValueError as error:
        assert str(path) in str(error)
    else:
        assert table.values.dtype == np.int8 and table.step > 0


def test_endings_say_what_a_file_can_hold(tmp_path):
    table = LookupTable(VALUES, "s", 7, step=0.5)
    with pytest.raises(ValueError, match=r"must end in \.npz, or in \.npy if step is 1"):
        table.save(tmp_path / "t.npy")
    with pytest.raises(ValueError, match=r"must end in \.npz"):
        table.save(tmp_path / "t.bin")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.npy"):
        LookupTable.load(tmp_path / "nowhere.npy", "s")


def test_a_failing_disk_leaves_the_old_table(tmp_path, monkeypatch):
    path = tmp_path / "t.npz"
    LookupTable(VALUES, "s", 7).save(path)
    before = path.read_bytes()

    def fail(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="No space left"):
        LookupTable(VALUES[::-1].copy(), "s", 7).save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
