"""Configuration of the study of super-resolution by lookup tables."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from dynconv_lite.experiments.configs.base import Config
from dynconv_lite.experiments.configs.super_resolution_methods import (
    METHODS,
    OPTIONS,
    SCALES,
    TAPS,
    Kind,
    Layer,
    Letter,
    Method,
    has_tables,
    options_of,
    title_of,
)
from dynconv_lite.experiments.configs.training import Count, Positive

__all__ = [
    "METHODS",
    "OPTIONS",
    "SuperResolutionConfig",
    "has_tables",
    "options_of",
    "steps_of",
    "title_of",
]


# Younger than the first records, which do not have them: what is nothing, and nothing by default as
# well, is left out, so that those records keep their names.
YOUNGER = (
    "members",
    "atoms",
    "samples",
    "neighbours",
    "nonzeros",
    "penalty",
    "coarser",
    "loss",
    "relit",
    "halves",
)


class SuperResolutionConfig(Config):
    """Super-resolution by a network, by tables sampled from it, and by those finetuned.

    Attributes:
        method: What enlarges; it decides all fields down to `core` that are not given.
        kind: Which network: "cascade" is SR-LUT and MuLUT.
        patterns: Taps of the tables side by side; of the first tables for "mixed", whose sets
            stand side by side.
        stages: Of a cascade.
        members: Cascades side by side, of whose answers the mean is taken.
        interval: Nodes of a cascade's tables lie 2**interval pixel values apart.
        dense: A cascade's networks are densely connected, as MuLUT's.
        mix: A cascade's networks have pixel-mix, and so no tables.
        features: Of "mixed".
        nodes: Of each axis of the features' tables of "mixed".
        layers: (channels, kernel size, nodes) of each layer of "additive".
        atoms: Of a dictionary.
        samples: Pairs of patches that a dictionary is learned from.
        neighbours: Atoms that are combined for a patch, or that an atom's regression learns from;
            for "aplus" they are samples.
        nonzeros: Atoms that "zeyde" combines.
        penalty: Of a regression, on the squares of its entries.
        network_steps: Steps of Adam on the network; none for interpolations and dictionaries,
            whatever is given. 0 leaves a "deep" network untrained: it is counted and timed; the
            tables of "cascade" and "mixed" then learn without one, from tables that repeat every
            pixel.
        network_lr: Its learning rate, which falls to 0 along a cosine.
        table_steps: Steps of Adam on the tables' entries; 0 leaves them as they were sampled, and
            what has no tables, or tables without interpolation, has none, whatever is given.
        table_lr: As for the network, on every grid; it is a fourth on each finer one.
        coarser: On how many coarser grids, each of twice the spacing of the next, the tables of
            "cascade" and those of the features of "mixed" are trained first; the steps are shared
            out.
        loss: "mse", or "log_mse", whose logarithm of each patch's error is what PSNR is.
        relit: Half of the patches are shown in other light, and half as negatives.
        halves: Pictures at half their size are learned from as well; not by dictionaries.
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
        "full": {"data": "BSDS400", "width": 64, "evaluate_every": 5000},
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
    members: Annotated[int, Field(ge=1, le=9)] = 1
    interval: Literal[0, 3, 4, 5, 6, 7, 8]
    dense: bool
    mix: bool
    features: Annotated[int, Field(ge=0, le=16)]
    nodes: Annotated[int, Field(ge=0, le=17)]
    layers: Annotated[tuple[Layer, ...], Field(max_length=16)]
    atoms: Annotated[int, Field(ge=0, le=65_536)] = 0
    samples: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    neighbours: Annotated[int, Field(ge=0, le=65_536)] = 0
    nonzeros: Annotated[int, Field(ge=0, le=64)] = 0
    penalty: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    network_steps: Annotated[int, Field(ge=0, le=10_000_000)]
    network_lr: Positive
    table_steps: Annotated[int, Field(ge=0, le=10_000_000)]
    table_lr: Positive
    coarser: Annotated[int, Field(ge=0, le=5)] = 0
    loss: Literal["mse", "log_mse"] = "mse"
    relit: bool = False
    halves: bool = False
    scale: Literal[2, 3, 4] = 4
    data: Literal["photos", "BSDS400", "DIV2K"]
    width: Annotated[int, Field(ge=1, le=512)]
    depth: Annotated[int, Field(ge=0, le=16)] = 4
    batch_size: Count
    core: Annotated[int, Field(ge=1, le=64)]
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
        if whole["kind"] in ("interpolation", "dictionary"):
            whole["network_steps"] = 0
        if not has_tables(whole):
            whole["table_steps"] = 0
        if not whole["table_steps"]:
            whole["coarser"] = 0
        return whole

    @model_serializer(mode="wrap")
    def _as_records_have_it(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what is `YOUNGER` and nothing, unless the method has something there."""
        fields, own = type(self).model_fields, OPTIONS[self.method]
        nothing = {name: fields[name].default for name in YOUNGER}
        return {
            name: value
            for name, value in whole(self).items()
            if name not in nothing
            or not (getattr(self, name) == nothing[name] == getattr(own, name))
        }

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
        elif self.kind == "mixed":
            self._check_mixed()
        elif self.kind == "additive":
            self._check_layers()
        if self.kind != "cascade" and self.members > 1:
            raise ValueError(f"members must be 1 for {self.method}, which is no cascade")
        self._check_dictionary()
        self._check_grids()
        stepless = self.kind in ("interpolation", "dictionary")
        if stepless and (self.loss != "mse" or self.relit or self.halves):
            raise ValueError("loss, relit and halves are for what is trained in steps")
        untrained = stepless or self.kind == "deep"
        alone = self.kind in ("cascade", "mixed") and self.table_steps > 0
        if self.network_steps == 0 and not untrained and not alone:
            raise ValueError("network_steps must be >= 1")
        return self

    def _check_grids(self) -> None:
        if not self.coarser:
            return
        if self.kind not in ("cascade", "mixed"):
            raise ValueError(
                "coarser is for the tables of cascades and of pixel-mix, and must be 0 for others"
            )
        if self.kind == "mixed" and (self.nodes - 1) % 2**self.coarser:
            raise ValueError(
                f"coarser = {self.coarser} needs nodes - 1 to be a multiple of {2**self.coarser}, "
                f"got nodes = {self.nodes}"
            )
        if self.kind == "cascade" and not 3 <= self.interval <= 8 - self.coarser:
            raise ValueError(
                f"coarser = {self.coarser} needs an interval from 3 to {8 - self.coarser}, "
                f"got {self.interval}"
            )
        if self.table_steps <= self.coarser:
            raise ValueError(
                f"table_steps must be at least {self.coarser + 1}, one for every grid, "
                f"got {self.table_steps}"
            )

    def _check_cascade(self) -> None:
        if not self.patterns or not self.stages:
            raise ValueError("a cascade needs patterns and stages")
        if self.members > 1 and self.stages < 2:
            raise ValueError("members must be 1 for a cascade of one stage")
        if self.interval == 0 and not set(self.patterns) <= {"v", "f"}:
            raise ValueError("interval = 0 is for patterns of two or three taps")
        if self.mix == OPTIONS[self.method].tables:
            raise ValueError(
                "mix takes all tables away: it is for mulut_mixed_network, and no other"
            )

    def _check_mixed(self) -> None:
        if not self.patterns or not self.features or self.nodes < 2:
            raise ValueError("a pattern, features >= 1 and nodes >= 2 are needed for pixel-mix")
        least = min(TAPS[letter] for letter in self.patterns)
        if not self.network_steps and self.features > least:
            raise ValueError(
                f"features must be at most {least}, the taps of a pattern, without network_steps, "
                f"got {self.features}"
            )

    def _check_dictionary(self) -> None:
        own = OPTIONS[self.method]
        for name in ("atoms", "samples", "neighbours", "nonzeros", "penalty"):
            if bool(getattr(own, name)) != bool(getattr(self, name)):
                word = "not be 0" if getattr(own, name) else "be 0"
                raise ValueError(f"{name} must {word} for {self.method}")
        limits = {"neighbours": "samples" if self.method == "aplus" else "atoms",
                  "nonzeros": "atoms", "atoms": "samples"}  # fmt: skip
        for name, limit in limits.items():
            if getattr(self, name) > getattr(self, limit):
                raise ValueError(f"{name} must be at most {limit} = {getattr(self, limit)}")

    def _check_layers(self) -> None:
        if not self.layers or self.layers[-1][0] != self.scale**2:
            raise ValueError(f"layers must end with {self.scale**2} channels")
        for channels, kernel_size, nodes in self.layers:
            if channels < 1 or not 0 < kernel_size % 2 <= kernel_size <= 9 or not 2 <= nodes <= 256:
                raise ValueError(
                    "layers must be (channels >= 1, odd kernel size up to 9, 2 to 256 nodes), got "
                    f"{(channels, kernel_size, nodes)}"
                )


def steps_of(config: SuperResolutionConfig) -> list[int]:
    """Return the steps of every stage: the network, then its tables on each grid.

    The tables' steps are shared out evenly, and what is left over goes to the finest grid.
    """
    grids = config.coarser + 1
    each = config.table_steps // grids
    last = config.table_steps - each * config.coarser
    on_tables = [*[each] * config.coarser, last] if config.table_steps else []
    return [config.network_steps, *on_tables]
