"""What goes wrong in telling which gate can make some shares."""

import torch
from torch import Tensor

from dynconv_lite.course.case import Mistake

SLACK = 1e-6  # rounding that is forgiven


def decide(shares: Tensor) -> tuple[bool, bool]:
    """Tell whether a softmax, and whether a sigmoid, can make such shares, limits included."""
    return _in_cube(shares) and _sums_to_one(shares), _in_cube(shares)


def _in_cube(shares: Tensor) -> bool:
    return bool(((shares >= -SLACK) & (shares <= 1 + SLACK)).all())


def _sums_to_one(shares: Tensor) -> bool:
    return abs(float(shares.double().sum()) - 1) <= SLACK


def _positive(shares: Tensor) -> bool:
    return bool((shares >= -SLACK).all())


def _strictly(shares: Tensor) -> bool:
    return bool(((shares > SLACK) & (shares < 1 - SLACK)).all())


def _exactly(shares: Tensor) -> tuple[bool, bool]:
    cube = bool(((shares >= 0) & (shares <= 1)).all())
    return cube and float(shares.sum()) == 1, cube


MISTAKES = [
    Mistake(
        "The softmax is asked for its sum alone. Its shares are not negative either: the sum 1 "
        "alone is a whole plane, not a triangle.",
        lambda s: (_sums_to_one(s), _in_cube(s)),
    ),
    Mistake(
        "The softmax is not asked for its sum. Its shares lie between 0 and 1, and sum to 1.",
        lambda s: (_in_cube(s), _in_cube(s)),
    ),
    Mistake(
        "The sigmoid is asked for a sum of at most 1. Each of its shares is free to be up to 1: "
        "their sum may be as large as K.",
        lambda s: (decide(s)[0], _in_cube(s) and float(s.sum()) <= 1 + SLACK),
    ),
    Mistake(
        "The sigmoid is asked for the sum alone. It has no fixed sum, but each share lies between "
        "0 and 1.",
        lambda s: (decide(s)[0], -SLACK <= float(s.sum()) <= len(s) + SLACK),
    ),
    Mistake(
        "The sigmoid is asked to be at least 0 only. None of its shares is above 1.",
        lambda s: (decide(s)[0], _positive(s)),
    ),
    Mistake(
        "The sigmoid is asked to be at most 1 only. None of its shares is negative.",
        lambda s: (decide(s)[0], bool((s <= 1 + SLACK).all())),
    ),
    Mistake(
        "The two answers have changed places: (softmax, sigmoid).",
        lambda s: decide(s)[::-1],
    ),
    Mistake(
        "The sigmoid is denied what the softmax can make. The triangle lies inside of the "
        "parallelepiped: a sigmoid reaches all that a softmax reaches.",
        lambda s: (decide(s)[0], decide(s)[1] and not decide(s)[0]),
    ),
    Mistake(
        "The limits do not count: shares of exactly 0 or 1 are refused. The gates come as near to "
        "them as one likes, so let them pass.",
        lambda s: (_strictly(s) and _sums_to_one(s), _strictly(s)),
    ),
    Mistake(
        "Numbers are compared exactly, and rounding gets in the way: ten times 0.1 is not 1. Allow "
        "for 1e-6.",
        _exactly,
    ),
    Mistake(
        "Everything is reachable. A softmax needs shares of sum 1, and both gates need shares from "
        "0 to 1.",
        lambda s: (True, True),
    ),
    Mistake(
        "Nothing is reachable. A softmax reaches all shares from 0 to 1 whose sum is 1.",
        lambda s: (False, False),
    ),
    Mistake(
        "The softmax is asked for a sum of at most 1. It has to be 1.",
        lambda s: (_in_cube(s) and float(s.sum()) <= 1 + SLACK, _in_cube(s)),
    ),
    Mistake(
        "Only some of the shares are looked at: any() asks for one, all() for every one.",
        lambda s: (
            bool(((s >= -SLACK) & (s <= 1 + SLACK)).any()) and _sums_to_one(s),
            bool(((s >= -SLACK) & (s <= 1 + SLACK)).any()),
        ),
    ),
    Mistake(
        "The signs of the shares are lost: a negative one can be made by neither gate.",
        lambda s: decide(torch.abs(s)),
    ),
]
