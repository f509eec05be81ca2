"""Augmentation of a whole batch at once, on whatever device the pictures are.

What is random is drawn from a generator on the CPU, a few numbers a picture, so that a seed means
the same on every device; what is heavy is done by indexing on the device.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


class Mixed(NamedTuple):
    """Pictures that belong to two classes.

    Attributes:
        images: Tensor (B, C, H, W).
        partner: Index (B,) of each picture's second source within the batch.
        share: How much of each picture is its own, from 0 to 1; Tensor (B,).
    """

    images: Tensor
    partner: Tensor
    share: Tensor


def pad_images(images: Tensor, padding: int) -> Tensor:
    """Put a black frame around 8-bit pictures, once for a whole training.

    Args:
        images: uint8 (N, H, W, C).
        padding: Pixels on every side.

    Returns:
        uint8 (N, H + 2 padding, W + 2 padding, C).
    """
    return F.pad(images, (0, 0, padding, padding, padding, padding))


def crop_and_flip(
    padded: Tensor,
    index: Tensor,
    side: int,
    generator: torch.Generator,
    *,
    crop: bool = True,
    flip: bool = True,
) -> Tensor:
    """Take pictures out of a padded set, each cropped at random and mirrored half of the time.

    Args:
        padded: uint8 (N, S, S, C), as of `pad_images`.
        index: Which pictures, (B,), on padded's device.
        side: Side of a crop, at most S.
        generator: On the CPU.
        crop: Draw the place of every crop; else the middle.
        flip: Mirror half of the pictures left to right.

    Returns:
        uint8 (B, C, side, side), in channels_last memory.
    """
    room = padded.shape[1] - side
    count, device = len(index), padded.device
    corner = torch.full((2, count), room // 2)
    if crop and room:
        corner = torch.randint(0, room + 1, (2, count), generator=generator)
    mirrored = torch.zeros(count, dtype=torch.bool)
    if flip:
        mirrored = torch.rand(count, generator=generator) < 0.5
    corner, mirrored = corner.to(device), mirrored.to(device)
    place = torch.arange(side, device=device)
    rows = corner[0][:, None] + place  # (B, side)
    columns = corner[1][:, None] + torch.where(mirrored[:, None], side - 1 - place, place)
    # one gather for the choice, the crop and the mirror image; it leaves channels innermost
    return padded[index[:, None, None], rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def cutout(images: Tensor, size: int, generator: torch.Generator) -> Tensor:
    """Set one square of every picture to 0, its centre anywhere in the picture.

    Args:
        images: Tensor (B, C, H, W), normalised, so that 0 is the mean colour.
        size: Side of the square, in pixels; what lies outside the picture is lost.
        generator: On the CPU.

    Returns:
        Tensor (B, C, H, W), a new one.

    Source: DeVries & Taylor 2017, arXiv 1708.04552.
    """
    height, width = images.shape[2:]
    top = torch.randint(0, height, (len(images),), generator=generator) - size // 2
    left = torch.randint(0, width, (len(images),), generator=generator) - size // 2
    box = boxes(top, left, torch.full_like(top, size), torch.full_like(top, size), images)
    return images.masked_fill(box, 0)


def random_erasing(
    images: Tensor,
    probability: float,
    generator: torch.Generator,
    *,
    area: tuple[float, float] = (0.02, 0.4),
    ratio: tuple[float, float] = (0.3, 1 / 0.3),
) -> Tensor:
    """Fill a rectangle of some of the pictures with Gaussian noise.

    Args:
        images: Tensor (B, C, H, W), normalised.
        probability: Of each picture to lose a rectangle.
        generator: On the CPU.
        area: Smallest and largest share of the picture that a rectangle covers.
        ratio: Smallest and largest height over width.

    Returns:
        Tensor (B, C, H, W), a new one.

    Source: Zhong et al. 2020, arXiv 1708.04896; rectangles are clipped to the picture's size
    where the paper draws again.
    """
    count, (height, width) = len(images), images.shape[2:]
    chance, share, shape, y, x = torch.rand(5, count, generator=generator)
    covered = (area[0] + share * (area[1] - area[0])) * height * width
    low, high = torch.tensor(ratio).log()
    aspect = (low + shape * (high - low)).exp()
    tall = (covered * aspect).sqrt().round().long().clamp(1, height)
    wide = (covered / aspect).sqrt().round().long().clamp(1, width)
    tall[chance >= probability] = 0
    top, left = (y * (height - tall + 1)).long(), (x * (width - wide + 1)).long()
    noise = torch.randn(images.shape, generator=generator).to(images)
    return torch.where(boxes(top, left, tall, wide, images), noise, images)


def mixup(images: Tensor, alpha: float, generator: torch.Generator) -> Mixed:
    """Blend every picture with another one of the batch, all with the same share.

    Args:
        images: Tensor (B, C, H, W).
        alpha: Of the Beta(alpha, alpha) distribution that the share comes from.
        generator: On the CPU.

    Source: Zhang et al. 2018, arXiv 1710.09412.
    """
    share = _beta(alpha, generator)
    partner = torch.randperm(len(images), generator=generator).to(images.device)
    blended = torch.lerp(images[partner], images, share)
    return Mixed(blended, partner, torch.full((len(images),), share, device=images.device))


def cutmix(images: Tensor, alpha: float, generator: torch.Generator) -> Mixed:
    """Paste a rectangle of another picture of the batch into every picture.

    The share is what is left of a picture once its rectangle is clipped to the border.

    Args:
        images: Tensor (B, C, H, W).
        alpha: Of the Beta(alpha, alpha) distribution that the kept area comes from.
        generator: On the CPU.

    Source: Yun et al. 2019, arXiv 1905.04899.
    """
    height, width = images.shape[2:]
    side = (1 - _beta(alpha, generator)) ** 0.5
    partner = torch.randperm(len(images), generator=generator).to(images.device)
    y, x = torch.rand(2, 1, generator=generator)
    tall, wide = torch.tensor([round(height * side)]), torch.tensor([round(width * side)])
    top, left = (y * height).long() - tall // 2, (x * width).long() - wide // 2
    box = boxes(top, left, tall, wide, images)  # (1, 1, H, W)
    share = 1 - box.float().mean()
    pasted = torch.where(box, images[partner], images)
    return Mixed(pasted, partner, share.expand(len(images)))


def boxes(top: Tensor, left: Tensor, tall: Tensor, wide: Tensor, images: Tensor) -> Tensor:
    """Return masks (B, 1, H, W), on images' device, of rectangles clipped to the picture.

    Args:
        top: First row, (B,); may lie outside.
        left: First column, (B,); may lie outside.
        tall: Height in pixels, (B,).
        wide: Width in pixels, (B,).
        images: Tensor (B, C, H, W), for its size and device.
    """
    rows, columns = torch.arange(images.shape[2]), torch.arange(images.shape[3])
    inside_y = (rows >= top[:, None]) & (rows < (top + tall)[:, None])  # (B, H)
    inside_x = (columns >= left[:, None]) & (columns < (left + wide)[:, None])  # (B, W)
    return (inside_y[:, None, :, None] & inside_x[:, None, None, :]).to(images.device)


def _beta(alpha: float, generator: torch.Generator) -> float:
    """Draw from Beta(alpha, alpha): X / (X + Y) of two gamma variables, numpy's for its seed."""
    import numpy as np

    seed = int(torch.randint(0, 2**62, (1,), generator=generator))
    return float(np.random.default_rng(seed).beta(alpha, alpha))
