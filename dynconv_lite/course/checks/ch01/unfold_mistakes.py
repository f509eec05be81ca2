"""What goes wrong in a convolution by unfold, beside what goes wrong in any convolution."""

import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Case, Hint, Mistake
from dynconv_lite.course.checks.ch01.convolution_mistakes import Wrong, add_bias, with_defaults


def _columns(x: Tensor, w: Tensor, s: int, p: int) -> Tensor:
    return F.unfold(x, tuple(w.shape[2:]), padding=p, stride=s)  # (B, C*kh*kw, H'*W')


def _as_map(y: Tensor, x: Tensor, w: Tensor, b: Tensor | None, s: int, p: int) -> Tensor:
    return add_bias(y.reshape(F.conv2d(x, w, None, s, p).shape), b)


def _strided_or_padded(case: Case) -> bool:
    return case.arguments.get("stride", 1) != 1 or case.arguments.get("padding", 0) != 0


HINTS = [
    Hint(
        "The windows that F.unfold laid out are not H' * W' in number: pass stride (and padding) "
        "to F.unfold, and use both in H' and W'.",
        "RuntimeError: (unflatten: Provided sizes|shape '.*' is invalid for input of size"
        "|Given output_size=)",
        _strided_or_padded,
    )
]
_UNFOLDS: list[tuple[str, Wrong]] = [
    (
        "The kernels are flattened in the wrong order. unfold lists channels first, then rows, "
        "then columns: weight.flatten(1) does the same.",
        lambda x, w, b, s, p: _as_map(
            w.permute(0, 2, 3, 1).flatten(1) @ _columns(x, w, s, p), x, w, b, s, p
        ),
    ),
    (
        "The kernels are reshaped to (C*kh*kw, O), which mixes them up. Flatten to (O, C*kh*kw), "
        "then transpose if you need to.",
        lambda x, w, b, s, p: _as_map(
            w.reshape(-1, len(w)).T @ _columns(x, w, s, p), x, w, b, s, p
        ),
    ),
    (
        "The product (B, H'*W', O) is reshaped straight to (B, O, H', W'), which mixes channels "
        "and positions. Swap its last two axes first.",
        lambda x, w, b, s, p: _as_map(
            (_columns(x, w, s, p).mT @ w.flatten(1).T).contiguous(), x, w, b, s, p
        ),
    ),
    (
        "The columns (B, C*kh*kw, H'*W') are reshaped where they should be transposed, which "
        "mixes windows. Use .transpose(1, 2).",
        lambda x, w, b, s, p: _as_map(
            (_columns(x, w, s, p).reshape(len(x), -1, w[0].numel()) @ w.flatten(1).T).mT,
            x, w, b, s, p,
        ),
    ),
    (
        "The positions are still in one row: the result is (B, O, H'*W'). Reshape it to "
        "(B, O, H', W').",
        lambda x, w, b, s, p: F.conv2d(x, w, b, s, p).flatten(2),
    ),
]  # fmt: skip
MISTAKES = [Mistake(text, with_defaults(wrong)) for text, wrong in _UNFOLDS]
