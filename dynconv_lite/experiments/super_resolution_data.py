"""Pictures of the super-resolution study: patches to learn from, and sets to be measured on."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from data_utils import DataError, SRPair, data_root, matlab_bicubic, photos, sr_pairs
from dynconv_lite.experiments.configs.super_resolution import SuperResolutionConfig

BENCHMARKS = ("Set5", "Set14", "BSD100", "Urban100", "Manga109")
MIDDLE = {"train": 384, "test": 192}  # side of what is used of a photograph: a multiple of 12
TURNED = 8  # ways to lay a square patch: four turns, each mirrored or not


@dataclass(frozen=True)
class TestSet:
    """Pictures to be measured on.

    Attributes:
        key: What its metrics end in: "set5".
        name: What it is called: "Set5".
        pairs: Its pictures.
    """

    __test__ = False  # not for pytest to collect

    key: str
    name: str
    pairs: tuple[SRPair, ...]


class Patches:
    """Pictures to learn from, decoded once and kept in 8 bits, and patches cut out of them.

    Args:
        pairs: RGB pictures in both resolutions.
        scale: How many times larger the high one is.
        core: Side of a patch, in pixels of low resolution.
        device: Where they are kept, and patches are cut.

    Raises:
        ValueError: If there is no picture.
    """

    def __init__(
        self, pairs: Iterable[SRPair], scale: int, core: int, device: torch.device
    ) -> None:
        self.scale, self.core, self.device = scale, core, device
        low: list[Tensor] = []
        high: list[Tensor] = []
        sizes = []
        digest = hashlib.sha256()
        for pair in pairs:
            sizes.append(pair.lr.shape[:2])
            add_to_digest(digest, pair)
            for kept, picture in ((low, pair.lr), (high, pair.hr)):
                kept.append(torch.from_numpy(np.array(picture)).flatten())
        if not sizes:
            raise ValueError("pairs must hold at least one picture")
        self.digest = digest.hexdigest()[:16]
        self.low, self.high = (torch.cat(kept).to(device) for kept in (low, high))
        self.smallest = min(min(size) for size in sizes)
        self.sizes = torch.tensor(sizes, device=device)  # (N, 2) of low resolution
        pixels = 3 * self.sizes.prod(1)
        self.starts = pixels.cumsum(0) - pixels
        self.widths, self.width_of = self.sizes[:, 1].unique(return_inverse=True)
        self.known: dict[tuple[int, int], Tensor] = {}

    def __len__(self) -> int:
        return len(self.sizes)

    def batch(
        self, count: int, margin: int, generator: torch.Generator, colours: int = 1
    ) -> tuple[Tensor, Tensor]:
        """Cut patches, each turned and mirrored at random.

        All pictures are as likely as each other, and within one all places. No patch crosses a
        border, margins included, so nothing is ever learned about what is made up there.

        Args:
            count: How many.
            margin: Pixels of low resolution around the core, as far as the network looks.
            generator: On the CPU; all that is random is drawn from it.
            colours: 1 for patches of a random colour, 3 for all of them.

        Returns:
            Low resolution (count, colours, core + 2 margin, core + 2 margin) and what its core
            should become (count, colours, scale * core, scale * core), float32, 0..1.

        Raises:
            ValueError: If a patch does not fit into a picture.
        """
        side = self.core + 2 * margin
        if self.smallest < side:
            raise ValueError(
                f"core = {self.core} with the {margin} pixels around it that the network sees "
                f"does not fit into a picture of {self.smallest} pixels of low resolution"
            )
        drawn = torch.rand(5, count, generator=generator, dtype=torch.float64).to(self.device)
        which = (drawn[0] * len(self)).long()
        way = (drawn[4] * TURNED).long()
        # (count, colours): drawn, or all
        channel = (drawn[3:4].T * 3).long() if colours == 1 else torch.arange(3).to(which)[None]
        size = self.sizes[which]  # (count, 2)
        corner = (drawn[1:3].T * (size - side + 1)).long()  # (count, 2): row and column
        kept = self.width_of[which] * TURNED + way  # which row of the offsets
        (row, column), wide, start = corner.unbind(1), size[:, 1], self.starts[which]
        low = (start + 3 * (row * wide + column))[:, None] + channel
        row, column, wide = (self.scale * each for each in (row + margin, column + margin, wide))
        high = (self.scale**2 * start + 3 * (row * wide + column))[:, None] + channel
        x = self._cut(self.low, low, self._offsets(side, 1)[kept])
        y = self._cut(self.high, high, self._offsets(self.scale * self.core, self.scale)[kept])
        return x, y

    def _offsets(self, side: int, scale: int) -> Tensor:
        """Return how far the pixels of a square lie behind its first, in all widths and ways."""
        if (side, scale) not in self.known:
            down, right = ways(side, self.device).unbind(-1)  # (8, side, side) each
            found = 3 * (scale * self.widths[:, None, None, None] * down + right)
            self.known[side, scale] = found.flatten(0, 1)  # (widths * 8, side, side)
        return self.known[side, scale]

    @staticmethod
    def _cut(pixels: Tensor, first: Tensor, offsets: Tensor) -> Tensor:
        """Read squares out of flat pictures: (count, colours, side, side), 0..1."""
        place = first[:, :, None, None] + offsets[:, None]
        return pixels.take(place).float() / 255


def ways(side: int, device: torch.device) -> Tensor:
    """Return where the pixels of a square come from in all `TURNED` ways: (8, side, side, 2)."""
    line = torch.arange(side, device=device)
    grid = torch.stack(torch.meshgrid(line, line, indexing="ij"), -1)
    both = (grid, grid.flip(1))
    return torch.stack([torch.rot90(one, turns) for one in both for turns in range(4)])


def training_pairs(config: SuperResolutionConfig) -> tuple[str, Iterable[SRPair]]:
    """Return the name of what is learned, and its pictures, read one at a time.

    Raises:
        DataError: If they cannot be had.
    """
    if config.data == "photos":
        return "photographs train", photo_pairs("train", config.scale)
    return config.data, sr_pairs(config.data, config.scale)


def test_sets(config: SuperResolutionConfig) -> tuple[list[TestSet], list[str]]:
    """Load what is measured on: those benchmarks that the data root has, and Set5 in any case.

    Returns:
        The sets, and the names of those that cannot be had.

    Raises:
        DataError: If none can be had; says why Set5 cannot.
    """
    if config.data == "photos":
        pairs = tuple(photo_pairs("test", config.scale))
        return [TestSet("photos", "photographs test", pairs)], []
    found, missing, reasons = [], [], []
    for name in BENCHMARKS:
        there = (data_root() / "sr" / name / "HR").is_dir()
        try:
            # Set5 is small: it is downloaded if need be; nothing else is asked of the network
            pairs = tuple(sr_pairs(name, config.scale)) if there or name == "Set5" else ()
        except DataError as error:
            pairs = ()
            reasons.append(error)
        if pairs:
            found.append(TestSet(name.lower(), name, pairs))
        else:
            missing.append(name)
    if not found:
        raise reasons[0]
    return found, missing


def photo_pairs(split: str, scale: int) -> Sequence[SRPair]:
    """Make pairs of the middles of the photographs that come with the course's packages."""
    side = MIDDLE[split]
    pairs = []
    for photo in photos(split):
        top, left = ((size - side) // 2 for size in photo.image.shape[:2])
        hr = np.ascontiguousarray(photo.image[top : top + side, left : left + side])
        pairs.append(SRPair(photo.name, matlab_bicubic(hr, Fraction(1, scale)), hr))
    return pairs


def digest_of(sets: Sequence[TestSet], learned: str = "") -> str:
    """Return a fingerprint of all pictures: 16 hexadecimal digits of a SHA-256.

    Args:
        sets: What is measured on.
        learned: The fingerprint of what is learned.
    """
    digest = hashlib.sha256(learned.encode())
    for pair in (pair for test_set in sets for pair in test_set.pairs):
        add_to_digest(digest, pair)
    return digest.hexdigest()[:16]


def add_to_digest(digest: "hashlib._Hash", pair: SRPair) -> None:
    """Go on with a fingerprint by a pair of pictures, low resolution first."""
    for picture in (pair.lr, pair.hr):
        digest.update(f"{picture.shape}".encode() + picture.tobytes())
