"""What goes wrong in finding the pixels that a network of looking stages can see."""

from collections.abc import Callable, Iterable

from dynconv_lite.course.case import Function, Hint, Mistake
from dynconv_lite.course.checks.ch09.pixels import Pixel, Stages

Add = Callable[[Pixel, Pixel], Pixel]
# the pixels seen after a stage, given those seen before it, its taps, and all their sums
Keep = Callable[[set[Pixel], list[Pixel], set[Pixel]], set[Pixel]]


def _sum(p: Pixel, t: Pixel) -> Pixel:
    return p[0] + t[0], p[1] + t[1]


def _seen(
    add: Add = _sum,
    keep: Keep = lambda before, taps, sums: sums,
    stages: Callable[[Stages], Stages] = lambda s: s,
    start: Iterable[Pixel] = ((0, 0),),
    result: Callable[[set[Pixel]], set[Pixel]] = lambda pixels: pixels,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def seen(given: Stages) -> set[Pixel]:
        pixels = set(start)
        for taps in stages(given):
            sums = {add(pixel, tap) for pixel in pixels for tap in taps}
            pixels = keep(pixels, taps, sums)
        return result(pixels)

    return seen


def _from_first(stages: Stages) -> set[Pixel]:
    pixels: set[Pixel] = _seen()(stages)
    return pixels if stages else set()


def _pairwise(stages: Stages) -> set[Pixel]:
    """Add the first taps of all stages, the second taps of all stages, and so on."""
    paths = list(zip(*stages, strict=False)) or [()]
    return {(sum(t[0] for t in path), sum(t[1] for t in path)) for path in paths}


def _all_summed(stages: Stages) -> set[Pixel]:
    taps = [tap for stage in stages for tap in stage]
    return {(sum(t[0] for t in taps), sum(t[1] for t in taps))}


def _filled(pixels: set[Pixel]) -> set[Pixel]:
    """Fill the box that the pixels lie in."""
    (top, bottom), (left, right) = ((min(n), max(n)) for n in zip(*pixels, strict=True))
    return {(y, x) for y in range(top, bottom + 1) for x in range(left, right + 1)}


def _centred(pixels: set[Pixel]) -> set[Pixel]:
    """Move the pixels until the first row and the first column are 0."""
    top, left = (min(n) for n in zip(*pixels, strict=True))
    return {(y - top, x - left) for y, x in pixels}


def _same_tap(stages: Stages) -> set[Pixel]:
    """Let all stages look in one direction: each tap as often as there are stages."""
    taps = {tap for stage in stages for tap in stage} or {(0, 0)}
    return {(len(stages) * y, len(stages) * x) for y, x in taps}


def _first_repeated(stages: Stages) -> Stages:
    return stages[:1] * len(stages)


HINTS = [
    Hint(
        "There may be no stage at all, and then nothing to begin with: start from {(0, 0)}, the "
        "pixel itself, and go through all stages.",
        "(IndexError|ValueError: not enough values|TypeError: reduce\\(\\) of empty"
        "|TypeError: unbound method|TypeError: descriptor)",
        lambda case: not case.arguments["stages"],
    ),
    Hint(
        "The set grows while the loop walks through it. Put the sums into a new set, and take it "
        "for the old one when the stage is done.",
        "RuntimeError: Set changed size",
    ),
    Hint(
        "A set holds tuples, not lists: write (y + dy, x + dx).",
        "TypeError: .*unhashable type: 'list'",
    ),
]
MISTAKES = [
    Mistake(
        "The taps of all stages are put together. They add up: a stage looks, from every pixel "
        "that the later ones see, at its own taps.",
        _seen(keep=lambda before, taps, sums: before | set(taps)),
    ),
    Mistake(
        "The taps of all stages are put together. They add up: a stage looks, from every pixel "
        "that the later ones see, at its own taps.",
        lambda stages: {tap for taps in stages for tap in taps},
    ),
    Mistake(
        "Only the last stage is left: every turn of the loop begins anew. Add its taps to the "
        "pixels that have been found before it.",
        _seen(keep=lambda before, taps, sums: set(taps)),
    ),
    Mistake("Only the first stage is looked at. Go through all.", _seen(stages=lambda s: s[:1])),
    Mistake(
        "Only the first two stages are looked at. Go through all, however many there are.",
        _seen(stages=lambda s: s[:2]),
    ),
    Mistake("The last stage is left out.", _seen(stages=lambda s: s[:-1])),
    Mistake("The first stage is left out.", _seen(stages=lambda s: s[1:])),
    Mistake(
        "All stages are given the taps of the first. Each has its own.",
        _seen(stages=_first_repeated),
    ),
    Mistake(
        "Every stage is counted twice.",
        _seen(stages=lambda s: [taps for taps in s for _ in range(2)]),
    ),
    Mistake(
        "What was seen before a stage is kept. A pixel stays only where the stage has the tap "
        "(0, 0): take the sums alone.",
        _seen(keep=lambda before, taps, sums: before | sums),
    ),
    Mistake(
        "The stage's own taps are kept beside the sums. A path takes one tap of every stage: take "
        "the sums alone.",
        _seen(keep=lambda before, taps, sums: sums | set(taps)),
    ),
    Mistake(
        "Where no stage is there is no pixel. But an output without any stage is the pixel itself: "
        "{(0, 0)}.",
        _from_first,
    ),
    Mistake(
        "The result is always empty: sums with nothing are nothing. Start from {(0, 0)}.",
        _seen(start=()),
    ),
    Mistake(
        "The pixel itself is always in the result. It is there only if some path comes back to it.",
        _seen(result=lambda pixels: pixels | {(0, 0)}),
    ),
    Mistake(
        "The pixel itself is missing. A path may well come back to it: do not take it out.",
        _seen(result=lambda pixels: pixels - {(0, 0)}),
    ),
    Mistake(
        "The taps are paired off: first with first, second with second. Any tap of one stage may "
        "follow any of another: two loops, one inside the other.",
        _pairwise,
    ),
    Mistake(
        "All taps are added up into one. A path takes one tap of every stage: many sums.",
        _all_summed,
    ),
    Mistake(
        "A path is taken to use the same tap at every stage. It may take another one each time.",
        _same_tap,
    ),
    Mistake(
        "The taps are subtracted. A stage at (y, x) looks at (y + dy, x + dx).",
        _seen(lambda p, t: (p[0] - t[0], p[1] - t[1])),
    ),
    Mistake(
        "The rows are subtracted: (y + dy, x + dx).",
        _seen(lambda p, t: (p[0] - t[0], p[1] + t[1])),
    ),
    Mistake(
        "The columns are subtracted: (y + dy, x + dx).",
        _seen(lambda p, t: (p[0] + t[0], p[1] - t[1])),
    ),
    Mistake(
        "Rows and columns are swapped: a tap is (dy, dx), and leads from (y, x) to "
        "(y + dy, x + dx).",
        _seen(result=lambda pixels: {(x, y) for y, x in pixels}),
    ),
    Mistake("The taps are multiplied. Add them.", _seen(lambda p, t: (p[0] * t[0], p[1] * t[1]))),
    Mistake(
        "The larger of the two steps is taken. Two steps in a row add up.",
        _seen(lambda p, t: (max(p[0], t[0]), max(p[1], t[1]))),
    ),
    Mistake(
        "The gaps are filled: this is the whole box. A pixel that no path leads to is not seen.",
        _seen(result=_filled),
    ),
    Mistake(
        "The signs are lost. A tap above or on the left has a negative step: do not take abs.",
        _seen(result=lambda pixels: {(abs(y), abs(x)) for y, x in pixels}),
    ),
    Mistake(
        "Pixels above and on the left are left out. They are seen as well as those below.",
        _seen(result=lambda pixels: {p for p in pixels if min(p) >= 0}),
    ),
    Mistake(
        "The pixels are counted from the upper left corner. Count from the output's pixel, (0, 0).",
        _seen(result=_centred),
    ),
]
