"""Answers to exercise 6 of chapter 9, as learners write them: position or relation."""

import torch


def raised(x, pixel, by):
    y = x.clone()
    y[pixel] += by
    return y


def measured(
    verdict=lambda both, first, second, none: both - first - second + none,
    change=raised,
):
    """Return the exercise's function with one of its steps replaced."""

    def interaction(f, x, first, second, by):
        a, b = change(x, first, by), change(x, second, by)
        return verdict(f(change(a, second, by)), f(a), f(b), f(x))

    return interaction


def scaled(scale):
    return lambda f, x, first, second, by: scale(measured()(f, x, first, second, by), by)


def by_masks(f, x, first, second, by):
    """Add pictures that are 0 but for one pixel."""
    a, b = torch.zeros_like(x), torch.zeros_like(x)
    a[first], b[second] = by, by
    return (f(x + a + b) - f(x + a)) - (f(x + b) - f(x))


def by_signs(f, x, first, second, by):
    total = 0.0
    for s in (0, 1):
        for t in (0, 1):
            y = x.clone()
            y[first[0], first[1]] += s * by
            y[second[0], second[1]] += t * by
            total += (-1) ** (s + t) * float(f(y))
    return total


def put_back(f, x, first, second, by):
    """Work on one copy, and keep the pixels' values."""
    y, a, b = x.clone(), x[first].clone(), x[second].clone()
    none = f(y)
    y[first] = a + by
    one = f(y)
    y[second] = b + by
    both = f(y)
    y[first] = a
    return both - one - f(y) + none


def in_batch(f, x, first, second, by):
    pictures = x.repeat(4, 1, 1)
    pictures[[1, 3], first[0], first[1]] += by
    pictures[[2, 3], second[0], second[1]] += by
    none, one, other, both = (f(picture) for picture in pictures)
    return both - one - other + none


def aliased(f, x, first, second, by):
    """Name x a copy, and change it."""
    y = x
    y[first] += by
    one = f(y)
    y[second] += by
    both = f(y)
    y[first] -= by
    return both - one - f(y) + f(x)


def step_by_step(f, x, first, second, by):
    y = x.clone()
    y[first] += by
    one = f(y)
    y[second] += by
    other = both = f(y)
    return both - one - other + f(x)


def renamed(f, x, first, second, by):
    """Give the picture with the first step a second name, and change it."""
    one = raised(x, first, by)
    other = raised(x, second, by)
    both = one
    both[second] += by
    return f(both) - f(one) - f(other) + f(x)


def sum_of_pictures(f, x, first, second, by):
    one, other = raised(x, first, by), raised(x, second, by)
    return f(one + other) - f(one) - f(other) + f(x)


def masks_alone(f, x, first, second, by):
    a, b = torch.zeros_like(x), torch.zeros_like(x)
    a[first], b[second] = by, by
    return f(a + b) - f(a) - f(b) + f(x)


def masks_of_ones(f, x, first, second, by):
    a, b = torch.zeros_like(x), torch.zeros_like(x)
    a[first], b[second] = 1, 1
    return f(x + a + b) - f(x + a) - f(x + b) + f(x)


def taken_back(f, x, first, second, by):
    """Add and subtract in x itself, which loses its last digits."""
    x[first] += by
    one = f(x)
    x[second] += by
    both = f(x)
    x[first] -= by
    other = f(x)
    x[second] -= by
    return both - one - other + f(x)


def down(f, x, first, second, by):
    return measured()(f, x, first, second, -by)


def central(f, x, first, second, by):
    def at(s, t):
        return f(raised(raised(x, first, s * by), second, t * by))

    return at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)


def slope(f, x, which):
    y = x.clone().requires_grad_()
    f(y).backward()
    return y.grad[which]


def hessian(f, x, first, second, by):
    matrix = torch.autograd.functional.hessian(f, x)  # (H, W, H, W)
    return matrix[(*first, *second)]


def doubled(f, x, first, second, by):
    both = raised(raised(x, first, 2 * by), second, 2 * by)
    return f(both) - f(raised(x, first, by)) - f(raised(x, second, by)) + f(x)


def from_black(f, x, first, second, by):
    return measured()(f, x * 0, first, second, by)


def only_steps(f, x, first, second, by):
    return f(x[first] + x[second] + by)


def added_pairs(f, x, first, second, by):
    return f(x) + f + by


def flipped_pair(x, pixel, by):
    return raised(x, pixel[::-1], by)


def assigned(x, pixel, by):
    y = x.clone()
    y[pixel] = by
    return y


def times(x, pixel, by):
    y = x.clone()
    y[pixel] *= by
    return y


def row(x, pixel, by):
    y = x.clone()
    y[pixel[0]] += by
    return y


def column(x, pixel, by):
    y = x.clone()
    y[:, pixel[1]] += by
    return y


RELATIONS = {
    "f(x) forgotten": (measured(lambda ab, a, b, n: ab - a - b), "f(x) is forgotten at the end"),
    "f(x) subtracted": (measured(lambda ab, a, b, n: ab - a - b - n), "f(x) is subtracted"),
    "f(x) twice": (measured(lambda ab, a, b, n: ab - a - b + 2 * n), "f(x) is added twice"),
    "turned signs": (measured(lambda ab, a, b, n: a + b - ab - n), "All signs are turned"),
    "second added": (measured(lambda ab, a, b, n: ab - a + b - n), "f of the second step is added"),
    "first added": (measured(lambda ab, a, b, n: ab + a - b - n), "f of the first step is added"),
    "all added": (measured(lambda *four: sum(four)), "All four are added up"),
    "together": (measured(lambda ab, a, b, n: ab - n), "This is what both steps do together"),
    "first alone": (measured(lambda ab, a, b, n: a - n), "This is what the first step does alone"),
    "second alone": (measured(lambda ab, a, b, n: b - n), "what the second step does alone"),
    "each alone": (measured(lambda ab, a, b, n: a - n + b - n), "do, each for itself"),
    "second after first": (measured(lambda ab, a, b, n: ab - a), "second step does after the"),
    "first after second": (measured(lambda ab, a, b, n: ab - b), "first step does after the"),
    "both only": (measured(lambda ab, a, b, n: ab), "This is f of both steps alone"),
    "product": (measured(lambda ab, a, b, n: (a - n) * (b - n)), "two steps do is multiplied"),
    "quotient": (
        measured(lambda ab, a, b, n: ab * n / (a * b)),
        "The four are divided by each other",
    ),
    "by squared": (scaled(lambda d, by: d / by**2), "The result is divided by by²"),
    "by": (scaled(lambda d, by: d / by), "The result is divided by the step"),
    "mean": (scaled(lambda d, by: d / 4), "The four are averaged"),
    "absolute": (scaled(lambda d, by: abs(d)), "The sign is lost"),
    "squared": (scaled(lambda d, by: d**2), "The result is squared"),
    "a verdict": (scaled(lambda d, by: bool(d != 0)), "This says whether the result is 0"),
    "on top": (step_by_step, "so f of the second alone is missing"),
    "renamed": (renamed, "`both = one` is a second name, not a copy"),
    "first twice": (
        measured(lambda ab, a, b, n: ab - a - a + n),
        "f of the second alone never enters",
    ),
    "second twice": (
        measured(lambda ab, a, b, n: ab - b - b + n),
        "f of the first alone never enters",
    ),
    "pictures added": (sum_of_pictures, "so that x counts twice"),
    "steps alone": (masks_alone, "The steps stand alone in an empty picture"),
    "always 1": (masks_of_ones, "The step is always 1"),
    "taken back": (taken_back, "changes its argument x in place"),
    "assigned": (measured(change=assigned), "The pixels are set to the step"),
    "multiplied": (measured(change=times), "The pixels are multiplied by the step"),
    "rows": (measured(change=row), "Whole rows are changed"),
    "columns": (measured(change=column), "Whole columns are changed"),
    "all pixels": (measured(change=lambda x, pixel, by: x + by), "All pixels are changed"),
    "swapped": (measured(change=flipped_pair), "A pixel is (row, column), and x has fewer rows"),
    "down": (down, "The step is subtracted from the pixels"),
    "twice": (doubled, "Where both are changed the step is taken twice"),
    "black": (from_black, "The steps are taken in a black picture"),
    "central": (central, "This goes up and down from x"),
    "hessian": (hessian, "This is the mixed derivative at x"),
    "first slope": (lambda f, x, a, b, by: slope(f, x, a), "f's slope along the first pixel"),
    "second slope": (lambda f, x, a, b, by: slope(f, x, b), "f's slope along the second pixel"),
    "no picture": (only_steps, "f takes a whole picture"),
    "f itself": (added_pairs, "f is a function: call it on a picture"),
    "in place": (aliased, "changes its argument x in place"),
    "a picture": (lambda f, x, a, b, by: x - x, "The function returned shape (4, 6)"),
    "a list": (lambda f, x, a, b, by: [4.0], "expected one number"),
    "zero": (lambda f, x, a, b, by: 0.0, "This is 0 whatever f does"),
    "None": (lambda f, x, a, b, by: None, "returned None"),
}
