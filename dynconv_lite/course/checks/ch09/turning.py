"""Exercise 3: what four turns of a few taps see."""

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.checks.ch09.pixels import Pixel, PixelAnswer, Shown
from dynconv_lite.course.checks.ch09.turning_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _all_turns(taps: set[Pixel]) -> set[Pixel]:
    """Return the taps turned about (0, 0) by no, one, two and three quarter turns, together.

    Args:
        taps: pairs (dy, dx); a quarter turn takes (dy, dx) to (dx, -dy).
    """
    return {turned for y, x in taps for turned in ((y, x), (x, -y), (-y, -x), (-x, y))}


@exercise("Exercise 3: all four turns", fallback=_all_turns)
def all_turns(answer: Answer, random: Random) -> None:
    """Check `all_turns(taps)` -> a set of pairs (dy, dx)."""
    cases = [
        Shown({"taps": taps}, new)
        for new, taps in (
            ("the right neighbour", {(0, 1)}),
            ("the output's own pixel", {(0, 0)}),
            ("2 x 2 taps", {(0, 0), (0, 1), (1, 0), (1, 1)}),
            ("a tap off the axes and the diagonals", {(1, 2)}),
            ("another such tap", {(0, 0), (3, 1)}),
            ("three in a row, and a bend", {(0, 0), (1, 0), (2, 0), (2, 1)}),
            ("a negative step", {(0, 0), (-1, 3)}),
            ("every second pixel", {(0, 0), (0, 2), (2, 0), (2, 2)}),
            ("3 x 3 taps, from two stages of 2 x 2", {(y, x) for y in range(3) for x in range(3)}),
            ("any taps", {(random.integer(-4, 4), random.integer(5, 9)) for _ in range(4)}),
        )
    ]
    pixels = PixelAnswer(answer.function, answer.name, answer.label)
    pixels.compare_pixels(_all_turns, cases, MISTAKES, HINTS)
