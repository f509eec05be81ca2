"""Channel jitter: every channel of a feature map is moved a little, each in its own direction.

The hypothesis it was made for: features that are shaken while a network learns make its effective
receptive field wider, and its features more robust, without any stronger augmentation.

A channel that moves by a real number of pixels is interpolated. With the triangle

    hat(t) = max(0, 1 - |t|),

the moved channel is y[i] = sum_j hat(i - j - offset) x[j] along each axis: what would come from
outside the picture is 0.
"""

from typing import Literal, get_args

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Mode = Literal["none", "shift_int", "shift_det", "shift_float_0.5", "shift_learnable"]
MODES: tuple[str, ...] = get_args(Mode)
RANDOM_MODES = ("shift_int", "shift_float_0.5")  # drawn anew for every image
DIRECTIONS = ((-1, 0), (1, 0), (0, -1), (0, 1))  # (dy, dx): up, down, left, right


def hat(t: Tensor) -> Tensor:
    """Return the triangle max(0, 1 - |t|), the weight of linear interpolation.

    Written as a second difference of |t|, whose derivative torch takes as 0 at t = 0: so at the
    corners of the triangle the gradient is the mean of both sides. Offsets that start at 0 sit on
    the corners; with a relu their gradient would be 0, and with `torch.where` twice the mean.

    Args:
        t: Distances in pixels, any shape.

    Returns:
        Weights from 0 to 1, of the same shape.
    """
    t = t.clamp(-2, 2)  # far away the absolute values cancel only up to rounding
    return ((t + 1).abs() + (t - 1).abs()) / 2 - t.abs()


def channel_shift(x: Tensor, offset: Tensor) -> Tensor:
    """Move every channel by its own offset, with linear interpolation and zeros from outside.

    Args:
        x: Tensor (B, C, H, W).
        offset: (dy, dx) in pixels per channel, (C, 2), or per image and channel, (B, C, 2);
            positive moves down and right. Both x and offset get exact gradients.

    Returns:
        Tensor (B, C, H, W) of x's dtype.

    Raises:
        ValueError: If the shapes do not fit.
    """
    _check_map(x)
    if offset.shape not in ((x.shape[1], 2), (x.shape[0], x.shape[1], 2)):
        raise ValueError(
            f"offset must be (C, 2) or (B, C, 2) = {(*x.shape[:2], 2)}, got {tuple(offset.shape)}"
        )
    with torch.autocast(x.device.type, enabled=False):  # bfloat16 keeps two digits of an offset
        wide = x.to(torch.promote_types(x.dtype, offset.dtype))
        down = _interpolation(offset[..., 0].to(wide.dtype), x.shape[2])  # (C, H, H)
        right = _interpolation(offset[..., 1].to(wide.dtype), x.shape[3])  # (C, W, W)
        return (down @ wide @ right.mT).to(x.dtype)


def shift_by_direction(x: Tensor, direction: Tensor, length: float = 1.0) -> Tensor:
    """Move every channel up, down, left or right by the same length of at most one pixel.

    Equal to `channel_shift` with offset = length * DIRECTIONS[direction], and much cheaper.

    Args:
        x: Tensor (B, C, H, W).
        direction: Index into `DIRECTIONS` per channel, (C,), or per image and channel, (B, C).
        length: In pixels, from 0 to 1; between them, linear interpolation.

    Returns:
        Tensor (B, C, H, W).

    Raises:
        ValueError: If a shape does not fit or the length is out of range.
    """
    _check_map(x)
    if direction.shape not in (x.shape[1:2], x.shape[:2]):
        raise ValueError(
            f"direction must be (C,) or (B, C) = {tuple(x.shape[:2])}, got {tuple(direction.shape)}"
        )
    if not 0 <= length <= 1:
        raise ValueError(f"length must be from 0 to 1 pixel, got {length!r}")
    chosen = direction[..., None, None]  # (C, 1, 1) or (B, C, 1, 1)
    padded = F.pad(x, (1, 1, 1, 1))  # (B, C, H + 2, W + 2)
    up, down = padded[:, :, 2:, 1:-1], padded[:, :, :-2, 1:-1]
    left, right = padded[:, :, 1:-1, 2:], padded[:, :, 1:-1, :-2]
    vertical = torch.where(chosen == 0, up, down)
    horizontal = torch.where(chosen == 2, left, right)
    moved = torch.where(chosen < 2, vertical, horizontal)  # (B, C, H, W)
    return moved if length == 1 else torch.lerp(x, moved, length)


class ChannelJitter(nn.Module):
    """Move every channel of a feature map, a quarter of the channels in each direction.

    Modes:
        none: nothing moves.
        shift_det: by one pixel, by channel index: the first quarter of the channels up, then
            down, left, right. The same in training and in eval mode.
        shift_int: by one pixel; which quarter goes where is drawn anew for every image. Only in
            training mode, as dropout: in eval mode nothing moves, unless `in_eval` is set.
        shift_float_0.5: as shift_int, by half a pixel.
        shift_learnable: by `offset`, a learned (dy, dx) per channel that starts at 0. The same
            in training and in eval mode.

    Random directions come from torch's global generator of the input's device, as dropout's do,
    or from `generator`.

    Args:
        channels: Channels C of the map; a multiple of 4 in the modes that deal out directions.
        mode: One of `MODES`.
        strength: Scales the length of a step, 0 to 1; an attribute that may change over training.
        in_eval: Let the random modes move in eval mode as well; an attribute, too.
        generator: Source of the random directions; None for the global one.

    Shape:
        (B, C, H, W) -> (B, C, H, W)

    Raises:
        ValueError: If the mode is unknown, or the channels or the strength do not fit.

    Source: the talk's method 1, "jittering before convolution": 64 channels behind the stem of a
    ResNet-18, 16 in each direction.
    """

    def __init__(
        self,
        channels: int,
        mode: Mode = "none",
        *,
        strength: float = 1.0,
        in_eval: bool = False,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
        if isinstance(channels, bool) or not isinstance(channels, int) or channels < 1:
            raise ValueError(f"channels must be an integer >= 1, got {channels!r}")
        if mode not in ("none", "shift_learnable") and channels % len(DIRECTIONS):
            raise ValueError(
                f"channels must be a multiple of 4 for mode {mode!r}, so that as many go in each "
                f"direction, got {channels}"
            )
        if not 0 <= strength <= 1:
            raise ValueError(f"strength must be from 0 to 1, got {strength!r}")
        self.channels, self.mode = channels, mode
        self.strength, self.in_eval, self.generator = strength, in_eval, generator
        if mode == "shift_learnable":
            self.offset = nn.Parameter(torch.zeros(channels, 2))  # (dy, dx) in pixels

    def forward(self, x: Tensor) -> Tensor:
        """Move the channels of x, (B, C, H, W)."""
        _check_map(x)
        if x.shape[1] != self.channels:
            raise ValueError(f"x must have {self.channels} channels, got {x.shape[1]}")
        length = self.strength * (0.5 if self.mode == "shift_float_0.5" else 1.0)
        if self.mode == "shift_learnable":
            return channel_shift(x, self.offset * self.strength)
        still = self.mode in RANDOM_MODES and not (self.training or self.in_eval)
        if self.mode == "none" or still or length == 0:
            return x
        return shift_by_direction(x, self._directions(x), length)

    def _directions(self, x: Tensor) -> Tensor:
        """Deal out the four directions to equally many channels: (C,), or (B, C) at random."""
        if self.mode == "shift_det":
            place = torch.arange(self.channels, device=x.device)  # (C,)
        else:
            # ranking random numbers shuffles the channels of every image on its own
            device = x.device if self.generator is None else self.generator.device
            draw = torch.rand(x.shape[:2], generator=self.generator, device=device)
            place = draw.to(x.device).argsort(dim=1)  # (B, C)
        return place * len(DIRECTIONS) // self.channels

    def extra_repr(self) -> str:
        """Show the settings in the printed module."""
        return f"{self.channels}, mode={self.mode!r}, strength={self.strength}"


def _interpolation(offset: Tensor, size: int) -> Tensor:
    """Return the matrices (..., size, size) that move a line of pixels by each offset (...)."""
    place = torch.arange(size, device=offset.device, dtype=offset.dtype)
    return hat(place[:, None] - place[None, :] - offset[..., None, None])


def _check_map(x: Tensor) -> None:
    if x.ndim != 4 or not x.is_floating_point():
        raise ValueError(
            f"x must be a floating-point map (B, C, H, W), got {tuple(x.shape)} {x.dtype}"
        )
