"""The checks of chapter 1: solutions are accepted, every wrong answer is rejected by name."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import wrong_ch01
import wrong_convolution
import wrong_maps
from torch import nn

from dynconv_lite.course.case import Mistake
from dynconv_lite.course.checks import ch01
from dynconv_lite.course.checks.ch01 import (
    area_mistakes,
    convolution_mistakes,
    field,
    gradient,
    response,
    row,
    spread,
    unfold_mistakes,
)
from dynconv_lite.course.exercise import CheckFailed, Exercise
from dynconv_lite.erf import erf_area_ratio, log_scaled, theoretical_receptive_field
from dynconv_lite.receptive_field.stacked import stacked_receptive_field

WRONG = {
    "response_at": wrong_ch01.RESPONSES,
    "conv2d_loop": wrong_convolution.LOOPS,
    "conv2d_unfold": wrong_convolution.UNFOLDS,
    "convolution_row": wrong_ch01.ROWS,
    "receptive_field": wrong_ch01.FIELDS,
    "erf_map": wrong_maps.ERFS,
    "stack_std": wrong_ch01.STDS,
    "area_ratio": wrong_maps.AREAS,
}
SOLUTIONS = {
    "response_at": lambda i, k, r, c: (k * wrong_ch01.window(i, r, c, len(k))).sum(),
    "conv2d_loop": wrong_convolution.loop(),
    "conv2d_unfold": wrong_convolution.unfold(),
    "convolution_row": lambda k, r, c, s: wrong_ch01.on_canvas(k, r, c, s).flatten(),
    "receptive_field": wrong_ch01.recursion(),
    "erf_map": wrong_maps.erf(),
    "stack_std": lambda k, n: math.sqrt(n * (k**2 - 1) / 12),
    "area_ratio": wrong_maps.search(),
}
OTHER_SOLUTIONS = {
    "a number": ("response_at", lambda i, k, r, c: wrong_ch01.centred(
        i, k, r + len(k) // 2, c + len(k) // 2).item()),
    "an array": ("conv2d_loop", lambda *a: wrong_convolution.loop()(*a).numpy()),
    "by index": ("convolution_row", wrong_ch01.by_index(lambda i, j, k, s: i * s[1] + j)),
    "a list": ("receptive_field", lambda layers: list(stacked_receptive_field(layers))),
    "one by one": ("erf_map", wrong_maps.one_by_one),
    "a copy with a gradient": ("erf_map", lambda m, x: wrong_maps.leaves_a_gradient(m, x.clone())),
    "numpy": ("stack_std", lambda k, n: np.sqrt(np.float32(n) * np.arange(k).var())),
    "a tensor": ("area_ratio", lambda m, t, c: torch.tensor(wrong_maps.search()(m, t, c))),
}  # fmt: skip
KNOWN: dict[str, list[Mistake]] = {
    "response_at": response.MISTAKES,
    "conv2d_loop": convolution_mistakes.MISTAKES,
    "conv2d_unfold": unfold_mistakes.MISTAKES,
    "convolution_row": row.MISTAKES,
    "receptive_field": field.MISTAKES,
    "erf_map": gradient.MISTAKES,
    "stack_std": spread.MISTAKES,
    "area_ratio": area_mistakes.MISTAKES,
}


def check(name: str) -> Exercise:
    return getattr(ch01, name)


@pytest.mark.parametrize("name", ch01.__all__)
def test_the_solution_is_accepted_on_twenty_seeds(name):
    for seed in range(20):
        check(name).verify(SOLUTIONS[name], seed)


@pytest.mark.parametrize("name", OTHER_SOLUTIONS)
def test_other_solutions_are_accepted(name):
    exercise, solution = OTHER_SOLUTIONS[name]
    for seed in range(5):
        check(exercise).verify(solution, seed)


@pytest.mark.parametrize("name", ch01.__all__)
def test_the_course_s_version_passes_its_own_check(name):
    check(name).verify(check(name).fallback, 0)


@pytest.mark.parametrize("name", ch01.__all__)
def test_a_stub_is_unsolved(name, capsys):
    def stub(*arguments):
        raise NotImplementedError("your turn")

    assert check(name)(stub) is check(name).fallback
    label = f"Exercise {list(WRONG).index(name) + 1} ({name})"
    assert capsys.readouterr().out == (
        f"{label}: not solved yet. The lesson goes on with the course's version.\n"
    )


@pytest.mark.parametrize(
    ("exercise", "name"), [(exercise, name) for exercise, bank in WRONG.items() for name in bank]
)
def test_wrong_answers_are_rejected_by_name(exercise, name):
    answer, fragment = WRONG[exercise][name]
    with pytest.raises(CheckFailed) as caught:
        check(exercise)(answer)
    assert fragment in str(caught.value)


@pytest.mark.parametrize("name", KNOWN)
def test_known_mistakes_are_told_apart(name):
    for mistake in KNOWN[name]:
        for seed in (0, 1):
            with pytest.raises(CheckFailed) as caught:
                check(name).verify(mistake.imitate, seed)
            assert f"is not right yet. {mistake.explanation}\n" in str(caught.value)


@pytest.mark.parametrize("name", ch01.__all__)
def test_a_learner_s_error_is_shown_with_the_arguments(name):
    def answer(*arguments):
        return {}["key"]

    with pytest.raises(CheckFailed, match="raised KeyError: 'key'\nCalled with ") as caught:
        check(name)(answer)
    assert isinstance(caught.value.__cause__, KeyError)


def test_stacked_receptive_field_agrees_with_the_trace():
    layers = [(7, 2, 3, 1), (3, 2, 1, 1), (3, 1, 2, 2), (2, 2, 0, 1), (5, 1, 1, 3)]
    convs = [nn.Conv2d(1, 1, k, s, p, d) for k, s, p, d in layers]
    for depth in range(1, len(layers) + 1):
        model = nn.Sequential(*convs[:depth])
        size, stride, start = stacked_receptive_field(layers[:depth])
        traced = theoretical_receptive_field(model, input_size=(128, 160))
        units = model(torch.zeros(1, 1, 128, 160)).shape[2:]
        assert traced.size == (size, size)
        assert traced.stride == (stride, stride)
        assert traced.start == tuple(start + n // 2 * stride for n in units)


@pytest.mark.parametrize(
    "layer", [(3, 1, 0), (0, 1, 0, 1), (3, 0, 0, 1), (3, 1, -1, 1), (3, 1, 0, 0), (3.0, 1, 0, 1)]
)
def test_stacked_receptive_field_refuses_what_is_no_layer(layer):
    with pytest.raises(ValueError, match=r"layers\[1\] must be \(kernel_size >= 1"):
        stacked_receptive_field([(3, 1, 1, 1), layer])


def test_area_ratio_is_that_of_the_library():
    image = torch.rand(12, 17, generator=torch.Generator().manual_seed(1))
    for threshold in (0.2, 0.5, 0.99):
        expected = erf_area_ratio(image, (threshold,), (5, 9))[threshold]
        got = check("area_ratio").fallback(log_scaled(image), threshold, (5, 9))
        assert got == expected or (math.isnan(got) and math.isnan(expected))


def test_response_and_row_agree_with_torch():
    draw = torch.Generator().manual_seed(2)
    image, kernel = torch.rand(8, 9, generator=draw), torch.rand(3, 3, generator=draw)
    y = F.conv2d(image[None, None], kernel[None, None])[0, 0]
    vector = check("convolution_row").fallback(kernel, 2, 4, (8, 9))
    torch.testing.assert_close(vector @ image.flatten(), y[2, 4])
    torch.testing.assert_close(check("response_at").fallback(image, kernel, 2, 4), y[2, 4])
