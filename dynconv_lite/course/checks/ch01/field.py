"""Exercise 5: what a unit of a stack can see."""

from collections.abc import Callable

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case, Mistake
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise
from dynconv_lite.receptive_field.stacked import stacked_receptive_field

Layers = list[tuple[int, int, int, int]]
Field = tuple[int, int, int]
Step = Callable[[int, int, int, int, int, int, int], Field]


def _recursion(step: Step, first: Field = (1, 1, 0)) -> Callable[[Layers], Field]:
    """Return a recursion that takes (size, jump, start) and one layer to the next."""

    def field(layers: Layers) -> Field:
        state = first
        for layer in layers:
            state = step(*state, *layer)
        return state

    return field


def _right(size: int, jump: int, start: int, k: int, s: int, p: int, d: int) -> Field:
    return size + (k - 1) * d * jump, jump * s, start - p * jump


MISTAKES = [
    Mistake(
        "The dilation is ignored: k taps that lie d pixels apart span (k - 1) * d + 1 pixels.",
        _recursion(lambda n, j, a, k, s, p, d: _right(n, j, a, k, s, p, 1)),
    ),
    Mistake(
        "A dilated kernel spans (k - 1) * d + 1 pixels, not k * d.",
        _recursion(lambda n, j, a, k, s, p, d: _right(n, j, a, k * d, s, p, 1)),
    ),
    Mistake(
        "A layer adds (k - 1) * d * stride-so-far pixels, not k of them: its first tap is "
        "already counted.",
        _recursion(lambda n, j, a, k, s, p, d: _right(n, j, a, k + 1, s, p, d)),
    ),
    Mistake(
        "The stride is multiplied before the size grows. A layer's taps lie as far apart as the "
        "units of the layer below: use the strides of the layers before it.",
        _recursion(lambda n, j, a, k, s, p, d: (n + (k - 1) * d * j * s, j * s, a - p * j)),
    ),
    Mistake(
        "The stride is multiplied before the size and the start move. A layer's own stride only "
        "matters to the layers after it.",
        _recursion(lambda n, j, a, k, s, p, d: (n + (k - 1) * d * j * s, j * s, a - p * j * s)),
    ),
    Mistake(
        "The stride is multiplied before the start moves. A layer's own stride only matters to "
        "the layers after it.",
        _recursion(lambda n, j, a, k, s, p, d: (n + (k - 1) * d * j, j * s, a - p * j * s)),
    ),
    Mistake(
        "The strides are added. Two layers of stride 2 and 3 together step by 6: multiply.",
        _recursion(lambda n, j, a, k, s, p, d: (n + (k - 1) * d * j, j + s, a - p * j)),
    ),
    Mistake(
        "The strides are added, less one. Two layers of stride 2 and 3 together step by 6: "
        "multiply.",
        _recursion(lambda n, j, a, k, s, p, d: (n + (k - 1) * d * j, j + s - 1, a - p * j)),
    ),
    Mistake(
        "The stride is that of the last layer alone. Multiply the strides of all layers.",
        _recursion(lambda n, j, a, k, s, p, d: (n + (k - 1) * d * j, s, a - p * j)),
    ),
    Mistake(
        "The size grows as if no layer had a stride: what a layer adds is multiplied by the "
        "strides of the layers before it.",
        _recursion(lambda n, j, a, k, s, p, d: (n + (k - 1) * d, j * s, a - p * j)),
    ),
    Mistake(
        "The size and the start ignore the strides: what a layer adds, and its padding, are "
        "multiplied by the strides of the layers before it.",
        _recursion(lambda n, j, a, k, s, p, d: (n + (k - 1) * d, j * s, a - p)),
    ),
    Mistake(
        "The size is multiplied by the stride. Only what the layer adds is, and by the strides "
        "of the layers before it.",
        _recursion(lambda n, j, a, k, s, p, d: (n * s + (k - 1) * d, j * s, a - p * j)),
    ),
    Mistake(
        "The padding counts in units of the layer below: multiply it by the strides so far.",
        _recursion(lambda n, j, a, k, s, p, d: (n + (k - 1) * d * j, j * s, a - p)),
    ),
    Mistake(
        "The start ignores the padding: every padded layer moves it p * strides-so-far to the "
        "left, to negative positions.",
        _recursion(lambda n, j, a, k, s, p, d: (n + (k - 1) * d * j, j * s, a)),
    ),
    Mistake(
        "The start has the wrong sign: padding lies before pixel 0, at negative positions.",
        _recursion(lambda n, j, a, k, s, p, d: (n + (k - 1) * d * j, j * s, a + p * j)),
    ),
    Mistake(
        "The start is the middle of the field. Return its first pixel.",
        _recursion(
            lambda n, j, a, k, s, p, d: (n + (k - 1) * d * j, j * s, a + ((k - 1) * d // 2 - p) * j)
        ),
    ),
    Mistake(
        "The size begins at 0. Without any layer, a pixel sees itself: begin at 1.",
        _recursion(_right, (0, 1, 0)),
    ),
    Mistake(
        "The padding makes the field smaller. It moves the field; it does not change its size.",
        _recursion(lambda n, j, a, k, s, p, d: (n + ((k - 1) * d - 2 * p) * j, j * s, a - p * j)),
    ),
    Mistake(
        "The layers are taken in the wrong order. The first one is next to the image.",
        lambda layers: stacked_receptive_field(layers[::-1]),
    ),
    Mistake(
        "Only the last layer counts. Carry size, stride and start from layer to layer.",
        lambda layers: stacked_receptive_field(layers[-1:]),
    ),
]


def _cases(random: Random) -> list[Case]:
    def layer() -> tuple[int, int, int, int]:
        kernel, stride = random.integer(2, 7), random.integer(1, 3)
        return kernel, stride, random.integer(0, 3), random.integer(1, 3)

    k, p = random.integer(3, 7), random.integer(1, 2)
    stacks: list[tuple[Layers, str]] = [
        ([(k, 1, 0, 1)], "one layer"),
        ([(k, 1, 0, 1), (3, 1, 0, 1)], "two layers"),
        ([(k, 1, p, 1), (3, 1, 1, 1)], "padding"),
        ([(k, 1, 0, random.integer(2, 4)), (3, 1, 0, 2)], "dilation"),
        ([(k, 2, 0, 1)], "stride 2 in the last layer"),
        ([(k, 2, 0, 1), (3, 3, 0, 1), (5, 1, 0, 1)], "strides before other layers"),
        ([(k, 2, p, 1), (3, 2, 1, 1), (3, 1, 1, 1)], "strides and padding"),
        ([layer() for _ in range(random.integer(3, 5))], "everything together"),
        ([], "no layer at all"),
    ]
    return [Case({"layers": layers}, new) for layers, new in stacks]


@exercise("Exercise 5: the receptive field of a stack", fallback=stacked_receptive_field)
def receptive_field(answer: Answer, random: Random) -> None:
    """Check `receptive_field(layers)` -> (size, stride, start), integers."""
    answer.compare_integers(
        stacked_receptive_field,
        _cases(random),
        MISTAKES,
        names=("size", "stride", "start"),
    )
