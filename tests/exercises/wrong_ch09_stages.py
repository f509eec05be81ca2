"""Answers to exercise 2 of chapter 9, as learners write them: the pixels that are seen."""

from functools import reduce
from itertools import product


def walked(
    step=lambda y, x, dy, dx: (y + dy, x + dx),
    start=lambda: {(0, 0)},
    after=lambda before, taps, sums: sums,
    result=lambda pixels: pixels,
    given=lambda stages: stages,
):
    """Return the exercise's function with one of its steps replaced."""

    def seen(stages):
        pixels = start()
        for taps in given(stages):
            sums = set()
            for y, x in pixels:
                for dy, dx in taps:
                    sums.add(step(y, x, dy, dx))
            pixels = after(pixels, taps, sums)
        return result(pixels)

    return seen


def by_paths(stages):
    """Walk along every path."""
    return {(sum(tap[0] for tap in path), sum(tap[1] for tap in path)) for path in product(*stages)}


def backwards(stages):
    return walked()(stages[::-1])


def recursive(stages):
    if not stages:
        return {(0, 0)}
    rest = recursive(stages[1:])
    return {(y + dy, x + dx) for dy, dx in stages[0] for y, x in rest}


def reduced(stages):
    def one(a, b):
        return frozenset((p[0] + q[0], p[1] + q[1]) for p in a for q in b)

    return reduce(one, stages, frozenset({(0, 0)}))


def by_complex(stages):
    places = {0j}
    for taps in stages:
        places = {p + complex(dy, dx) for p in places for dy, dx in taps}
    return {(int(p.real), int(p.imag)) for p in places}


def from_the_first(stages):
    pixels = set(stages[0])
    for taps in stages[1:]:
        pixels = {(y + dy, x + dx) for y, x in pixels for dy, dx in taps}
    return pixels


def from_the_first_if_any(stages):
    return from_the_first(stages) if stages else set()


def reduced_without_start(stages):
    return set(reduce(lambda a, b: {(p[0] + q[0], p[1] + q[1]) for p in a for q in b}, stages))


def unpacked_paths(stages):
    sums = set()
    for path in product(*stages):
        ys, xs = zip(*path, strict=True)
        sums.add((sum(ys), sum(xs)))
    return sums


def growing(stages):
    pixels = {(0, 0)}
    for taps in stages:
        for y, x in pixels:
            for dy, dx in taps:
                pixels.add((y + dy, x + dx))
    return pixels


def with_lists(stages):
    return {[y, x] for y, x in by_paths(stages)}


def consumed(stages):
    pixels = {(0, 0)}
    while stages:
        pixels = walked(start=lambda pixels=pixels: pixels)([stages.pop()])
    return pixels


def zipped(stages):
    ends = {(0, 0)} if not stages else set()
    for path in zip(*stages, strict=False):
        ends.add((sum(t[0] for t in path), sum(t[1] for t in path)))
    return ends


def summed(stages):
    y = sum(dy for taps in stages for dy, _ in taps)
    x = sum(dx for taps in stages for _, dx in taps)
    return {(y, x)}


def straight_on(stages):
    n = len(stages)
    return {(n * dy, n * dx) for taps in stages for dy, dx in taps} or {(0, 0)}


def box(pixels):
    ys, xs = [y for y, _ in pixels], [x for _, x in pixels]
    return set(product(range(min(ys), max(ys) + 1), range(min(xs), max(xs) + 1)))


def from_corner(pixels):
    top, left = min(y for y, _ in pixels), min(x for _, x in pixels)
    return {(y - top, x - left) for y, x in pixels}


SEEN = {
    "flattened": (lambda s: set().union(*s), "The taps of all stages are put together"),
    "flattened, with the pixel": (
        lambda s: {(0, 0)}.union(*s),
        "The taps of all stages are put together",
    ),
    "last": (walked(after=lambda b, taps, s: set(taps)), "Only the last stage is left"),
    "begun anew": (
        lambda s: walked()(s[-1:]),
        "Only the last stage is left",
    ),
    "first": (walked(given=lambda s: s[:1]), "Only the first stage is looked at"),
    "two": (walked(given=lambda s: s[:2]), "Only the first two stages"),
    "without the last": (walked(given=lambda s: s[:-1]), "The last stage is left out"),
    "without the first": (walked(given=lambda s: s[1:]), "The first stage is left out"),
    "the first again": (walked(given=lambda s: [s[0] for _ in s]), "given the taps of the first"),
    "twice": (walked(given=lambda s: s + s), "Every stage is counted twice"),
    "kept": (walked(after=lambda b, taps, s: b | s), "What was seen before a stage is kept"),
    "taps kept": (
        walked(after=lambda b, taps, s: s.union(taps)),
        "The stage's own taps are kept beside the sums",
    ),
    "empty without stages": (from_the_first_if_any, "Where no stage is there is no pixel"),
    "stages[0]": (from_the_first, "There may be no stage at all"),
    "reduce": (reduced_without_start, "There may be no stage at all"),
    "zip(*())": (unpacked_paths, "There may be no stage at all"),
    "from nothing": (walked(start=set), "The result is always empty"),
    "pixel put in": (walked(result=lambda p: p | {(0, 0)}), "is always in the result"),
    "pixel taken out": (walked(result=lambda p: p - {(0, 0)}), "The pixel itself is missing"),
    "zipped": (zipped, "The taps are paired off"),
    "summed": (summed, "All taps are added up into one"),
    "straight on": (straight_on, "the same tap at every stage"),
    "subtracted": (walked(lambda y, x, dy, dx: (y - dy, x - dx)), "The taps are subtracted"),
    "rows subtracted": (walked(lambda y, x, dy, dx: (y - dy, x + dx)), "rows are subtracted"),
    "columns subtracted": (walked(lambda y, x, dy, dx: (y + dy, x - dx)), "columns are subtr"),
    "swapped": (walked(lambda y, x, dy, dx: (y + dx, x + dy)), "Rows and columns are swapped"),
    "swapped at the end": (
        walked(result=lambda p: {(x, y) for y, x in p}),
        "Rows and columns are swapped",
    ),
    "multiplied": (walked(lambda y, x, dy, dx: (y * dy, x * dx)), "The taps are multiplied"),
    "multiplied from 1": (
        walked(lambda y, x, dy, dx: (y * dy, x * dx), start=lambda: {(1, 1)}),
        "Missing: {(0, 2), (1, 2), (2, 0), (2, 1), (2, 2)}.",
    ),
    "larger": (walked(lambda y, x, dy, dx: (max(y, dy), max(x, dx))), "larger of the two steps"),
    "filled": (walked(result=box), "The gaps are filled"),
    "without signs": (walked(result=lambda p: {(abs(y), abs(x)) for y, x in p}), "signs are lost"),
    "without negative ones": (
        walked(result=lambda p: {(y, x) for y, x in p if y >= 0 and x >= 0}),
        "Pixels above and on the left are left out",
    ),
    "from the corner": (walked(result=from_corner), "counted from the upper left corner"),
    "joined tuples": (
        lambda s: {p + t for p in {(0, 0)} for t in s[0]} if s else {(0, 0)},
        "+ joins two tuples",
    ),
    "growing": (growing, "The set grows while the loop walks through it"),
    "lists inside": (with_lists, "A set holds tuples, not lists"),
    "a list": (lambda s: list(by_paths(s)), "put the pairs into a set"),
    "a count": (lambda s: len(by_paths(s)), "returned 4, expected a set of pairs"),
    "floats": (lambda s: {(float(y), x) for y, x in by_paths(s)}, "expected pairs (dy, dx) of int"),
    "numbers": (
        lambda s: {y + x for y, x in by_paths(s)},
        "The set holds 0, expected pairs (dy, dx) of integers.\nCalled",
    ),
    "in place": (consumed, "changes its argument stages in place"),
    "None": (lambda s: None, "returned None"),
}
