"""Configuration of the study of dynamic convolution."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, FiniteFloat, model_validator

from dynconv_lite.experiments.configs.training import Count, Positive, TrainingConfig

Method = Literal["static", "dynamic", "dynamic_t1", "condconv"]
METHODS: tuple[str, ...] = get_args(Method)
Network = Literal["resnet10", "resnet18", "mobilenet_v2"]


class DynamicConvConfig(TrainingConfig):
    """A network with one kernel a layer, or with K kernels that every picture mixes for itself.

    Attributes:
        method: "static"; "dynamic", whose temperature falls from `temperature` to 1; "dynamic_t1",
            whose temperature is 1 from the start; "condconv", routed as CondConv is: by one
            linear map and a sigmoid, without a temperature. All layers but the first convolution
            are dynamic.
        network: "resnet10", "resnet18" (with the stem for small pictures) or "mobilenet_v2" (with
            two halvings instead of five).
        width_mult: Factor on the network's own channels: a ResNet's stem has 64 times as many.
        num_kernels: Kernels K of every dynamic layer.
        temperature: Where the temperature of "dynamic" starts.
        temperature_epochs: Epochs over which it falls to 1, linearly and by the step; fewer than
            `epochs`, so that every network ends at temperature 1.
        attention_images: Test pictures whose attention is measured after every epoch.
    """

    profiles: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "smoke": {
            "data": "textures",
            "train_size": 512,
            "test_size": 200,
            "network": "resnet10",
            "width_mult": 0.125,
            "epochs": 2,
            "batch_size": 64,
            "schedule": "one_cycle",
            "temperature_epochs": 1,
            "attention_images": 100,
        },
        "laptop": {
            "data": "cifar100",
            "network": "resnet10",
            "width_mult": 0.25,
            "epochs": 6,
            "schedule": "one_cycle",
            "temperature_epochs": 2,
        },
        "full": {
            "data": "cifar100",
            "network": "resnet18",
            "width_mult": 1.0,
            "epochs": 120,
            "warmup_epochs": 1,
            "temperature_epochs": 10,
        },
    }
    seeds: ClassVar[Mapping[str, tuple[int, ...]]] = {
        "smoke": (0,),
        "laptop": (0, 1, 2),
        "full": (0, 1, 2, 3),
    }

    experiment: Literal["dynamic_conv"] = "dynamic_conv"
    method: Method = "static"
    network: Network
    width_mult: Annotated[FiniteFloat, Field(ge=0.0625, le=8)]
    num_kernels: Annotated[int, Field(ge=1, le=64)] = 4
    temperature: Positive = 30.0
    temperature_epochs: Annotated[FiniteFloat, Field(ge=0)]
    attention_images: Count = 500

    @model_validator(mode="after")
    def _ends_at_1(self) -> "DynamicConvConfig":
        if self.temperature_epochs >= self.epochs:
            raise ValueError(
                f"temperature_epochs = {self.temperature_epochs:g} must be smaller than "
                f"epochs = {self.epochs}"
            )
        return self
