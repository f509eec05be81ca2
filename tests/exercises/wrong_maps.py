"""Wrong answers to exercises 6 and 8, as learners write them."""

import math

import torch
from torch import nn


# Exercise 6: erf_map(model, images)
def centre(features):
    height, width = features.shape[2:]
    return features[:, :, height // 2, width // 2]


def positive(features):
    return centre(features).relu().sum()


def averaged(gradient):
    return gradient.clamp(min=0).sum(dim=1).mean(dim=0)


def erf(score=positive, make=averaged):
    """Return the exercise's function with its score or its map replaced."""

    def erf_map(model, images):
        images = images.clone().requires_grad_()
        score(model(images)).backward()
        return make(images.grad)

    return erf_map


def unit(row, column):
    def score(features):
        height, width = features.shape[2:]
        return features[:, :, row(height, width), column(height, width)].relu().sum()

    return score


def one_by_one(model, images):
    maps = []
    for image in images:
        x = image[None].clone().requires_grad_()
        (gradient,) = torch.autograd.grad(positive(model(x)), x)
        maps.append(gradient[0].relu().sum(0))
    return torch.stack(maps).mean(0)


def leaves_a_gradient(model, images):
    images.requires_grad_()
    positive(model(images)).backward()
    return averaged(images.grad)


def leaves_requires_grad(model, images):
    images.requires_grad_()
    (gradient,) = torch.autograd.grad(positive(model(images)), images)
    return averaged(gradient)


def at_the_middle_of_the_image(model, images):
    height, width = images.shape[2:]
    return erf(lambda f: f[:, :, height // 2, width // 2].relu().sum())(model, images)


def occlusion(model, images):
    with torch.no_grad():
        return (positive(model(images)) - positive(model(0 * images))) * images.abs().sum((0, 1))


def brightens(model, images):
    images += 1
    return one_by_one(model, images)


def centre_of_the_image(model, images):
    return one_by_one(lambda x: model(x), images)[: images.shape[2] // 2]


ERFS = {
    "signed, then relu": (erf(make=lambda g: g.mean(0).relu().sum(0)), "after the mean over"),
    "channels, then relu": (erf(make=lambda g: g.sum(1).relu().mean(0)), "after the sum over"),
    "relu last": (erf(make=lambda g: g.sum(1).mean(0).relu()), "The relu comes last"),
    "signed": (erf(make=lambda g: g.sum(1).mean(0)), "averaged with their signs"),
    "absolute": (erf(make=lambda g: g.abs().sum(1).mean(0)), "absolute value"),
    "squared": (erf(make=lambda g: (g * g).sum(1).mean(0)), "gradients are squared"),
    "unit (0, 0)": (erf(unit(lambda h, w: 0, lambda h, w: 0)), "the one at (0, 0)"),
    "swapped": (erf(unit(lambda h, w: w // 2, lambda h, w: h // 2)), "unit's row and column"),
    "rounded down": (
        erf(unit(lambda h, w: (h - 1) // 2, lambda h, w: (w - 1) // 2)),
        "The unit is ((h - 1) // 2, (w - 1) // 2)",
    ),
    "all units": (erf(lambda f: f.relu().sum()), "All units are summed"),
    "no relu": (erf(lambda f: centre(f).sum()), "The features have no relu"),
    "relu of the sum": (erf(lambda f: centre(f).sum(1).relu().sum()), "summed before their relu"),
    "relu of the whole sum": (erf(lambda f: centre(f).sum().relu()), "relu of each channel"),
    "middle of the image": (
        at_the_middle_of_the_image,
        "index the feature map, not the image",
    ),
    "requires_grad of the caller's": (leaves_a_gradient, "leaves its mark on images"),
    "requires_grad alone": (leaves_requires_grad, "images.clone().requires_grad_()"),
    "channel 0": (erf(lambda f: centre(f)[:, 0].relu().sum()), "first channel of the features"),
    "mean score": (erf(lambda f: centre(f).relu().mean()), "The mean is taken twice"),
    "mean twice": (
        erf(lambda f: centre(f).relu().sum(1).mean()),
        "mean over images is taken twice",
    ),
    "sum": (erf(make=lambda g: g.relu().sum((0, 1))), "summed over the images"),
    "mean over channels": (
        erf(make=lambda g: g.relu().mean((0, 1))),
        "averaged over the image's channels",
    ),
    "red": (erf(make=lambda g: g.relu()[:, 0].mean(0)), "Only the image's first channel"),
    "maximum": (erf(make=lambda g: g.relu().amax(1).mean(0)), "This is the largest gradient"),
    "first image": (erf(make=lambda g: g.relu()[0].sum(0)), "Only the first image"),
    "normalised": (erf(make=lambda g: averaged(g) / averaged(g).max()), "to a maximum of 1"),
    "logarithm": (erf(make=lambda g: torch.log10(averaged(g) + 1)), "log-scaled already"),
    "transposed": (erf(make=lambda g: averaged(g).T), "The map is transposed"),
    "per image": (erf(make=lambda g: g.relu().sum(1)), "still one map for each image"),
    "per channel": (erf(make=lambda g: g.relu().mean(0)), "one map for each channel"),
    "float32": (erf(make=lambda g: averaged(g).float().double().float()), "images.new_zeros(...)"),
    "occlusion": (occlusion, "numbers are wrong"),
    "half": (centre_of_the_image, "of the images' size"),
    "in place": (brightens, "changes its argument images in place"),
    "the model's output": (lambda model, images: model(images), "a map (H, W)"),
    "a module": (lambda model, images: nn.Identity(), "returned an Identity"),
}


# Exercise 8: area_ratio(scaled, threshold, center)
def search(
    center=lambda scaled, c: c,
    halves=lambda h, w: range((min(h, w) + 1) // 2),
    inside=lambda m, r, c, n: m[max(0, r - n) : r + n + 1, max(0, c - n) : c + n + 1].sum(),
    reached=lambda part, whole, t: part / whole > t,
    ratio=lambda n, h, w: (2 * n + 1) ** 2 / (h * w),
    otherwise=math.nan,
):
    """Return the search with one of its parts replaced."""

    def area_ratio(scaled, threshold, c):
        height, width = scaled.shape
        row, column = center(scaled, c)
        for half in halves(height, width):
            if reached(inside(scaled, row, column, half), scaled.sum(), threshold):
                return ratio(half, height, width)
        return otherwise

    return area_ratio


def last_before(scaled, threshold, center):
    ratio = search()(scaled, threshold, center)
    height, width = scaled.shape
    side = math.sqrt(ratio * height * width) - 2
    return max(1, side) ** 2 / (height * width)


def even_sides(scaled, threshold, center):
    (height, width), (row, column) = scaled.shape, center
    for side in range(1, min(height, width) + 1):
        top, left = max(0, row - side // 2), max(0, column - side // 2)
        bottom, right = row - side // 2 + side, column - side // 2 + side
        if scaled[top:bottom, left:right].sum() / scaled.sum() > threshold:
            return side * side / (height * width)
    return math.nan


def while_it_fits(scaled, threshold, center):
    half, (row, column) = 0, center
    while True:
        top, left = row - half, column - half
        if top < 0 or left < 0:
            return math.nan
        part = scaled[top : row + half + 1, left : column + half + 1]
        if part.sum() / scaled.sum() > threshold:
            return (2 * half + 1) ** 2 / scaled.numel()
        if row + half + 1 >= scaled.shape[0] or column + half + 1 >= scaled.shape[1]:
            return math.nan
        half += 1


def crashes(scaled, threshold, center):
    tried = [search(halves=lambda h, w, n=n: [n])(scaled, threshold, center) for n in range(5)]
    tried.append(search()(scaled, threshold, center))
    found = [ratio for ratio in tried if not math.isnan(ratio)]
    found.sort()
    return found[0]


def empties_the_map(scaled, threshold, center):
    ratio = search()(scaled, threshold, center)
    scaled.zero_()
    return ratio


AREAS = {
    "middle": (
        search(center=lambda m, c: (m.shape[0] // 2, m.shape[1] // 2)),
        "centred on the middle of the map",
    ),
    "swapped": (search(center=lambda m, c: c[::-1]), "of the centre are swapped"),
    "side / H": (search(ratio=lambda n, h, w: (2 * n + 1) / h), "This is the ratio of the sides, "),
    "side / W": (search(ratio=lambda n, h, w: (2 * n + 1) / w), "This is the ratio of the sides, "),
    "side": (search(ratio=lambda n, h, w: 2 * n + 1), "the side in pixels"),
    "pixels": (search(ratio=lambda n, h, w: (2 * n + 1) ** 2), "area in pixels"),
    "half": (search(ratio=lambda n, h, w: n * n / (h * w)), "taken for the side"),
    "2 * half": (search(ratio=lambda n, h, w: 4 * n * n / (h * w)), "taken as 2 * half"),
    "even": (even_sides, "Squares of even side"),
    "H * H": (search(ratio=lambda n, h, w: ((2 * n + 1) / h) ** 2), "divided by H * H"),
    "W * W": (search(ratio=lambda n, h, w: ((2 * n + 1) / w) ** 2), "divided by W * W"),
    "wraps": (
        search(inside=lambda m, r, c, n: m[r - n : r + n + 1, c - n : c + n + 1].sum()),
        "max(0, row - half)",
    ),
    "while it fits": (while_it_fits, "A square that leaves the map is lost"),
    "last before": (last_before, "one step too small"),
    "one too large": (
        search(ratio=lambda n, h, w: (2 * n + 3) ** 2 / (h * w)),
        "one step too large",
    ),
    "reaches": (search(reached=lambda part, whole, t: part / whole >= t), "not >="),
    "not a share": (search(reached=lambda part, whole, t: part > t), "with the threshold itself"),
    "outside": (search(reached=lambda part, whole, t: part / whole > 1 - t), "outside the square"),
    "stops early": (
        search(halves=lambda h, w: range(min(h, w) // 2)),
        "a side of min(H, W) is allowed",
    ),
    "0": (search(otherwise=0.0), "not 0."),
    "1": (search(otherwise=1.0), "not 1."),
    "infinity": (search(otherwise=math.inf), "not inf."),
    "None at the end": (search(otherwise=None), "returned None"),
    "crash": (crashes, "raised IndexError"),
    "too far": (
        search(halves=lambda h, w: range(max(h, w))),
        "up to a square that covers the whole map",
    ),
    "max(H, W)": (
        search(halves=lambda h, w: range((max(h, w) + 1) // 2)),
        "goes on up to max(H, W). Stop at the shorter side",
    ),
    "height": (search(halves=lambda h, w: range((h + 1) // 2)), "up to the map's height H"),
    "width": (search(halves=lambda h, w: range((w + 1) // 2)), "up to the map's width W"),
    "in place": (empties_the_map, "changes its argument scaled in place"),
}
