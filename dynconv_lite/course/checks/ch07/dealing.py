"""Exercise 3: directions dealt out at random, equally many of each in every image."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch07.dealing_mistakes import (
    chances,
    patterns,
    wrong_counts,
    wrong_values,
)
from dynconv_lite.course.checks.ch07.source import Generator, Globals
from dynconv_lite.course.compare import describe
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

SIZES = ((1, 4), (3, 8), (5, 12), (4, 20), (2, 64), (8, 32))


def _draw_directions(batch: int, channels: int, generator: torch.Generator) -> Tensor:
    """Return an index 0..3 for every channel of every image, (batch, channels), int64.

    Every image has as many channels of each direction, in an order of its own.
    """
    place = torch.rand(batch, channels, generator=generator).argsort(1)  # a shuffle of 0..C-1
    return place * 4 // channels


@exercise("Exercise 3: directions drawn at random", fallback=_draw_directions)
def draw_directions(answer: Answer, random: Random) -> None:
    """Check `draw_directions(batch, channels, generator)` -> int64 (batch, channels)."""
    draws = []
    for batch, channels in SIZES:
        case = _case(random, batch, channels)
        drawn = _draw(answer, case)
        draws.append((case, drawn))
    for case, drawn in draws:
        wrong = wrong_counts(drawn, [d for _, d in draws])
        if wrong:
            answer.fail(wrong, case)
    case, drawn = draws[-1]  # of many channels, so that chance makes no such pattern
    wrong = patterns(drawn)
    if wrong:
        answer.fail(wrong, case)
    _reproducible(answer, random)
    case = _case(random, 2000, 8)
    wrong = chances(_draw(answer, case))
    if wrong:
        answer.fail(wrong, case)


def _case(random: Random, batch: int, channels: int) -> Case:
    generator = Generator().manual_seed(random.integer(0, 2**31 - 1))
    return Case({"batch": batch, "channels": channels, "generator": generator})


def _draw(answer: Answer, case: Case) -> Tensor:
    """Return what the function draws, if it is a tensor of indices that leaves the world alone."""
    before = Globals.now()
    drawn = answer.call(case)
    touched = before.touched()
    if touched:
        answer.fail(
            f"The directions are drawn from {touched}, not from `generator`. Pass it on, as in "
            "torch.rand(..., generator=generator): then the draw can be repeated, and nobody "
            "else's is disturbed.",
            case,
        )
    if not isinstance(drawn, Tensor):
        answer.fail(f"The function returned {describe(drawn)}, expected an int64 tensor.", case)
    wrong = wrong_values(drawn, case.arguments["batch"], case.arguments["channels"])
    if wrong:
        answer.fail(wrong, case)
    return drawn


def _reproducible(answer: Answer, random: Random) -> None:
    """Compare draws of equal seeds, of different seeds, and of one generator in turn."""
    seed = random.integer(0, 2**31 - 2)
    case = _case(random, 8, 32)
    generator = case.arguments["generator"]
    generator.manual_seed(seed)
    first, second = _draw(answer, case), _draw(answer, case)
    generator.manual_seed(seed)
    again = _draw(answer, case)
    generator.manual_seed(seed + 1)
    other = _draw(answer, case)
    if not torch.equal(first, again):
        answer.fail(
            "Two generators of the same seed give different directions, so the draw does not come "
            "from `generator` alone. Pass it on, as in torch.rand(..., generator=generator).",
            case,
        )
    if torch.equal(first, other):
        answer.fail(
            "Generators of different seeds give the same directions. Draw them at random, from "
            "`generator`, and do not seed it inside the function.",
            case,
        )
    if torch.equal(first, second):
        answer.fail(
            "A second call with the same generator gives the same directions again. Draw from "
            "`generator` itself, which goes on from call to call; do not start anew from its seed.",
            case,
        )
