"""Answers to exercise 5 of chapter 10, as learners write them: the triangle."""

import torch


def sorted_out(
    weigh=lambda q, f1, f2: (q - f1, f1 - f2, f2),
    first=lambda fa, fb: fa >= fb,
    step=lambda interval: 2**interval,
    divide=lambda total, q: total / q,
    get=lambda values, i, j: values[i, j],
    up=1,
    base=lambda x, q: x // q,
):
    """Return the exercise's function with one of its steps replaced."""

    def triangle(values, a, b, interval):
        q = step(interval)
        i, j = base(a, q), base(b, q)
        fa, fb = a % q, b % q
        along = (i + up, j) if first(fa, fb) else (i, j + up)
        w = weigh(q, max(fa, fb), min(fa, fb))
        total = w[0] * get(values, i, j)
        total += w[1] * get(values, *along)
        total += w[2] * get(values, i + up, j + up)
        return float(divide(total, q))

    return triangle


def two_cases(values, a, b, interval):
    q = 2**interval
    v = values[a // q : a // q + 2, b // q : b // q + 2]
    x, y = a % q / q, b % q / q
    if x > y:
        return float(v[0, 0] + x * (v[1, 0] - v[0, 0]) + y * (v[1, 1] - v[1, 0]))
    return float(v[0, 0] + y * (v[0, 1] - v[0, 0]) + x * (v[1, 1] - v[0, 1]))


def by_plane(values, a, b, interval):
    """Solve for the plane through the three corners."""
    q = 2**interval
    i, j, fa, fb = a // q, b // q, a % q, b % q
    corners = [(0, 0), (1, 0) if fa > fb else (0, 1), (1, 1)]
    system = torch.tensor([[1.0, q * x, q * y] for x, y in corners], dtype=torch.float64)
    right = torch.stack([values[i + x, j + y] for x, y in corners])
    c, slope_a, slope_b = torch.linalg.solve(system, right)
    return c + slope_a * fa + slope_b * fb


def by_pairs(values, a, b, interval):
    q, count = 2**interval, len(values)
    place, last, total = a // q * count + b // q, q, 0
    for fraction, stride in sorted([(a % q, count), (b % q, 1)], reverse=True):
        total += (last - fraction) * values.flatten()[place]
        place, last = place + stride, fraction
    return ((total + last * values.flatten()[place]) / q).item()


def cell(rule):
    """Return a wrong rule on the cell's four corners."""

    def triangle(values, a, b, interval):
        q = 2**interval
        v = values[a // q : a // q + 2, b // q : b // q + 2]
        return float(rule(v, a % q, b % q, q))

    return triangle


def other_diagonal(v, x, y, q):
    if x + y < q:
        return ((q - x - y) * v[0, 0] + x * v[1, 0] + y * v[0, 1]) / q
    return ((x + y - q) * v[1, 1] + (q - y) * v[1, 0] + (q - x) * v[0, 1]) / q


def no_ties(values, a, b, interval):
    q = 2**interval
    if a % q > b % q or a % q < b % q:
        return two_cases(values, a, b, interval)


def ties_are_nothing(values, a, b, interval):
    q = 2**interval
    return two_cases(values, a, b, interval) if a % q != b % q else 0.0


def nearest_base(values, a, b, interval):
    q, n = 2**interval, len(values)
    i, j = (min((x + q // 2) // q, n - 1) for x in (a, b))
    k, m = min(i + 1, n - 1), min(j + 1, n - 1)
    fa, fb = a % q, b % q
    along = values[k, j] if fa >= fb else values[i, m]
    f1, f2 = max(fa, fb), min(fa, fb)
    return float((q - f1) * values[i, j] + (f1 - f2) * along + f2 * values[k, m]) / q


def clipped_up(limit, step):
    def triangle(values, a, b, interval):
        q, n = 2**interval, len(values)
        i, j = a // q, b // q
        k, m = min(i + step, limit(n)), min(j + step, limit(n))
        fa, fb = a % q, b % q
        along = values[k, j] if fa >= fb else values[i, m]
        f1, f2 = max(fa, fb), min(fa, fb)
        return float((q - f1) * values[i, j] + (f1 - f2) * along + f2 * values[k, m]) / q

    return triangle


def in_place(values, a, b, interval):
    result = two_cases(values, a, b, interval)
    values /= 127
    return result


TRIANGLES = {
    "bilinear": (
        cell(
            lambda v, x, y, q: (
                (
                    (q - x) * (q - y) * v[0, 0]
                    + x * (q - y) * v[1, 0]
                    + (q - x) * y * v[0, 1]
                    + x * y * v[1, 1]
                )
                / q**2
            )
        ),
        "This is bilinear interpolation",
    ),
    "other diagonal": (cell(other_diagonal), "cut along the other diagonal"),
    "not divided": (sorted_out(divide=lambda t, q: t), "The result is not divided by q"),
    "divided down": (sorted_out(divide=lambda t, q: t // q), "The quotient is rounded down"),
    "q - 1": (sorted_out(divide=lambda t, q: t / (q - 1)), "divided by q - 1"),
    "16": (sorted_out(divide=lambda t, q: t / 16), "The result is divided by 16"),
    "256": (sorted_out(divide=lambda t, q: t / 256), "The function returned"),
    "not sorted": (
        cell(lambda v, x, y, q: ((q - x) * v[0, 0] + (x - y) * v[1, 0] + y * v[1, 1]) / q),
        "The path always goes along a first, even",
    ),
    "not sorted, b": (
        cell(lambda v, x, y, q: ((q - y) * v[0, 0] + (y - x) * v[0, 1] + x * v[1, 1]) / q),
        "The path always goes along b first, even",
    ),
    "always along a": (sorted_out(first=lambda x, y: True), "but the path always goes along a"),
    "always along b": (sorted_out(first=lambda x, y: False), "but the path always goes along b"),
    "the smaller": (sorted_out(first=lambda x, y: x < y), "the smaller fraction first"),
    "ascending": (sorted_out(lambda q, g, s: (q - s, s - g, g)), "are sorted ascending"),
    "ends swapped": (sorted_out(lambda q, g, s: (s, g - s, q - g)), "base and of the opposite"),
    "last two swapped": (sorted_out(lambda q, g, s: (q - g, s, g - s)), "of the last two corners"),
    "first two swapped": (sorted_out(lambda q, g, s: (g - s, q - g, s)), "of the first two"),
    "no differences": (sorted_out(lambda q, g, s: (q - g, g, s)), "do not sum to q"),
    "a difference of both": (sorted_out(lambda q, g, s: (q - g - s, g, s)), "q - f1 - f2"),
    "alike": (sorted_out(lambda q, g, s: (q / 3, q / 3, q / 3)), "The three corners count alike"),
    "no opposite": (sorted_out(lambda q, g, s: (q - g, g - s, 0)), "opposite corner is left out"),
    "no base": (sorted_out(lambda q, g, s: (0, g - s, s)), "The base node is left out"),
    "larger only": (sorted_out(lambda q, g, s: (q - g, g, 0)), "Only the larger fraction"),
    "along a": (
        cell(lambda v, x, y, q: v[0, 0] + (v[1, 0] - v[0, 0]) * x / q),
        "This interpolates along a only",
    ),
    "along b": (
        cell(lambda v, x, y, q: v[0, 0] + (v[0, 1] - v[0, 0]) * y / q),
        "This interpolates along b only",
    ),
    "mean of both": (
        cell(
            lambda v, x, y, q: (
                v[0, 0] + ((v[1, 0] - v[0, 0]) * x + (v[0, 1] - v[0, 0]) * y) / (2 * q)
            )
        ),
        "the mean of the interpolations",
    ),
    "on the diagonal": (
        cell(lambda v, x, y, q: v[0, 0] + (v[1, 1] - v[0, 0]) * (x + y) / (2 * q)),
        "interpolates on the diagonal",
    ),
    "base": (cell(lambda v, x, y, q: v[0, 0]), "This is the base node's value"),
    "nearest": (
        cell(lambda v, x, y, q: v[int(x >= q / 2), int(y >= q / 2)]),
        "This is the nearest node's value",
    ),
    "rows and columns": (
        sorted_out(get=lambda v, i, j: v[j, i]),
        "Rows and columns are swapped",
    ),
    "nearest base": (nearest_base, "The base is the nearest node"),
    "two up": (clipped_up(lambda n: n - 1, 2), "it is one further"),
    "no last node": (clipped_up(lambda n: n - 2, 1), "The last node is never used"),
    "always 4": (
        lambda v, a, b, n: two_cases(v, a, b, 4) if n >= 4 else two_cases(v, a, b, n),
        "The interval is always taken to be 4",
    ),
    "interval is q": (sorted_out(step=lambda n: n), "The node above the highest pixels"),
    "a float base": (sorted_out(base=lambda x, q: x / q), "Base nodes are whole numbers"),
    "ties": (no_ties, "returned None"),
    "ties are 0": (ties_are_nothing, "Where the fractions are equal the result is 0"),
    "three numbers": (
        cell(lambda v, x, y, q: v[0]),
        "The function raised",
    ),
    "a tensor of one": (
        lambda v, a, b, n: torch.tensor([two_cases(v, a, b, n)]),
        "not a list with one number",
    ),
    "in place": (in_place, "changes its argument values in place"),
    "None": (lambda v, a, b, n: None, "returned None"),
}
