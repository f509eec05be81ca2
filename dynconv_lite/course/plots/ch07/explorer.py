"""The picture behind the jitter explorer: one channel moves, and all are told where they went."""

import torch
from torch import Tensor

from dynconv_lite.course.plots.ch07.moves import WORDS, draw_move
from dynconv_lite.course.plots.ch07.stem import NAMES
from dynconv_lite.course.plots.style import Picture
from dynconv_lite.jitter import DIRECTIONS, ChannelJitter


def move_channels(
    features: Tensor, mode: str, strength: float, step: int, learned: Tensor
) -> tuple[Tensor, Tensor]:
    """Move the channels of one map as `ChannelJitter` does in training.

    Args:
        features: (C, H, W).
        mode: one of `ChannelJitter`'s.
        strength: 0 to 1.
        step: which of the random draws.
        learned: offsets (C, 2) in pixels for the mode "shift_learnable".

    Returns:
        The moved map (C, H, W), and where each channel went, (C, 2) in pixels.
    """
    channels = len(features)
    reach = 4  # further than any offset of the widget
    dot = torch.zeros(1, channels, 2 * reach + 1, 2 * reach + 1)
    dot[:, :, reach, reach] = 1
    place = torch.arange(-reach, reach + 1.0)
    moved = []
    for x in (features[None], dot):
        draw = torch.Generator().manual_seed(step)  # the same directions for both
        jitter = ChannelJitter(channels, mode, strength=strength, generator=draw)  # type: ignore[arg-type]
        if mode == "shift_learnable":
            jitter.offset.data.copy_(learned)
        moved.append(jitter.train()(x)[0].detach())
    # the centre of a moved dot is the offset, fractions of a pixel included
    down, right = moved[1].sum(dim=2) @ place, moved[1].sum(dim=1) @ place  # (C,) each
    return moved[0], torch.stack([down, right], dim=1)


def draw_jitter(
    features: Tensor,
    mode: str,
    channel: int,
    strength: float = 1.0,
    step: int = 0,
    dy: float = 0.0,
    dx: float = 0.0,
) -> Picture:
    """Draw one channel of a map before and after a mode moved it.

    Args:
        features: (C, H, W).
        mode: one of `ChannelJitter`'s.
        channel: which one to show.
        strength: 0 to 1.
        step: which of the random draws.
        dy: learned offset of this channel, in pixels down; all others stay at 0.
        dx: learned offset of this channel, in pixels to the right.
    """
    learned = torch.zeros(len(features), 2)
    learned[channel] = torch.tensor([dy, dx])
    moved, offsets = move_channels(features, mode, strength, step, learned)
    down, right = (round(value, 4) + 0.0 for value in offsets[channel].tolist())
    drawn = draw_move(
        features[channel], moved[channel], (down, right), f"{channel}: {NAMES[channel]}"
    )
    return Picture(drawn.figure, f"{drawn.alt} {describe(offsets)}")


def describe(offsets: Tensor) -> str:
    """Say where each channel went.

    Args:
        offsets: (C, 2), (dy, dx) in pixels.
    """
    groups: dict[str, list[str]] = {}
    for channel, (down, right) in enumerate(offsets.tolist()):
        length = max(abs(down), abs(right))
        if length < 1e-4:
            word = "still"
        elif min(abs(down), abs(right)) < 1e-4:
            sign = (round(down / length), round(right / length))
            word = f"{WORDS[DIRECTIONS.index(sign)]} by {length:.3g}"
        else:
            word = f"by ({down:.3g}, {right:.3g})"
        groups.setdefault(word, []).append(str(channel))
    told = "; ".join(f"{word}: {', '.join(groups[word])}" for word in sorted(groups))
    return f"Where the channels went, in pixels: {told}."
