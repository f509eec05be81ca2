"""Cascades and pixel-mix in the super-resolution study, alone or several side by side.

A method may have several cascades, or pixel-mix on several patterns. Their networks then stand side
by side, and so do their tables; a single one is used as it is.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import nn

from dynconv_lite.experiments.configs.super_resolution import SuperResolutionConfig
from dynconv_lite.lut import (
    MeanOf,
    MeanTables,
    MixedTables,
    TrainableMeanTables,
    TrainableMixedTables,
    TrainableTables,
    repeating_mixed,
    repeating_stages,
    tabulate_mixed,
    tabulate_stages,
)
from dynconv_lite.lut.mixed import FIRST_NODES
from dynconv_lite.lut.patterns import find_pattern
from dynconv_lite.models.mixed_net import MixedNet
from dynconv_lite.models.mulut_net import MuLutNet
from dynconv_lite.pixel_mix import SQUARE

# tables of any kind that `dynconv_lite.lut.enlarge` and `save_tables` take
Tables = Any
SHARPEST = 1.5  # of cascades side by side, how much the last one's first stage sharpens at first


def cascade(config: SuperResolutionConfig) -> nn.Module:
    """Build a cascade of networks, or several side by side."""
    return _network(
        [
            MuLutNet(
                config.patterns,
                config.stages,
                config.scale,
                config.width,
                config.depth,
                dense=config.dense,
                mix=SQUARE if config.mix else None,
            )
            for _ in range(config.members)
        ]
    )


def sampled_cascade(config: SuperResolutionConfig, network: nn.Module) -> Tables:
    """Make tables of what `cascade` built."""
    return _tables([tabulate_stages(each, config.interval) for each in _members(network)])


def repeating_cascade(config: SuperResolutionConfig) -> Tables:
    """Make tables that repeat every pixel; all but the first sharpen before, to be different."""
    return _tables(
        [
            repeating_stages(
                config.patterns,
                config.stages,
                config.scale,
                config.interval,
                sharpen=amount,
            )
            for amount in np.linspace(0, SHARPEST, config.members).tolist()
        ]
    )


def mixed(config: SuperResolutionConfig) -> nn.Module:
    """Build a network for every pattern; several of them stand side by side."""
    sizes = config.scale, config.features, config.width, config.depth
    return _network([MixedNet(*sizes, pattern=pattern) for pattern in config.patterns])


def sampled_mixed(config: SuperResolutionConfig, network: nn.Module) -> Tables:
    """Make tables of what `mixed` built."""
    return _tables(
        [
            tabulate_mixed(each, FIRST_NODES[: each.pattern.dims], config.nodes)
            for each in _members(network)
        ]
    )


def repeating_sets(config: SuperResolutionConfig) -> Tables:
    """Make tables of pixel-mix that repeat every pixel."""
    taps = [find_pattern(letter) for letter in config.patterns]
    return _tables(
        [
            repeating_mixed(
                each, config.features, config.scale, FIRST_NODES[: each.dims], config.nodes
            )
            for each in taps
        ]
    )


def _network(networks: Sequence[nn.Module]) -> nn.Module:
    """Return a network, or several side by side."""
    return networks[0] if len(networks) == 1 else MeanOf(networks)


def _members(network: nn.Module) -> list[Any]:
    """Return what `_network` was made of."""
    return list(network.members) if isinstance(network, MeanOf) else [network]


def _tables(sets: Sequence[Tables]) -> Tables:
    """Return a set of tables, or several side by side."""
    return sets[0] if len(sets) == 1 else MeanTables(sets)


def trainable(tables: Tables) -> nn.Module:
    """Return tables of cascades or of pixel-mix as a module, with their entries as parameters."""
    if isinstance(tables, MeanTables):
        return TrainableMeanTables(_one_trainable(each) for each in tables.members)
    return _one_trainable(tables)


def _one_trainable(tables: Tables) -> TrainableMixedTables | TrainableTables:
    if isinstance(tables, MixedTables):
        return TrainableMixedTables(tables)
    return TrainableTables(tables)
