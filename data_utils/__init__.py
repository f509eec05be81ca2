"""The course's data: drawn from a seed, taken from installed packages, or kept in a data root."""

from .cifar import cifar100
from .conflict import cue_conflict
from .dtd import dtd
from .glass import glass_patterns
from .oriented import oriented
from .photos import photo, photo_patches, photos
from .resize import matlab_bicubic
from .root import DataError, data_root
from .scenes import Scenes, scenes
from .sr import SRPairs, sr_pairs
from .textures import textures
from .types import CueConflict, ImageSet, Photo, SRPair

__all__ = [
    "CueConflict",
    "DataError",
    "ImageSet",
    "Photo",
    "SRPair",
    "SRPairs",
    "Scenes",
    "cifar100",
    "cue_conflict",
    "data_root",
    "dtd",
    "glass_patterns",
    "matlab_bicubic",
    "oriented",
    "photo",
    "photo_patches",
    "photos",
    "scenes",
    "sr_pairs",
    "textures",
]
