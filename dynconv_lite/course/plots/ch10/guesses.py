"""Figure of what a mean square asks for: two edges, and all mixtures of them."""

from collections.abc import Callable

import numpy as np
from torch import Tensor

from dynconv_lite.course.plots.style import (
    BLUE,
    CYCLE,
    DASHES,
    GREY,
    VERMILION,
    Picture,
    canvas,
    picture,
)

STEPS = 41  # of shares


@picture
def draw_mixes(candidates: Tensor, guess: Tensor, psnr: Callable[[Tensor], float]) -> Picture:
    """Draw two rows of pixels, a guess, and the expected PSNR of each mixture of the two.

    Args:
        candidates: (2, 1, W), in grey levels.
        guess: (1, W).
        psnr: From a row (1, W) to its expected PSNR in dB.

    Raises:
        ValueError: If there are not two rows, or the guess has another shape.
    """
    shape = tuple(candidates.shape)
    if len(shape) != 3 or shape[:2] != (2, 1) or tuple(guess.shape) != shape[1:]:
        raise ValueError(
            f"candidates and guess must be (2, 1, W) and (1, W), got {shape} and "
            f"{tuple(guess.shape)}"
        )
    shares = np.linspace(0, 1, STEPS)
    mixed = [(1 - t) * candidates[0] + t * candidates[1] for t in shares]
    scores = [psnr(each) for each in mixed]
    own = psnr(guess)
    way = (candidates[1] - candidates[0]).flatten()
    place = float((guess - candidates[0]).flatten() @ way / way.square().sum())
    figure, (left, right) = canvas(2, size=(7, 2.9))
    wide = candidates.shape[2]
    rows = {"one edge": candidates[0], "the other": candidates[1], "the guess": guess}
    for index, (name, row) in enumerate(rows.items()):
        left.step(np.arange(wide + 1), [*row[0].tolist(), float(row[0, -1])], DASHES[index],
                  where="post", color=VERMILION if index == 2 else CYCLE[2 * index],
                  label=name, linewidth=2.5 if index == 2 else 1.5)  # fmt: skip
    left.set(xlabel="pixel", ylabel="grey level", xticks=range(wide + 1), ylim=(-12, 300))
    left.legend(fontsize=8, ncols=3, loc="upper left", columnspacing=1.0)
    right.plot(shares, scores, color=BLUE)
    right.plot(place, own, "o", color=VERMILION)
    right.axvline(place, color=GREY, linewidth=1, linestyle=":")
    right.set(xlabel="share of the other edge", ylabel="expected PSNR (dB)", xticks=[0, 0.5, 1])
    alt = (
        f"Two edges over {wide} pixels and the guess {[round(v, 1) for v in guess[0].tolist()]}, "
        f"whose expected PSNR is {own:.2f} dB; that of the sharp edges is {scores[0]:.2f} and "
        f"{scores[-1]:.2f} dB. Of all mixtures the one with a share of "
        f"{shares[int(np.argmax(scores))]:g} of the other edge is best."
    )
    return Picture(figure, alt)
