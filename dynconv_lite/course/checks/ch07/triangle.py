"""Exercise 6: the triangle of linear interpolation, and its gradient at the corners."""

import torch
from torch import Tensor

from dynconv_lite import jitter
from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch07.triangle_mistakes import (
    DETACHED,
    HINTS,
    MISTAKES,
    corner_advice,
    slope_advice,
)
from dynconv_lite.course.compare import as_tensor, describe
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

SLOPES = {-1.0: 0.5, 0.0: 0.0, 1.0: -0.5}  # the mean of both sides' slopes at each corner
RESULT = "a tensor of t's shape"


@exercise("Exercise 6: the triangle and its corners", fallback=jitter.hat)
def hat(answer: Answer, random: Random) -> None:
    """Check `hat(t)`: max(0, 1 - |t|), with the mean of both sides' slopes at the corners."""
    answer.compare(jitter.hat, _cases(random), MISTAKES, result=RESULT, hints=HINTS)
    _far_away(answer, random)
    for dtype in (torch.float32, torch.float64):
        _gradient(answer, random, dtype)


def _cases(random: Random) -> list[Case]:
    def case(new: str, t: Tensor) -> Case:
        return Case({"t": t}, new)

    wide = 6 * random.uniform(3, 5, dtype=torch.float32) - 3
    return [
        case("numbers from 0 to 1", random.uniform(6, dtype=torch.float32)),
        case("numbers from -1 to 0", -random.uniform(6, dtype=torch.float32)),
        case("numbers from -3 to 3", wide),
        case("the corners", torch.tensor([-1.0, 0.0, 1.0])),
        case("a single number", torch.tensor(-random.integer(20, 80) / 100)),
        case("three axes, float64", wide.double()[None] / 2),
    ]


def _far_away(answer: Answer, random: Random) -> None:
    """Demand exact zeros: no pixel may weigh on one that is far away, however little."""
    places = 2 * 32 ** random.uniform(150, 2, dtype=torch.float32) * torch.tensor([1.0, -1.0])
    case = Case({"t": places}, "numbers far away")  # from 2 to 64 on both sides
    got = as_tensor(answer.call(case, hints=HINTS))
    if got is None or got.shape != places.shape:
        answer.fail(f"The function returned {describe(got)}, expected {RESULT}.", case)
    if got.any():
        row, column = got.nonzero()[0].tolist()
        answer.fail(
            f"Far away it is not exactly 0: at t = {float(places[row, column]):.3g} the function "
            f"gives {float(got[row, column]):.2g}. Terms that grow with t cancel only up to "
            "rounding: clamp t to -2 ... 2 first, beyond which nothing changes any more.",
            case,
        )


def _gradient(answer: Answer, random: Random, dtype: torch.dtype) -> None:
    """Compare the gradient beside the corners first, then at each of them."""
    inside = 0.1 + 0.8 * random.uniform(3, dtype=dtype)
    sides = torch.cat([-1 - inside, -inside, inside, 1 + inside, 5 + inside])  # (15,)
    corners = torch.tensor(list(SLOPES), dtype=dtype)
    expected = torch.where(sides.abs() < 1, -sides.sign(), 0)
    found = _slopes(answer, sides.reshape(5, 3), random).flatten()
    wrong = ~torch.isclose(found, expected, rtol=0, atol=1e-4)  # NaN is far from all
    case = Case({"t": sides.reshape(5, 3)})
    if wrong.any():
        at = int(wrong.nonzero()[0])
        answer.fail(
            f"The values are right, the gradient is not: at t = {float(sides[at]):.3g} it is "
            f"{_number(float(found[at]))}, expected {_number(float(expected[at]))}. "
            f"{slope_advice(found, expected)}",
            case,
        )
    slopes = dict(zip(SLOPES, _slopes(answer, corners, random).tolist(), strict=True))
    off = [t for t, slope in SLOPES.items() if not abs(slopes[t] - slope) <= 1e-4]
    if off:
        list_of = ", ".join(
            f"{_number(slopes[t])} at t = {t:g} (expected {_number(SLOPES[t])})" for t in off
        )
        answer.fail(
            f"The values are right, but at a corner the gradient should be the mean of both sides' "
            f"slopes. It is {list_of}. {corner_advice(slopes)}",
            Case({"t": corners}),
        )


def _slopes(answer: Answer, t: Tensor, random: Random) -> Tensor:
    """Return the derivative at every number of t, in t's shape."""
    case = Case({"t": t.clone().requires_grad_()}, "a tensor that requires grad")
    value = answer.call(case, hints=HINTS)
    if not isinstance(value, Tensor):
        answer.fail(f"The function returned {describe(value)}. {DETACHED}", case)
    if not value.requires_grad:
        answer.fail(DETACHED, case)
    # Once more, on a tensor of our own: the call above worked on a copy.
    leaf = t.clone().requires_grad_()
    scale = 0.5 + random.uniform(*t.shape, dtype=t.dtype)
    try:
        total = (answer.function(leaf) * scale).sum()
        (gradient,) = torch.autograd.grad(total, leaf, allow_unused=True)
    except Exception as error:
        what = f"{type(error).__name__}: {error}".partition("\n")[0]
        answer.fail(f"The values are right, but backward() raises {what}", case)
    if gradient is None:
        answer.fail(DETACHED, case)
    return gradient / scale


def _number(slope: float) -> str:
    """Write a slope in short, with halves as fractions."""
    halves = {0.5: "1/2", -0.5: "-1/2", 0.0: "0"}
    return halves.get(slope + 0.0, f"{round(slope, 4):g}")
