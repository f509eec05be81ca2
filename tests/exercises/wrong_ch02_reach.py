"""Wrong answers to exercise 6 of chapter 2, as learners write them: which gate reaches shares."""

import math

import torch

ROUNDING = 1e-6


def in_cube(shares):
    return bool((shares >= -ROUNDING).all() and (shares <= 1 + ROUNDING).all())


def sums_to_one(shares):
    return abs(shares.sum().item() - 1) <= ROUNDING


def decided(shares):
    sigmoid = in_cube(shares)
    return sigmoid and sums_to_one(shares), sigmoid


def share_by_share(shares):
    numbers = shares.tolist()
    sigmoid = all(-ROUNDING <= a <= 1 + ROUNDING for a in numbers)
    return math.isclose(sum(numbers), 1, abs_tol=ROUNDING) and sigmoid, sigmoid


def in_tensors(shares):
    sigmoid = ((shares - 0.5).abs() <= 0.5 + ROUNDING).all()
    return sigmoid & ((shares.double().sum() - 1).abs() <= ROUNDING), sigmoid


def by_distance(shares):
    """Measure how far the shares are from the nearest that a sigmoid makes."""
    sigmoid = torch.dist(shares, shares.clamp(0, 1)).item() <= 1.5 * ROUNDING
    return [sigmoid and sums_to_one(shares), sigmoid]


def exact(shares):
    sigmoid = bool((shares >= 0).all() and (shares <= 1).all())
    return sigmoid and bool(shares.sum() == 1), sigmoid


def strict(shares):
    sigmoid = bool((shares > ROUNDING).all() and (shares < 1 - ROUNDING).all())
    return sigmoid and sums_to_one(shares), sigmoid


def python_all(shares):
    return sums_to_one(shares) and in_cube(shares), any(0 <= a <= 1 for a in shares.tolist())


def anywhere(shares):
    sigmoid = any(-ROUNDING <= a <= 1 + ROUNDING for a in shares.tolist())
    return sigmoid and sums_to_one(shares), sigmoid


def elementwise(shares):
    sigmoid = (shares >= -ROUNDING) & (shares <= 1 + ROUNDING)
    return sums_to_one(shares), sigmoid


def shrunk(shares):
    shares /= shares.sum()
    return decided(shares)


def ambiguous(shares):
    sigmoid = True if 0 <= shares <= 1 else False  # noqa: SIM210
    return sums_to_one(shares) and sigmoid, sigmoid


VERDICTS = {
    "sum alone": (lambda s: (sums_to_one(s), in_cube(s)), "The softmax is asked for its sum alone"),
    "no sum": (lambda s: (in_cube(s), in_cube(s)), "The softmax is not asked for its sum"),
    "sum at most 1": (
        lambda s: (decided(s)[0], in_cube(s) and s.sum().item() <= 1 + ROUNDING),
        "The sigmoid is asked for a sum of at most 1",
    ),
    "sum up to K": (
        lambda s: (decided(s)[0], -ROUNDING <= s.sum().item() <= len(s) + ROUNDING),
        "The sigmoid is asked for the sum alone",
    ),
    "positive": (
        lambda s: (decided(s)[0], s.min().item() >= -ROUNDING),
        "The sigmoid is asked to be at least 0 only",
    ),
    "at most 1": (
        lambda s: (decided(s)[0], s.max().item() <= 1 + ROUNDING),
        "The sigmoid is asked to be at most 1 only",
    ),
    "swapped": (lambda s: decided(s)[::-1], "The two answers have changed places"),
    "either or": (
        lambda s: (decided(s)[0], in_cube(s) and not sums_to_one(s)),
        "The sigmoid is denied what the softmax can make",
    ),
    "strict": (strict, "The limits do not count"),
    "exact": (exact, "ten times 0.1 is not 1"),
    "always": (lambda s: (True, True), "Everything is reachable"),
    "never": (lambda s: (False, False), "Nothing is reachable"),
    "softmax up to 1": (
        lambda s: (in_cube(s) and s.sum().item() <= 1 + ROUNDING, in_cube(s)),
        "The softmax is asked for a sum of at most 1",
    ),
    "any": (anywhere, "any() asks for one"),
    "any, for the sigmoid": (python_all, "For the shares"),
    "absolute": (lambda s: decided(s.abs()), "The signs of the shares are lost"),
    "a bool for each share": (elementwise, "a tensor with a verdict for each share"),
    "one bool": (in_cube, "expected (softmax, sigmoid), two of True and False"),
    "three bools": (lambda s: (*decided(s), True), "expected (softmax, sigmoid), two of"),
    "names": (lambda s: ("yes", "no"), "A part of the result is 'yes', expected True or False"),
    "None": (lambda s: None, "returned None"),
    "in place": (shrunk, "changes its argument shares in place"),
    "an if": (ambiguous, "raised RuntimeError: Boolean value of Tensor"),
}
