"""What goes wrong in a linear schedule."""

import math
from collections.abc import Callable

from dynconv_lite.course.case import Function, Hint, Mistake

Share = Callable[[float, float], float]


def _share(epoch: float, epochs: float) -> float:
    return min(epoch / epochs, 1.0) if epochs else 1.0


def _line(share: Share) -> Function:
    """Return the mistake of another share of the way from start to end."""
    return lambda epoch, start, end, epochs: start + share(epoch, epochs) * (end - start)


def _between(value: Callable[[float, float, float], float]) -> Function:
    """Return the mistake of another value for a share of the way, from share, start and end."""
    return lambda epoch, start, end, epochs: value(_share(epoch, epochs), start, end)


def _one_way(epoch: float, start: float, end: float, epochs: float) -> float:
    """Stop at end by max, which holds for a fall only."""
    return max(end, start + epoch / epochs * (end - start)) if epochs else end


HINTS = [
    Hint(
        "A table has no entry for a fraction of an epoch, nor for an epoch after its end. Compute "
        "the share of the way instead, min(epoch / epochs, 1).",
        "IndexError|indices must be integers",
    ),
    Hint(
        "With epochs = 0 there is no line to follow, and no number to divide by: return end.",
        "ZeroDivisionError",
    ),
    Hint(
        "epoch may be a fraction, and range() takes integers only. No loop is needed: compute the "
        "share of the way, epoch / epochs.",
        "'float' object cannot be interpreted as an integer",
    ),
    Hint(
        "The arguments are plain numbers, not tensors. Use min(...) and max(...), which Python has "
        "itself.",
        r"must be Tensor, not (int|float)|clamp\(\) received an invalid|"
        "'(int|float)' object has no attribute",
    ),
]
MISTAKES = [
    Mistake(
        "The line goes on after its end. From `epochs` on the temperature stays at end: limit the "
        "share of the way, min(epoch / epochs, 1).",
        _line(lambda e, n: e / n if n else 1.0),
    ),
    Mistake(
        "max(end, ...) stops a fall, but a rise never starts. Limit the share of the way instead, "
        "min(epoch / epochs, 1): that holds for both.",
        _one_way,
    ),
    Mistake(
        "The end is reached one epoch early. Epoch 0 has start, and epoch `epochs` has end: divide "
        "by epochs, not by epochs - 1.",
        _line(lambda e, n: min(e / max(n - 1, 1e-9), 1.0) if n else 1.0),
    ),
    Mistake(
        "The end is reached one epoch late. Epoch 0 has start, and epoch `epochs` has end: divide "
        "by epochs, not by epochs + 1.",
        _line(lambda e, n: min(e / (n + 1), 1.0)),
    ),
    Mistake(
        "The count starts at 1: epoch 0 has moved on by one already. Use epoch as it is.",
        _line(lambda e, n: _share(e + 1, n)),
    ),
    Mistake(
        "Fractions of an epoch are cut off. Use epoch as it is, without int() or //.",
        _line(lambda e, n: _share(int(e), n)),
    ),
    Mistake(
        "Fractions of an epoch are rounded. Use epoch as it is, without round().",
        _line(lambda e, n: _share(round(e), n)),
    ),
    Mistake(
        "start and end are swapped: at epoch 0 the temperature is start.",
        _between(lambda s, start, end: end + s * (start - end)),
    ),
    Mistake(
        "The temperature stays at start until it jumps to end. Move along the line between them: "
        "divide with /, not with //.",
        _line(lambda e, n: float(e >= n)),
    ),
    Mistake(
        "The temperature is always start. Add the share of the way: epoch / epochs of end - start.",
        _between(lambda s, start, end: start),
    ),
    Mistake(
        "The temperature is always end. It begins at start, and reaches end at epoch `epochs`.",
        _between(lambda s, start, end: end),
    ),
    Mistake(
        "The temperature falls to zero. It has to stop at end: add epoch / epochs times "
        "end - start, not - start.",
        _between(lambda s, start, end: start * (1 - s)),
    ),
    Mistake(
        "The whole of end is taken from start. The way between them is end - start: add its share "
        "to start.",
        _between(lambda s, start, end: start - s * end),
    ),
    Mistake(
        "The way is subtracted with the wrong sign: add epoch / epochs times end - start.",
        _between(lambda s, start, end: start - s * (end - start)),
    ),
    Mistake(
        "Only the change is returned. Add start to it.",
        _between(lambda s, start, end: s * (end - start)),
    ),
    Mistake(
        "The temperature falls by a constant factor per epoch. It has to fall by a constant "
        "difference: on a straight line.",
        _between(lambda s, start, end: float(start * (end / start) ** s)),
    ),
    Mistake(
        "The temperature follows a cosine. It has to follow a straight line.",
        _between(lambda s, start, end: end + (start - end) * (1 + math.cos(math.pi * s)) / 2),
    ),
    Mistake(
        "The schedule starts again after `epochs`, as with %. It has to stay at end from then on.",
        _line(lambda e, n: e % n / n if n else 1.0),
    ),
    Mistake(
        "After its end the temperature is start again. It has to stay at end.",
        _line(lambda e, n: e / n if n and e <= n else float(not n)),
    ),
    Mistake(
        "With epochs = 0 the temperature is start. There is no time for a fall: return end.",
        _line(lambda e, n: min(e / n, 1.0) if n else 0.0),
    ),
    Mistake(
        "epochs = 0 is treated as 1. There is no time for a fall: return end at once.",
        _line(lambda e, n: min(e / max(n, 1), 1.0)),
    ),
]
