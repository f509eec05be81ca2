"""The kinds of methods of the super-resolution study: how each builds, samples and finetunes.

A kind of one's own is an entry in `KINDS`; the rest of the study asks for nothing else.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import nn

from data_utils import matlab_bicubic
from dynconv_lite.experiments.configs.super_resolution import OPTIONS, SuperResolutionConfig
from dynconv_lite.experiments.super_resolution_networks import DEEP, DeepNetwork, FramedFSRCNN
from dynconv_lite.experiments.super_resolution_tabled import (
    Tables,
    cascade,
    mixed,
    repeating_cascade,
    repeating_sets,
    sampled_cascade,
    sampled_mixed,
    trainable,
)
from dynconv_lite.models.additive_net import AdditiveNet
from dynconv_lite.pixel_mix import Padding

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class KindOfMethod:
    """What a kind of method is made of.

    Networks and trainable tables are modules with the attribute `reach`, how many pixels they see
    to every side, and called as `module(x, padding)`, as `MuLutNet`. They enlarge one colour at a
    time, unless they have the attribute `colours`, which is then 3.

    Attributes:
        build: Makes the network, from torch's global generator.
        sample: Makes tables of a network; None if it has none.
        trainable: Makes a module of the network and its tables, whose parameters are the tables'
            entries, and whose method `export` makes tables again.
        repeating: Makes tables that repeat every pixel, to learn from without a network; None if
            it has none.
        coarsened: Gives the configuration on the coarsest grid that its tables are trained on;
            None if they have a single one. Their modules then have a method `refined`.
    """

    build: Callable[[SuperResolutionConfig], nn.Module]
    sample: Callable[[SuperResolutionConfig, Any], Tables] | None = None
    trainable: Callable[[Any, Tables], nn.Module] | None = None
    repeating: Callable[[SuperResolutionConfig], Tables] | None = None
    coarsened: Callable[[SuperResolutionConfig], SuperResolutionConfig] | None = None


def colours_of(module: nn.Module) -> int:
    """Return how many colours a module enlarges together: 1 or 3."""
    return int(getattr(module, "colours", 1))


def _turned(config: SuperResolutionConfig, network: AdditiveNet) -> Tables:
    """Make tables of an additive network, which from here on is the mean of four turns as well."""
    network.turns = 4
    return network.export()


def _rounded(network: AdditiveNet, tables: Tables) -> nn.Module:
    """Return a copy of an additive network that computes as its tables do."""
    twin = copy.deepcopy(network)
    twin.quantised = True
    return twin


KINDS: Mapping[str, KindOfMethod] = MappingProxyType(
    {
        "cascade": KindOfMethod(
            cascade,
            sampled_cascade,
            lambda network, tables: trainable(tables),
            repeating_cascade,
            lambda c: c.model_copy(update={"interval": c.interval + c.coarser}),
        ),
        "mixed": KindOfMethod(
            mixed,
            sampled_mixed,
            lambda network, tables: trainable(tables),
            repeating_sets,
            lambda c: c.model_copy(update={"nodes": ((c.nodes - 1) >> c.coarser) + 1}),
        ),
        "additive": KindOfMethod(
            # one turn suffices to train on patches that are turned at random, and costs a fourth
            lambda config: AdditiveNet(config.scale, config.layers, turns=1),
            _turned,
            _rounded,
        ),
        "fsrcnn": KindOfMethod(lambda config: FramedFSRCNN(config.scale)),
        "deep": KindOfMethod(lambda config: DeepNetwork(DEEP[config.method](config.scale))),
    }
)


def sampled_tables(config: SuperResolutionConfig, network: nn.Module) -> Tables | None:
    """Return the tables of a trained network; None if its method has none."""
    sample = KINDS[config.kind].sample
    if sample is None or not OPTIONS[config.method].tables:
        return None
    return sample(config, network)


def padding_of(config: SuperResolutionConfig) -> Padding:
    """Return how pictures are continued: SR-LUT mirrors them, and all others repeat the border."""
    single = config.kind == "cascade" and (config.stages, len(config.patterns)) == (1, 1)
    return "reflect" if single else "edge"


def enlarge_by_module(
    module: nn.Module, picture: Picture, padding: Padding, device: torch.device
) -> Picture:
    """Enlarge a picture by a network or by trainable tables.

    Args:
        module: On the device.
        picture: uint8 (H, W, 3).
        padding: How the picture is continued.
        device: Where to compute.

    Returns:
        uint8 (r H, r W, 3).
    """
    x = torch.from_numpy(np.ascontiguousarray(picture)).to(device).permute(2, 0, 1)  # (3, H, W)
    colours = colours_of(module)
    with torch.no_grad():
        y = module(x.unflatten(0, (-1, colours)).float() / 255, padding).flatten(0, 1)
        bytes_ = (255 * y).round().clamp(0, 255).byte()  # (3, r H, r W)
    return np.ascontiguousarray(bytes_.permute(1, 2, 0).cpu().numpy())


def interpolate_picture(method: str, picture: Picture, scale: int) -> Picture:
    """Enlarge a picture without having learned anything.

    Args:
        method: "bicubic" as MATLAB's `imresize`, "nearest" or "bilinear" as torch's.
        picture: uint8 (H, W, 3).
        scale: r.

    Returns:
        uint8 (r H, r W, 3).
    """
    if method == "bicubic":
        return matlab_bicubic(picture, Fraction(scale))
    x = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float()
    smooth = {"align_corners": False} if method == "bilinear" else {}
    y = F.interpolate(x, scale_factor=float(scale), mode=method, **smooth)[0]
    return np.ascontiguousarray(y.round().byte().permute(1, 2, 0).numpy())
