"""Exercise 6: which gate can make such shares?"""

from typing import Any

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch02.reaching_mistakes import MISTAKES, SLACK, decide
from dynconv_lite.course.compare import describe
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

Verdict = tuple[bool, bool]
WANTED = "(softmax, sigmoid), two of True and False"


def _reachable(shares: Tensor) -> Verdict:
    """Tell whether a softmax, and whether a sigmoid, can come as near to such shares as one likes.

    Args:
        shares: (K,).

    Returns:
        (softmax, sigmoid). Limits count as reached, and rounding of 1e-6 is forgiven.
    """
    return decide(shares)


@exercise("Exercise 6: what a gate can reach", fallback=_reachable)
def reachable(answer: Answer, random: Random) -> None:
    """Check `reachable(shares)`: (K,) -> (softmax, sigmoid)."""
    cases = _cases(random)
    got = [_verdict(answer, case) for case in cases]
    for index, (case, verdict) in enumerate(zip(cases, got, strict=True)):
        expected = decide(*case.arguments.values())
        if verdict == expected:
            continue
        same = [
            mistake.explanation
            for mistake in MISTAKES
            if [mistake.imitate(*other.arguments.values()) for other in cases] == got
        ]
        numbers = ", ".join(f"{share:.3g}" for share in case.arguments["shares"].tolist())
        told = (
            f"For the shares {numbers} the function returned {verdict}, expected {expected}: "
            f"(softmax, sigmoid)."
        )
        answer.fail(f"{same[0]}\n{told}" if same else told, case, index, not same)


def _verdict(answer: Answer, case: Case) -> Verdict:
    """Return what the function says, as two bools."""
    raw = answer.call(case)
    if isinstance(raw, Tensor) and raw.shape == (2,):
        raw = raw.tolist()
    if not isinstance(raw, (tuple, list)) or len(raw) != 2:
        answer.fail(f"The function returned {describe(raw)}, expected {WANTED}.", case)
    return _truth(answer, case, raw[0]), _truth(answer, case, raw[1])


def _truth(answer: Answer, case: Case, part: Any) -> bool:
    """Return a part of a verdict as a bool, if it is one."""
    if isinstance(part, Tensor) and part.numel() > 1:
        answer.fail(
            "A part of the result is a tensor with a verdict for each share. All of them have to "
            "hold: take .all().",
            case,
        )
    if part not in (True, False):
        answer.fail(f"A part of the result is {describe(part)}, expected True or False.", case)
    return bool(part)


def _cases(random: Random) -> list[Case]:
    def case(new: str, *shares: float, double: bool = False) -> Case:
        dtype = torch.float64 if double else torch.float32
        return Case({"shares": torch.tensor(shares, dtype=dtype)}, new)

    inside = 0.1 + random.uniform(4)
    convex = (inside / inside.sum()).tolist()
    small, large = random.integer(5, 25) / 100, random.integer(60, 95) / 100
    return [
        case("a mixture inside of the triangle", *convex),
        case("a sum above 1", large, large, small),
        case("a sum below 1", small, small, small),
        case("the sum 1, but a negative share", large, large, 1 - 2 * large),
        case("a share above 1", 1 + small, small, small),
        case("the sum 1, but a share above 1", 1 + small, -small, 0.0),
        case("a negative share, and another sum", small, -small, large),
        case("two shares of different sign", large, large - 1),
        case("one kernel alone", 0.0, 1.0, 0.0),
        case("the sum of two kernels", 1.0, 1.0, 0.0),
        case("no kernel at all", 0.0, 0.0, 0.0),
        case("shares that sum to K", 1.0, 1.0, 1.0, 1.0),
        case("a large sum, with a share above 1", large, 1 + small, large),
        case("two kernels", large, 1 - large),
        case("ten tenths, which are 1 but for rounding", *[0.1] * 10, double=True),
        case("a share just above 1 by rounding", 1 + SLACK / 10, 0.0, double=True),
        case("a share just below 0 by rounding", -SLACK / 10, 1.0, double=True),
    ]
