"""Answers to exercise 10 of chapter 10, as learners write them: weights of neighbours."""

import numpy as np
import torch


def looked_up(
    gaps=lambda x, n: x - n,
    penalty=lambda gram, share: share * gram.trace() * torch.eye(len(gram), dtype=gram.dtype),
    solve=lambda gram: torch.linalg.solve(gram, torch.ones(len(gram), dtype=gram.dtype)),
    norm=lambda w: w / w.sum(),
):
    """Return the exercise's function with one of its steps replaced."""

    def neighbour_weights(x, neighbours, share):
        difference = gaps(x, neighbours)
        gram = difference @ difference.T
        return norm(solve(gram + penalty(gram, share)))

    return neighbour_weights


def by_multiplier(x, neighbours, share):
    """Solve for the weights and for the multiplier of the condition together."""
    k = len(neighbours)
    gaps = neighbours - x
    system = x.new_zeros(k + 1, k + 1)
    system[:k, :k] = gaps @ gaps.T
    system[:k, :k] += share * gaps.pow(2).sum() * torch.eye(k).to(x)
    system[k, :k] = 1
    system[:k, k] = 1
    right = x.new_zeros(k + 1)
    right[k] = 1
    return torch.linalg.solve(system, right)[:k]


def by_inverse(x, neighbours, share):
    gaps = torch.stack([n - x for n in neighbours])
    gram = torch.einsum("id,jd->ij", gaps, gaps)
    gram.diagonal().add_(share * gram.diagonal().sum())
    inverse = gram.inverse()
    return inverse.sum(1) / inverse.sum()


def by_numpy(x, neighbours, share):
    gaps = (x - neighbours).double().numpy()
    gram = gaps @ gaps.T
    gram += share * np.trace(gram) * np.eye(len(gram))
    weights = np.linalg.solve(gram, np.ones(len(gram)))
    return torch.from_numpy(weights / weights.sum()).to(x.dtype)


def unconstrained(x, neighbours, share):
    penalty = share * (x - neighbours).square().sum()
    gram = neighbours @ neighbours.T + penalty * torch.eye(len(neighbours), dtype=x.dtype)
    return torch.linalg.solve(gram, neighbours @ x)


def by_columns(x, neighbours, share):
    gaps = x - neighbours
    gram = gaps.T @ gaps
    gram = gram + share * gram.trace() * torch.eye(len(gaps), dtype=x.dtype)
    weights = torch.linalg.solve(gram, torch.ones(len(gaps), dtype=x.dtype))
    return weights / weights.sum()


def by_distance(weigh):
    def neighbour_weights(x, neighbours, share):
        weights = weigh(torch.cdist(x[None], neighbours)[0])
        return weights / weights.sum()

    return neighbour_weights


def in_place(x, neighbours, share):
    result = by_inverse(x, neighbours, share)
    neighbours -= x
    return result


EMBEDDINGS = {
    "not subtracted": (looked_up(gaps=lambda x, n: n), "x is not subtracted"),
    "from the mean": (looked_up(gaps=lambda x, n: n - n.mean(0)), "neighbours' mean, not to x"),
    "not normalised": (looked_up(norm=lambda w: w), "The weights do not sum to 1"),
    "length": (looked_up(norm=lambda w: w / w.norm()), "divided by their length"),
    "absolute sum": (looked_up(norm=lambda w: w / w.abs().sum()), "the sum of their sizes"),
    "softmax": (looked_up(norm=lambda w: torch.softmax(w, 0)), "A softmax makes the sum 1"),
    "relu": (
        looked_up(norm=lambda w: torch.relu(w) / torch.relu(w).sum()),
        "Negative weights are cut off",
    ),
    "absolute": (looked_up(norm=lambda w: w.abs() / w.abs().sum()), "The signs of the weights"),
    "no penalty": (looked_up(penalty=lambda g, s: 0), "There is no penalty"),
    "no trace": (
        looked_up(penalty=lambda g, s: s * torch.eye(len(g), dtype=g.dtype)),
        "The penalty is the share itself",
    ),
    "mean of the diagonal": (
        looked_up(penalty=lambda g, s: s * g.diag().mean() * torch.eye(len(g), dtype=g.dtype)),
        "The trace is divided by k",
    ),
    "everywhere": (looked_up(penalty=lambda g, s: s * g.trace()), "not to the diagonal alone"),
    "diagonal scaled": (
        looked_up(penalty=lambda g, s: s * torch.diag(torch.diag(g))),
        "grows in proportion to itself",
    ),
    "minus": (
        looked_up(penalty=lambda g, s: -s * g.trace() * torch.eye(len(g), dtype=g.dtype)),
        "The penalty is subtracted",
    ),
    "multiplied": (
        looked_up(solve=lambda g: g @ torch.ones(len(g), dtype=g.dtype)),
        "multiplied with ones",
    ),
    "least squares": (unconstrained, "without the condition that the weights sum"),
    "least squares, divided": (
        lambda x, n, s: unconstrained(x, n, s) / unconstrained(x, n, s).sum(),
        "divided by the sum afterwards",
    ),
    "alike": (lambda x, n, s: torch.full((len(n),), 1 / len(n)).to(x), "All neighbours count"),
    "nearest": (
        by_distance(lambda d: torch.eye(len(d), dtype=d.dtype)[d.argmin()]),
        "The nearest neighbour counts alone",
    ),
    "by distance": (by_distance(lambda d: 1 / d), "one divided by the distance"),
    "by squares": (by_distance(lambda d: d**-2), "one divided by the squared distance"),
    "by softmax": (by_distance(lambda d: torch.softmax(-d * d, 0)), "a softmax over distances"),
    "the patch": (lambda x, n, s: by_inverse(x, n, s) @ n, "the mean that the weights make"),
    "columns": (by_columns, "gaps @ gaps.T, not gaps.T @ gaps"),
    "float32 eye": (
        looked_up(solve=lambda g: torch.linalg.solve(g, torch.ones(len(g)))),
        "dtype=x.dtype",
    ),
    "an array": (lambda x, n, s: by_inverse(x, n, s).numpy(), "expected a tensor of k weights"),
    "in place": (in_place, "changes its argument neighbours in place"),
    "None": (lambda x, n, s: None, "returned None"),
}
