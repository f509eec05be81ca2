"""What goes wrong in a ridge regression."""

from collections.abc import Callable

import torch
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

# a matrix (d, d) to be added, given low (n, d) and the penalty
Ridge = Callable[[Tensor, float], Tensor]
Change = Callable[[Tensor], Tensor]


def _same(x: Tensor) -> Tensor:
    return x


def _eye(low: Tensor) -> Tensor:
    return torch.eye(low.shape[1], dtype=low.dtype)


def _ridge(low: Tensor, penalty: float) -> Tensor:
    return penalty * _eye(low)


def _projection(
    ridge: Ridge = _ridge,
    inputs: Change = _same,
    outputs: Change = _same,
    result: Change = _same,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def projection(low: Tensor, high: Tensor, penalty: float) -> Tensor:
        low, high = inputs(low), outputs(high)
        inverse = torch.linalg.inv(low.T @ low + ridge(low, penalty))
        return result(high.T @ low @ inverse)

    return projection


def _centred(x: Tensor) -> Tensor:
    return x - x.mean(0)


def _of_length_one(x: Tensor) -> Tensor:
    return x / x.norm(dim=1, keepdim=True)


def _backwards(low: Tensor, high: Tensor, penalty: float) -> Tensor:
    return _tensor(_projection()(high, low, penalty))


def _without_inverse(low: Tensor, high: Tensor, penalty: float) -> Tensor:
    return high.T @ low


def _divided(low: Tensor, high: Tensor, penalty: float) -> Tensor:
    return high.T @ low / (low.square().sum(0) + penalty)


def _of_the_mean(low: Tensor, high: Tensor, penalty: float) -> Tensor:
    return _tensor(_projection(lambda x, p: len(x) * p * _eye(x))(low, high, penalty))


def _of_columns(low: Tensor, high: Tensor, penalty: float) -> Tensor:
    """Take rows for columns, which can be done where low and high are equally wide."""
    return _tensor(_projection()(low.T, high.T, penalty))


def _times_gram(low: Tensor, high: Tensor, penalty: float) -> Tensor:
    return high.T @ low @ (low.T @ low + penalty * _eye(low))


def _among_patches(low: Tensor, high: Tensor, penalty: float) -> Tensor:
    """Keep the inverse (n, n) and forget the small patches behind it."""
    gram = low @ low.T
    return high.T @ torch.linalg.inv(gram + penalty * torch.eye(len(gram), dtype=gram.dtype))


def _tensor(value: object) -> Tensor:
    assert isinstance(value, Tensor)
    return value


RIDGE = "Add penalty * torch.eye(d) to low.T @ low, and then take the inverse."
FORM = "In rows: high.T @ low @ inverse(low.T @ low + penalty * I)."
HINTS = [
    Hint(
        f"torch.eye(d) is float32, and the patches here are float64: dtype=low.dtype. {RIDGE}",
        "RuntimeError: .*(expected.*(same|dtype)|dtype|scalar type|Double|Float)",
    ),
    Hint(
        "Patches are rows here, low is (n, d): where a paper with patches as columns writes "
        f"L L^T, this is low.T @ low. {FORM}",
        "RuntimeError: .*(size|shape|mat1|incompatible|match|batch|square)|LinAlgError: .*square",
    ),
    Hint(
        "low.T @ low has no inverse: with fewer patches than numbers it needs the penalty. "
        f"{RIDGE}",
        "LinAlgError",
    ),
]
MISTAKES = [
    Mistake(
        f"There is no penalty. {RIDGE}",
        _projection(ridge=lambda low, penalty: torch.zeros_like(_eye(low))),
    ),
    Mistake(
        f"There is no penalty: this is plain least squares. {RIDGE}",
        lambda low, high, penalty: torch.linalg.lstsq(low, high, driver="gelsd").solution.T,
    ),
    Mistake(
        f"The penalty is added to every number of low.T @ low, not to its diagonal alone. {RIDGE}",
        _projection(ridge=lambda low, penalty: penalty * torch.ones_like(_eye(low))),
    ),
    Mistake(
        f"The penalty is squared. It is on the squared entries already. {RIDGE}",
        _projection(ridge=lambda low, penalty: penalty**2 * _eye(low)),
    ),
    Mistake(
        f"The root of the penalty is added. {RIDGE}",
        _projection(ridge=lambda low, penalty: penalty**0.5 * _eye(low)),
    ),
    Mistake(
        f"The penalty is subtracted. {RIDGE}",
        _projection(ridge=lambda low, penalty: -penalty * _eye(low)),
    ),
    Mistake(
        "The penalty is multiplied by the number of patches, or low.T @ low divided by it. The "
        f"errors are summed here, not averaged. {RIDGE}",
        _of_the_mean,
    ),
    Mistake(
        f"The penalty is a share of the trace here. In this exercise it is a number. {RIDGE}",
        _projection(ridge=lambda low, penalty: penalty * low.square().sum() * _eye(low)),
    ),
    Mistake(
        "The matrix is the other way round, (d, p). A prediction is to be matrix @ x for a "
        "small patch x: transpose it.",
        _projection(result=lambda matrix: matrix.T),
    ),
    Mistake(
        f"This predicts small patches from large ones. The inverse is that of low.T @ low. {FORM}",
        _backwards,
    ),
    Mistake(
        f"The inverse is missing: this is high.T @ low alone. {FORM}",
        _without_inverse,
    ),
    Mistake(
        f"This multiplies by low.T @ low + penalty * I, where its inverse is wanted. {FORM}",
        _times_gram,
    ),
    Mistake(
        f"This divides number by number. The inverse is that of a matrix: torch.linalg.inv. {FORM}",
        _divided,
    ),
    Mistake(
        "The mean of the small patches is subtracted first (with that of the large ones or without "
        "makes no difference), as if there were a constant term. There is none: a patch of zeros "
        "is to be predicted as zeros.",
        _projection(inputs=_centred),
    ),
    Mistake(
        "Patches are rows here, low is (n, d): where a paper with patches as columns writes L L^T, "
        f"this is low.T @ low. {FORM}",
        _of_columns,
    ),
    Mistake(
        "The small patches are brought to length 1 first. Take them as they are.",
        _projection(inputs=_of_length_one),
    ),
    Mistake(
        "The small patches are missing behind the inverse (n, n): "
        "high.T @ inverse(low @ low.T + penalty * I) @ low.",
        _among_patches,
    ),
    Mistake(
        "These are the predictions for the patches themselves. Return the matrix that makes them.",
        lambda low, high, penalty: low @ _tensor(_projection()(low, high, penalty)).T,
    ),
]
