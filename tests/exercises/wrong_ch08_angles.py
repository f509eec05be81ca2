"""Answers to exercise 1 of chapter 8, as learners write them: axes over diagonals."""

import math

import numpy as np
import torch


def grid(size):
    y = torch.arange(size)[:, None] - size // 2
    return y, y.T


def disc(y, x, m):
    return (y**2 + x**2 > 0) & (y**2 + x**2 <= m * m)


def degrees(y, x):
    return torch.rad2deg(torch.atan2(y, x))


def near(angle):
    return (angle + 22.5) % 90 <= 45


def by_angle(
    ring=disc,
    angle=degrees,
    axes=near,
    diagonals=lambda angle, axes: ~axes,
    mean=lambda field, mask: field[mask].mean(),
    result=lambda a, d: a / d,
    rows=grid,
):
    """Return the exercise's function with one of its steps replaced."""

    def axes_over_diagonals(field):
        y, x = rows(len(field))
        inside, at = ring(y, x, len(field) // 2), angle(y, x)
        along = axes(at)
        across = diagonals(at, along)
        return float(result(mean(field, inside & along), mean(field, inside & across)))

    return axes_over_diagonals


def by_sides(field):
    """Compare the sides of a triangle instead of angles."""
    y, x = (t.abs() for t in grid(len(field)))
    axes = torch.minimum(y, x) < (math.sqrt(2) - 1) * torch.maximum(y, x)
    ring = disc(y, x, len(field) // 2)
    return field[ring & axes].mean() / field[ring & ~axes].mean()


def by_slope(field):
    """Divide y by x, which is infinite in the column and NaN in the middle only."""
    y, x = (t.double() for t in grid(len(field)))
    angle = torch.rad2deg(torch.atan(y / x)).abs()
    ring = disc(y, x, len(field) // 2)
    axes = (angle < 22.5) | (angle > 67.5)
    return field[ring & axes].mean().item() / field[ring & ~axes].mean().item()


def by_numpy(field):
    f, m = field.numpy(), len(field) // 2
    y, x = np.mgrid[-m : m + 1, -m : m + 1]
    radius = np.hypot(y, x)
    ring = (radius > 0) & (radius <= m)
    axes = np.cos(4 * np.arctan2(y, x)) > 0
    return f[ring & axes].mean() / f[ring & ~axes].mean()


def pixel_by_pixel(field):
    m = len(field) // 2
    sums, counts = [0.0, 0.0], [0, 0]
    for y in range(-m, m + 1):
        for x in range(-m, m + 1):
            if 0 < y * y + x * x <= m * m:
                kind = int(abs(abs(math.degrees(math.atan2(y, x))) % 90 - 45) < 22.5)
                sums[kind] += float(field[m + y, m + x])
                counts[kind] += 1
    return sums[0] / counts[0] / (sums[1] / counts[1])


def masked(field):
    """Average over the whole square, zeros outside of the sectors included."""
    y, x = grid(len(field))
    ring, axes = disc(y, x, len(field) // 2), near(degrees(y, x))
    return float((field * (ring & axes)).mean() / (field * (ring & ~axes)).mean())


def in_place(field):
    field /= field.sum()
    return by_sides(field)


def tan_of_radians(angle):
    slope = torch.tan(torch.deg2rad(angle)).abs()
    limit = abs(math.tan(22.5))
    return (slope <= limit) | (slope >= 1 / limit)


def of_a_vector(field):
    y = torch.arange(len(field)) - len(field) // 2
    return float(field[y.abs() > 0].mean() / field[(y != 0) & (y.repeat(2) > 0)].mean())


ANGLES = {
    "corners": (by_angle(lambda y, x, m: (y != 0) | (x != 0)), "The corners are kept. They"),
    "square": (
        by_angle(lambda y, x, m: torch.maximum(y.abs(), x.abs()) > 0),
        "The corners are kept. They",
    ),
    "everything": (by_angle(lambda y, x, m: y + x < 99), "Both the corners and the middle"),
    "middle": (by_angle(lambda y, x, m: y**2 + x**2 <= m * m), "The middle pixel is kept"),
    "middle, by roots": (
        by_angle(lambda y, x, m: (y**2 + x**2).sqrt() <= m),
        "The middle pixel is kept",
    ),
    "wide": (
        by_angle(lambda y, x, m: (y**2 + x**2 > 0) & ((y**2 + x**2).sqrt() <= m + 0.5)),
        "half a pixel too wide",
    ),
    "narrow": (
        by_angle(lambda y, x, m: (y**2 + x**2 > 0) & ((y**2 + x**2).sqrt() < m)),
        "The disc is too small",
    ),
    "diamond": (
        by_angle(lambda y, x, m: (y.abs() + x.abs() > 0) & (y.abs() + x.abs() <= m)),
        "The distance is |y| + |x|",
    ),
    "inner": (
        by_angle(lambda y, x, m: disc(y, x, m) & (y**2 + x**2 > 1)),
        "Too much is left out in the middle",
    ),
    "sums": (by_angle(mean=lambda field, mask: field[mask].sum()), "The sums are compared"),
    "masked means": (masked, "The sums are compared"),
    "share": (
        by_angle(mean=lambda f, mask: f[mask].sum(), result=lambda a, d: a / (a + d)),
        "This is the share of the whole",
    ),
    "over all": (
        by_angle(diagonals=lambda angle, axes: axes | ~axes),
        "divided by the mean over all",
    ),
    "upside down": (by_angle(result=lambda a, d: d / a), "The ratio is upside down"),
    "difference": (by_angle(result=lambda a, d: a - d), "This is the difference"),
    "contrast": (by_angle(result=lambda a, d: (a - d) / (a + d)), "(a - d) / (a + d)"),
    "log": (by_angle(result=lambda a, d: math.log(a / d)), "This is the logarithm"),
    "max": (by_angle(mean=lambda f, mask: f[mask].max()), "The largest values"),
    "median": (by_angle(mean=lambda f, mask: f[mask].median()), "The medians are compared"),
    "squares": (by_angle(mean=lambda f, mask: (f[mask] ** 2).mean()), "The field is squared"),
    "not 0": (by_angle(mean=lambda f, mask: f[mask & (f > 0)].mean()), "Pixels that are 0"),
    "exact axes": (by_angle(axes=lambda angle: angle % 90 == 0), "Only pixels exactly in the"),
    "exact": (
        by_angle(
            axes=lambda angle: angle % 90 == 0,
            diagonals=lambda angle, axes: angle % 90 == 45,
        ),
        "Only pixels exactly on an axis or a diagonal",
    ),
    "11.25": (by_angle(axes=lambda angle: (angle + 11.25) % 90 <= 22.5), "22.5 degrees wide in"),
    "11.25 both": (
        by_angle(
            axes=lambda angle: (angle + 11.25) % 90 <= 22.5,
            diagonals=lambda angle, axes: (angle - 33.75) % 90 <= 22.5,
        ),
        "half as wide as they should be",
    ),
    "45": (
        by_angle(
            axes=lambda angle: (angle + 45) % 90 <= 90,
            diagonals=lambda angle, axes: (angle - 22.5) % 90 <= 45,
        ),
        "45 degrees wide on each side",
    ),
    "radians": (by_angle(angle=torch.atan2), "The angle is in radians"),
    "tan of radians": (by_angle(axes=tan_of_radians), "The tangent is that of 22.5 radians"),
    "modulo 90": (by_angle(axes=lambda angle: angle % 90 <= 22.5), "One side of every axis"),
    "no modulo": (
        by_angle(axes=lambda angle: (angle.abs() < 22.5) | ((angle - 90).abs() < 22.5)),
        "A part of the axes is missing",
    ),
    "one ray": (by_angle(axes=lambda angle: angle.abs() < 22.5), "A part of the axes is missing"),
    "half": (
        by_angle(
            axes=lambda angle: (angle.abs() < 22.5) | ((angle - 90).abs() < 22.5),
            diagonals=lambda angle, axes: (angle.abs() > 22.5) & (angle.abs() < 67.5),
        ),
        "Only half of the axes and of the diagonals",
    ),
    "rows": (by_angle(axes=lambda angle: (angle + 22.5) % 180 <= 45), "The column counts for"),
    "columns": (by_angle(axes=lambda angle: (angle - 67.5) % 180 <= 45), "The row counts for"),
    "rows alone": (
        by_angle(
            axes=lambda angle: (angle + 22.5) % 180 <= 45,
            diagonals=lambda angle, axes: ~near(angle),
        ),
        "The column is missing",
    ),
    "down": (
        by_angle(diagonals=lambda angle, axes: (angle - 22.5) % 180 <= 45),
        "Only the diagonal that goes down",
    ),
    "up": (
        by_angle(diagonals=lambda angle, axes: (angle + 67.5) % 180 <= 45),
        "Only the diagonal that goes up",
    ),
    "quarter": (
        by_angle(lambda y, x, m: disc(y, x, m) & (y >= 0) & (x >= 0)),
        "Only the quarter down and right",
    ),
    "half a pixel": (
        by_angle(
            lambda y, x, m: (y**2 + x**2) <= (m + 0.5) ** 2,
            rows=lambda size: (
                torch.arange(size)[:, None] - size / 2,
                torch.arange(size) - size / 2,
            ),
        ),
        "The middle is half a pixel off",
    ),
    "hypot": (
        by_angle(lambda y, x, m: torch.hypot(y, x) <= m),
        "torch.hypot takes no integers",
    ),
    "mask": (of_a_vector, "A mask must have the field's shape"),
    "in place": (in_place, "changes its argument field in place"),
    "both": (lambda field: (1.0, 2.0), "expected one number"),
    "None": (lambda field: None, "returned None"),
}
