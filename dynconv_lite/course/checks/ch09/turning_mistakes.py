"""What goes wrong in turning taps."""

from collections.abc import Callable

from dynconv_lite.course.case import Function, Hint, Mistake
from dynconv_lite.course.checks.ch09.pixels import Pixel

Turn = Callable[[int, int], Pixel]


def _together(*turns: Turn) -> Function:
    """Return the union of all taps after each of some turns."""
    return lambda taps: {turn(y, x) for y, x in taps for turn in turns}


def _none(y: int, x: int) -> Pixel:
    return y, x


def _quarter(y: int, x: int) -> Pixel:
    return x, -y


def _half(y: int, x: int) -> Pixel:
    return -y, -x


def _back(y: int, x: int) -> Pixel:
    return -x, y


def _swapped(y: int, x: int) -> Pixel:
    return x, y


def _upside_down(y: int, x: int) -> Pixel:
    return -y, x


def _mirrored(y: int, x: int) -> Pixel:
    return y, -x


FOUR = (_none, _quarter, _half, _back)
EIGHT = (*FOUR, _swapped, _upside_down, _mirrored, lambda y, x: (-x, -y))


def _then(change: Callable[[set[Pixel]], set[Pixel]], turns: tuple[Turn, ...] = FOUR) -> Function:
    return lambda taps: change(_together(*turns)(taps))


def _about_the_middle(taps: set[Pixel]) -> set[Pixel]:
    """Turn the box of the taps about its own middle, as a picture is turned."""
    size = max(max(tap) for tap in taps)
    found = set(taps)
    for _ in range(3):
        taps = {(x, size - y) for y, x in taps}
        found |= taps
    return found


def _summed(taps: set[Pixel]) -> set[Pixel]:
    found = {(0, 0)}
    for turn in FOUR:
        found = {(y + turn(*t)[0], x + turn(*t)[1]) for y, x in found for t in taps}
    return found


def _in_common(taps: set[Pixel]) -> set[Pixel]:
    return set.intersection(*({turn(*tap) for tap in taps} for turn in FOUR))


def _square(pixels: set[Pixel]) -> set[Pixel]:
    """Fill the square that the pixels reach."""
    far = max(max(abs(y), abs(x)) for y, x in pixels)
    return {(y, x) for y in range(-far, far + 1) for x in range(-far, far + 1)}


def _once_only(taps: set[Pixel]) -> set[Pixel]:
    """Leave out what more than one turn sees."""
    found: set[Pixel] = set()
    for turn in FOUR:
        found ^= {turn(*tap) for tap in taps}
    return found


HINTS = [
    Hint(
        "The set grows while the loop walks through it. Put the turned taps into a new set.",
        "RuntimeError: Set changed size",
    ),
    Hint("A set holds tuples, not lists: write (dx, -dy).", "TypeError: .*unhashable type: 'list'"),
    Hint(
        "Sets are put together with |, not with +: a | b.",
        "TypeError: unsupported operand type\\(s\\) for \\+=?: 'set'",
    ),
]
WITHOUT = "The taps as they are belong to it, too: no turn is one of the four."
TURNS = "A mirror image is no turn. A quarter turn takes (dy, dx) to (dx, -dy), with one minus."
MISTAKES = [
    Mistake("Nothing is turned. A quarter turn takes (dy, dx) to (dx, -dy).", _together(_none)),
    Mistake(
        "The taps are turned once, and the others are missing: put all four turns together.",
        _together(_quarter),
    ),
    Mistake(
        "This is one quarter turn beside the taps as they are. Go on turning, to 180 and 270 "
        "degrees.",
        _together(_none, _quarter),
    ),
    Mistake(
        "This is the turn by 180 degrees beside the taps as they are. Those by 90 and 270 are "
        "missing.",
        _together(_none, _half),
    ),
    Mistake(
        "This is the turn by 270 degrees beside the taps as they are. Those by 90 and 180 are "
        "missing.",
        _together(_none, _back),
    ),
    Mistake(
        "Only the last turn is left, that by 270 degrees: collect all four in one set.",
        _together(_back),
    ),
    Mistake("Only the turn by 180 degrees is left: collect all four in one set.", _together(_half)),
    Mistake(
        "The turn by 270 degrees is missing: turn three times.", _together(_none, _quarter, _half)
    ),
    Mistake(
        "The turn by 180 degrees is missing: turn three times.", _together(_none, _quarter, _back)
    ),
    Mistake("The turn by 90 degrees is missing: turn three times.", _together(_none, _half, _back)),
    Mistake(WITHOUT, _together(_quarter, _half, _back)),
    Mistake(TURNS, _together(_none, _swapped, _upside_down, _mirrored)),
    Mistake(TURNS, _together(_none, _upside_down, _mirrored, _half)),
    Mistake(TURNS, _together(_none, _swapped, _half, lambda y, x: (-x, -y))),
    Mistake(
        "Rows and columns are swapped, and nothing is turned: the minus of (dx, -dy) is missing.",
        _together(_none, _swapped),
    ),
    Mistake(
        "The taps are mirrored from left to right. A quarter turn takes (dy, dx) to (dx, -dy).",
        _together(_none, _mirrored),
    ),
    Mistake(
        "The taps are turned upside down. A quarter turn takes (dy, dx) to (dx, -dy).",
        _together(_none, _upside_down),
    ),
    Mistake(
        "Here are mirror images beside the turns: eight positions, where there are four turns.",
        _together(*EIGHT),
    ),
    Mistake(
        "The taps are turned about the middle of their own square. They turn about the output's "
        "pixel, (0, 0), and so reach to the other side of it.",
        _about_the_middle,
    ),
    Mistake(
        "The taps of the turns are added up, as if one turn looked at what another has seen. "
        "Their results are added up, but each looks at the picture: put the taps together.",
        _summed,
    ),
    Mistake(
        "These are the taps that all turns have in common. Put together what any of them sees: "
        "| and not &.",
        _in_common,
    ),
    Mistake(
        "What more than one turn sees is left out. A set keeps it once: | and not ^.",
        _once_only,
    ),
    Mistake(
        "This is the whole square, as far as the taps reach. Only turned taps are seen.",
        _then(_square),
    ),
    Mistake(
        "The pixel itself is always in the result. It is there only if it is a tap.",
        _then(lambda pixels: pixels | {(0, 0)}),
    ),
    Mistake(
        "The pixel itself is missing. If it is a tap it stays one, however it is turned.",
        _then(lambda pixels: pixels - {(0, 0)}),
    ),
    Mistake(
        "The signs are lost: what lies above or on the left has a negative step.",
        _then(lambda pixels: {(abs(y), abs(x)) for y, x in pixels}),
    ),
    Mistake(
        "What lies above or on the left is left out: a turned tap may have a negative step.",
        _then(lambda pixels: {p for p in pixels if min(p) >= 0}),
    ),
]
