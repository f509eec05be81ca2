"""Exercise 2: which pixels a network of looking stages can see."""

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.checks.ch09.pixels import Pixel, PixelAnswer, Shown, Stages
from dynconv_lite.course.checks.ch09.stages_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

SQUARE = [(0, 0), (0, 1), (1, 0), (1, 1)]


def _seen(stages: Stages) -> set[Pixel]:
    """Return the pixels that an output can depend on: all sums of one tap of every stage.

    Args:
        stages: of each the taps (dy, dx) at which it looks at the map before it.
    """
    pixels = {(0, 0)}
    for taps in stages:
        pixels = {(y + dy, x + dx) for y, x in pixels for dy, dx in taps}
    return pixels


@exercise("Exercise 2: the pixels that are seen", fallback=_seen)
def seen(answer: Answer, random: Random) -> None:
    """Check `seen(stages)` -> a set of pairs (dy, dx)."""
    some = [_taps(random, 3) for _ in range(4)]
    cases = [
        Shown({"stages": stages}, new)
        for new, stages in (
            ("one stage", [SQUARE]),
            ("two stages of 2 x 2 taps", [SQUARE, SQUARE]),
            ("no stage at all: the pixel itself", []),
            ("a stage of 1 x 1", [SQUARE, [(0, 0)]]),
            ("a stage that only moves the map", [[(0, 0), (0, 1)], [(2, 1)]]),
            ("taps above and on the left", [[(0, 0), (-1, 0)], [(0, 0), (0, -2)]]),
            ("taps with gaps between them", [[(0, 0), (0, 2), (2, 0), (2, 2)], [(0, 0), (0, 3)]]),
            ("three stages", [SQUARE, [(0, 0), (1, 2)], [(0, 0), (-3, 1), (0, 4)]]),
            ("a tap that is listed twice", [[(1, 0), (1, 0), (0, 3)], [(0, -3), (-1, 0)]]),
            ("any two stages", some[:2]),
            ("four stages", some),
        )
    ]
    pixels = PixelAnswer(answer.function, answer.name, answer.label)
    pixels.compare_pixels(_seen, cases, MISTAKES, HINTS)


def _taps(random: Random, count: int) -> list[Pixel]:
    return [(random.integer(-3, 3), random.integer(-3, 3)) for _ in range(count)]
