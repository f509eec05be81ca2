"""What goes wrong in interpolating in a triangle."""

from dynconv_lite.course.case import Hint, Mistake
from dynconv_lite.course.checks.ch10.triangles_rules import (
    along_a,
    along_b,
    along_the_smaller,
    bilinear,
    by_triangle,
    in_cell,
    other_diagonal,
    weighed,
)

SORT = "Walk from the base node along the pixel with the larger fraction first."
WEIGHTS = "With the fractions f1 >= f2 the weights are q - f1, f1 - f2 and f2, divided by q."
CORNERS = "The corners are the base, the base and one step along the larger, both steps."
Q = "q = 2 ** interval, fractions are pixel % q."
HINTS = [
    Hint(
        "Base nodes are whole numbers: a // q, not a / q.",
        "IndexError: (only integers|.*valid indices)|TypeError: .*(index|indices)",
    ),
    Hint(
        "The node above the highest pixels is the last one, at 256: pixel // q + 1 with "
        "q = 2 ** interval.",
        "IndexError",
    ),
]
MISTAKES = [
    Mistake(
        "This is bilinear interpolation, of four corners. Three are enough: take those of "
        f"the triangle. {WEIGHTS}",
        in_cell(bilinear),
    ),
    Mistake(
        "The cell is cut along the other diagonal, from (0, 1) to (1, 0). Both triangles "
        f"contain the base node and the one opposite. {CORNERS}",
        in_cell(other_diagonal),
    ),
    Mistake(
        f"The result is not divided by q. {WEIGHTS}",
        in_cell(lambda v, fa, fb, q: q * by_triangle(v, fa, fb, q)),
    ),
    Mistake(
        "The quotient is rounded down. Divide with /, not with //.",
        in_cell(lambda v, fa, fb, q: q * by_triangle(v, fa, fb, q) // q),
    ),
    Mistake(
        f"The result is divided by q - 1. {WEIGHTS}",
        in_cell(lambda v, fa, fb, q: q * by_triangle(v, fa, fb, q) / (q - 1)),
    ),
    Mistake(
        f"The result is divided by 16, which is q for interval 4 only. {Q}",
        in_cell(lambda v, fa, fb, q: q * by_triangle(v, fa, fb, q) / 16),
    ),
    Mistake(
        f"The path always goes along a first, even where b has the larger fraction: a weight "
        f"is negative then. {SORT}",
        in_cell(along_a),
    ),
    Mistake(
        f"The path always goes along b first, even where a has the larger fraction: a weight "
        f"is negative then. {SORT}",
        in_cell(along_b),
    ),
    Mistake(
        f"The fractions are sorted, but the path always goes along a first. {SORT}",
        in_cell(lambda v, fa, fb, q: along_a(v, max(fa, fb), min(fa, fb), q)),
    ),
    Mistake(
        f"The fractions are sorted, but the path always goes along b first. {SORT}",
        in_cell(lambda v, fa, fb, q: along_b(v, min(fa, fb), max(fa, fb), q)),
    ),
    Mistake(
        f"The path goes along the pixel with the smaller fraction first. {SORT}",
        in_cell(along_the_smaller),
    ),
    Mistake(
        f"The fractions are sorted ascending. {WEIGHTS}",
        in_cell(weighed(lambda q, f1, f2: (q - f2, f2 - f1, f1))),
    ),
    Mistake(
        f"The weights of the base and of the opposite corner are swapped. {WEIGHTS}",
        in_cell(weighed(lambda q, f1, f2: (f2, f1 - f2, q - f1))),
    ),
    Mistake(
        f"The weights of the last two corners are swapped. {WEIGHTS}",
        in_cell(weighed(lambda q, f1, f2: (q - f1, f2, f1 - f2))),
    ),
    Mistake(
        f"The weights of the first two corners are swapped. {WEIGHTS}",
        in_cell(weighed(lambda q, f1, f2: (f1 - f2, q - f1, f2))),
    ),
    Mistake(
        f"The weights do not sum to q: these are q - f1, f1 and f2. {WEIGHTS}",
        in_cell(weighed(lambda q, f1, f2: (q - f1, f1, f2))),
    ),
    Mistake(
        f"The weights are q - f1 - f2, f1 and f2, which can be negative. {WEIGHTS}",
        in_cell(weighed(lambda q, f1, f2: (q - f1 - f2, f1, f2))),
    ),
    Mistake(
        f"The three corners count alike. {WEIGHTS}",
        in_cell(weighed(lambda q, f1, f2: (q / 3, q / 3, q / 3))),
    ),
    Mistake(
        f"The opposite corner is left out. {CORNERS}",
        in_cell(weighed(lambda q, f1, f2: (q - f1, f1 - f2, 0))),
    ),
    Mistake(
        f"The base node is left out. {CORNERS}",
        in_cell(weighed(lambda q, f1, f2: (0, f1 - f2, f2))),
    ),
    Mistake(
        f"Only the larger fraction counts. {WEIGHTS}",
        in_cell(weighed(lambda q, f1, f2: (q - f1, f1, 0))),
    ),
    Mistake(
        f"This interpolates along a only. {CORNERS}",
        in_cell(lambda v, fa, fb, q: ((q - fa) * v[0][0] + fa * v[1][0]) / q),
    ),
    Mistake(
        f"This interpolates along b only. {CORNERS}",
        in_cell(lambda v, fa, fb, q: ((q - fb) * v[0][0] + fb * v[0][1]) / q),
    ),
    Mistake(
        f"This is the mean of the interpolations along a and along b. {CORNERS}",
        in_cell(
            lambda v, fa, fb, q: (
                ((2 * q - fa - fb) * v[0][0] + fa * v[1][0] + fb * v[0][1]) / (2 * q)
            )
        ),
    ),
    Mistake(
        f"This interpolates on the diagonal, by the mean fraction. {CORNERS}",
        in_cell(lambda v, fa, fb, q: ((2 * q - fa - fb) * v[0][0] + (fa + fb) * v[1][1]) / (2 * q)),
    ),
    Mistake(
        f"This is the base node's value, without interpolation. {WEIGHTS}",
        in_cell(lambda v, fa, fb, q: v[0][0]),
    ),
    Mistake(
        f"This is the nearest node's value, without interpolation. {WEIGHTS}",
        in_cell(lambda v, fa, fb, q: v[2 * fa >= q][2 * fb >= q]),
    ),
    Mistake(
        f"This is the nearest node's value, without interpolation. {WEIGHTS}",
        in_cell(lambda v, fa, fb, q: v[2 * fa > q][2 * fb > q]),
    ),
    Mistake(
        "Rows and columns are swapped: a counts along the rows, values[a // q, b // q].",
        in_cell(turned=True),
    ),
    Mistake(
        "The base is the nearest node. It is the one below: a // q.",
        in_cell(
            below=lambda x, q, n: min((x + q // 2) // q, n - 1),
            above=lambda x, q, n: min((x + q // 2) // q + 1, n - 1),
        ),
    ),
    Mistake(
        "The node above is not the one above the base: it is one further.",
        in_cell(above=lambda x, q, n: min(x // q + 2, n - 1)),
    ),
    Mistake(
        "The last node is never used. It stands for 256, and pixels above 256 - q lie below it.",
        in_cell(above=lambda x, q, n: min(x // q + 1, n - 2)),
    ),
    Mistake(f"The interval is always taken to be 4. {Q}", in_cell(step=lambda i: 16)),
    Mistake(
        "Where the fractions are equal the result is 0. Then either triangle will do: let one of "
        "the two cases have >=.",
        in_cell(lambda v, fa, fb, q: by_triangle(v, fa, fb, q) if fa != fb else 0),
    ),
]
