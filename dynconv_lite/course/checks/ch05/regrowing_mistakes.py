"""What goes wrong in dropping and growing weights, seen from the masks alone."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from dynconv_lite.course.case import Hint
from dynconv_lite.course.compare import describe

EVENTS = 100  # more than all the frequencies that one call of the check looks at
FALSE_ALARM = 1e-10  # how likely a right answer may be to fail by chance, in such a call


@dataclass(frozen=True)
class Move:
    """A call of the exercise's function, and the mask that it returned."""

    weight: Tensor
    mask: Tensor
    share: float
    new: Tensor

    @property
    def kept(self) -> int:
        """How many weights were kept before."""
        return int(self.mask.sum())

    @property
    def count(self) -> int:
        """How many of them should be dropped."""
        return math.floor(self.share * self.kept)

    @property
    def dropped(self) -> Tensor:
        """Where weights were dropped."""
        return self.mask & ~self.new

    @property
    def grown(self) -> Tensor:
        """Where weights have grown."""
        return self.new & ~self.mask

    @property
    def of_the_smallest(self) -> bool:
        """Tell whether the dropped weights are all among those that should be dropped."""
        sizes = self.weight.abs()
        limit = sizes[self.mask].sort().values[self.count - 1]
        return bool((sizes[self.dropped] <= limit).all())

    def first(self, values: Tensor) -> bool:
        """Tell whether the dropped weights come first in `values`, among the kept ones."""
        dropped, stays = values[self.dropped], values[self.mask & self.new]
        return not len(dropped) or not len(stays) or bool(dropped.max() <= stays.min())


NUMBERS: list[tuple[str, Callable[[Move], float]]] = [
    (
        "The share is taken of all weights. Take it of the kept ones: mask.sum() of them.",
        lambda m: min(math.floor(m.share * m.mask.numel()), m.kept),
    ),
    (
        "The share is taken of the free places. Take it of the kept weights: mask.sum().",
        lambda m: min(math.floor(m.share * (m.mask.numel() - m.kept)), m.kept),
    ),
    (
        "The share is what stays. It is to be dropped.",
        lambda m: m.kept - m.count,
    ),
    ("The number is rounded up. Round it down.", lambda m: math.ceil(m.share * m.kept)),
    (
        "The number is rounded to the nearest. Round it down.",
        lambda m: round(m.share * m.kept),
    ),
    ("There is always one at least. A small share may drop none.", lambda m: max(1, m.count)),
]
HINTS = [
    Hint(
        "A slice needs an integer: math.floor(share * kept), or int(...).",
        "TypeError: (slice indices|'float' object|topk\\(\\)|kthvalue\\(\\))",
    ),
    Hint(
        "None may move, if the share is small: there is no 0th smallest. Sort, and take the first "
        "`count`.",
        "(RuntimeError|IndexError): .*(kthvalue|selected (number|index)|out of range)",
    ),
    Hint(
        "There are len(free) places to draw from, and len(kept) to drop: index each with numbers "
        "of its own, and that with the result.",
        "IndexError: (index|The shape)",
    ),
]


def wrong_kind(new: Any, mask: Tensor) -> str | None:
    """Say what is wrong with the result's type, dtype or shape, if anything."""
    if not isinstance(new, Tensor):
        return f"The function returned {describe(new)}, expected a mask like `mask`."
    if new.shape != mask.shape:
        return (
            f"The result has shape {tuple(new.shape)}, expected that of the mask, "
            f"{tuple(mask.shape)}: view_as(mask)."
        )
    if new.dtype != torch.bool:
        name = str(new.dtype).removeprefix("torch.")
        return f"The result is {name}, expected a mask like `mask`, of bool."
    return None


def wrong_numbers(move: Move, moves: Sequence[Move]) -> str | None:
    """Say whether too many or too few weights are dropped or grown.

    Args:
        move: the one to judge.
        moves: this one and others, to tell chance from intention.
    """
    dropped, grown = int(move.dropped.sum()), int(move.grown.sum())
    if dropped == grown == move.count:
        return None
    seen = (
        f"Of {move.kept} kept weights {dropped} are dropped, and {grown} others grow. Of both, "
        f"floor(share * kept) = {move.count} are wanted."
    )
    for text, number in NUMBERS:
        if all(int(m.dropped.sum()) == number(m) for m in moves):
            return f"{text} {seen}"
    if not dropped and not grown:
        return f"Nothing has moved. {seen}"
    if not dropped:
        return (
            "The weights outside the mask are dropped once more: they are zero, and so the "
            f"smallest. Look for the smallest among the kept ones. {seen}"
        )
    if not grown:
        return f"No weight grows. {seen}"
    sizes = move.weight.abs()
    if dropped == grown < move.count and move.of_the_smallest:
        return (
            "Some of the dropped weights come straight back. Draw from the places that were free "
            f"before anything was dropped. {seen}"
        )
    if dropped > move.count and move.first(sizes) and len(sizes.unique()) < move.kept // 2:
        return (
            "A threshold drops all weights of the same magnitude. Sort the magnitudes, and drop "
            f"the first `count`. {seen}"
        )
    if dropped == move.count:
        return f"As many weights have to grow as are dropped, each in a place of its own. {seen}"
    return seen


def wrong_choice(move: Move, moves: Sequence[Move]) -> str | None:
    """Say whether others than the smallest are dropped.

    Args:
        move: the one to judge.
        moves: this one and others, to tell chance from intention.
    """
    if move.first(move.weight.abs()):
        return None
    if all(m.first(-m.weight.abs()) for m in moves):
        return "The largest weights are dropped. Drop those of the smallest magnitude."
    if all(m.first(m.weight) for m in moves):
        return (
            "The weights are sorted by value, and the most negative ones dropped. Sort them by "
            "magnitude: weight.abs()."
        )
    size = move.weight.abs()
    return (
        f"A weight of magnitude {float(size[move.dropped].max()):.3g} is dropped, while a kept one "
        f"of {float(size[move.mask & move.new].min()):.3g} stays. Drop those of the smallest "
        "magnitude. (A kept weight may be zero: it has just grown.)"
    )


def chances(grown: Tensor, mask: Tensor) -> str | None:
    """Say whether some free place is favoured, over many draws.

    By Hoeffding's inequality a frequency over n draws lies further than
    sqrt(log(2 / p) / (2 n)) from its probability less often than p.

    Args:
        grown: where weights grew (draws, *shape), equally many in every draw.
        mask: what was kept before (*shape).
    """
    often = grown[:, ~mask].double().mean(0)  # (free,)
    expected = float(often.mean())
    off = (often - expected).abs()
    if bool((off > math.sqrt(math.log(2 * EVENTS / FALSE_ALARM) / (2 * len(grown)))).any()):
        return (
            f"The draw favours some places: one grows in {float(often[off.argmax()]):.0%} of the "
            f"calls, instead of {expected:.0%}. Draw from all free places alike: "
            "torch.randperm(len(free), generator=generator)[:count]."
        )
    return None
