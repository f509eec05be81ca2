"""Check of chapter 0: one small function, to see how an exercise works."""

import numpy as np

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case, Mistake
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

__all__ = ["mean_brightness"]

Image = np.ndarray


def _mean_brightness(image: Image) -> float:
    """Return the mean of a (H, W, 3) uint8 photograph, from 0 (black) to 1 (white)."""
    return float(np.asarray(image).mean() / 255)


MISTAKES = [
    Mistake(
        "The mean is right, but on the scale from 0 to 255: divide it by 255.",
        lambda image: image.mean(),
    ),
    Mistake(
        "The result is divided by 256. The brightest 8-bit value is 255, and white must give 1.",
        lambda image: image.mean() / 256,
    ),
    Mistake(
        "The result is divided by the image's own brightest value, so a dark photograph looks as "
        "bright as a bright one. Divide by 255.",
        lambda image: image.mean() / image.max(),
    ),
    Mistake(
        "The sum overflows: an 8-bit number starts again at 0 after 255. Take image.mean(), or "
        "sum with dtype=float.",
        lambda image: image.sum(dtype=np.uint8) / image.size / 255,
    ),
    Mistake(
        "The result is 0: something is cut to a whole number after the division by 255. Keep it "
        "floating point.",
        lambda image: (image // 255).mean(),
    ),
    Mistake(
        "The result is a percentage. Return a float from 0 to 1.",
        lambda image: image.mean() / 255 * 100,
    ),
    Mistake(
        "This is a sum: divide it by the number of values, H * W * 3.",
        lambda image: image.sum(dtype=np.int64) / 255,
    ),
    Mistake(
        "The sum is divided by H * W only, but every pixel has 3 values: divide by H * W * 3.",
        lambda image: image.mean() / 255 * 3,
    ),
    *[
        Mistake(
            f"Only the {name} channel is averaged. Average all three.",
            lambda image, c=c: image[..., c].mean() / 255,
        )
        for c, name in enumerate(("red", "green", "blue"))
    ],
    Mistake(
        "This is the median, not the mean: half of the values lie below it.",
        lambda image: np.median(image) / 255,
    ),
    Mistake(
        "The channels are weighted as the eye sees them. Here all three count the same.",
        lambda image: image.mean(axis=(0, 1)) @ np.array([0.299, 0.587, 0.114]) / 255,
    ),
]


@exercise("Exercise 0: the mean brightness of a photograph", fallback=_mean_brightness)
def mean_brightness(answer: Answer, random: Random) -> None:
    """Check `mean_brightness(image)`: (H, W, 3) uint8 -> a float from 0 to 1."""
    cases = []
    for dark in (200, 90):
        # Unequal channels, and no value up to 255, so that every mistake shows.
        pixels = random.uniform(random.integer(4, 9), random.integer(10, 15), 3).numpy()
        image = (pixels * np.array([1.0, 0.7, 0.3]) * dark).astype(np.uint8)
        cases.append(Case({"image": image}, "a darker image"))
    answer.compare(
        _mean_brightness,
        cases,
        MISTAKES,
        result="one number, the mean over rows, columns and channels",
    )
