"""Comparing what a learner's function returned with what it should return."""

from numbers import Integral
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-9}
NUMBER_TOLERANCE = 1e-5  # a single number may have been computed in float32 anywhere
_CHANGEABLE = (Tensor, np.ndarray, list, set, dict)


def as_tensor(value: Any) -> Tensor | None:
    """Return a tensor, an array, a number or several integers as a tensor; None for the rest."""
    if isinstance(value, Tensor) and value.layout == torch.strided and not value.is_complex():
        return value.detach().cpu()
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        return torch.from_numpy(np.array(value))
    if isinstance(value, (int, float, np.number)) and not np.iscomplexobj(value):
        return torch.tensor(float(value), dtype=torch.float64)
    if isinstance(value, (tuple, list)) and all(isinstance(v, Integral) for v in value):
        return torch.tensor([int(v) for v in value], dtype=torch.float64)
    return None


def close(got: Tensor, expected: Tensor, atol: float = 0.0) -> bool:
    """Tell whether two results agree in shape and, up to rounding, in every number."""
    return got.shape == expected.shape and not bool(_far(got, expected, atol).any())


def _far(got: Tensor, expected: Tensor, atol: float) -> Tensor:
    # As exact as the coarser of the two: a result in the wrong precision is named as such later.
    dtypes = (got.dtype, expected.dtype)
    tolerance = max(TOLERANCE.get(d, 0.0) for d in dtypes) if expected.ndim else NUMBER_TOLERANCE
    got, expected = got.double(), expected.detach().cpu().double()
    finite = expected[expected.isfinite()]
    scale = float(finite.abs().max()) if finite.numel() else 0.0
    return ~torch.isclose(got, expected, rtol=0, atol=atol + tolerance * scale, equal_nan=True)


def difference(got: Tensor, expected: Tensor, result: str) -> str:
    """Say how two results differ: in shape, by NaN, or at which position.

    Args:
        got: what the function returned.
        expected: what it should have returned.
        result: that in words, "a tensor (B, O, H', W')".
    """
    if expected.ndim == 0 and got.ndim > 0:
        return f"The function returned shape {tuple(got.shape)}, expected {result}."
    if got.shape != expected.shape:
        return (
            f"The result has shape {tuple(got.shape)}, expected {tuple(expected.shape)}: {result}."
        )
    if got.isnan().any() and not expected.isnan().any():
        return (
            "The result holds NaN. Look for 0 / 0, the root of a negative number, or memory "
            "that was never filled (torch.empty)."
        )
    if expected.ndim == 0:
        return f"The function returned {float(got):.6g}, expected {float(expected):.6g}."
    if not got.any():
        return "The result is zero everywhere. Is what you compute ever written into it?"
    far = _far(got, expected, 0.0)
    position = far.nonzero()[0].tolist()
    return (
        f"The shape is right, but {int(far.sum())} of {far.numel()} numbers are wrong: at "
        f"{position} the function gives {float(got[*position]):.6g}, "
        f"expected {float(expected[*position]):.6g}."
    )


def imprecise(raw: Any, got: Tensor, expected: Tensor, name: str) -> str | None:
    """Say whether a result of the right shape has another precision than it should.

    Args:
        raw: what the function returned.
        got: that as a tensor.
        expected: what it should have returned.
        name: an argument to take the dtype from.
    """
    if expected.ndim == 0 or got.shape != expected.shape:
        return None
    remedy = f"Make new tensors like an argument: {name}.new_zeros(...), or dtype={name}.dtype."
    wanted, given = (str(t.dtype).removeprefix("torch.") for t in (expected, got))
    if isinstance(raw, Tensor) and got.dtype != expected.dtype:
        return f"{wanted} in, {given} out: the result has another dtype than {name}. {remedy}"
    rounded = got.dtype == torch.float64 and close(got.float(), expected)
    if rounded and not close(got, expected):
        return (
            f"{wanted} in, but the result is as exact as float32 only: a tensor on the way to it "
            f"is float32. {remedy}"
        )
    return None


def same(before: Any, after: Any) -> bool:
    """Tell whether an argument still holds what it held before the call."""
    if isinstance(before, Tensor):
        return torch.equal(before, after)
    if isinstance(before, np.ndarray):
        return bool(np.array_equal(before, after))
    if before is after:  # a NaN, too
        return True
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(same(v, after[k]) for k, v in before.items())
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(same, before, after))
    return isinstance(before, nn.Module) or bool(before == after)


def side_effect(name: str, before: Any, after: Any) -> str | None:
    """Say what a call has done to its argument `name`, if anything."""
    if not same(before, after):
        return (
            f"The function changes its argument {name} in place. The caller still needs "
            f"it: work on a copy, {_copied(name, before)}."
        )
    if isinstance(after, Tensor) and (
        after.requires_grad != before.requires_grad or after.grad is not None
    ):
        return (
            f"The function leaves its mark on {name}: after the call it has requires_grad or "
            f".grad set, for the caller too. Take the gradient with respect to a copy: "
            f"{name}.clone().requires_grad_()."
        )
    return None


def _copied(name: str, value: Any) -> str:
    """Return the code that copies an argument, with all in it that can be changed."""
    if isinstance(value, Tensor):
        return f"{name}.clone()"
    if isinstance(value, np.ndarray):
        return f"{name}.copy()"
    inside = value.values() if isinstance(value, dict) else value
    kind = type(value)
    if kind in (list, set, dict) and not any(isinstance(v, _CHANGEABLE) for v in inside):
        return f"{kind.__name__}({name})"
    return f"copy.deepcopy({name})"


def describe(value: Any) -> str:
    """Describe a value in a few words, the same on every machine."""
    if isinstance(value, (Tensor, np.ndarray)):
        kind = "tensor" if isinstance(value, Tensor) else "array"
        dtype = str(value.dtype).removeprefix("torch.")
        return _article(f"{dtype} {kind} of shape {tuple(value.shape)}")
    if value is None or isinstance(value, (bool, int, float, str)):
        return repr(value)
    if isinstance(value, (tuple, list)) and len(value) <= 8:
        inside = ", ".join(map(describe, value))
        comma = "," if len(value) == 1 else ""
        return f"[{inside}]" if isinstance(value, list) else f"({inside}{comma})"
    return _article(type(value).__name__)


def _article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "AEIOaeio" else f"a {noun}"
