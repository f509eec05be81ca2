"""Tiles give the picture that one pass gives, and rows of a PNG file the picture they came from."""

import io
import os
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from dynconv_lite.lut import PATTERNS, LookupTable, MixedTables, enlarge, nodes
from dynconv_lite.lut.additive import AdditiveTables
from dynconv_lite.upscale import bands, png, tiles, upscale


def table(pattern, scale, interval=5, step=1.0):
    rows = nodes(interval) ** PATTERNS[pattern].dims
    values = np.random.default_rng(ord(pattern)).integers(-128, 128, (rows, scale**2))
    return LookupTable(values.astype(np.int8), pattern, interval, step)


def cascade(*scales, step=1.0):
    return [[table(name, scale, step=step) for name in "sdy"] for scale in scales]


def mixed(scale, offsets):
    draw = np.random.default_rng(1)
    first = draw.integers(-128, 128, (3**4, 2)).astype(np.int8)
    second = draw.integers(-128, 128, (2, 3 ** len(offsets), scale**2)).astype(np.int8)
    return MixedTables(first, second, (0.5, 1.0, 1.5), (3, 3, 3, 3), 3, offsets=offsets)


def additive(scale):
    draw = np.random.default_rng(2)
    shapes = (1, 3, 3, 3, 4), (4, 5, 5, 2, scale**2)
    layers = [draw.integers(-128, 128, shape).astype(np.int8) for shape in shapes]
    return AdditiveTables(layers, (0.3, 0.1))


KINDS = {
    "one table, mirrored at the border": table("s", 4),
    "three in a row": [[table("f", 3)]],
    "every value a node": table("v", 2, interval=0),
    "two stages": cascade(1, 4),
    "three stages and a fine step": cascade(1, 1, 3, step=0.3),
    "a stage that enlarges before the last": cascade(2, 2),
    "tables of different reach": [[table("s", 1), table("d", 1)], [table("s", 2)]],
    "pixel-mix": mixed(2, ((0, 0), (0, 1), (1, 0), (1, 1))),
    "pixel-mix that looks far": mixed(3, ((0, 0), (3, 1))),
    "sums of tables": additive(3),
}
sizes = st.integers(1, 16)


def noise(high, wide, grey, seed):
    shape = (high, wide) if grey else (high, wide, 3)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15)
@given(high=sizes, wide=sizes, tile=st.integers(2, 17), grey=st.booleans(), seed=st.integers(0, 9))
def test_tiles_change_no_bit(kind, high, wide, tile, grey, seed):
    image, tables = noise(high, wide, grey, seed), KINDS[kind]
    parts = list(bands(image, tables, tile=tile))
    assert np.array_equal(np.concatenate(parts), enlarge(image, tables))


@pytest.mark.parametrize("tile", [1, 4, 100])
@pytest.mark.parametrize("grey", [True, False])
def test_the_whole_picture_is_that_of_one_pass(grey, tile):
    image, tables = noise(6, 5, grey, 0), KINDS["two stages"]
    assert np.array_equal(upscale(image, tables, tile=tile), enlarge(image, tables))


@pytest.mark.parametrize(
    "kind", ["two stages", "three in a row", "pixel-mix that looks far", "sums of tables"]
)
def test_a_margin_that_is_one_pixel_narrower_is_not_enough(kind, monkeypatch):
    image, tables = noise(16, 16, True, 0), KINDS[kind]
    narrow = tiles.reach(tables) - 1
    monkeypatch.setattr(tiles, "reach", lambda _: narrow)
    assert not np.array_equal(upscale(image, tables, tile=5), enlarge(image, tables))


@pytest.mark.parametrize(
    "tables, pixels",
    [
        (table("f", 2), 2),
        ([table("s", 1), table("s", 2)], 2),
        (cascade(1, 1, 4), 6),
        (cascade(2, 2), 3),  # the second stage's two pixels are one of the small picture
        (additive(2), 3),  # windows of 3 and 5
        (mixed(2, ((0, 0), (3, 1))), 4),  # one for the taps, three for the offset
    ],
)
def test_reach_is_that_of_all_stages(tables, pixels):
    assert tiles.reach(tables) == pixels


def test_progress_counts_tiles():
    told = []
    upscale(noise(5, 7, True, 0), table("s", 2), tile=3, report=lambda *now: told.append(now))
    assert told == [(done, 6) for done in range(1, 7)]  # 2 rows of 3


@pytest.mark.parametrize(
    "arguments, word",
    [
        ((np.zeros((2, 2)), table("s", 2)), "image must be a numpy array of uint8, got float64"),
        (([[1]], table("s", 2)), "image must be a numpy array of uint8, got list"),
        ((np.zeros((2, 2, 4), np.uint8), table("s", 2)), r"got \(2, 2, 4\)"),
        ((np.zeros((0, 2), np.uint8), table("s", 2)), r"got \(0, 2\)"),
        ((np.zeros((2, 2), np.uint8), []), "tables"),
        ((np.zeros((2, 2), np.uint8), [[]]), "stage"),
        ((np.zeros((2, 2), np.uint8), "s.npz"), "tables"),
    ],
)
@pytest.mark.parametrize("function", [upscale, bands])
def test_wrong_arguments_are_named_at_once(function, arguments, word):
    with pytest.raises(ValueError, match=word):
        function(*arguments)


@pytest.mark.parametrize("tile", [0, -1, 2.5, True])
def test_a_tile_is_at_least_a_pixel(tile):
    with pytest.raises(ValueError, match="tile must be an integer >= 1"):
        bands(noise(2, 2, True, 0), table("s", 2), tile=tile)


def test_memory_is_that_of_a_row_of_tiles():
    tables = table("v", 4)
    enlarge(noise(9, 9, False, 0), tables)  # numba's compiler is not counted

    def peak(high):
        image = np.zeros((high, 200, 3), np.uint8)
        with open(os.devnull, "wb") as file:
            writer = png.PngWriter(file, (800, high * 4), 3)
            tracemalloc.start()
            for rows in bands(image, tables, tile=32):
                writer.write(rows)
            writer.close()
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return most

    assert peak(1024) < 1.2 * peak(128)  # though the enlarged picture is eight times as large


@given(
    high=st.integers(1, 9),
    wide=st.integers(1, 9),
    channels=st.integers(1, 4),
    cut=st.integers(1, 9),
    block=st.sampled_from([1, 60, png.BLOCK]),
)
def test_pillow_reads_what_was_written_row_by_row(high, wide, channels, cut, block):
    shape = (high, wide, channels) if channels > 1 else (high, wide)
    picture = np.random.default_rng(high).integers(0, 256, shape, dtype=np.uint8)
    file = io.BytesIO()
    writer = png.PngWriter(file, (wide, high), channels)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(png, "BLOCK", block)
        for top in range(0, high, cut):
            writer.write(picture[top : top + cut])
    writer.close()
    with Image.open(file) as found:
        assert found.format == "PNG" and "icc_profile" not in found.info
        found.verify()  # checksums
    with Image.open(file) as found:
        assert np.array_equal(np.asarray(found), picture)


def test_a_png_file_keeps_a_colour_profile():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    file = io.BytesIO()
    writer = png.PngWriter(file, (1, 1), 3, profile)
    writer.write(np.zeros((1, 1, 3), np.uint8))
    writer.close()
    with Image.open(file) as found:
        assert found.info["icc_profile"] == profile
