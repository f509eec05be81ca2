"""Exercise 6: the map of the effective receptive field."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case, Mistake
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise
from dynconv_lite.erf import effective_receptive_field
from dynconv_lite.models.plain import Nonlinearity, PlainStack

Score = Callable[[Tensor], Tensor]
Map = Callable[[Tensor], Tensor]


def _erf_map(model: nn.Module, images: Tensor) -> Tensor:
    """Return the mean over images (N, C, H, W) of the centre unit's relu'd gradient, (H, W)."""
    return effective_receptive_field(model, images, crop=False).map


def _centre(features: Tensor) -> Tensor:
    """Return the centre unit of every channel (N, C)."""
    return features[:, :, features.shape[2] // 2, features.shape[3] // 2]


def _score(features: Tensor) -> Tensor:
    return _centre(features).relu().sum()


def _map(gradient: Tensor) -> Tensor:
    return gradient.relu().sum(1).mean(0)


def _by_autograd(
    *, score: Score = _score, make: Map = _map
) -> Callable[[nn.Module, Tensor], Tensor]:
    """Return the exercise's function, or a mistake: with another score, or another map of it."""

    def erf_map(model: nn.Module, images: Tensor) -> Tensor:
        images = images.clone().requires_grad_()
        with torch.enable_grad():
            (gradient,) = torch.autograd.grad(score(model(images)), images)
        return make(gradient.detach())  # (N, C, H, W) -> (H, W)

    return erf_map


def _at_the_image_s_middle(model: nn.Module, images: Tensor) -> Tensor:
    row, column = images.shape[2] // 2, images.shape[3] // 2
    return _by_autograd(score=lambda f: f[:, :, row, column].relu().sum())(model, images)


RELU_OF_SUM = (
    "The features are summed before their relu. Take the relu of each channel of each image "
    "first, then the sum: F.relu(...).sum()."
)
MISTAKES = [
    Mistake(
        "The relu comes after the mean over images, so signed gradients have cancelled before. "
        "Take the relu of every image's gradient first, then the mean.",
        _by_autograd(make=lambda g: g.mean(0).relu().sum(0)),
    ),
    Mistake(
        "The relu comes after the sum over channels, so signed gradients have cancelled before. "
        "Take the relu of the gradient first, then the sum.",
        _by_autograd(make=lambda g: g.sum(1).relu().mean(0)),
    ),
    Mistake(
        "The relu comes last, so signed gradients of different images and channels have "
        "cancelled before. Take the relu of the gradient itself.",
        _by_autograd(make=lambda g: g.sum(1).mean(0).relu()),
    ),
    Mistake(
        "The gradients are averaged with their signs. Take their relu first.",
        _by_autograd(make=lambda g: g.sum(1).mean(0)),
    ),
    Mistake(
        "This uses the absolute value of the gradient. The map counts positive gradients: relu.",
        _by_autograd(make=lambda g: g.abs().sum(1).mean(0)),
    ),
    Mistake(
        "The gradients are squared. The map is the mean of their relu.",
        _by_autograd(make=lambda g: g.square().sum(1).mean(0)),
    ),
    Mistake(
        "The unit is the one at (0, 0). Take the centre unit, F[:, :, h // 2, w // 2].",
        _by_autograd(score=lambda f: f[:, :, 0, 0].relu().sum()),
    ),
    Mistake(
        "The unit's row and column are swapped: rows are axis 2 of the features, columns axis 3.",
        _by_autograd(score=lambda f: f[:, :, f.shape[3] // 2, f.shape[2] // 2].relu().sum()),
    ),
    Mistake(
        "The unit is (h // 2 - 1, w // 2 - 1). Take (h // 2, w // 2).",
        _by_autograd(
            score=lambda f: f[:, :, f.shape[2] // 2 - 1, f.shape[3] // 2 - 1].relu().sum()
        ),
    ),
    Mistake(
        "The unit is ((h - 1) // 2, (w - 1) // 2), another one where the map's sides are even. "
        "Take (h // 2, w // 2).",
        _by_autograd(
            score=lambda f: f[:, :, (f.shape[2] - 1) // 2, (f.shape[3] - 1) // 2].relu().sum()
        ),
    ),
    Mistake(
        "This is the unit at the middle of the image, images.shape[2] // 2. The row and column "
        "index the feature map, not the image: take h and w from the features' shape.",
        _at_the_image_s_middle,
    ),
    Mistake(
        "All units are summed. Take the centre unit alone, F[:, :, h // 2, w // 2].",
        _by_autograd(score=lambda f: f.relu().sum()),
    ),
    Mistake(
        "The features have no relu: the score is the sum over channels of relu(F).",
        _by_autograd(score=lambda f: _centre(f).sum()),
    ),
    Mistake(
        RELU_OF_SUM,
        _by_autograd(score=lambda f: _centre(f).sum(1).relu().sum()),
    ),
    Mistake(RELU_OF_SUM, _by_autograd(score=lambda f: _centre(f).sum().relu())),
    Mistake(
        "The features are squared: the score is the sum over channels of relu(F).",
        _by_autograd(score=lambda f: _centre(f).square().sum()),
    ),
    Mistake(
        "The features are averaged over their channels: the score is the sum of relu(F).",
        _by_autograd(score=lambda f: _centre(f).relu().mean(1).sum()),
    ),
    Mistake(
        "The mean is taken twice: a score that is a mean over images and channels makes every "
        "gradient smaller. Sum the score, and take the mean of the maps.",
        _by_autograd(score=lambda f: _centre(f).relu().mean()),
    ),
    Mistake(
        "The mean over images is taken twice, in the score and in the map. Sum the score over "
        "the images.",
        _by_autograd(score=lambda f: _centre(f).relu().sum(1).mean()),
    ),
    Mistake(
        "Only the first channel of the features counts. Sum over all of them.",
        _by_autograd(score=lambda f: _centre(f)[:, 0].relu().sum()),
    ),
    Mistake(
        "The maps are summed over the images. Take their mean.",
        _by_autograd(make=lambda g: g.relu().sum((0, 1))),
    ),
    Mistake(
        "The gradient is averaged over the image's channels. Sum over them.",
        _by_autograd(make=lambda g: g.relu().mean((0, 1))),
    ),
    Mistake(
        "Only the image's first channel counts. Sum over all of them.",
        _by_autograd(make=lambda g: g[:, 0].relu().mean(0)),
    ),
    Mistake(
        "This is the largest gradient of the image's channels. Sum over them.",
        _by_autograd(make=lambda g: g.relu().amax(1).mean(0)),
    ),
    Mistake(
        "Only the first image counts. Take the mean over all of them.",
        _by_autograd(make=lambda g: g[0].relu().sum(0)),
    ),
    Mistake(
        "The map is scaled to a maximum of 1. Leave it as it is.",
        _by_autograd(make=lambda g: _map(g) / _map(g).max()),
    ),
    Mistake(
        "The map is scaled to a sum of 1. Leave it as it is.",
        _by_autograd(make=lambda g: _map(g) / _map(g).sum()),
    ),
    Mistake(
        "The map is log-scaled already. Leave it as it is.",
        _by_autograd(make=lambda g: (_map(g) + 1).log10()),
    ),
    Mistake(
        "The map is transposed: it has the image's shape (H, W).",
        _by_autograd(make=lambda g: _map(g).T),
    ),
    Mistake(
        "There is still one map for each image. Take their mean: (H, W).",
        _by_autograd(make=lambda g: g.relu().sum(1)),
    ),
    Mistake(
        "There is still one map for each channel of the image. Sum over them: (H, W).",
        _by_autograd(make=lambda g: g.relu().mean(0)),
    ),
]


@exercise("Exercise 6: the effective receptive field", fallback=_erf_map)
def erf_map(answer: Answer, random: Random) -> None:
    """Check `erf_map(model, images)` -> (H, W)."""
    kinds: list[tuple[str, int, int, Nonlinearity, int, int]] = [
        ("one grey image", 1, 1, "tanh", 1, 1),
        ("three channels", 1, 3, "tanh", 1, 1),
        ("several images", 3, 2, "tanh", 1, 1),
        ("even sides", 3, 2, "tanh", 1, 0),
        ("a linear model", 4, 2, "linear", 1, 1),
        ("a model with stride 2", 2, 3, "relu", 2, 1),
    ]
    cases = []
    for new, n, channels, nonlinearity, stride, odd in kinds:
        model = PlainStack(
            3, 2, 4, channels, nonlinearity, stride=stride, seed=random.integer(0, 10_000)
        ).double()
        size = 8 + odd, 2 * random.integer(6, 7) + odd
        images = random.normal(n, channels, *size, dtype=torch.float64)
        if n == 3 and _centre(model(images)).sum() > 0:
            images = -images  # a negative sum of features, which tells a relu of it from no relu
        cases.append(Case({"model": model, "images": images}, new))
    answer.compare(_by_autograd(), cases, MISTAKES, result="a map (H, W) of the images' size")
