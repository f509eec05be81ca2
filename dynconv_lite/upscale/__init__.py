"""Enlarging pictures of any size by lookup tables: piece by piece, from file to file."""

from dynconv_lite.upscale.convert import upscale_file
from dynconv_lite.upscale.tiles import bands, upscale

__all__ = ["bands", "upscale", "upscale_file"]
