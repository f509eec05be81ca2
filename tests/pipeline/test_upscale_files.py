"""Pictures of every kind from file to file: what is read, what is written, what is refused."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from dynconv_lite.lut import LookupTable, enlarge
from dynconv_lite.upscale import source as reading
from dynconv_lite.upscale import upscale_file
from dynconv_lite.upscale.source import PictureError, fill_hidden, read_source

DRAW = np.random.default_rng(0)
TABLE = LookupTable(DRAW.integers(-128, 128, (81, 9)).astype(np.int8), "s", 7)  # enlarges by 3
RGB = DRAW.integers(0, 256, (6, 9, 3), dtype=np.uint8)
GREY = RGB[..., 0]
ALPHA = np.tile(np.array([0, 0, 90, 255, 255, 255, 255, 200, 0], np.uint8), (6, 1))
RGBA = np.dstack([RGB, ALPHA])
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def saved(path, picture, **options):
    pil = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    pil.save(path, **options)
    return path


def palette():
    return Image.fromarray(RGB).convert("P", palette=Image.Palette.ADAPTIVE)


# (ending, the picture, options, the mode that its colours and alpha should have)
READ = {
    "RGB": (".png", Image.fromarray(RGB), {}, "RGB"),
    "grey": (".png", Image.fromarray(GREY), {}, "L"),
    "two levels": (".png", Image.fromarray(GREY).convert("1"), {}, "L"),
    "palette": (".png", palette(), {}, "RGB"),
    "palette, one entry transparent": (".png", palette(), {"transparency": 3}, "RGBA"),
    "palette with alpha": (".png", palette(), {"transparency": bytes(range(0, 250, 5))}, "RGBA"),
    "RGB, one colour transparent": (
        ".png",
        Image.fromarray(RGB),
        {"transparency": tuple(RGB[2, 3].tolist())},
        "RGBA",
    ),
    "grey, one level transparent": (
        ".png",
        Image.fromarray(GREY),
        {"transparency": int(GREY[2, 3])},
        "LA",
    ),
    "RGBA": (".png", Image.fromarray(RGBA), {}, "RGBA"),
    "grey and alpha": (".png", Image.fromarray(RGBA).convert("LA"), {}, "LA"),
    "CMYK": (".tif", Image.fromarray(RGB).convert("CMYK"), {}, "RGB"),
    "YCbCr": (".tif", Image.fromarray(RGB).convert("YCbCr"), {}, "RGB"),
    "JPEG": (".jpg", Image.fromarray(RGB), {}, "RGB"),
    "bitmap": (".bmp", Image.fromarray(RGB), {}, "RGB"),
    "GIF": (".gif", palette(), {}, "RGB"),
}


@pytest.mark.parametrize("kind", READ)
def test_every_kind_becomes_bytes_of_colour_and_alpha(kind, tmp_path):
    ending, picture, options, mode = READ[kind]
    path = saved(tmp_path / f"in{ending}", picture, **options)
    found = read_source(path)
    with Image.open(path) as opened:
        wanted = np.asarray(opened.convert(mode))  # Pillow's own conversion of the same file
    if mode.endswith("A"):
        alpha = wanted[..., -1]
        assert np.array_equal(found.alpha, alpha) and 0 < (alpha == 0).sum() < alpha.size
        seen = alpha > 0
        colour = wanted[..., 0] if mode == "LA" else wanted[..., :3]
        assert np.array_equal(found.colour[seen], colour[seen])
    else:
        assert found.alpha is None and np.array_equal(found.colour, wanted)
    converted = kind in ("CMYK", "YCbCr")
    assert len(found.notes) == converted and all(kind in note for note in found.notes)


# what undoes each orientation, by the meaning of the numbers in the EXIF standard (tag 0x0112)
UPRIGHT = {
    1: lambda p: p,
    2: np.fliplr,
    3: lambda p: np.rot90(p, 2),
    4: np.flipud,
    5: lambda p: p.transpose(1, 0, 2),
    6: lambda p: np.rot90(p, -1),  # the camera was turned: the picture's top is on the right
    7: lambda p: np.rot90(p.transpose(1, 0, 2), 2),
    8: np.rot90,
}


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_pictures_are_set_upright(orientation, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = read_source(saved(tmp_path / "in.png", RGB, exif=exif))
    assert np.array_equal(found.colour, UPRIGHT[orientation](RGB)) and found.notes == []


def test_damaged_exif_data_cost_the_rotation_only(tmp_path):
    found = read_source(saved(tmp_path / "in.png", RGB, exif=b"Exif\0\0nonsense"))
    assert np.array_equal(found.colour, RGB)
    assert found.notes == ["the picture's EXIF data are damaged, so it is not rotated"]


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_several_pictures_the_first_is_taken(form, tmp_path):
    first, second = (Image.fromarray(np.full((6, 9, 3), v, np.uint8)) for v in (0, 255))
    path = tmp_path / "in"
    first.save(path, form, save_all=True, append_images=[second])
    found = read_source(path)
    assert not found.colour.any()
    assert found.notes == [f"{path} holds several pictures, and only the first is enlarged"]


@pytest.mark.parametrize(
    "picture, profile, kept",
    [
        (RGB, SRGB, True),
        (RGBA, SRGB, True),
        (GREY, SRGB, False),  # a profile of colours does not say how light a grey is
        (RGB, b"nonsense" * 20, False),
    ],
)
def test_a_profile_is_kept_where_it_fits(picture, profile, kept, tmp_path):
    path = saved(tmp_path / "in.png", picture, icc_profile=profile)
    for ending in (".png", ".tif", ".webp"):
        *_, notes = upscale_file(path, tmp_path / f"out{ending}", TABLE)
        with Image.open(tmp_path / f"out{ending}") as out:
            assert out.info.get("icc_profile") == (profile if kept else None)
        assert len(notes) == (not kept) and all("profile" in note for note in notes)


def test_a_profile_of_another_kind_of_colour_is_used_and_not_kept(tmp_path):
    cmyk = Image.fromarray(RGB).convert("CMYK")
    path = saved(tmp_path / "in.jpg", cmyk, icc_profile=SRGB)  # does not fit: Pillow's own way
    found = read_source(path)
    with Image.open(path) as opened:
        assert np.array_equal(found.colour, np.asarray(opened.convert("RGB")))
    assert found.profile is None


def test_nobody_sees_the_colours_under_transparency(tmp_path):
    other = RGBA.copy()
    other[ALPHA == 0, :3] = 255 - other[ALPHA == 0, :3]
    for name, picture in (("a", RGBA), ("b", other)):
        upscale_file(saved(tmp_path / f"{name}.png", picture), tmp_path / f"{name}3.png", TABLE)
    assert (tmp_path / "a3.png").read_bytes() == (tmp_path / "b3.png").read_bytes()


def test_hidden_pixels_get_the_colour_of_the_nearest_that_is_seen():
    filled = fill_hidden(RGB, ALPHA)
    assert np.array_equal(filled[:, 0], RGB[:, 2]) and np.array_equal(filled[:, 1], RGB[:, 2])
    assert np.array_equal(filled[:, 8], RGB[:, 7])
    assert np.array_equal(filled[ALPHA > 0], RGB[ALPHA > 0])
    assert fill_hidden(RGB, np.zeros_like(ALPHA)) is RGB
    assert fill_hidden(RGB, np.full_like(ALPHA, 1)) is RGB


@pytest.mark.parametrize("tile", [2, 4, 100])
def test_colour_is_by_tables_and_alpha_bicubic_whatever_the_tile(tile, tmp_path):
    source, out = saved(tmp_path / "in.png", RGBA), tmp_path / "out.png"
    assert upscale_file(source, out, TABLE, tile=tile) == (27, 18, [])
    with Image.open(out) as opened:
        assert opened.mode == "RGBA"
        pixels = np.asarray(opened)
    assert np.array_equal(pixels[..., :3], enlarge(fill_hidden(RGB, ALPHA), TABLE))
    whole = Image.fromarray(ALPHA).resize((27, 18), Image.Resampling.BICUBIC)
    assert np.array_equal(pixels[..., 3], np.asarray(whole))


@pytest.mark.parametrize("ending", [".png", ".jpg", ".JPEG", ".webp", ".tif", ".tiff"])
@pytest.mark.parametrize("picture", [RGB, GREY])
def test_every_ending_that_is_offered_can_be_written(picture, ending, tmp_path):
    out = tmp_path / f"out{ending}"
    assert upscale_file(saved(tmp_path / "in.png", picture), out, TABLE, tile=4) == (27, 18, [])
    with Image.open(out) as opened:
        pixels = np.asarray(opened.convert("RGB" if picture.ndim == 3 else "L"))
    wanted = enlarge(picture, TABLE)
    if "j" in ending.lower() or "w" in ending:  # these two lose something
        assert np.abs(pixels.astype(int) - wanted).mean() < np.abs(255 - wanted).mean() / 2
    else:
        assert np.array_equal(pixels, wanted)


def deep_png(channels, bits):
    """Make a PNG file of more bits than Pillow writes."""
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    row = b"\0" + bytes(2 * channels * bits // 8)

    def chunk(name, data):
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    head = struct.pack(">2I5B", 2, 2, bits, kind, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(2 * row)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def encoded(picture, form, **options):
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


DEEP = {
    "16-bit grey PNG": deep_png(1, 16),
    "16-bit grey and alpha PNG": deep_png(2, 16),
    "16-bit RGB PNG": deep_png(3, 16),
    "16-bit RGBA PNG": deep_png(4, 16),
    "16-bit pixmap": b"P6 1 1 65535\n" + bytes(6),
    "10-bit text pixmap": b"P3 1 1 1023\n 1 2 3",
    "16-bit greymap": b"P5 1 1 65535\n" + bytes(2),
    "16-bit TIFF": encoded(Image.new("I;16", (2, 2)), "TIFF"),
    "32-bit TIFF": encoded(Image.new("I", (2, 2)), "TIFF"),
    "floats": encoded(Image.new("F", (2, 2)), "TIFF"),
}


@pytest.mark.parametrize("kind", DEEP)
def test_more_than_eight_bits_are_refused_with_what_to_do(kind, tmp_path):
    path = tmp_path / "in"
    path.write_bytes(DEEP[kind])
    with pytest.raises(PictureError, match=r"more than 8 bits a colour.*-depth 8"):
        read_source(path)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_eight_bits_are_not_called_deep(channels, tmp_path):
    path = tmp_path / "in"
    path.write_bytes(deep_png(channels, 8))
    assert not read_source(path).colour.any()


def test_large_pictures_are_read_and_larger_ones_refused(tmp_path, monkeypatch):
    path, before = saved(tmp_path / "in.png", RGB), Image.MAX_IMAGE_PIXELS
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)  # Pillow's own limit does not count
    assert read_source(path).colour.shape == RGB.shape and Image.MAX_IMAGE_PIXELS == 10
    monkeypatch.setattr(reading, "LARGEST", 53)
    with pytest.raises(PictureError, match="more than 53 pixels"):
        read_source(path)
    assert Image.MAX_IMAGE_PIXELS == 10 and before > 10


GOOD = [
    encoded(Image.fromarray(RGBA), "PNG"),
    encoded(Image.fromarray(RGB), "JPEG"),
    encoded(palette(), "GIF"),
    encoded(Image.fromarray(RGB), "TIFF", compression="tiff_deflate"),
    encoded(Image.fromarray(RGBA), "WEBP"),
    encoded(Image.fromarray(RGB), "BMP"),
]


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), good=st.sampled_from(GOOD))
def test_a_damaged_file_is_a_picture_or_one_sentence(data, good, tmp_path):
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(0, 3))):
        damaged[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(good)))
    path, limit = tmp_path / "in", Image.MAX_IMAGE_PIXELS
    path.write_bytes(damaged[:end])
    try:
        assert read_source(path).colour.dtype == np.uint8
    except PictureError as error:
        assert str(path) in str(error) and "\n" not in str(error)
    assert limit == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize("good", GOOD[:5])
def test_a_truncated_file_is_refused(good, tmp_path):
    path = tmp_path / "in"
    path.write_bytes(good[: len(good) // 2])
    with pytest.raises(PictureError, match=r"damaged|no picture"):
        read_source(path)


@pytest.mark.parametrize(
    "path, target, word",
    [
        ("rgba.png", "out.jpg", "has transparency, and JPEG has none"),
        ("wide.png", "out.webp", "at most 16383; choose .png"),
        ("rgba.png", "out.bmp", "must end in one of .png, .jpg"),
        ("rgba.png", "out", "must end in one of"),
        ("lab.tif", "out.png", "is of mode LAB"),
        ("draws.eps", "out.png", "is a program that draws"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_written(path, target, word, tmp_path):
    saved(tmp_path / "rgba.png", RGBA)
    saved(tmp_path / "wide.png", np.zeros((1, 5462), np.uint8))
    saved(tmp_path / "lab.tif", Image.new("LAB", (2, 2)))
    saved(tmp_path / "draws.eps", RGB)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(PictureError, match=word):
        upscale_file(tmp_path / path, tmp_path / target, TABLE)
    assert sorted(tmp_path.iterdir()) == before
