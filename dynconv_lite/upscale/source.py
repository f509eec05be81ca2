"""Reading a picture: any that Pillow opens becomes 8-bit colour, alpha and a colour profile."""

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from scipy import ndimage

LARGEST = 1 << 28  # pixels: 16384 x 16384, three times what Pillow opens without a warning
GREY = ("1", "L", "LA")
COLOUR = ("P", "PA", "RGB", "RGBA", "RGBX")
CONVERTED = ("CMYK", "YCbCr", "HSV")
# how Pillow calls 16 bits a colour that it is about to round to 8: "RGB;16B", not "BGR;16"
DEEP = re.compile(r";16[BLN]")

Plane = npt.NDArray[np.uint8]


class PictureError(ValueError):
    """A picture cannot be read or written; the message is one sentence for the user."""


@dataclass(frozen=True, eq=False)
class Source:
    """A picture as it was read.

    Attributes:
        colour: uint8 (H, W) or (H, W, 3).
        alpha: uint8 (H, W), or None for a picture without transparency.
        profile: An ICC profile that fits `colour`, or None.
        notes: What the user should know, in sentences.
    """

    colour: Plane
    alpha: Plane | None = None
    profile: bytes | None = None
    notes: list[str] = field(default_factory=list)


def check_source(path: Path) -> None:
    """Refuse what is no file.

    Raises:
        PictureError: Saying what it is.
    """
    if path.is_dir():
        raise PictureError(f"{path} is a folder; name one picture in it")
    if not path.exists():
        raise PictureError(f"{path} does not exist")
    if not path.is_file():  # opening a pipe might wait for ever
        raise PictureError(f"{path} is no ordinary file")


def read_source(path: Path) -> Source:
    """Read a picture, upright, as its EXIF data say.

    Args:
        path: A file that Pillow can read. Of several pictures in it, the first is taken.

    Returns:
        Its colours, with those under fully transparent pixels replaced; see `fill_hidden`.

    Raises:
        PictureError: If the file is missing, damaged, too large or deeper than 8 bits a colour.
    """
    check_source(path)
    notes: list[str] = []
    with _reading(path), Image.open(path) as picture:
        _check(path, picture)
        if getattr(picture, "n_frames", 1) > 1:
            notes.append(f"{path} holds several pictures, and only the first is enlarged")
        picture.load()
        return _convert(_upright(picture, notes), notes)


def fill_hidden(colour: Plane, alpha: Plane) -> Plane:
    """Give every fully transparent pixel the colour of the nearest one that is not.

    Nobody has seen these colours; often they are black. Through the tables they would bleed into
    visible neighbours. Multiplying colours by alpha first would avoid that as well, but only to
    divide later what was rounded to bytes by an alpha that may be small. With this filling, tables
    see true colours wherever something is visible.

    Args:
        colour: uint8 (H, W) or (H, W, 3).
        alpha: uint8 (H, W), 0 for fully transparent.

    Returns:
        A new picture, or `colour` itself where no pixel or every pixel is hidden.
    """
    hidden = alpha == 0
    if not hidden.any() or hidden.all():
        return colour
    rows, columns = ndimage.distance_transform_edt(
        hidden, return_distances=False, return_indices=True
    )
    filled = colour.copy()
    filled[hidden] = colour[rows[hidden], columns[hidden]]
    return filled


def _check(path: Path, picture: Image.Image) -> None:
    """Refuse what 8-bit tables cannot enlarge, before it is decoded."""
    if picture.format == "EPS":  # Pillow would start Ghostscript
        raise PictureError(f"{path} is a program that draws; convert it to PNG first")
    tiles = getattr(picture, "tile", [])
    deep = any(
        DEEP.search(word) or _many_levels(word, tile[0])
        for tile in tiles
        for word in _words(tile[3])
    )
    if deep or picture.mode[0] in "IF":
        raise PictureError(
            f"{path} holds more than 8 bits a colour, and the tables are for 8; convert it first, "
            "for instance with 'magick IN -depth 8 OUT.png'"
        )
    if picture.mode not in (*GREY, *COLOUR, *CONVERTED):
        raise PictureError(f"{path} is of mode {picture.mode}; convert it to RGB first")


def _words(arguments: object) -> list[str]:
    """Return the arguments of a decoder of Pillow's as words."""
    many = arguments if isinstance(arguments, tuple | list) else [arguments]
    return [str(argument) for argument in many]


def _many_levels(word: str, decoder: str) -> bool:
    """Return whether this is the largest value of a portable pixmap, and more than a byte."""
    return decoder.startswith("ppm") and word.isdigit() and int(word) > 255


def _upright(picture: Image.Image, notes: list[str]) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # damaged EXIF data raise errors of many kinds, and the picture is whole
        notes.append("the picture's EXIF data are damaged, so it is not rotated")
        return picture


def _convert(picture: Image.Image, notes: list[str]) -> Source:
    profile = picture.info.get("icc_profile") or None
    if picture.mode in CONVERTED:
        notes.append(f"the picture is converted from {picture.mode} to RGB")
        picture, profile = _to_rgb(picture, profile), None
    grey = picture.mode in GREY
    space = b"GRAY" if grey else b"RGB "
    if profile is not None and profile[16:20] != space:
        notes.append("the picture's colour profile does not fit its mode, so it is left out")
        profile = None
    if not picture.has_transparency_data:
        colour = np.asarray(picture.convert("L" if grey else "RGB"))
        return Source(colour, None, profile, notes)
    pixels = np.asarray(picture.convert("LA" if grey else "RGBA"))
    alpha = np.ascontiguousarray(pixels[..., -1])
    colour = np.ascontiguousarray(pixels[..., 0] if grey else pixels[..., :3])
    return Source(fill_hidden(colour, alpha), alpha, profile, notes)


def _to_rgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert to sRGB by the picture's profile where it has one that can be used."""
    if profile is not None and picture.mode == "CMYK":
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(picture, own, srgb, outputMode="RGB")
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError):
            pass
    return picture.convert("RGB")


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what Pillow raises into one sentence; allow pictures of up to `LARGEST` pixels."""
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = LARGEST
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (PictureError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError(f"{path} has more than {LARGEST} pixels, the most allowed") from error
    except UnidentifiedImageError as error:
        raise PictureError(f"{path} is no picture of a kind that Pillow reads") from error
    except Exception as error:  # Pillow's readers raise whatever they stumble over
        reason = getattr(error, "strerror", None)
        if reason:
            raise PictureError(f"{path} cannot be read: {reason}") from error
        told = " ".join(str(error).split())
        raise PictureError(f"{path} is damaged: {told}") from error
    finally:
        Image.MAX_IMAGE_PIXELS = before
