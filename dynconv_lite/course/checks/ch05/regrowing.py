"""Exercise 7: the smallest weights are dropped, and as many others grow."""

import math

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch05.regrowing_mistakes import (
    HINTS,
    Move,
    chances,
    wrong_choice,
    wrong_kind,
    wrong_numbers,
)
from dynconv_lite.course.checks.ch07.source import Generator, Globals
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

TIMES = 300  # draws over which the places that grow are counted


def _regrow(weight: Tensor, mask: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Return a mask without the smallest kept weights, and with as many others in their stead.

    Args:
        weight: of any shape.
        mask: bool, of the shape of weight, True where a weight is kept.
        share: of the kept weights, to be dropped; there are as many free places at least.
        generator: of the places that grow, which were free before.

    Returns:
        bool, of the shape of weight.
    """
    kept, free = (places.flatten().nonzero().squeeze(1) for places in (mask, ~mask))
    count = math.floor(share * len(kept))
    smallest = weight.flatten()[kept].abs().argsort()[:count]
    grown = torch.randperm(len(free), generator=generator)[:count]
    new = mask.flatten().clone()
    new[kept[smallest]] = False
    new[free[grown]] = True
    return new.view_as(mask)


@exercise("Exercise 7: drop and regrow", fallback=_regrow)
def regrow(answer: Answer, random: Random) -> None:
    """Check `regrow(weight, mask, share, generator)` -> bool, of the shape of mask."""
    cases = _cases(random)
    moves = [_move(answer, case, index) for index, case in enumerate(cases)]
    for wrong in (wrong_numbers, wrong_choice):
        for index, (case, move) in enumerate(zip(cases, moves, strict=True)):
            text = wrong(move, moves)
            if text:
                answer.fail(text, case, index, True)
    _reproducible(answer, random)
    case = _case(random, (4, 6), 12, 0.25)
    grown = [answer.call(case) & ~case.arguments["mask"] for _ in range(TIMES)]
    text = chances(torch.stack(grown), case.arguments["mask"])
    if text:
        answer.fail(text, case)


def _case(
    random: Random,
    shape: tuple[int, ...],
    kept: int,
    share: float,
    new: str = "",
    *,
    outside: float = 0.0,
    zeros: int = 0,
    levels: int = 0,
) -> Case:
    """Return a call with `kept` weights kept, wherever chance puts them.

    Args:
        random: the source of all numbers.
        shape: of weight and mask.
        kept: how many weights are kept.
        share: to be dropped.
        new: what is new in the case.
        outside: factor of the weights outside the mask.
        zeros: how many kept weights are zero.
        levels: how many different magnitudes there are; 0 for any.
    """
    weight = random.normal(math.prod(shape))
    if levels:
        weight = weight.sign() * (1 + torch.arange(len(weight)) % levels)
    order = random.uniform(len(weight)).argsort()
    mask = torch.zeros(len(weight), dtype=torch.bool)
    mask[order[:kept]] = True
    weight[order[:zeros]] = 0
    weight = torch.where(mask, weight, outside * weight)
    generator = Generator().manual_seed(random.integer(0, 2**31 - 1))
    arguments = {
        "weight": weight.view(shape),
        "mask": mask.view(shape),
        "share": share,
        "generator": generator,
    }
    return Case(arguments, new)


def _cases(random: Random) -> list[Case]:
    rows = random.integer(6, 9)
    return [
        _case(random, (4, 10), 12, 0.5, "half of the kept weights move"),
        _case(random, (rows, 20), 4 * rows + 1, 0.25, "a share that is no whole number of weights"),
        _case(random, (8, 1, 5, 5), 72, 0.3, "kernels"),
        _case(random, (8, 10), 57, 0.25, "more weights kept than free"),
        _case(random, (8, 20), 50, 0.3, "weights outside the mask that are not zero", outside=0.5),
        _case(random, (8, 20), 50, 0.3, "kept weights that are zero, since they grew", zeros=8),
        _case(random, (8, 20), 50, 0.5, "weights of the same magnitude", levels=3),
        _case(random, (5, 9), 30, 0.5, "no more free places than grow"),
        _case(random, (6, 5), 9, 0.1, "a share of less than one weight"),
        _case(random, (20, 30), 301, 0.4, "many weights"),
    ]


def _move(answer: Answer, case: Case, index: int = 0) -> Move:
    """Return what the function does to a mask, if it is a mask and the world is left alone."""
    before = Globals.now()
    new = answer.call(case, index, HINTS)
    touched = before.touched()
    if touched:
        answer.fail(
            f"The places are drawn from {touched}, not from `generator`. Pass it on: "
            "torch.randperm(..., generator=generator).",
            case,
        )
    weight, mask, share, _ = case.arguments.values()
    wrong = wrong_kind(new, mask)
    if wrong:
        answer.fail(wrong, case)
    return Move(weight, mask, share, new)


def _reproducible(answer: Answer, random: Random) -> None:
    """Compare moves of equal seeds, of different seeds, and of one generator in turn."""
    seed = random.integer(0, 2**31 - 2)
    case = _case(random, (20, 30), 301, 0.4)
    generator = case.arguments["generator"]
    generator.manual_seed(seed)
    first, second = _move(answer, case).new, _move(answer, case).new
    generator.manual_seed(seed)
    again = _move(answer, case).new
    generator.manual_seed(seed + 1)
    other = _move(answer, case).new
    if not torch.equal(first, again):
        answer.fail(
            "Two generators of the same seed grow different weights, so the draw does not come "
            "from `generator` alone. Pass it on: torch.randperm(..., generator=generator).",
            case,
        )
    if torch.equal(first, other):
        answer.fail(
            "Generators of different seeds grow the same weights. Draw the places at random: "
            "torch.randperm(len(free), generator=generator)[:count].",
            case,
        )
    if torch.equal(first, second):
        answer.fail(
            "A second call with the same generator grows the same weights again. Draw from "
            "`generator` itself, which goes on from call to call; do not start anew from its seed.",
            case,
        )
