"""What goes wrong in dealing out directions at random, seen from the results alone."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

EVENTS = 100  # more than all the frequencies that one call of the check looks at
FALSE_ALARM = 1e-10  # how likely a right answer may be to fail by chance, in such a call


def wrong_values(drawn: Tensor, batch: int, channels: int) -> str | None:
    """Say what is wrong with a draw's shape, dtype or range, if anything."""
    shape = tuple(drawn.shape)
    if shape == (channels, batch) and batch != channels:
        return f"The result has shape {shape}, (channels, batch): transpose it, images come first."
    if shape == (channels,):
        return (
            "There is one row of directions for all images. Draw one for every image: "
            "(batch, channels)."
        )
    if shape == (batch, 64) and channels != 64:
        return (
            f"There are always 64 channels, 16 in each direction. Deal out `channels`: {channels} "
            f"here, {channels // 4} in each."
        )
    if shape != (batch, channels):
        return f"The result has shape {shape}, expected (batch, channels) = {(batch, channels)}."
    if drawn.dtype != torch.int64:
        name = str(drawn.dtype).removeprefix("torch.")
        return f"The result is {name}. Directions are indices: make them int64, with .long()."
    low, high = int(drawn.min()), int(drawn.max())
    if low >= 0 and high <= 3:
        return None
    if (low, high) == (1, 4):
        return "The directions are numbered from 1 to 4. Count from 0 to 3."
    if torch.equal(drawn.sort(1).values, torch.arange(channels).expand_as(drawn)):
        return (
            f"These are the channels' places, 0 to {channels - 1}, in a shuffled order. The first "
            "quarter of the places goes up (0), the next down (1), and so on: "
            "place * 4 // channels."
        )
    return f"The directions run from {low} to {high}. There are four of them, 0 to 3."


def wrong_counts(drawn: Tensor, draws: Sequence[Tensor]) -> str | None:
    """Say which image has not as many channels of each direction, if any.

    Args:
        drawn: (batch, channels).
        draws: this draw and others, of other sizes; the last one is large.
    """
    counts = _counts(drawn)  # (batch, 4)
    channels = drawn.shape[1]
    unequal = (counts != channels // 4).any(1)
    if not unequal.any():
        return None
    image = int(unequal.nonzero()[0])
    dealt = ", ".join(map(str, counts[image].tolist()))
    seen = (
        f"In image {image} the directions 0 to 3 occur {dealt} times. Each has to occur "
        f"channels / 4 = {channels // 4} times in every image."
    )
    if all(_even(_counts(d).sum(0)) for d in draws):
        return f"The directions are shuffled over the whole batch, not within every image. {seen}"
    if all(_even(_counts(d.T)) for d in draws if d.shape[0] % 4 == 0):
        return f"The directions are dealt out along the batch, not along the channels. {seen}"
    if bool((_counts(drawn) == channels).any(1).all()):
        return f"All channels of an image go in the same direction. {seen}"
    if len(_counts(draws[-1]).unique(dim=0)) == 1:  # the same in every image: no chance in it
        return seen
    return (
        f"The directions are drawn one by one, so that their numbers are left to chance. {seen} "
        "Shuffle a row that has them in equal numbers."
    )


def patterns(drawn: Tensor) -> str | None:
    """Say in which way images are not shuffled on their own, if they are not.

    Args:
        drawn: (batch, channels) with many channels, and equal numbers in every image.
    """
    batch, channels = drawn.shape
    first = drawn[0]
    fresh = "Shuffle the channels of every image on their own."
    same = (drawn[:, None] == drawn[None]).all(2)  # (batch, batch)
    if same.all():
        if torch.equal(first, first.sort().values):
            return f"Nothing is shuffled: the first quarter of the channels goes up. {fresh}"
        if torch.equal(first, torch.arange(channels) % 4):
            return f"Nothing is shuffled: the channels go up, down, left, right in turn. {fresh}"
        return f"All images of a batch have the same directions: one shuffle for all. {fresh}"
    if bool(((drawn[:, 1:] != drawn[:, :-1]).sum(1) == 3).all()):
        return (
            "Whole blocks of neighbouring channels move in the same direction: the four directions "
            f"are shuffled, the channels are not. {fresh}"
        )
    rolls = torch.stack([first.roll(k) for k in range(channels)])  # (channels, channels)
    if bool((drawn[:, None] == rolls).all(2).any(1).all()):
        return f"The images hold one row of directions, rolled by different steps. {fresh}"
    if bool(_renamed(first, drawn[1:]).all()):
        return (
            "The same channels go together in every image, only the directions' names are "
            f"shuffled. {fresh}"
        )
    if _even(_counts(drawn.reshape(-1, 4))):
        return (
            "Of four neighbouring channels, each goes in another direction: the shuffle stays "
            f"within groups of 4. {fresh}"
        )
    if same.sum() > batch:
        i, j = same.triu(1).nonzero()[0].tolist()
        return f"Images {i} and {j} have the same directions. {fresh}"
    return None


def chances(drawn: Tensor) -> str | None:
    """Say whether some place or pair of channels is favoured, over many images.

    By Hoeffding's inequality a frequency over n images lies further than
    sqrt(log(2 / p) / (2 n)) from its probability less often than p.

    Args:
        drawn: (batch, channels).
    """
    channels = drawn.shape[1]
    ways = torch.arange(4)
    at = (drawn[:, :, None] == ways).double().mean(0)  # (channels, 4)
    off = (at - 1 / 4).abs()
    if bool((off > _bound(len(drawn))).any()):
        channel, way = divmod(int(off.argmax()), 4)
        return (
            f"The shuffle favours some channels: channel {channel} goes in direction {way} in "
            f"{float(at[channel, way]):.0%} of the images, instead of 25%."
        )
    together = (drawn[:, :, None] == drawn[:, None]).double().mean(0)  # (channels, channels)
    off = (together - (channels // 4 - 1) / (channels - 1)).abs().triu(1)
    if bool((off > _bound(len(drawn))).any()):
        i, j = divmod(int(off.argmax()), channels)
        return (
            f"Channels {i} and {j} go in the same direction in {float(together[i, j]):.0%} of the "
            f"images, instead of {(channels // 4 - 1) / (channels - 1):.0%}: the shuffle does not "
            "mix all channels."
        )
    even, odd = drawn[0::2], drawn[1::2]
    next_to = (even == odd).double().mean(0)  # (channels,)
    off = (next_to - 1 / 4).abs()
    if bool((off > _bound(len(even))).any()):
        channel = int(off.argmax())
        return (
            f"Two images in a row go together: their channel {channel} has the same direction in "
            f"{float(next_to[channel]):.0%} of such pairs, instead of 25%. Shuffle every image on "
            "its own."
        )
    return None


def _bound(n: int) -> float:
    return math.sqrt(math.log(2 * EVENTS / FALSE_ALARM) / (2 * n))


def _counts(drawn: Tensor) -> Tensor:
    """Return how often each direction occurs in every row, (rows, 4)."""
    return (drawn[:, :, None] == torch.arange(4)).sum(1)


def _even(counts: Tensor) -> bool:
    return bool((counts == counts.flatten()[0]).all())


def _renamed(first: Tensor, others: Tensor) -> Tensor:
    """Tell which rows are the first one with its directions renamed, (rows,)."""
    together = first[:, None] == first
    return ((others[:, :, None] == others[:, None]) == together).all(2).all(1)
