"""Exercise 7: how much of the attention's variance is a matter of the class."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch03.classes_mistakes import HINTS, MISTAKES, class_means
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _of_class(attention: Tensor, labels: Tensor) -> Tensor:
    """Return the part of the attention's variance that lies between the means of the classes.

    Args:
        attention: (N, K).
        labels: (N,), int64.

    Returns:
        One number: 1 if the class decides the attention, 0 if all classes have the same mean.
    """
    centre = attention.mean(0)  # (K,)
    between = (class_means(attention, labels) - centre).square().sum()
    return between / (attention - centre).square().sum()


def _cases(random: Random) -> list[Case]:
    def case(
        new: str, counts: list[int], k: int, classes: list[int] | None = None, **kind: bool
    ) -> Case:
        names = torch.tensor(classes or list(range(len(counts))))
        labels = names.repeat_interleave(torch.tensor(counts))  # (N,)
        dtype = torch.float64 if kind.get("double") else torch.float32
        own = random.normal(len(names), k, dtype=dtype).repeat_interleave(
            torch.tensor(counts), dim=0
        )
        noise = 0 if kind.get("decided") else random.normal(len(labels), k, dtype=dtype)
        order = random.uniform(len(labels)).argsort() if kind.get("mixed") else slice(None)
        attention = (own + noise).softmax(1)
        return Case({"attention": attention[order], "labels": labels[order]}, new)

    return [
        case("two classes, two kernels", [4, 4], 2),
        case("more kernels", [5, 5], 4),
        case("more classes", [4, 4, 4, 4], 3),
        case("classes of different sizes", [2, 9, 4], 4),
        case("pictures in any order", [3, 8, 5], 4, mixed=True),
        case("a class of a single picture", [1, 6, 4], 3, mixed=True),
        case("a class without pictures", [7, 3, 5], 4, [0, 2, 5], mixed=True),
        case("the class decides the attention", [3, 7, 4], 4, mixed=True, decided=True),
        case("float64", [9, 20, 6, 13], 5, mixed=True, double=True),
    ]


@exercise("Exercise 7: the part of the class", fallback=_of_class)
def of_class(answer: Answer, random: Random) -> None:
    """Check `of_class(attention, labels)`: (N, K), (N,) -> one number."""
    answer.compare(_of_class, _cases(random), MISTAKES, hints=HINTS)
