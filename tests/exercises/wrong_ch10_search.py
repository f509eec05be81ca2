"""Answers to exercise 7 of chapter 10, as learners write them: a counterexample."""

import itertools
import random

import numpy as np
import torch


def walk(fractions, largest_first=True):
    """Return the right walk, or that in the wrong direction."""
    corner, corners = [0, 0, 0, 0], [(0, 0, 0, 0)]
    for tap in sorted(range(4), key=lambda i: fractions[i], reverse=largest_first):
        corner[tap] = 1
        corners.append(tuple(corner))
    return corners


def orders():
    return itertools.permutations((3, 2, 1, 0))


def searching(
    candidates=orders,
    wrong=lambda got, f: got != walk(f),
    result=lambda f, got: f,
    ask=lambda f: f,
):
    """Return the exercise's function with one of its steps replaced."""

    def counterexample(broken):
        for fractions in candidates():
            got = broken(ask(fractions))
            if wrong(got, fractions):
                return result(fractions, got)

    return counterexample


def every_value():
    """Go through all fractions there are."""
    return (f for f in itertools.product(range(16), repeat=4) if len(set(f)) == 4)


def drawn():
    source = random.Random(0)
    return (source.sample(range(16), 4) for _ in range(10000))


def by_interpolation(broken):
    """Compare what the corners give in a table whose right answer is the fractions' own."""
    for f in orders():
        edges = [16, *sorted(f, reverse=True), 0]
        weights = [a - b for a, b in itertools.pairwise(edges)]
        corners = broken(f)
        found = [sum(w * c[tap] for w, c in zip(weights, corners, strict=True)) for tap in range(4)]
        if found != list(f):
            return f


def one_by_one(broken):
    """Ask in every step which tap was set."""
    for f in orders():
        corners, rest = broken(f), set(range(4))
        for before, after in itertools.pairwise(corners):
            largest = max(rest, key=lambda tap: f[tap])
            if [x - y for x, y in zip(after, before, strict=True)] != [
                int(tap == largest) for tap in range(4)
            ]:
                return f
            rest.remove(largest)


def adds_one_tap(got, f):
    return any(sum(b) - sum(a) != 1 for a, b in itertools.pairwise(got))


def at(k):
    return lambda got, f: got[k] != walk(f)[k]


def returned(value):
    return lambda broken: value


def order_of(f):
    return tuple(sorted(range(4), key=lambda i: -f[i]))


SEARCHES = {
    "the published one": (returned((2, 1, 4, 3)), "the same fractions for another walk"),
    "a constant": (returned((3, 2, 1, 0)), "is right at (3, 2, 1, 0)"),
    "zeros": (returned((0, 0, 0, 0)), "four different whole numbers"),
    "a pair": (returned((5, 5, 3, 1)), "Where two are equal there are two right walks"),
    "too large": (returned((32, 16, 64, 48)), "a fraction is pixel % 16"),
    "negative": (returned((-1, 0, 1, 2)), "a fraction is pixel % 16"),
    "three": (returned((3, 2, 1)), "Expected (a, b, c, d)"),
    "five": (returned((4, 3, 2, 1, 0)), "Expected (a, b, c, d)"),
    "a number": (returned(7), "Expected (a, b, c, d)"),
    "text": (returned("cdab"), "Expected (a, b, c, d)"),
    "letters": (returned(tuple("cdab")), "These are the taps' names"),
    "True": (returned(True), "Expected (a, b, c, d)"),
    "booleans": (returned((True, False, True, False)), "Expected (a, b, c, d)"),
    "shares": (
        searching(result=lambda f, got: tuple(x / 16 for x in f)),
        "Expected (a, b, c, d)",
    ),
    "the corners": (searching(result=lambda f, got: got), "These are the five corners"),
    "the right corners": (searching(result=lambda f, got: walk(f)), "These are the five corners"),
    "the order": (
        searching(result=lambda f, got: order_of(f)),
        "these are ranks, or the order of the taps",
    ),
    "ranks": (
        searching(result=lambda f, got: tuple(order_of(f).index(i) for i in range(4))),
        "these are ranks, or the order of the taps",
    ),
    "reversed": (searching(result=lambda f, got: f[::-1]), "`broken` is right at"),
    "all of them": (
        lambda broken: [f for f in orders() if broken(f) != walk(f)],
        "Expected (a, b, c, d)",
    ),
    "the first candidate": (
        searching(wrong=lambda got, f: True),
        "`broken` is right at (3, 2, 1, 0)",
    ),
    "ascending": (
        searching(wrong=lambda got, f: got != walk(f, False)),
        "Compare with the right walk",
    ),
    "a list of lists": (
        searching(wrong=lambda got, f: got != [list(corner) for corner in walk(f)]),
        "`broken` is right at",
    ),
    "right ones": (searching(wrong=lambda got, f: got == walk(f)), "`broken` is right at"),
    "the ends only": (
        searching(wrong=lambda got, f: got[0] != (0,) * 4 or got[-1] != (1,) * 4),
        "The search ended with nothing",
    ),
    "steps only": (searching(wrong=adds_one_tap), "It is not enough that every step adds one tap"),
    "first corner": (searching(wrong=at(1)), "The search ended with nothing"),
    "middle corner": (searching(wrong=at(2)), "The search ended with nothing"),
    "third corner": (searching(wrong=at(3)), "The search ended with nothing"),
    "half of the orders": (
        searching(lambda: list(orders())[:12]),
        "The search ended with nothing",
    ),
    "a largest": (
        searching(lambda: (f for f in orders() if f[0] == 3)),
        "The search ended with nothing",
    ),
    "rotations": (
        searching(lambda: [(3, 2, 1, 0), (0, 3, 2, 1), (1, 0, 3, 2), (2, 1, 0, 3)]),
        "The search ended with nothing",
    ),
    "equal fractions only": (
        searching(lambda: itertools.product((0, 8), repeat=4)),
        "The search ended with nothing",
    ),
    "the length": (searching(wrong=lambda got, f: len(got) != 5), "The search ended with nothing"),
    "sorted corners": (
        searching(wrong=lambda got, f: [sum(c) for c in got] != [0, 1, 2, 3, 4]),
        "The search ended with nothing",
    ),
    "asked by the order": (searching(ask=order_of), "`broken` is right at"),
    "four arguments": (lambda broken: broken(3, 2, 1, 0), "The function raised TypeError"),
    "a set": (searching(result=lambda f, got: set(f)), "returned a set. Expected (a, b, c, d)"),
    "None": (lambda broken: None, "The search ended with nothing"),
}
ARRAYS = {
    "an array": searching(result=lambda f, got: np.array(f)),
    "a tensor": searching(result=lambda f, got: torch.tensor(f)),
}
