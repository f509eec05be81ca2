"""What goes wrong in asking whether a function sees two pixels in relation."""

from dynconv_lite.course.case import Hint, Mistake
from dynconv_lite.course.checks.ch09.relating_steps import (
    added,
    always_one,
    backward,
    central,
    column,
    from_black,
    mixed,
    multiplied,
    on_top,
    related,
    replaced,
    row,
    slope,
    steps_alone,
    twice,
)

HINTS = [
    Hint(
        "A pixel is (row, column), and x has fewer rows than columns: index x[first], with the "
        "pair as it is.",
        "IndexError: index \\d+ is out of bounds",
    ),
    Hint(
        "f is a function: call it on a picture, f(x), before you add and subtract.",
        "TypeError: .*'Look'",
    ),
    Hint(
        "f takes a whole picture (H, W). Copy x, change a pixel of the copy, and call f on the "
        "copy.",
        "(IndexError: (too many indices|invalid index)|RuntimeError: .*(conv2d|convolution))",
    ),
]
MISTAKES = [
    Mistake(
        "f(x) is forgotten at the end. It is taken away twice, with either pixel: add it once.",
        related(lambda both, one, other, none, by: both - one - other),
    ),
    Mistake(
        "f(x) is subtracted. It is taken away twice already, with either pixel: add it.",
        related(lambda both, one, other, none, by: both - one - other - none),
    ),
    Mistake(
        "f(x) is added twice. Once is enough: in the four terms there are two plus and two minus.",
        related(lambda both, one, other, none, by: both - one - other + 2 * none),
    ),
    Mistake(
        "All signs are turned: f of both steps counts plus.",
        related(lambda both, one, other, none, by: one + other - both - none),
    ),
    Mistake(
        "f of the second step is added. Subtract what each step does alone.",
        related(lambda both, one, other, none, by: both - one + other - none),
    ),
    Mistake(
        "f of the first step is added. Subtract what each step does alone.",
        related(lambda both, one, other, none, by: both + one - other - none),
    ),
    Mistake(
        "All four are added up. Subtract what each step does alone.",
        related(lambda both, one, other, none, by: both + one + other + none),
    ),
    Mistake(
        "This is what both steps do together. Subtract what each does alone.",
        related(lambda both, one, other, none, by: both - none),
    ),
    Mistake(
        "This is what the first step does alone.",
        related(lambda both, one, other, none, by: one - none),
    ),
    Mistake(
        "This is what the second step does alone.",
        related(lambda both, one, other, none, by: other - none),
    ),
    Mistake(
        "This is what the two steps do, each for itself. Subtract it from what they do together.",
        related(lambda both, one, other, none, by: one + other - 2 * none),
    ),
    Mistake(
        "This is what the second step does after the first. Subtract what it does without it.",
        related(lambda both, one, other, none, by: both - one),
    ),
    Mistake(
        "This is what the first step does after the second. Subtract what it does without it.",
        related(lambda both, one, other, none, by: both - other),
    ),
    Mistake(
        "This is f of both steps alone. Compare it with the three others.",
        related(lambda both, one, other, none, by: both),
    ),
    Mistake(
        "What the two steps do is multiplied, which is not 0 for a sum. Subtract it from what they "
        "do together.",
        related(lambda both, one, other, none, by: (one - none) * (other - none)),
    ),
    Mistake(
        "The four are divided by each other, which shows what is a product of functions of single "
        "pixels. Here sums are asked for: subtract.",
        related(lambda both, one, other, none, by: both * none / (one * other)),
    ),
    Mistake(
        "This is 0 whatever f does. Call f four times: on x, with either step, and with both.",
        related(lambda both, one, other, none, by: 0 * none),
    ),
    Mistake(
        "The result is divided by by². Here it is a difference, not a derivative: do not divide.",
        related(lambda both, one, other, none, by: (both - one - other + none) / by**2),
    ),
    Mistake(
        "The result is divided by the step. Here it is a difference, not a slope: do not divide.",
        related(lambda both, one, other, none, by: (both - one - other + none) / by),
    ),
    Mistake(
        "The four are averaged. Take their sum, with the signs.",
        related(lambda both, one, other, none, by: (both - one - other + none) / 4),
    ),
    Mistake(
        "The sign is lost: two pixels may move f together less than each for itself. Do not take "
        "abs.",
        related(lambda both, one, other, none, by: abs(both - one - other + none)),
    ),
    Mistake(
        "The result is squared. Return the difference itself.",
        related(lambda both, one, other, none, by: (both - one - other + none) ** 2),
    ),
    Mistake(
        "This says whether the result is 0. Return the number.",
        related(lambda both, one, other, none, by: both - one - other + none != 0),
    ),
    Mistake(
        "The second step is taken in the copy that holds the first already, so f of the second "
        "alone is missing. Start from a new copy of x each time.",
        on_top,
    ),
    Mistake(
        "The second step is taken in the picture that was to hold the first alone, so f of the "
        "first alone is missing: `both = one` is a second name, not a copy. Write one.clone().",
        related(lambda both, one, other, none, by: none - other),
    ),
    Mistake(
        "f of the first step is subtracted twice, and f of the second alone never enters.",
        related(lambda both, one, other, none, by: both - 2 * one + none),
    ),
    Mistake(
        "f of the second step is subtracted twice, and f of the first alone never enters.",
        related(lambda both, one, other, none, by: both - 2 * other + none),
    ),
    Mistake(
        "The two pictures with a step each are added, so that x counts twice. The third is x with "
        "both steps: change the second pixel in a copy of the first picture.",
        added,
    ),
    Mistake(
        "The steps stand alone in an empty picture. Add them to x, or to a copy of it.",
        steps_alone,
    ),
    Mistake("The step is always 1. Take by.", always_one),
    Mistake(
        "The pixels are set to the step. Add it to what they are: += and not =.",
        related(change=replaced),
    ),
    Mistake(
        "The pixels are multiplied by the step. Add it: += and not *=.",
        related(change=multiplied),
    ),
    Mistake(
        "Whole rows are changed. x[first], with the pair as index, is one pixel.",
        related(change=row),
    ),
    Mistake(
        "Whole columns are changed. x[first], with the pair as index, is one pixel.",
        related(change=column),
    ),
    Mistake(
        "All pixels are changed. x[first], with the pair as index, is one pixel.",
        related(change=lambda x, pixel, by: x + by),
    ),
    Mistake(
        "The step is subtracted from the pixels. Add it: a negative step is one down.",
        backward,
    ),
    Mistake(
        "Where both are changed the step is taken twice. Add it once to each.",
        twice,
    ),
    Mistake(
        "The steps are taken in a black picture, not in x. Change a copy of x: x.clone().",
        from_black,
    ),
    Mistake(
        "This goes up and down from x, as for a derivative. Go up only: x, x with either step, "
        "and x with both.",
        central,
    ),
    Mistake(
        "This is the mixed derivative at x. Where f has a corner, as behind ReLU, it says nothing "
        "about a step as large as by: take the differences.",
        mixed,
    ),
    Mistake(
        "This is f's slope along the first pixel, whatever the second does.",
        slope(0),
    ),
    Mistake(
        "This is f's slope along the second pixel, whatever the first does.",
        slope(1),
    ),
]
