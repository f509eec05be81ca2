"""What goes wrong in weighing neighbours."""

from collections.abc import Callable

import torch
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

# a matrix (k, k), given the gaps (k, d) and the neighbours (k, d)
Gram = Callable[[Tensor, Tensor], Tensor]
# what is added to it, given it and the share
Penalty = Callable[[Tensor, float], Tensor]


def _of_gaps(gaps: Tensor, neighbours: Tensor) -> Tensor:
    return gaps @ gaps.T


def _by_trace(gram: Tensor, share: float) -> Tensor:
    return share * gram.trace() * _eye(gram)


def _eye(gram: Tensor) -> Tensor:
    return torch.eye(len(gram), dtype=gram.dtype)


def _solve(gram: Tensor) -> Tensor:
    return torch.linalg.solve(gram, gram.new_ones(len(gram)))


def _sum_of_one(weights: Tensor) -> Tensor:
    return weights / weights.sum()


def _weights(
    gram: Gram = _of_gaps,
    penalty: Penalty = _by_trace,
    solve: Callable[[Tensor], Tensor] = _solve,
    norm: Callable[[Tensor], Tensor] = _sum_of_one,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def neighbour_weights(x: Tensor, neighbours: Tensor, share: float) -> Tensor:
        products = gram(x - neighbours, neighbours)
        return norm(solve(products + penalty(products, share)))

    return neighbour_weights


def _unconstrained(norm: Callable[[Tensor], Tensor]) -> Function:
    """Return ordinary ridge regression of x on its neighbours."""

    def neighbour_weights(x: Tensor, neighbours: Tensor, share: float) -> Tensor:
        gram = neighbours @ neighbours.T
        penalty = share * (x - neighbours).square().sum()
        return norm(torch.linalg.solve(gram + penalty * _eye(gram), neighbours @ x))

    return neighbour_weights


def _by_distance(weigh: Callable[[Tensor], Tensor]) -> Function:
    """Return a rule that looks at each neighbour's squared distance by itself."""

    def neighbour_weights(x: Tensor, neighbours: Tensor, share: float) -> Tensor:
        return _sum_of_one(weigh((x - neighbours).square().sum(1)))

    return neighbour_weights


def _reconstruction(x: Tensor, neighbours: Tensor, share: float) -> Tensor:
    weights: Tensor = _weights()(x, neighbours, share)
    return weights @ neighbours


def _nearest(distances: Tensor) -> Tensor:
    return (distances == distances.min()).to(distances.dtype)


GAPS = "The products are those of the gaps: gaps = x - neighbours, gaps @ gaps.T."
NORM = "Divide the solution by its sum."
PENALTY = "Add share * gram.trace() to each number on the diagonal, and to no other: torch.eye(k)."
HINTS = [
    Hint(
        f"torch.eye(k) is float32, and the features here are float64: dtype=x.dtype. {PENALTY}",
        "RuntimeError: .*(expected.*(same|dtype)|dtype|scalar type|Double|Float)",
    ),
    Hint(
        "gaps is (k, d), so the products (k, k) are gaps @ gaps.T, not gaps.T @ gaps.",
        "RuntimeError: .*(size|shape|mat1|incompatible|match|batch)",
    ),
    Hint(
        "The products have no inverse: with more neighbours than numbers they need the penalty. "
        f"{PENALTY}",
        "LinAlgError",
    ),
]
MISTAKES = [
    Mistake(
        f"x is not subtracted: these are the neighbours' own products. {GAPS}",
        _weights(gram=lambda gaps, neighbours: neighbours @ neighbours.T),
    ),
    Mistake(
        "gaps is (k, d), so the products (k, k) are gaps @ gaps.T, not gaps.T @ gaps.",
        _weights(gram=lambda gaps, neighbours: gaps.T @ gaps),
    ),
    Mistake(
        f"The gaps are those to the neighbours' mean, not to x. {GAPS}",
        _weights(
            gram=lambda gaps, neighbours: (
                (neighbours - neighbours.mean(0)) @ (neighbours - neighbours.mean(0)).T
            )
        ),
    ),
    Mistake(f"The weights do not sum to 1. {NORM}", _weights(norm=lambda w: w)),
    Mistake(
        f"The weights are divided by their length, not by their sum. {NORM}",
        _weights(norm=lambda w: w / w.norm()),
    ),
    Mistake(
        f"The weights are divided by the sum of their sizes, signs dropped. {NORM}",
        _weights(norm=lambda w: w / w.abs().sum()),
    ),
    Mistake(
        "A softmax makes the sum 1 but other weights of them. Divide by the sum instead.",
        _weights(norm=lambda w: w.softmax(0)),
    ),
    Mistake(
        "Negative weights are cut off. They are allowed: x need not lie between its neighbours.",
        _weights(norm=lambda w: _sum_of_one(w.clamp(min=0))),
    ),
    Mistake(
        "The signs of the weights are dropped. Negative ones are allowed: x need not lie between "
        "its neighbours.",
        _weights(norm=lambda w: _sum_of_one(w.abs())),
    ),
    Mistake(
        f"There is no penalty. {PENALTY}",
        _weights(penalty=lambda gram, share: torch.zeros_like(gram)),
    ),
    Mistake(
        "The penalty is the share itself, so it depends on the scale of the features. "
        f"Multiply by the trace. {PENALTY}",
        _weights(penalty=lambda gram, share: share * _eye(gram)),
    ),
    Mistake(
        f"The trace is divided by k. {PENALTY}",
        _weights(penalty=lambda gram, share: share * gram.trace() / len(gram) * _eye(gram)),
    ),
    Mistake(
        f"The penalty is added to all products, not to the diagonal alone. {PENALTY}",
        _weights(penalty=lambda gram, share: share * gram.trace() * torch.ones_like(gram)),
    ),
    Mistake(
        "The diagonal grows in proportion to itself, so that a far neighbour is punished more. "
        f"{PENALTY}",
        _weights(penalty=lambda gram, share: share * gram.diag().diag()),
    ),
    Mistake(
        f"The penalty is twice as strong as it should be. {PENALTY}",
        _weights(penalty=lambda gram, share: 2 * share * gram.trace() * _eye(gram)),
    ),
    Mistake(
        f"The penalty is subtracted. {PENALTY}",
        _weights(penalty=lambda gram, share: -share * gram.trace() * _eye(gram)),
    ),
    Mistake(
        "The products are multiplied with ones, not solved for. The weights are the solution of "
        "products @ weights = ones: torch.linalg.solve.",
        _weights(solve=lambda gram: gram.sum(1)),
    ),
    Mistake(
        "This is least squares without the condition that the weights sum to 1. Solve "
        "products @ weights = ones with the products of the gaps, and divide by the sum.",
        _unconstrained(lambda w: w),
    ),
    Mistake(
        "This is least squares without the condition, divided by the sum afterwards, which is "
        "another minimum. Solve products @ weights = ones with the products of the gaps.",
        _unconstrained(_sum_of_one),
    ),
    Mistake(
        "All neighbours count alike. How near each of them is must count, and how they lie.",
        _by_distance(torch.ones_like),
    ),
    Mistake(
        "The nearest neighbour counts alone. All of them together come nearer to x.",
        _by_distance(_nearest),
    ),
    Mistake(
        "The weights are one divided by the squared distance. That looks at each neighbour by "
        "itself; two on the same side of x should share their weight.",
        _by_distance(lambda squares: 1 / squares),
    ),
    Mistake(
        "The weights are one divided by the distance. That looks at each neighbour by itself; "
        "two on the same side of x should share their weight.",
        _by_distance(lambda squares: 1 / squares.sqrt()),
    ),
    Mistake(
        "The weights are a softmax over distances. That looks at each neighbour by itself; two "
        "on the same side of x should share their weight.",
        _by_distance(lambda squares: (-squares).softmax(0)),
    ),
    Mistake(
        "This is the mean that the weights make, not the weights themselves.",
        _reconstruction,
    ),
]
