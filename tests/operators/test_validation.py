"""Arguments are named, with their value, before any work starts."""

import pytest
import torch

from dynconv_lite.validation import as_pair, check_images


@pytest.mark.parametrize("value", [3, (3, 3), [3, 3], torch.Size([3, 3])])
def test_one_integer_or_two(value) -> None:
    assert as_pair("size", value, 3) == (3, 3)


def test_rows_come_first() -> None:
    assert as_pair("size", (1, 2), 0) == (1, 2)


@pytest.mark.parametrize(
    "value", [2, (3, 2), (3,), (3, 3, 3), 3.0, (3, 3.5), "33", True, (True, 3), None, ()]
)
def test_anything_else_is_refused_by_name(value) -> None:
    with pytest.raises(ValueError) as caught:
        as_pair("size", value, 3)
    assert str(caught.value) == f"size must be an integer >= 3 or a pair of them, got {value!r}"


def test_images_pass_through() -> None:
    images = torch.zeros(1, 3, 2, 2)
    assert check_images("images", images) is images


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([[1.0]], "photo must be a torch.Tensor .*got list"),
        (torch.zeros(3, 2, 2), r"photo must have shape .*\(3, 2, 2\)"),
        (torch.zeros(0, 3, 2, 2), r"photo must have shape .*\(0, 3, 2, 2\)"),
        (torch.zeros(1, 3, 2, 2, dtype=torch.uint8), "photo must be floating point, got .*uint8"),
        (torch.full((1, 1, 2, 2), torch.nan), "photo holds NaN"),
        (torch.full((1, 1, 2, 2), torch.inf), "photo holds NaN or infinite"),
    ],
)
def test_other_images_are_refused(value, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_images("photo", value)
