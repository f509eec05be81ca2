"""Exercise 10: the weights that make a patch of its neighbours."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch10.embedding_mistakes import HINTS, MISTAKES
from dynconv_lite.course.checks.ch10.tensors import TensorAnswer
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

RESULT = "a tensor of k weights, one for each neighbour"


def _neighbour_weights(x: Tensor, neighbours: Tensor, share: float) -> Tensor:
    """Return the weights, of sum 1, whose mean of the neighbours comes nearest to x.

    No Gram matrix is solved with here. The last weight is 1 minus the others, which leaves an
    ordinary least-squares problem; the penalty on the weights is k rows more of it.

    Args:
        x: (d,).
        neighbours: (k, d).
        share: the penalty on the squared weights, as a share of the sum of squared distances.

    Returns:
        (k,).
    """
    count = len(neighbours)
    if count == 1:
        return torch.ones_like(x[:1])  # nothing to choose
    root = (share * (x - neighbours).square().sum()).sqrt()
    identity = torch.eye(count, dtype=x.dtype)
    rows = torch.cat([neighbours.T, root * identity])  # (d + k, k), times the weights
    aim = torch.cat([x, x.new_zeros(count)])
    free = rows[:, :-1] - rows[:, -1:]  # what is left once the last weight is 1 minus the others
    others = torch.linalg.lstsq(free, (aim - rows[:, -1])[:, None], driver="gelsd").solution[:, 0]
    return torch.cat([others, 1 - others.sum(0, keepdim=True)])


@exercise("Exercise 10: a patch of its neighbours", fallback=_neighbour_weights)
def neighbour_weights(answer: Answer, random: Random) -> None:
    """Check `neighbour_weights(x, neighbours, share)`: (d,), (k, d) -> (k,)."""
    cases = []
    for new, count, size, share, offset in (
        ("two neighbours in a plane", 2, 2, 0.01, 0.0),
        ("more numbers than neighbours", 3, 6, 0.01, 0.0),
        ("features far from 0", 3, 5, 0.01, 4.0),
        ("twice as strong a penalty, and more", 4, 7, 0.1, 1.0),
        ("more neighbours than numbers", random.integer(6, 8), 3, 0.02, 1.0),
        ("many neighbours", 24, 12, 0.001, 0.5),
        ("a single neighbour", 1, 4, 0.01, 0.0),
    ):
        neighbours = random.normal(count, size, dtype=torch.float64) + offset
        x = random.normal(size, dtype=torch.float64) + offset
        cases.append(Case({"x": x, "neighbours": neighbours, "share": share}, new))
    x, neighbours = (random.normal(*shape) for shape in ((6,), (4, 6)))
    cases.append(Case({"x": x, "neighbours": neighbours, "share": 0.05}, "float32"))
    tensors = TensorAnswer(answer.function, answer.name, answer.label, RESULT)
    tensors.compare(_neighbour_weights, cases, MISTAKES, result=RESULT, hints=HINTS)
