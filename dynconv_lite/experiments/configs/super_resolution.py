"""Configuration of the study of super-resolution by lookup tables."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, get_args

from pydantic import Field, model_validator

from dynconv_lite.experiments.configs.base import Config
from dynconv_lite.experiments.configs.training import Count, Positive

# What needs no training, tables of one stage, those of pixel-mix, of several stages, of sums; and
# the small network that they are compared with.
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
    "mulut_mixed",
    "additive_32k",
    "additive_100k",
    "fsrcnn",
]
METHODS: tuple[str, ...] = get_args(Method)
Kind = Literal["interpolation", "cascade", "mixed", "additive", "fsrcnn"]
Letter = Literal["s", "d", "y", "f", "v"]
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
    batch_size: int = 64
    core: int = 8
    laptop: tuple[int, int] = (4000, 4000)  # steps on the network, and on its tables


# The last layer's outputs, r * r, are filled in for the scale.
OPTIONS: Mapping[str, Options] = MappingProxyType(
    {
        "nearest": Options("interpolation", "nearest neighbour", tables=False),
        "bilinear": Options("interpolation", "bilinear", tables=False),
        "bicubic": Options("interpolation", "bicubic", tables=False),
        # V holds every pair of values: nothing is interpolated, and nothing is left to finetune
        "srlut_v": Options("cascade", "SR-LUT, V", ("v",), 1, 0),
        "srlut_f": Options("cascade", "SR-LUT, F", ("f",), 1, 4),
        "srlut_s": Options("cascade", "SR-LUT, S", ("s",), 1, 4, laptop=(4000, 8000)),
        "mixed_small": Options("mixed", "SR-LUT + pixel-mix, small", ("s",), features=2, nodes=5),
        "mixed": Options("mixed", "SR-LUT + pixel-mix", ("s",), features=2, nodes=7),
        # a step on the six tables takes a fifteenth of a step on the six networks
        "mulut": Options(
            "cascade", "MuLUT", ("s", "d", "y"), 2, 4, dense=True, laptop=(700, 14_000)
        ),
        # features of float numbers are shifted: a network that no table can hold
        "mulut_mixed": Options(
            "cascade",
            "MuLUT + pixel-mix",
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
        # it sees seven pixels to every side: of a small patch, most would be margin
        "fsrcnn": Options(
            "fsrcnn", "FSRCNN", tables=False, batch_size=16, core=20, laptop=(10_000, 0)
        ),
    }
)
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
    fields = {k: v for k, v in own._asdict().items() if k not in ("title", "tables", "laptop")}
    if own.layers:
        fields["layers"] = (*own.layers[:-1], (scale**2, *own.layers[-1][1:]))
    network_steps, table_steps = (STEPS | {"laptop": own.laptop}).get(profile, STEPS["smoke"])
    return {**fields, "network_steps": network_steps, "table_steps": table_steps}


def has_tables(fields: Mapping[str, Any]) -> bool:
    """Tell whether a configuration's fields make tables that are interpolated, to be finetuned."""
    interpolated = fields["kind"] != "cascade" or fields["interval"] != 0
    return OPTIONS[fields["method"]].tables and interpolated


class SuperResolutionConfig(Config):
    """Super-resolution by a network, by tables sampled from it, and by those finetuned.

    Attributes:
        method: What enlarges; it decides all fields down to `table_lr` that are not given.
        kind: Which network: "cascade" is SR-LUT and MuLUT.
        patterns: Taps of the tables side by side; of the first table for "mixed".
        stages: Of a cascade.
        interval: Nodes of a cascade's tables lie 2**interval pixel values apart.
        dense: A cascade's networks are densely connected, as MuLUT's.
        mix: A cascade's networks have pixel-mix, and so no tables.
        features: Of "mixed".
        nodes: Of each axis of the features' tables of "mixed".
        layers: (channels, kernel size, nodes) of each layer of "additive".
        network_steps: Steps of Adam on the network; none for interpolations, whatever is given.
        network_lr: Its learning rate, which falls to 0 along a cosine.
        table_steps: Steps of Adam on the tables' entries; 0 leaves them as they were sampled, and
            what has no tables, or tables without interpolation, has none, whatever is given.
        table_lr: As for the network.
        scale: How many times larger a picture becomes.
        data: What is learned: "photos" (those inside the course's packages; four of them are the
            test), "BSDS400" or "DIV2K".
        width: Channels of the networks behind tables.
        depth: 1 x 1 convolutions of those between first and last.
        batch_size: Patches a step.
        core: Side of what a patch is judged by, in pixels of low resolution; a margin comes to it.
        evaluate_every: Steps between entries of the history.
    """

    profiles: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "smoke": {"data": "photos", "width": 8, "depth": 1, "evaluate_every": 10},
        "laptop": {"data": "BSDS400", "evaluate_every": 500},
        "full": {"data": "BSDS400", "evaluate_every": 5000},
    }
    seeds: ClassVar[Mapping[str, tuple[int, ...]]] = {
        "smoke": (0,),
        "laptop": (0,),
        "full": (0, 1, 2),
    }

    experiment: Literal["super_resolution"] = "super_resolution"
    method: Method = "srlut_s"
    kind: Kind
    patterns: Annotated[tuple[Letter, ...], Field(max_length=5)]
    stages: Annotated[int, Field(ge=0, le=4)]
    interval: Literal[0, 3, 4, 5, 6, 7, 8]
    dense: bool
    mix: bool
    features: Annotated[int, Field(ge=0, le=16)]
    nodes: Annotated[int, Field(ge=0, le=17)]
    layers: Annotated[tuple[Layer, ...], Field(max_length=16)]
    network_steps: Annotated[int, Field(ge=0, le=10_000_000)]
    network_lr: Positive
    table_steps: Annotated[int, Field(ge=0, le=10_000_000)]
    table_lr: Positive
    scale: Literal[2, 3, 4] = 4
    data: Literal["photos", "BSDS400", "DIV2K"]
    width: Annotated[int, Field(ge=1, le=512)] = 64
    depth: Annotated[int, Field(ge=0, le=16)] = 4
    batch_size: Count = 64
    core: Annotated[int, Field(ge=1, le=64)] = 8
    evaluate_every: Count

    @model_validator(mode="before")
    @classmethod
    def _of_the_method(cls, given: Any) -> Any:
        """Fill in what the method says, so that a record tells it whole."""
        method, scale = given.get("method", "srlut_s"), given.get("scale", 4)
        if method not in METHODS or scale not in SCALES:
            return given  # refused with those that there are
        own = options_of(method, given.get("profile", "smoke"), scale)
        whole = {"method": method, **own, **{k: v for k, v in given.items() if v is not None}}
        if whole["kind"] == "interpolation":
            whole["network_steps"] = 0
        if not has_tables(whole):
            whole["table_steps"] = 0
        return whole

    @model_validator(mode="after")
    def _fits(self) -> "SuperResolutionConfig":
        """Refuse what no network could be built of, and training that would do nothing."""
        if self.kind != OPTIONS[self.method].kind:
            raise ValueError(f"kind must be {OPTIONS[self.method].kind!r} for {self.method}")
        ordered = tuple(letter for letter in get_args(Letter) if letter in self.patterns)
        if self.patterns != ordered:
            raise ValueError(f"patterns must be different ones in the order {ordered}")
        if self.kind == "cascade":
            self._check_cascade()
        elif self.kind == "mixed" and not (
            len(self.patterns) == 1 and self.features and self.nodes >= 2
        ):
            raise ValueError("one pattern, features >= 1 and nodes >= 2 are needed for pixel-mix")
        elif self.kind == "additive":
            self._check_layers()
        if self.kind != "interpolation" and self.network_steps == 0:
            raise ValueError("network_steps must be >= 1")
        return self

    def _check_cascade(self) -> None:
        if not self.patterns or not self.stages:
            raise ValueError("a cascade needs patterns and stages")
        if self.interval == 0 and not set(self.patterns) <= {"v", "f"}:
            raise ValueError("interval = 0 is for patterns of two or three taps")
        if self.mix == OPTIONS[self.method].tables:
            raise ValueError("mix takes all tables away: it is for mulut_mixed, and no other")

    def _check_layers(self) -> None:
        if not self.layers or self.layers[-1][0] != self.scale**2:
            raise ValueError(f"layers must end with {self.scale**2} channels")
        for channels, kernel_size, nodes in self.layers:
            if channels < 1 or not 0 < kernel_size % 2 <= kernel_size <= 9 or not 2 <= nodes <= 256:
                raise ValueError(
                    "layers must be (channels >= 1, odd kernel size up to 9, 2 to 256 nodes), got "
                    f"{(channels, kernel_size, nodes)}"
                )
