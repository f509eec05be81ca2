"""Answers to exercise 3 of chapter 9, as learners write them: all four turns."""

import numpy as np


def turned(
    quarter=lambda dy, dx: (dx, -dy),
    times=3,
    keep=lambda found, taps: found | taps,
    result=lambda found: found,
):
    """Return the exercise's function with one of its steps replaced."""

    def all_turns(taps):
        found, current = set(taps), set(taps)
        for _ in range(times):
            current = {quarter(dy, dx) for dy, dx in current}
            found = keep(found, current)
        return result(found)

    return all_turns


def listed(*turns):
    return lambda taps: {turn(dy, dx) for dy, dx in taps for turn in turns}


def by_complex(taps):
    """Multiply by the powers of i, the other way round."""
    places = {complex(dy, dx) * 1j**k for dy, dx in taps for k in range(4)}
    return {(round(p.real), round(p.imag)) for p in places}


def by_matrix(taps):
    quarter = np.array([[0, 1], [-1, 0]])
    found = set()
    for tap in taps:
        place = np.array(tap)
        for _ in range(4):
            found.add((place[0], place[1]))
            place = quarter @ place
    return found


def by_picture(taps):
    """Mark the taps in a picture with (0, 0) in the middle, and turn that."""
    far = max(max(abs(dy), abs(dx)) for dy, dx in taps)
    mask = np.zeros((2 * far + 1, 2 * far + 1), dtype=bool)
    for dy, dx in taps:
        mask[far + dy, far + dx] = True
    union = mask | np.rot90(mask) | np.rot90(mask, 2) | np.rot90(mask, 3)
    return {(int(y) - far, int(x) - far) for y, x in zip(*union.nonzero(), strict=True)}


def about_its_middle(taps):
    """Turn the smallest picture that holds the taps."""
    side = 1 + max(max(tap) for tap in taps)
    mask = np.zeros((side, side), dtype=bool)
    for dy, dx in taps:
        mask[dy, dx] = True
    union = mask | np.rot90(mask) | np.rot90(mask, 2) | np.rot90(mask, 3)
    return {(int(y), int(x)) for y, x in zip(*union.nonzero(), strict=True)}


def growing(taps):
    found = set(taps)
    for dy, dx in found:
        found.add((dx, -dy))
    return found


def with_lists(taps):
    return {[dx, -dy] for dy, dx in taps}


def in_place(taps):
    for _ in range(3):
        taps |= {(dx, -dy) for dy, dx in taps}
    return taps


def plus(taps):
    return taps + {(dx, -dy) for dy, dx in taps}


def one_after_the_other(taps):
    """Let each turn look at what the one before it has seen."""
    found = {(0, 0)}
    for k in range(4):
        turn = [(lambda y, x: (y, x)), (lambda y, x: (x, -y)), (lambda y, x: (-y, -x))]
        turn.append(lambda y, x: (-x, y))
        found = {(a + turn[k](*t)[0], b + turn[k](*t)[1]) for a, b in found for t in taps}
    return found


def square(found):
    far = max(max(abs(y), abs(x)) for y, x in found)
    return {(y, x) for y in range(-far, far + 1) for x in range(-far, far + 1)}


def as_is(y, x):
    return y, x


TURNS = {
    "none": (turned(times=0), "Nothing is turned"),
    "copied": (lambda taps: taps, "Nothing is turned"),
    "once, alone": (listed(lambda y, x: (x, -y)), "The taps are turned once"),
    "once": (turned(times=1), "This is one quarter turn beside the taps"),
    "half": (listed(as_is, lambda y, x: (-y, -x)), "by 180 degrees beside the taps"),
    "back": (turned(lambda y, x: (-x, y), 1), "by 270 degrees beside the taps"),
    "last": (turned(keep=lambda found, taps: taps), "Only the last turn is left"),
    "half alone": (
        turned(times=2, keep=lambda f, t: t),
        "Only the turn by 180 degrees is left",
    ),
    "twice": (turned(times=2), "The turn by 270 degrees is missing"),
    "twice, the other way": (
        turned(lambda y, x: (-x, y), 2),
        "The turn by 90 degrees is missing",
    ),
    "no half": (
        listed(as_is, lambda y, x: (x, -y), lambda y, x: (-x, y)),
        "The turn by 180 degrees is missing",
    ),
    "without the taps": (
        listed(lambda y, x: (x, -y), lambda y, x: (-y, -x), lambda y, x: (-x, y)),
        "The taps as they are belong to it",
    ),
    "signs": (
        listed(as_is, lambda y, x: (-y, x), lambda y, x: (y, -x), lambda y, x: (-y, -x)),
        "A mirror image is no turn",
    ),
    "swaps": (
        listed(as_is, lambda y, x: (x, y), lambda y, x: (-y, -x), lambda y, x: (-x, -y)),
        "A mirror image is no turn",
    ),
    "mirrors": (
        listed(as_is, lambda y, x: (x, y), lambda y, x: (-y, x), lambda y, x: (y, -x)),
        "A mirror image is no turn",
    ),
    "minus forgotten": (turned(lambda y, x: (x, y)), "the minus of (dx, -dy) is missing"),
    "mirrored": (turned(lambda y, x: (y, -x)), "mirrored from left to right"),
    "upside down": (turned(lambda y, x: (-y, x)), "turned upside down"),
    "two minuses": (turned(lambda y, x: (-x, -y)), "Missing: {(0, -1), (1, 0)}."),
    "half turns": (turned(lambda y, x: (-y, -x)), "by 180 degrees beside the taps"),
    "eight": (
        lambda taps: by_complex(taps | {(x, y) for y, x in taps}),
        "Here are mirror images beside the turns",
    ),
    "about its middle": (about_its_middle, "about the middle of their own square"),
    "one after the other": (one_after_the_other, "The taps of the turns are added up"),
    "in common": (turned(keep=lambda found, taps: found & taps), "have in common"),
    "once only": (turned(keep=lambda found, taps: found ^ taps), "| and not ^"),
    "square": (turned(result=square), "This is the whole square"),
    "pixel put in": (turned(result=lambda f: f | {(0, 0)}), "is always in the result"),
    "pixel taken out": (turned(result=lambda f: f - {(0, 0)}), "The pixel itself is missing"),
    "without signs": (
        turned(result=lambda f: {(abs(y), abs(x)) for y, x in f}),
        "The signs are lost",
    ),
    "without negative ones": (
        turned(result=lambda f: {p for p in f if p[0] >= 0 and p[1] >= 0}),
        "What lies above or on the left is left out",
    ),
    "taken away": (turned(keep=lambda found, taps: found - taps), "Missing: {"),
    "growing": (growing, "The set grows while the loop walks"),
    "lists inside": (with_lists, "A set holds tuples, not lists"),
    "plus": (plus, "Sets are put together with |"),
    "a list": (lambda taps: [*taps, *by_complex(taps)], "put the pairs into a set"),
    "a tuple of sets": (lambda taps: (taps, by_complex(taps)), "expected a set of pairs"),
    "a set of sets": (lambda taps: {frozenset(taps)}, "The set holds a frozenset"),
    "floats": (lambda taps: {(0.5 + y, x) for y, x in taps}, "expected pairs (dy, dx) of integers"),
    "a count": (lambda taps: len(by_complex(taps)), "returned 4, expected a set"),
    "in place": (in_place, "changes its argument taps in place"),
    "None": (lambda taps: None, "returned None"),
}
