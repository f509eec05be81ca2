"""What goes wrong in a search for fractions at which a walk goes wrong."""

from collections.abc import Callable, Sequence
from numbers import Integral

Corner = tuple[int, int, int, int]
Walk = Callable[[Sequence[int]], list[Corner]]

NOTHING = (
    "The search ended with nothing: the function returned None. One of the 24 orders of the four "
    "fractions is wrong, and one corner of its walk: go through all orders "
    "(itertools.permutations((3, 2, 1, 0))), and compare all five corners with those of the right "
    "walk. It is not enough that every step adds one tap: it has to be the right one."
)
COMPARE = (
    "Compare with the right walk: start at (0, 0, 0, 0), and set the taps to 1 one by one, the "
    "one with the largest fraction first. Return the first fractions for which the two differ. "
    "(If your walk differs for all orders: are your corners tuples, each a copy?)"
)


def right_walk(fractions: Sequence[int]) -> list[Corner]:
    """Return the five corners of the simplex that the fractions of four taps lie in.

    A tap is set in corner k if fewer than k others come before it. Of equal fractions the earlier
    tap comes first.
    """
    rank = [
        sum(g > f or (g == f and j < i) for j, g in enumerate(fractions))
        for i, f in enumerate(fractions)
    ]
    a, b, c, d = rank
    return [(int(a < k), int(b < k), int(c < k), int(d < k)) for k in range(5)]


def wrong_numbers(value: object) -> str | None:
    """Say why a value is not four different fractions 0..15, if it is not."""
    wanted = "Expected (a, b, c, d), four different whole numbers from 0 to 15."
    if not isinstance(value, tuple | list):
        return wanted
    if len(value) == 5 and all(isinstance(v, tuple | list) for v in value):
        return f"These are the five corners. {wanted} Return the fractions that led to them."
    if len(value) != 4:
        return wanted
    if any(isinstance(v, str) for v in value):
        return f"These are the taps' names. {wanted} Return their fractions."
    if not all(isinstance(v, Integral) and not isinstance(v, bool) for v in value):
        return wanted
    if min(value) < 0 or max(value) > 15:
        return f"{wanted} With 16 levels from node to node, a fraction is pixel % 16."
    if len(set(value)) < 4:
        return (
            f"{wanted} Where two are equal there are two right walks, and the corner between them "
            "weighs nothing."
        )
    return None


def wrong_search(
    fractions: Sequence[int], broken: Walk, before: Sequence[Sequence[int]]
) -> str | None:
    """Say why fractions are no counterexample, if they are none.

    Args:
        fractions: four different numbers.
        broken: the walk in question.
        before: the results for other walks.
    """

    def wrong_at(numbers: Sequence[int]) -> bool:
        return broken(numbers) != right_walk(numbers)

    if wrong_at(fractions):
        return None
    walk = " ".join("".join(map(str, corner)) for corner in broken(fractions))
    right = (
        f"`broken` is right at {tuple(fractions)}: it walks {walk}, adding the taps in descending "
        "order of their fractions."
    )
    order = [f - min(fractions) for f in fractions]
    named = sorted(order) == [0, 1, 2, 3] and wrong_at([-order.index(tap) for tap in range(4)])
    if named or wrong_at([-f for f in fractions]):
        return (
            f"{right} It is wrong at other numbers, which have the opposite order or are in the "
            "order that these name: these are ranks, or the order of the taps. Return the "
            "fractions: the tap that is set first has the largest."
        )
    if before and all(list(fractions) == list(other) for other in before):
        return (
            f"{right} The function returned the same fractions for another walk. Search: call "
            f"`broken` on candidates. {COMPARE}"
        )
    return f"{right} {COMPARE}"
