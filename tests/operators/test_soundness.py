"""Whatever a model does, cropping to the receptive field never changes the map.

Where the model is local it must have been cropped; where it looks at the whole image, knows its
place in it, or does what the tape cannot see, it must not have been.
"""

import warnings
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from cropping import check_crop, images, reseed
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from stacks import CHANNELS, feature_size, randomise, sizes, stacks
from torch import Tensor, nn

SIZE = 24


def conv(kernel: int = 3, **options) -> nn.Conv2d:
    return nn.Conv2d(3, 3, kernel, padding=kernel // 2, **options)


class Does(nn.Module):
    """Applies `rule(self, x)`; `self.conv` and `self.parts` are there to be used."""

    def __init__(self, rule: Callable[["Does", Tensor], Tensor], *parts: nn.Module) -> None:
        super().__init__()
        self.rule, self.conv, self.parts = rule, conv(), nn.ModuleList(parts)
        self.kept: dict | Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        return self.rule(self, x)


class FarGradient(torch.autograd.Function):
    """Doubles every pixel, and spreads the gradient over 9 x 9 of them."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        return x * 2

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:
        return F.avg_pool2d(gradient, 9, 1, 4)


def swapped_data(model: Does, x: Tensor) -> Tensor:
    y = model.conv(x)
    z = y * 1
    z.data = y.flip(-1) * 3
    return model.conv(z) + y


def written_view(model: Does, x: Tensor) -> Tensor:
    y = model.conv(x)
    y[:, :, 2:].mul_(y.mean())
    return model.conv(y)


def written_row(model: Does, x: Tensor) -> Tensor:
    y = model.conv(x).clone()
    y[:, :, 0] = y.mean()
    return model.conv(y)


def written_buffer(model: Does, x: Tensor) -> Tensor:
    y = model.conv(x)
    model.parts[0].running_mean.copy_(y.detach().mean((0, 2, 3)))
    return y * model.parts[0].running_mean.clone()[:, None, None]


def kept_mask(model: Does, x: Tensor) -> Tensor:
    if model.kept is None:
        model.kept = {}
    key = x.shape[-1]
    if key not in model.kept:
        model.kept[key] = torch.linspace(0, 1, key, dtype=x.dtype)
    return model.conv(x * model.kept[key])


def hooked(model: Does, x: Tensor) -> Tensor:
    y = model.conv(x)
    if y.requires_grad:
        y.register_hook(lambda gradient: F.avg_pool2d(gradient, 9, 1, 4))
    return model.conv(y)


def hooked_module() -> nn.Module:
    model = nn.Sequential(conv(), nn.ReLU())
    model.register_full_backward_hook(lambda _, inputs, __: (F.avg_pool2d(inputs[0], 9, 1, 4),))
    return model


def scripted() -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return torch.jit.script(nn.Sequential(conv(5), nn.ReLU()))


def only_whole(model: Does, x: Tensor) -> Tensor:
    if x.shape[-1] != SIZE:
        raise RuntimeError("this model takes one size")
    return model.conv(x)


def attended(model: Does, x: Tensor) -> Tensor:
    tokens = model.conv(x).flatten(2).transpose(1, 2)
    return F.scaled_dot_product_attention(tokens, tokens, tokens).transpose(1, 2).view_as(x)


def padded_windows(model: Does, x: Tensor) -> Tensor:
    padding = (0, -x.shape[-1] % 5, 0, -x.shape[-2] % 5)
    return F.avg_pool2d(F.pad(model.conv(x), padding), 5)


WHOLE: dict[str, Callable[[], nn.Module]] = {
    # what the tape cannot see
    "own backward, inside": lambda: Does(lambda m, x: m.conv(FarGradient.apply(m.conv(x)))),
    "own backward, last": lambda: Does(lambda m, x: FarGradient.apply(m.conv(x))),
    "own backward, first": lambda: Does(lambda m, x: m.conv(FarGradient.apply(x))),
    "gradient hook": lambda: Does(hooked),
    "module gradient hook": hooked_module,
    "scripted inside": lambda: Does(lambda m, x: m.conv(m.parts[0](x)), scripted()),
    "scripted last": lambda: Does(lambda m, x: m.parts[0](m.conv(x)), scripted()),
    "aten called directly": lambda: Does(lambda m, x: m.conv(torch.ops.aten.flip(x, [3]))),
    "swapped .data": lambda: Does(swapped_data),
    "numpy": lambda: Does(lambda m, x: m.conv(x) * float(x.detach().numpy().mean())),
    "a number taken out": lambda: Does(lambda m, x: m.conv(x) * x.mean().item()),
    "a branch on values": lambda: Does(lambda m, x: m.conv(x) if x.mean() > 0 else x),
    "a view written": lambda: Does(written_view),
    "a row written": lambda: Does(written_row),
    "a buffer written": lambda: Does(written_buffer, nn.BatchNorm2d(3)),
    "vmap": lambda: Does(lambda m, x: torch.vmap(lambda z: z.flip(-1))(m.conv(x))),
    # what looks at the whole image
    "squeeze and excitation": lambda: Does(
        lambda m, x: m.conv(x) * F.adaptive_avg_pool2d(x, 1).sigmoid()
    ),
    "mean of the image": lambda: Does(lambda m, x: m.conv(x) * x.mean()),
    "group norm": lambda: nn.Sequential(conv(), nn.GroupNorm(1, 3)),
    "instance norm": lambda: nn.Sequential(conv(), nn.InstanceNorm2d(3)),
    "batch norm without statistics": lambda: nn.Sequential(
        conv(), nn.BatchNorm2d(3, track_running_stats=False), conv()
    ),
    "softmax over positions": lambda: Does(
        lambda m, x: m.conv(x).flatten(2).softmax(-1).view_as(x)
    ),
    "softmax over rows": lambda: Does(lambda m, x: m.conv(x).softmax(2)),
    "cumulative sum": lambda: Does(lambda m, x: m.conv(x).cumsum(-1)),
    "attention": lambda: Does(attended),
    "Fourier transform": lambda: Does(
        lambda m, x: torch.fft.irfft2(torch.fft.rfft2(m.conv(x)) * 2, s=x.shape[-2:])
    ),
    # what depends on the place in the image
    "position embedding": lambda: Does(
        lambda m, x: m.conv(x) * torch.linspace(0, 1, SIZE, dtype=x.dtype)
    ),
    "position channel": lambda: Does(
        lambda m, x: m.conv(torch.cat([x[:, :2], torch.ones_like(x[:, 2:]).cumsum(3)], dim=1))
    ),
    "a mask kept by size": lambda: Does(kept_mask),
    "places of the maxima": lambda: Does(
        lambda m, x: m.conv(torch.mul(*F.max_pool2d(x, 2, return_indices=True)))
    ),
    "max unpooling": lambda: Does(
        lambda m, x: m.conv(F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2))
    ),
    "circular padding": lambda: conv(padding_mode="circular"),
    "roll": lambda: Does(lambda m, x: m.conv(x).roll(2, -1)),
    "flip": lambda: Does(lambda m, x: m.conv(x).flip(-1)),
    "halves": lambda: Does(lambda m, x: m.conv(torch.chunk(x, 2, axis=3)[1])),
    "last row cut off, then padding": lambda: Does(lambda m, x: m.conv(x[:, :, :-1, :-1])),
    "negative padding": lambda: Does(lambda m, x: m.conv(F.pad(x, (-1, -2, -3, -2)))),
    "batch norm along rows": lambda: Does(
        lambda m, x: m.parts[0](m.conv(x).transpose(1, 2)).transpose(1, 2), nn.BatchNorm2d(SIZE)
    ),
    "scaled by the width": lambda: Does(lambda m, x: m.conv(x) * x.shape[-1]),
    "scaled by a tensor of the width": lambda: Does(
        lambda m, x: m.conv(x) * torch.tensor(float(x.shape[-1]))
    ),
    "another function for small images": lambda: Does(
        lambda m, x: m.conv(x).tanh() if x.shape[-1] > 20 else m.conv(x).sin()
    ),
    "one size only": lambda: Does(only_whole),
    "resized to a fixed size": lambda: Does(lambda m, x: m.conv(F.interpolate(x, size=(48, 48)))),
}


@pytest.mark.parametrize("build", WHOLE.values(), ids=WHOLE)
def test_not_cropped(build: Callable[[], nn.Module]) -> None:
    model = reseed(build().double())
    assert not check_crop(model, images(1, 3, SIZE, SIZE))


LOCAL: dict[str, Callable[[], nn.Module]] = {
    "batch norm": lambda: nn.Sequential(conv(), nn.BatchNorm2d(3), conv()).train(),
    "reflected border": lambda: nn.Sequential(conv(5, padding_mode="reflect"), conv()),
    "replicated border": lambda: nn.Sequential(conv(5, padding_mode="replicate"), conv()),
    "writes into its input": lambda: nn.Sequential(nn.ReLU(inplace=True), conv()),
    "in-place residual": lambda: Does(lambda m, x: m.conv(x).add_(x).relu_()),
    "channels-last norm": lambda: Does(
        lambda m, x: m.parts[0](m.conv(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2), nn.LayerNorm(3)
    ),
    "softmax over channels": lambda: Does(lambda m, x: m.conv(x).softmax(1) * x),
    "one number per channel": lambda: nn.Sequential(conv(), nn.PReLU(3), conv()),
    "channels shuffled": lambda: Does(
        lambda m, x: m.conv(x.unflatten(1, (3, 1)).transpose(1, 2).flatten(1, 2))
    ),
    "channels split and joined": lambda: Does(
        lambda m, x: torch.cat(m.conv(x).chunk(3, dim=1)[::-1], dim=1)
    ),
    "up and down": lambda: nn.Sequential(
        nn.Conv2d(3, 3, 2, 2), nn.Upsample(scale_factor=2, mode="bilinear"), nn.MaxPool2d(3, 2, 1)
    ),
    "pixel shuffle": lambda: nn.Sequential(nn.Conv2d(3, 12, 3, padding=1), nn.PixelShuffle(2)),
    "gaps between copies": lambda: nn.Sequential(
        nn.Conv2d(3, 3, 2), nn.ConvTranspose2d(3, 3, 2, stride=3)
    ),
    "patches": lambda: nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 4, 4, stride=4)),
    "one pixel of two": lambda: nn.Sequential(nn.Conv2d(3, 3, 1), nn.Conv2d(3, 4, 1, stride=2)),
    "no parameters": lambda: nn.Sequential(nn.AvgPool2d(2), nn.ReLU()),
    "weight norm": lambda: torch.nn.utils.parametrizations.weight_norm(conv()),
    "checkpointed": lambda: Does(
        lambda m, x: torch.utils.checkpoint.checkpoint(m.conv, x, use_reentrant=False)
    ),
    "padded to whole windows": lambda: Does(padded_windows),
    "a dictionary of outputs": lambda: Does(lambda m, x: {"out": m.conv(x).mean((2, 3))}),
}


@pytest.mark.parametrize("build", LOCAL.values(), ids=LOCAL)
def test_cropped(build: Callable[[], nn.Module]) -> None:
    model = reseed(build().double())
    assert check_crop(model, images(2, 3, SIZE, SIZE + 4))


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("unit", [(0, 0), (0, 12), (23, 1), (22, 23)])
def test_borders(mode: str, unit: tuple[int, int]) -> None:
    model = reseed(nn.Sequential(conv(7, padding_mode=mode), conv()).double())
    check_crop(model, images(4, 3, SIZE, SIZE), unit=unit)


def test_a_unit_that_sees_only_padding_sees_nothing() -> None:
    model = reseed(nn.Conv2d(3, 4, 1, padding=2).double())
    check_crop(model, images(1, 3, 8, 8), unit=(0, 0), silent=True)
    check_crop(model, images(1, 3, 8, 8), unit=(11, 5), silent=True)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel:UserWarning")
@settings(max_examples=100)
@given(stacks, sizes, st.data())
def test_any_stack_any_unit(model: nn.Sequential, size: tuple[int, int], data) -> None:
    randomise(model, seed=0)
    height, width = feature_size(model, size)
    assume(max(height, width) > 1)
    unit = (
        data.draw(st.integers(0, height - 1), "row"),
        data.draw(st.integers(0, width - 1), "column"),
    )
    check_crop(model, images(2, CHANNELS, *size), unit=unit, layer=str(len(model) - 1), silent=True)
