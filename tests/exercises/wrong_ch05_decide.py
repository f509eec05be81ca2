"""Answers to exercise 8 of chapter 5, as learners write them: shape or texture."""

import math

import torch

NOTHING = (math.nan, 0.0, 1.0)


def wilson(p, n, z=1.96):
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (p + z * z / (2 * n) - half) / (1 + z * z / n), (p + z * z / (2 * n) + half) / (
        1 + z * z / n
    )


def wald(p, n, z=1.96):
    half = z * math.sqrt(p * (1 - p) / n)
    return p - half, p + half


def counted(
    top=lambda shape, texture: shape,
    total=lambda shape, texture, pictures: shape + texture,
    ends=wilson,
    result=lambda p, low, high: (p, low, high),
    nothing=NOTHING,
):
    """Return the exercise's function with one of its steps replaced."""

    def shape_share(predictions, shapes, textures):
        by_shape = int((predictions == shapes).sum())
        by_texture = int((predictions == textures).sum())
        if by_shape + by_texture == 0:
            return nothing
        n = total(by_shape, by_texture, len(predictions))
        p = top(by_shape, by_texture) / n
        return result(p, *ends(p, n))

    return shape_share


def masked(predictions, shapes, textures):
    decided = (predictions == shapes) | (predictions == textures)
    if not decided.any():
        return float("nan"), 0.0, 1.0
    right = (predictions[decided] == shapes[decided]).double()
    p, n, z2 = right.mean(), decided.sum(), 1.96**2
    half = (p * (1 - p) / n + z2 / (4 * n**2)).sqrt() * 1.96
    return p, (p + z2 / (2 * n) - half) / (1 + z2 / n), (p + z2 / (2 * n) + half) / (1 + z2 / n)


def by_counts(predictions, shapes, textures):
    """Use the other form of Wilson's interval, with counts instead of shares."""
    hits = sum(p == s for p, s in zip(predictions.tolist(), shapes.tolist(), strict=True))
    misses = sum(p == t for p, t in zip(predictions.tolist(), textures.tolist(), strict=True))
    n, z = hits + misses, 1.96
    if not n:
        return [math.nan, 0, 1]
    middle = (hits + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * math.sqrt(hits * misses / n + z**2 / 4)
    return [hits / n, middle - half, middle + half]


def solved(predictions, shapes, textures):
    """Solve (p - q)^2 = z^2 q (1 - q) / n for q, in float32."""
    hits, misses = ((predictions == t).sum() for t in (shapes, textures))
    n = (hits + misses).float()
    if n == 0:
        return torch.tensor([math.nan, 0, 1])
    p, z2 = hits / n, 1.96**2
    a, b, c = 1 + z2 / n, -(2 * p + z2 / n), p**2
    root = (b**2 - 4 * a * c).sqrt()
    return torch.stack([p, (-b - root) / (2 * a), (-b + root) / (2 * a)])


def clamped(p, n):
    low, high = wald(p, n)
    return max(0.0, low), min(1.0, high)


def around(p, n):
    low, high = wilson(p, n)
    return p - (high - low) / 2, p + (high - low) / 2


def without_brackets(p, n, z=1.96):
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return p + z * z / (2 * n) - half, p + z * z / (2 * n) + half


def not_divided(p, n, z=1.96):
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return p + z * z / (2 * n) - half, p + z * z / (2 * n) + half


def not_squared(p, n, z=1.96):
    half = z * math.sqrt(p * (1 - p) / n + z / (4 * n**2))
    return (p + z / (2 * n) - half) / (1 + z / n), (p + z / (2 * n) + half) / (1 + z / n)


def n_not_squared(p, n, z=1.96):
    half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n))
    return (p + z**2 / 2 / n - half) / (1 + z**2 / n), (p + z**2 / 2 / n + half) / (1 + z**2 / n)


def careless(predictions, shapes, textures):
    by_shape, by_texture = ((predictions == t).sum().item() for t in (shapes, textures))
    p = by_shape / (by_shape + by_texture)
    return p, *wilson(p, by_shape + by_texture)


def swapped_root(predictions, shapes, textures):
    """Take p for a count: p (1 - p) is negative."""
    by_shape, by_texture = ((predictions == t).sum().item() for t in (shapes, textures))
    n = by_shape + by_texture
    return by_shape / n, *wald(by_shape, n)


def of_pictures(result):
    """Return the exercise's function with its numbers made of the share, its ends and n."""

    def shape_share(predictions, shapes, textures):
        p, low, high = masked(predictions, shapes, textures)
        n = int(((predictions == shapes) | (predictions == textures)).sum())
        return result(p, low, high, n) if n else (p, low, high)

    return shape_share


def in_place(predictions, shapes, textures):
    shapes -= predictions
    textures -= predictions
    return masked(0 * predictions, shapes, textures)


DECISIONS = {
    "all pictures": (counted(total=lambda s, t, n: n), "The share is of all pictures. Those"),
    "share of all": (
        lambda p, s, t: (
            float((p == s).float().mean()),
            *wilson(float((p == s).float().mean()), max(1, int(((p == s) | (p == t)).sum()))),
        ),
        "of all pictures, and the interval",
    ),
    "interval of all": (
        lambda p, s, t: (masked(p, s, t)[0], *wilson(float(masked(p, s, t)[0]), len(p))),
        "The interval is that of all pictures",
    ),
    "texture": (counted(lambda shape, texture: texture), "This is the share of the texture"),
    "swapped": (lambda p, s, t: masked(p, t, s), "This is the share of the texture"),
    "ratio": (
        counted(total=lambda s, t, n: t or 1, ends=lambda p, n: (p, p)),
        "The shape is right",
    ),
    "Wald": (counted(ends=wald), "This is the normal interval p ±"),
    "Wald, cut off": (counted(ends=clamped), "This is the normal interval, cut off"),
    "no z": (counted(ends=lambda p, n: wilson(p, n, 1)), "The interval is narrower by z"),
    "standard error": (counted(ends=lambda p, n: wald(p, n, 1)), "a standard error, without z"),
    "one-sided": (counted(ends=lambda p, n: wilson(p, n, 1.645)), "that of a one-sided interval"),
    "around p": (counted(ends=around), "the right width, but its middle is p"),
    "not divided": (counted(ends=not_divided), "The denominator 1 + z**2 / n is forgotten"),
    "no brackets": (counted(ends=without_brackets), "Only one part is divided"),
    "z not squared": (counted(ends=not_squared), "z is not squared"),
    "n not squared": (counted(ends=n_not_squared), "Under the root stands z**2 / (4 n)"),
    "ends swapped": (counted(result=lambda p, low, high: (p, high, low)), "The ends are swapped"),
    "distances": (
        counted(result=lambda p, low, high: (p, p - low, high - p)),
        "The ends are given as distances",
    ),
    "middle": (
        counted(result=lambda p, low, high: ((low + high) / 2, low, high)),
        "The first number is the middle of the interval, (p",
    ),
    "middle, not divided": (
        of_pictures(lambda p, low, high, n: (p + 1.96**2 / (2 * n), low, high)),
        "The first number is the middle of the interval before",
    ),
    "pictures": (
        of_pictures(lambda p, low, high, n: (n * p, low, high)),
        "The first number counts pictures",
    ),
    "all pictures counted": (
        of_pictures(lambda p, low, high, n: (n * p, n * low, n * high)),
        "All three are numbers of pictures",
    ),
    "percentages": (
        counted(result=lambda p, low, high: (100 * p, 100 * low, 100 * high)),
        "These are percentages",
    ),
    "nothing is zero": (counted(nothing=(0, 0, 0)), "Where no picture is decided"),
    "nothing is half": (counted(nothing=(0.5, 0.0, 1.0)), "Where no picture is decided"),
    "nothing is nan": (counted(nothing=(math.nan,) * 3), "Where no picture is decided"),
    "nothing is None": (counted(nothing=None), "returned None"),
    "careless": (careless, "before you divide"),
    "root of a count": (swapped_root, "A root is taken of a negative number"),
    "share alone": (lambda p, s, t: masked(p, s, t)[0], "expected (share, low, high)"),
    "interval alone": (lambda p, s, t: masked(p, s, t)[1:], "expected (share, low, high)"),
    "words": (lambda p, s, t: "half", "expected (share, low, high)"),
    "in place": (in_place, "changes its argument shapes in place"),
    "None": (lambda p, s, t: None, "returned None"),
}
