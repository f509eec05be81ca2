"""Exercise 2: PSNR on the luma, as papers on super-resolution give it."""

import math

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch10.luma_mistakes import HINTS, MISTAKES
from dynconv_lite.course.compare import as_tensor
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

EXACT = 1e-9  # float64 agrees to about 1e-12, float32 to 1e-7
SINGLE = (
    "The number is right, but as exact as float32 only, and float64 is asked for: a.double() and "
    "not a.float(); a tensor of numbers with dtype=torch.float64."
)


def _psnr_y(a: Tensor, b: Tensor, shave: int) -> float:
    """Return the peak signal-to-noise ratio of two pictures' luma, in dB.

    Args:
        a: uint8 (H, W, 3).
        b: the same.
        shave: pixels to leave out on every side.
    """
    difference = a.long() - b.long()  # the luma's offset of 16 cancels
    r, g, b_ = difference[shave : len(a) - shave, shave : a.shape[1] - shave].unbind(2)
    error = 65481 * r + 128553 * g + 24966 * b_  # whole numbers, 255000 times the luma's
    square = float(error.double().square().mean()) / 255000**2
    return 20 * math.log10(255) - 10 * math.log10(square) if square else math.inf


@exercise("Exercise 2: how near to the original", fallback=_psnr_y)
def psnr_y(answer: Answer, random: Random) -> None:
    """Check `psnr_y(a, b, shave)`: uint8 (H, W, 3), twice -> one number, in dB."""

    def pictures(h: int, w: int, strength: float, colours: int = 3) -> tuple[Tensor, Tensor]:
        original = (random.uniform(h, w, colours) * 256).floor().expand(h, w, 3)
        scale = torch.tensor([0.5, 1.0, 2.0][:colours]) * strength
        noise = random.normal(h, w, colours, dtype=torch.float64) * scale
        noise[:2] *= 2  # the edges are worse, and not alike
        noise[:, :1] *= 3
        noisy = (original + (noise + 0.4 * strength)).round().clamp(0, 255)
        return original.to(torch.uint8), noisy.to(torch.uint8)

    h, w = random.integer(9, 11), random.integer(13, 15)
    cases = []
    for new, pair, shave in (
        ("a grey picture", pictures(8, 8, 10, colours=1), 1),
        ("colours", pictures(8, 8, 10), 1),
        ("a picture that is wider than high", pictures(h, w, 10), 2),
        ("a broader border", pictures(h + 5, w, 20), 4),
        ("differences of one level", pictures(h, w, 0.5), 1),
        ("no border", pictures(h, w, 10), 0),
        ("noise as large as the picture", pictures(h, w, 200), 3),
    ):
        cases.append(Case({"a": pair[0], "b": pair[1], "shave": shave}, new))
    same, _ = pictures(h, w, 10)
    cases.append(Case({"a": same, "b": same.clone(), "shave": 2}, "two equal pictures"))
    answer.compare(_psnr_y, cases, MISTAKES, result="one number, in dB", hints=HINTS)
    for case in cases:  # right up to the rounding of float32
        got = as_tensor(answer.call(case))
        expected = _psnr_y(*case.arguments.values())
        if got is None or not math.isclose(got.item(), expected, rel_tol=EXACT):
            answer.fail(SINGLE, case)
