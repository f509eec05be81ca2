"""The check of chapter 0 against right and wrong answers."""

import numpy as np
import pytest

from dynconv_lite.course.checks import ch00
from dynconv_lite.course.exercise import CheckFailed

BLACK = np.zeros((4, 6, 3), np.uint8)


def by_mean(image):
    return image.mean() / 255


def by_sum(image):
    height, width, channels = image.shape
    return image.sum() / (255 * height * width * channels)


def by_loop(image):
    total = 0
    for row in image:
        for pixel in row:
            total += sum(int(value) for value in pixel)
    return total / 255 / image.size


def overflowing(image):
    total = np.add.reduce(image, axis=None, dtype=image.dtype)
    return total / image.size / 255


def in_place(image):
    image //= 2
    return image.mean() / 255 * 2


WRONG = {
    "not scaled": (lambda image: image.mean(), "on the scale from 0 to 255"),
    "by 256": (lambda image: image.mean() / 256, "divided by 256"),
    "by the maximum": (lambda image: (image / image.max()).mean(), "own brightest value"),
    "overflow": (overflowing, "starts again at 0 after 255"),
    "integers": (lambda image: (image // 255).mean(), "cut to a whole number"),
    "one axis": (lambda image: image.mean(0) / 255, "returned shape"),
    "per channel": (lambda image: image.mean((0, 1)) / 255, "returned shape (3,)"),
    "per pixel": (lambda image: image.mean(2) / 255, "mean over rows, columns and channels"),
    "red": (lambda image: image[:, :, 0].mean() / 255, "Only the red channel"),
    "blue": (lambda image: image[:, :, 2].mean() / 255, "Only the blue channel"),
    "sum": (lambda image: image.sum() / 255, "This is a sum"),
    "by H * W": (lambda i: i.sum() / 255 / (i.shape[0] * i.shape[1]), "every pixel has 3 values"),
    "median": (lambda image: np.median(image / 255), "This is the median"),
    "luminance": (lambda i: (i @ [0.299, 0.587, 0.114]).mean() / 255, "as the eye sees them"),
    "percent": (lambda image: image.mean() / 2.55, "a percentage"),
    "in place": (in_place, "changes its argument image in place"),
    "text": (lambda image: f"{image.mean() / 255}", "expected one number"),
}


@pytest.mark.parametrize("solution", [by_mean, by_sum, by_loop])
def test_solutions_are_accepted(solution):
    for seed in range(20):
        ch00.mean_brightness.verify(solution, seed)


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answers_are_rejected_by_name(name):
    answer, fragment = WRONG[name]
    with pytest.raises(CheckFailed) as caught:
        ch00.mean_brightness(answer)
    assert fragment in str(caught.value)


def test_the_course_s_version():
    fallback = ch00.mean_brightness.fallback
    ch00.mean_brightness.verify(fallback, 0)
    assert fallback(BLACK) == 0.0
    assert fallback(BLACK + 255) == 1.0
    assert fallback(np.array([[[0, 51, 102]]], np.uint8)) == pytest.approx(0.2)  # 51 / 255
