"""The command upscale: what it says and writes, and that a failure leaves nothing behind."""

import errno
import os

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from dynconv_lite import cli, cli_upscale
from dynconv_lite.lut import LookupTable, enlarge, save_tables
from dynconv_lite.upscale import convert

DRAW = np.random.default_rng(0)
RGB = DRAW.integers(0, 256, (5, 7, 3), dtype=np.uint8)
TABLE = LookupTable(DRAW.integers(-128, 128, (81, 16)).astype(np.int8), "d", 7)
FIRST = LookupTable(DRAW.integers(-128, 128, (81, 1)).astype(np.int8), "s", 7)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a picture, tables of three kinds, and files that are something else."""
    monkeypatch.chdir(tmp_path)
    Image.fromarray(RGB).save("in.png")
    TABLE.save("bare.npy")
    save_tables(TABLE, "one.npz")
    save_tables([[FIRST], [TABLE]], "stages")
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "cut.png").write_bytes((tmp_path / "in.png").read_bytes()[:70])
    (tmp_path / "text.npz").write_text("no table")
    (tmp_path / "link.png").symlink_to("in.png")
    return tmp_path


def upscale(*words):
    return CliRunner().invoke(cli.app, ["upscale", *words])


def refused(result, word, code=1):
    """Check for one sentence, and no traceback."""
    assert result.exit_code == code and result.stdout == ""
    assert isinstance(result.exception, SystemExit)
    assert word in " ".join(result.stderr.replace("│", " ").split())
    if code == 1:
        assert result.stderr.startswith("Error: ") and len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "words, tables",
    [
        (["--table", "one.npz"], TABLE),
        (["--table", "stages"], [[FIRST], [TABLE]]),
        (["--table", "bare.npy", "--pattern", "d"], TABLE),
        (["--table", "one.npz", "--tile", "3"], TABLE),
    ],
)
def test_a_picture_is_enlarged(place, words, tables):
    result = upscale("in.png", "out.png", *words)
    assert (result.exit_code, result.stderr) == (0, "")  # and no progress, for there is no terminal
    assert result.stdout == "wrote out.png, 28 x 20 pixels\n"
    with Image.open("out.png") as out:
        assert np.array_equal(np.asarray(out), enlarge(RGB, tables))


def test_what_the_user_should_know_is_noted(place):
    Image.fromarray(RGB).convert("CMYK").save("in.tif")
    result = upscale("in.tif", "out.png", "--table", "one.npz")
    assert result.stderr == "Note: the picture is converted from CMYK to RGB.\n"


def test_an_older_result_is_replaced(place):
    (place / "out.png").write_text("old")
    assert upscale("link.png", "out.png", "--table", "one.npz").exit_code == 0
    with Image.open("out.png") as out:
        assert out.size == (28, 20)


@pytest.mark.parametrize(
    "path, target, word",
    [
        ("none.png", "out.png", "none.png does not exist"),
        ("stages", "out.png", "stages is a folder"),
        (os.devnull, "out.png", "is no ordinary file"),
        ("text.png", "out.png", "text.png is no picture of a kind that Pillow reads"),
        ("cut.png", "out.png", "cut.png is damaged"),
        ("in.png", "in.png", "in.png is the picture to be enlarged"),
        ("in.png", "link.png", "link.png is the picture to be enlarged"),
        ("in.png", "stages", "stages must end in one of .png"),
        ("in.png", "out.xyz", "out.xyz must end in one of .png"),
        ("in.png", "none/out.png", "the folder none does not exist"),
        ("in.png", "in.png/out.png", "the folder in.png does not exist"),
        ("in.png", "x" * 300 + ".png", "File name too long"),
        ("x" * 300 + ".png", "out.png", "File name too long"),
    ],
)
def test_wrong_paths_are_one_sentence(place, path, target, word):
    before = sorted(place.rglob("*"))
    refused(upscale(path, target, "--table", "one.npz"), word)
    assert sorted(place.rglob("*")) == before


def test_a_folder_that_ends_like_a_picture_is_no_target(place):
    (place / "out.png").mkdir()
    refused(upscale("in.png", "out.png", "--table", "one.npz"), "out.png is a folder")


@pytest.mark.parametrize(
    "words, word, code",
    [
        (["--table", "none.npz"], "there is no table none.npz", 1),
        (["--table", "text.npz"], "text.npz holds no tables that can be used", 1),
        (["--table", "bare.npy", "--pattern", "f"], "is no table that can be used", 1),
        (["--table", "bare.npy", "--pattern", "q"], "pattern must be one of s, d, y, f, v", 1),
        (["--table", "bare.npy"], "does not say which taps it has", 2),
        (["--table", "one.npz", "--pattern", "d"], "for a bare .npy table alone", 2),
        (["--table", "one.npz", "--tile", "0"], "--tile", 2),
    ],
)
def test_wrong_tables_are_one_sentence(place, words, word, code):
    refused(upscale("in.png", "out.png", *words), word, code)
    assert not (place / "out.png").exists()


def test_the_courses_own_table_may_be_missing(place, monkeypatch):
    default = cli_upscale.ROOT / "results" / "tables" / "none.npz"
    monkeypatch.setattr(cli_upscale, "DEFAULT_TABLE", default)
    word = f"the course has no table {default.relative_to(cli_upscale.ROOT)} yet; name one with"
    refused(upscale("in.png", "out.png"), word)
    monkeypatch.setattr(cli_upscale, "DEFAULT_TABLE", place / "one.npz")
    assert upscale("in.png", "out.png").exit_code == 0


def test_a_full_disk_leaves_the_old_result(place, monkeypatch):
    (place / "out.png").write_text("old")
    before = sorted(place.iterdir())

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    refused(
        upscale("in.png", "out.png", "--table", "one.npz"),
        "out.png cannot be written: No space left on device",
    )
    assert sorted(place.iterdir()) == before and (place / "out.png").read_text() == "old"


def test_a_protected_result_or_folder_is_refused(place, monkeypatch):
    (place / "out.png").write_text("old")
    # root may write everywhere
    monkeypatch.setattr(convert.os, "access", lambda path, mode: mode != os.W_OK)
    words = ("in.png", "out.png", "--table", "one.npz")
    refused(upscale(*words), "out.png exists and is protected from writing")

    def denied(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(convert.tempfile, "TemporaryFile", denied)
    refused(upscale("in.png", "new.png", *words[2:]), "cannot write to .: Permission denied")


def test_too_little_memory_is_one_sentence(place, monkeypatch):
    def large(*_):
        raise MemoryError

    monkeypatch.setattr(convert, "read_source", large)
    refused(upscale("in.png", "out.png", "--table", "one.npz"), "there is not enough memory")
