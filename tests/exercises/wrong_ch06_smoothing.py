"""Answers to exercise 3 of chapter 6, as learners write them: the bilateral filter."""

import math

import torch
import torch.nn.functional as F


def exp(exponent):
    """Return e to the power of a number or a tensor, in the precision of either."""
    return exponent.exp() if isinstance(exponent, torch.Tensor) else math.exp(exponent)


def gauss(d, s):
    return exp(-(d**2) / (2 * s**2))


def stepwise(
    near=gauss,
    alike=gauss,
    far=lambda dy, dx: math.sqrt(dy**2 + dx**2),
    join=lambda a, b: a * b,
    steps=lambda r: range(-r, r + 1),
    use=lambda dy, dx, r: True,
    mode="constant",
    ones=torch.ones_like,
    outside=0.0,
    result=lambda total, norm, count, r: total / norm,
):
    """Return the exercise's function with one of its steps replaced."""

    def bilateral(image, sigma_space, sigma_value, radius):
        high, wide = image.shape
        values = F.pad(image[None, None], [radius] * 4, mode=mode)[0, 0]
        there = F.pad(ones(image), [radius] * 4, value=outside)
        total, norm, count = (torch.zeros_like(image) for _ in range(3))
        for dy in steps(radius):
            for dx in steps(radius):
                if not use(dy, dx, radius):
                    continue
                top, left = radius + dy, radius + dx
                v = values[top : top + high, left : left + wide]
                m = there[top : top + high, left : left + wide]
                w = join(near(far(dy, dx), sigma_space), alike(image - v, sigma_value))
                total += w * m * v
                norm += w * m
                count += m
        return result(total, norm, count, radius)

    return bilateral


def pixel_by_pixel(image, sigma_space, sigma_value, radius):
    y = torch.empty_like(image)
    high, wide = image.shape
    for i in range(high):
        for j in range(wide):
            rows = range(max(0, i - radius), min(high, i + radius + 1))
            columns = range(max(0, j - radius), min(wide, j + radius + 1))
            pairs = []
            for r in rows:
                for c in columns:
                    far = ((r - i) ** 2 + (c - j) ** 2) / (2 * sigma_space**2)
                    unlike = (float(image[i, j]) - float(image[r, c])) ** 2 / (2 * sigma_value**2)
                    pairs.append((math.exp(-far - unlike), float(image[r, c])))
            y[i, j] = sum(w * v for w, v in pairs) / sum(w for w, _ in pairs)
    return y


def by_matrix(image, sigma_space, sigma_value, radius):
    """Weigh all pixels against all pixels, as attention does."""
    high, wide = image.shape
    rows, columns = torch.meshgrid(torch.arange(high), torch.arange(wide), indexing="ij")
    place = torch.stack([rows.flatten(), columns.flatten()], 1).to(image.dtype)  # (HW, 2)
    step = place[:, None] - place  # (HW, HW, 2)
    v = image.flatten()
    logits = -step.square().sum(2) / (2 * sigma_space**2)
    logits = logits - (v[:, None] - v).square() / (2 * sigma_value**2)
    logits = logits.masked_fill(step.abs().amax(2) > radius, -math.inf)
    return (torch.softmax(logits, 1) @ v).view(high, wide)


def by_nan(image, sigma_space, sigma_value, radius):
    """Mark the outside by NaN, and sum what is none."""
    side = 2 * radius + 1
    padded = F.pad(image, [radius] * 4, value=math.nan)
    windows = padded.unfold(0, side, 1).unfold(1, side, 1)  # (H, W, side, side)
    step = torch.arange(-radius, radius + 1).to(image.dtype)
    w = gauss(step, sigma_space)[:, None] * gauss(step, sigma_space)
    w = w * gauss(windows - image[:, :, None, None], sigma_value)
    return (w * windows).nansum((2, 3)) / w.nansum((2, 3))


def wrapped(image, sigma_space, sigma_value, radius):
    total, norm = 0, 0
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            v = image.roll((dy, dx), (0, 1))
            w = gauss(math.hypot(dy, dx), sigma_space) * gauss(image - v, sigma_value)
            total, norm = total + w * v, norm + w
    return total / norm


def beyond(image, sigma_space, sigma_value, radius):
    y = torch.zeros_like(image)
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            for dy in range(-radius, radius + 1):
                y[i, j] += image[i + dy, j]
    return y


def not_padded(image, sigma_space, sigma_value, radius):
    total, norm = torch.zeros_like(image), torch.zeros_like(image)
    for dy in range(radius + 1):
        v = image[dy:]
        w = gauss(dy, sigma_space) * gauss(image - v, sigma_value)
        total, norm = total + w * v, norm + w
    return total / norm


def in_place(image, sigma_space, sigma_value, radius):
    image /= 2
    return 2 * by_matrix(image, sigma_space, sigma_value / 2, radius)


def variance(d, s):
    return exp(-(d**2) / (2 * s))


def bare(d, s):
    return exp(-(d**2) / s**2)


def twice(d, s):
    return exp(-((d / (2 * s)) ** 2))


def linear(d, s):
    return exp(-abs(d) / (2 * s**2))


def one(d, s):
    return exp(0 * d)


FILTERS = {
    "zeros": (stepwise(outside=1.0), "Zeros outside of the image count as black"),
    "replicated": (stepwise(mode="replicate", outside=1.0), "the nearest pixel is repeated"),
    "reflected": (stepwise(mode="reflect", outside=1.0), "The shape is right, but"),
    "wrapped": (wrapped, "The image wraps around"),
    "reflected, left out": (stepwise(mode="reflect"), "some kinds of padding are not made for"),
    "circular, left out": (stepwise(mode="circular"), "some kinds of padding are not made for"),
    "total": (stepwise(result=lambda t, n, c, r: t), "The result is not normalised"),
    "count": (stepwise(result=lambda t, n, c, r: t / c), "divided by the number of neighbours"),
    "taps": (
        stepwise(result=lambda t, n, c, r: t / (2 * r + 1) ** 2),
        "divided by (2 * radius + 1)^2",
    ),
    "norm": (stepwise(result=lambda t, n, c, r: n), "This is the sum of the weights"),
    "swapped": (lambda i, s, v, r: stepwise()(i, v, s, r), "The two sigmas are swapped"),
    "variances": (stepwise(variance, variance), "Both sigmas are taken for variances"),
    "variance in space": (stepwise(near=variance), "sigma_space is taken for a variance"),
    "variance in value": (stepwise(alike=variance), "sigma_value is taken for a variance"),
    "no 2": (stepwise(bare, bare), "The 2 is missing in both exponents"),
    "no 2 in space": (stepwise(near=bare), "missing in the exponent of the distance"),
    "no 2 in value": (stepwise(alike=bare), "missing in the exponent of the values"),
    "2 squared": (stepwise(twice, twice), "The 2 is squared as well"),
    "Chebyshev": (stepwise(far=lambda y, x: max(abs(y), abs(x))), "is max(|dy|, |dx|), Cheb"),
    "Manhattan": (stepwise(far=lambda y, x: abs(y) + abs(x)), "is |dy| + |dx|, Manhattan's"),
    "linear in space": (stepwise(near=linear), "The distance in pixels is not squared"),
    "linear in value": (stepwise(alike=linear), "The difference of the values is not squared"),
    "Gaussian filter": (stepwise(alike=one), "The distance alone counts"),
    "values only": (stepwise(near=one), "The values alone count"),
    "added": (stepwise(join=lambda a, b: a + b), "The two weights are added"),
    "range": (stepwise(steps=lambda r: range(-r, max(r, 1))), "ends one pixel too early"),
    "quarter": (stepwise(steps=lambda r: range(r + 1)), "Only neighbours below and to the right"),
    "disc": (stepwise(use=lambda y, x, r: y * y + x * x <= r * r), "A disc of neighbours"),
    "without itself": (stepwise(use=lambda y, x, r: y or x), "The pixel itself is left out"),
    "without itself, but alone": (
        stepwise(use=lambda y, x, r: not r or y or x),
        "The pixel itself is left out",
    ),
    "minus": (stepwise(join=lambda a, b: a / b), "The shape is right, but"),
    "beyond": (beyond, "is looked up. Leave it out"),
    "not padded": (not_padded, "take H rows from row radius + dy"),
    "with its axes": (lambda *given: by_matrix(*given)[None, None], "an image (H, W)"),
    "in place": (in_place, "changes its argument image in place"),
    "float32": (
        lambda i, s, v, r: by_matrix(i.float(), s, v, r),
        "float64 in, float32 out",
    ),
    "steps in float32": (
        stepwise(near=lambda d, s: torch.exp(-torch.tensor(d**2 / (2 * s**2)))),
        "as exact as float32 only",
    ),
    "None": (lambda i, s, v, r: None, "returned None"),
}
