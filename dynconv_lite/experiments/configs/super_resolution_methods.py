"""The methods of the super-resolution study, and what each stands for."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args

# What needs no training, tables of one stage, those of pixel-mix, of several stages, of sums;
# dictionaries of patches; and networks.
Method = Literal[
    "nearest",
    "bilinear",
    "bicubic",
    "srlut_v",
    "srlut_f",
    "srlut_s",
    "mixed_small",
    "mixed",
    "mulut",
    "mulut_wide",
    "mulut_mixed",
    "mulut_mixed_network",
    "additive_32k",
    "additive_100k",
    "ne_lle",
    "zeyde",
    "anr",
    "aplus",
    "fsrcnn",
    "carn_m",
    "rrdb",
]
METHODS: tuple[str, ...] = get_args(Method)
Kind = Literal["interpolation", "cascade", "mixed", "additive", "dictionary", "fsrcnn", "deep"]
Letter = Literal["s", "d", "y", "f", "v"]
# of each pattern; a test holds them to `PATTERNS`, with which torch would be loaded, for seconds
TAPS: Mapping[Letter, int] = MappingProxyType({"s": 4, "d": 4, "y": 4, "f": 3, "v": 2})
Layer = tuple[int, int, int]
SCALES = (2, 3, 4)


class Options(NamedTuple):
    """What a method stands for; the fields are those of `SuperResolutionConfig`."""

    kind: Kind
    title: str
    patterns: tuple[Letter, ...] = ()
    stages: int = 0
    interval: int = 0
    dense: bool = False
    mix: bool = False
    features: int = 0
    nodes: int = 0
    layers: tuple[Layer, ...] = ()
    tables: bool = True
    network_lr: float = 1e-3
    table_lr: float = 3e-3
    width: int = 64
    batch_size: int = 64
    core: int = 8
    atoms: int = 0
    samples: int = 0
    neighbours: int = 0
    nonzeros: int = 0
    penalty: float = 0
    coarser: int = 0
    loss: Literal["mse", "log_mse"] = "mse"
    relit: bool = False
    halves: bool = False
    members: int = 1
    alone: bool = False  # tables learn without a network
    laptop: tuple[int, int] = (4000, 4000)  # steps on the network, and on its tables


# for tables: large steps, and every edge in all lights
BY_LOGARITHM: Any = {"table_lr": 0.1, "loss": "log_mse", "relit": True}
# for tables that learn without a network
ALONE: Any = {"alone": True, "loss": "log_mse", "relit": True, "halves": True}
# The last layer's outputs, r * r, are filled in for the scale.
OPTIONS: Mapping[str, Options] = MappingProxyType(
    {
        "nearest": Options("interpolation", "nearest neighbour", tables=False),
        "bilinear": Options("interpolation", "bilinear", tables=False),
        "bicubic": Options("interpolation", "bicubic", tables=False),
        # V holds every pair of values: nothing is interpolated, and nothing is left to finetune
        "srlut_v": Options("cascade", "SR-LUT, V", ("v",), 1, 0),
        "srlut_f": Options("cascade", "SR-LUT, F", ("f",), 1, 4, **BY_LOGARITHM),
        "srlut_s": Options(
            "cascade", "SR-LUT, S", ("s",), 1, 4, laptop=(4000, 8000), **BY_LOGARITHM
        ),
        "mixed_small": Options(
            "mixed", "SR-LUT + pixel-mix, small", ("s",), features=2, nodes=5, **BY_LOGARITHM
        ),
        "mixed": Options(
            "mixed", "SR-LUT + pixel-mix", ("s",), features=2, nodes=7, **BY_LOGARITHM
        ),
        # six networks are slow to train, and tables that are coarse at first need none
        "mulut": Options(
            "cascade",
            "MuLUT",
            ("s", "d", "y"),
            2,
            4,
            dense=True,
            table_lr=0.2,
            coarser=2,
            **ALONE,
            laptop=(0, 21_000),
        ),
        # two on half as many nodes: a sixth of the bytes, and two pictures between the stages
        "mulut_wide": Options(
            "cascade",
            "MuLUT, two side by side",
            ("s", "d", "y"),
            2,
            5,
            members=2,
            dense=True,
            table_lr=0.2,
            coarser=1,
            **ALONE,
            laptop=(0, 8_000),
        ),
        # the patterns of MuLUT, each with features of its own that are bytes, so tables can hold it
        "mulut_mixed": Options(
            "mixed",
            "MuLUT + pixel-mix",
            ("s", "d", "y"),
            features=4,
            nodes=7,
            table_lr=0.15,
            coarser=1,
            **ALONE,
            laptop=(0, 8_000),
        ),
        # features of float numbers are shifted: a network that no table can hold
        "mulut_mixed_network": Options(
            "cascade",
            "MuLUT + pixel-mix, float network",
            ("s", "d", "y"),
            2,
            4,
            dense=True,
            mix=True,
            tables=False,
            laptop=(1500, 0),
        ),
        # a step of the second stage takes all four turns, one of the first takes one
        "additive_32k": Options(
            "additive",
            "sums of one-index tables, small",
            layers=((12, 3, 17), (12, 3, 6), (12, 3, 6), (0, 3, 6)),
            network_lr=1.5e-3,
            table_lr=3e-4,
            laptop=(14_000, 800),
        ),
        "additive_100k": Options(
            "additive",
            "sums of one-index tables",
            layers=((20, 3, 17), (20, 3, 6), (20, 3, 6), (20, 3, 6), (0, 3, 6)),
            network_lr=1.5e-3,
            table_lr=3e-4,
            laptop=(14_000, 800),
        ),
        # sizes of the papers, but for the samples, which are fewer; those of A+ are its neighbours
        "ne_lle": Options(
            "dictionary", "NE + LLE", tables=False, atoms=1024, samples=200_000, neighbours=24
        ),
        "zeyde": Options(
            "dictionary", "Zeyde et al.", tables=False, atoms=1024, samples=200_000, nonzeros=3
        ),
        "anr": Options(
            "dictionary",
            "ANR",
            tables=False,
            atoms=1024,
            samples=200_000,
            neighbours=40,
            penalty=0.01,
        ),
        "aplus": Options(
            "dictionary",
            "A+",
            tables=False,
            atoms=1024,
            samples=1_000_000,
            neighbours=2048,
            penalty=0.1,
        ),
        # it sees seven pixels to every side: of a small patch, most would be margin
        "fsrcnn": Options(
            "fsrcnn",
            "FSRCNN",
            tables=False,
            network_lr=2e-3,
            batch_size=16,
            core=20,
            laptop=(16_000, 0),
        ),
        # too deep for a CPU: there they are built, counted and timed
        "carn_m": Options(
            "deep",
            "CARN-M",
            tables=False,
            network_lr=2e-4,
            batch_size=16,
            core=48,
            laptop=(0, 0),
        ),
        "rrdb": Options(
            "deep",
            "RRDB",
            tables=False,
            network_lr=2e-4,
            batch_size=16,
            core=32,
            laptop=(0, 0),
        ),
    }
)
SMALL_DICTIONARY = {"atoms": 64, "samples": 4000}
STEPS = {"smoke": (30, 20), "full": (200_000, 50_000)}  # on the network, and on its tables


def title_of(method: str) -> str:
    """Return what to call a method: "SR-LUT + pixel-mix"."""
    return OPTIONS[method].title


def options_of(method: str, profile: str, scale: int) -> dict[str, Any]:
    """Return what a method stands for, as fields of the configuration.

    Args:
        method: One of `METHODS`.
        profile: Decides the numbers of steps.
        scale: Decides the outputs of the last layer.
    """
    own = OPTIONS[method]
    apart = ("title", "tables", "alone", "laptop")
    fields = {k: v for k, v in own._asdict().items() if k not in apart}
    if own.layers:
        fields["layers"] = (*own.layers[:-1], (scale**2, *own.layers[-1][1:]))
    network_steps, table_steps = (STEPS | {"laptop": own.laptop}).get(profile, STEPS["smoke"])
    if own.alone or (own.kind == "deep" and profile != "full"):
        network_steps = 0
    if own.kind == "dictionary" and profile == "smoke":
        fields |= SMALL_DICTIONARY | {"neighbours": min(own.neighbours, 64)}
    return {**fields, "network_steps": network_steps, "table_steps": table_steps}


def has_tables(fields: Mapping[str, Any]) -> bool:
    """Tell whether a configuration's fields make tables that are interpolated, to be finetuned."""
    interpolated = fields["kind"] != "cascade" or fields["interval"] != 0
    return OPTIONS[fields["method"]].tables and interpolated
