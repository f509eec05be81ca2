"""What goes wrong in guessing a patch, and in saying how good the guess is."""

import math
from collections.abc import Callable

from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

# a patch, given the candidates (m, H, W) and their probabilities (m,)
Guess = Callable[[Tensor, Tensor], Tensor]
# decibels, given the squared errors (m, H, W) of the guess and the probabilities
Score = Callable[[Tensor, Tensor], float]


def _mean(candidates: Tensor, probabilities: Tensor) -> Tensor:
    return (probabilities[:, None, None] * candidates).sum(0)


def _expected(squares: Tensor, probabilities: Tensor) -> float:
    return float(probabilities @ squares.mean((1, 2)))


def _decibels(squares: Tensor, probabilities: Tensor) -> float:
    return _psnr(_expected(squares, probabilities))


def _psnr(error: float, peak: float = 255.0) -> float:
    return 10 * math.log10(peak**2 / error) if error else math.inf


def _guess(guess: Guess = _mean, score: Score = _decibels) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def best_guess(candidates: Tensor, probabilities: Tensor) -> tuple[Tensor, float]:
        best = guess(candidates, probabilities)
        return best, score((candidates - best).square(), probabilities)

    return best_guess


def _nearest_to_the_mean(candidates: Tensor, probabilities: Tensor) -> Tensor:
    gaps = (candidates - _mean(candidates, probabilities)).square().sum((1, 2))
    return candidates[gaps.argmin()]


def _middle(candidates: Tensor, probabilities: Tensor) -> Tensor:
    return (candidates.amax(0) + candidates.amin(0)) / 2


def _powered(power: float) -> Guess:
    def guess(candidates: Tensor, probabilities: Tensor) -> Tensor:
        shares = probabilities**power
        return _mean(candidates, shares / shares.sum())

    return guess


def _each_psnr(squares: Tensor, probabilities: Tensor) -> float:
    scores = [_psnr(float(error)) for error in squares.mean((1, 2))]
    return sum(float(p) * score for p, score in zip(probabilities, scores, strict=True))


def _of_the_likeliest(squares: Tensor, probabilities: Tensor) -> float:
    return _psnr(float(squares[probabilities.argmax()].mean()))


MEAN = "The expected squared error is least at the mean, each candidate weighed by its probability."
ERROR = (
    "Average (candidate - guess)**2 over the pixels, weigh that by the probabilities, add up: "
    "that is the expected error. Its PSNR is 10 log10(255**2 / error)."
)
HINTS = [
    Hint(
        "probabilities is (m,) and candidates (m, H, W): probabilities[:, None, None], or "
        "torch.einsum('m,mhw->hw', ...).",
        "RuntimeError: .*(size|shape|match|mat1|dim)|ValueError: .*einsum",
    ),
]
MISTAKES_OF_GUESSES = [
    Mistake(
        f"All candidates count alike in the guess. {MEAN}",
        _guess(lambda candidates, probabilities: candidates.mean(0)),
    ),
    Mistake(
        f"This is the likeliest candidate. It is right more often than any other patch, but where "
        f"it is wrong, it is wrong by much. {MEAN}",
        _guess(lambda candidates, probabilities: candidates[probabilities.argmax()]),
    ),
    Mistake(
        f"This is the least likely candidate. {MEAN}",
        _guess(lambda candidates, probabilities: candidates[probabilities.argmin()]),
    ),
    Mistake(
        f"This is the candidate that is nearest to the mean. The guess need not be one of the "
        f"candidates. {MEAN}",
        _guess(_nearest_to_the_mean),
    ),
    Mistake(
        f"This is the median, which makes the expected absolute error least, not the squared one. "
        f"{MEAN}",
        _guess(lambda candidates, probabilities: candidates.median(0).values),
    ),
    Mistake(
        f"This is half way between the smallest and the largest value of each pixel. {MEAN}",
        _guess(_middle),
    ),
    Mistake(
        f"The candidates are added up without their probabilities. {MEAN}",
        _guess(lambda candidates, probabilities: candidates.sum(0)),
    ),
    Mistake(
        f"The weighed sum is divided by m once more. The probabilities have sum 1 already. {MEAN}",
        _guess(lambda candidates, p: _mean(candidates, p) / len(p)),
    ),
    Mistake(f"The probabilities are squared in the guess. {MEAN}", _guess(_powered(2))),
    Mistake(
        f"The probabilities are used in the wrong order. {MEAN}",
        _guess(lambda candidates, p: _mean(candidates, p.flip(0))),
    ),
    Mistake(
        "The guess is rounded. Leave it as it is: a grey level between two others is allowed here.",
        _guess(lambda candidates, p: _mean(candidates, p).round()),
    ),
    Mistake(
        "The guess is one number for all pixels. Average over the candidates only.",
        _guess(lambda candidates, p: _mean(candidates, p).mean().expand(candidates.shape[1:])),
    ),
]
MISTAKES_OF_SCORES = [
    Mistake(
        f"The guess is right, but its errors count alike, whatever the probabilities. {ERROR}",
        _guess(score=lambda squares, p: _psnr(float(squares.mean()))),
    ),
    Mistake(
        "The guess is right, but this is the mean of the candidates' PSNRs. Within a picture "
        f"errors are averaged first, and the logarithm is taken last. {ERROR}",
        _guess(score=_each_psnr),
    ),
    Mistake(
        f"The guess is right, but this compares it with the likeliest candidate alone. {ERROR}",
        _guess(score=_of_the_likeliest),
    ),
    Mistake(
        f"The guess is right, but its errors are added over the pixels, not averaged. {ERROR}",
        _guess(score=lambda squares, p: _psnr(_expected(squares, p) * squares[0].numel())),
    ),
    Mistake(
        f"The guess is right, but this is the error itself, not its PSNR. {ERROR}",
        _guess(score=_expected),
    ),
    Mistake(
        f"The guess is right, but the peak is 1 here. Pixels go from 0 to 255. {ERROR}",
        _guess(score=lambda squares, p: _psnr(_expected(squares, p), 1)),
    ),
    Mistake(
        f"The guess is right, but the peak is not squared. {ERROR}",
        _guess(score=lambda squares, p: _psnr(_expected(squares, p), 255**0.5)),
    ),
    Mistake(
        f"The guess is right, but the error is not squared: it is the mean absolute one. {ERROR}",
        _guess(score=lambda squares, p: _psnr(_expected(squares.sqrt(), p))),
    ),
    Mistake(
        f"The guess is right, but the logarithm is the natural one: math.log10. {ERROR}",
        _guess(score=lambda squares, p: 10 * math.log(255**2 / _expected(squares, p))),
    ),
    Mistake(
        f"The guess is right, but 20 log10 belongs to the root of the squared error. {ERROR}",
        _guess(score=lambda squares, p: 2 * _decibels(squares, p)),
    ),
    Mistake(
        f"The guess is right, but the PSNR has the wrong sign: peak above error. {ERROR}",
        _guess(score=lambda squares, p: -_decibels(squares, p)),
    ),
]
MISTAKES = [*MISTAKES_OF_GUESSES, *MISTAKES_OF_SCORES]
