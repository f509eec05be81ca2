"""Does it help if every picture mixes its own kernels, and what does that cost?

One run trains one network by one method and one seed. The pictures, their order and their
augmentation are the same for all methods of a seed; the first weights cannot be, since a dynamic
layer has K times as many. After every epoch the attention over test pictures is measured: how
even it is, and how much it differs from picture to picture.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from torch import Tensor, nn

from dynconv_lite.cost import count_cost
from dynconv_lite.dynamic import TemperatureSchedule, dynamic_layers, to_dynamic
from dynconv_lite.experiments import Measurement
from dynconv_lite.experiments.attention_measures import (
    attention_numbers,
    averaged,
    changed_attention,
    measure_attention,
    swapped,
)
from dynconv_lite.experiments.configs.dynamic_conv import DynamicConvConfig
from dynconv_lite.experiments.evaluation import Normalise, evaluate
from dynconv_lite.experiments.job import Job
from dynconv_lite.experiments.pictures import Pictures, load_pictures
from dynconv_lite.experiments.records import Data, Metrics
from dynconv_lite.experiments.training import Extras, seeded, train
from dynconv_lite.models.mobilenet import small_mobilenet_v2
from dynconv_lite.models.resnet import CifarResNet

BLOCKS = {"resnet10": (1, 1, 1, 1), "resnet18": (2, 2, 2, 2)}
RESNET_WIDTH = 64


def measure(config: DynamicConvConfig, job: Job) -> Measurement:
    """Train one network; measure its accuracy, its cost and its attention.

    Args:
        config: The method, the network, the training.
        job: How to carry it out.

    Returns:
        Final metrics: `test_accuracy` in percent, after the last epoch (not the best one);
        `parameters`, and `multiply_adds` of one picture; of a dynamic network what
        `attention_numbers` says over all test pictures, and the accuracy of the same weights with
        another attention: `test_accuracy_mean_attention`, where every layer gives all pictures
        its mean attention over the test set, and `test_accuracy_swapped_attention`, where every
        picture gets another picture's. The history has one entry an epoch.
    """
    train_set, test_set = load_pictures(config)
    with seeded(config.seed, job.device):
        model = build(config, train_set.classes)
        size = (3, *train_set.images.shape[1:3])
        cost = count_cost(model, size)
        normalise = Normalise(*train_set.statistics(), job.device)
        extras = Extras()
        if config.method != "static":
            extras.after_epoch = partial(after_epoch, config, model, test_set, normalise)
        if config.method == "dynamic":
            extras.before_step = cooling(config, model)
        trained = train(config, model, train_set, test_set, job, extras)
        last = trained.history[-1]
        final = {"test_accuracy": last["test_accuracy"], "test_loss": last["test_loss"]}
        final |= {"parameters": cost.parameters, "multiply_adds": cost.multiply_adds}
        if config.method != "static":
            tested_on = test_set.to(job.device)
            attention = measure_attention(model, tested_on, normalise)
            final |= attention_numbers(attention, test_set.labels)
            for name, change in (("mean", averaged(attention)), ("swapped", swapped)):
                with changed_attention(model, change):
                    tested = evaluate(model, tested_on, normalise, trained.arithmetic)
                final[f"test_accuracy_{name}_attention"] = tested["test_accuracy"]
    return Measurement(
        metrics=Metrics(final=final, history=trained.history),
        data=Data(name=f"{train_set.name}; {test_set.name}", digest=train_set.digest),
        device=str(trained.arithmetic),
        seconds=trained.seconds,
        weights=model.state_dict(),
    )


def build(config: DynamicConvConfig, classes: int) -> nn.Module:
    """Build the network from torch's global generator, with the temperature it is used at."""
    if config.network == "mobilenet_v2":
        static: nn.Module = small_mobilenet_v2(classes, config.width_mult)
    else:
        width = round(RESNET_WIDTH * config.width_mult)
        static = CifarResNet(classes, width, BLOCKS[config.network])
    if config.method == "static":
        return static
    gate = "sigmoid" if config.method == "condconv" else "softmax"
    return to_dynamic(static, config.num_kernels, gate=gate, temperature=1.0)  # type: ignore[arg-type]


def cooling(config: DynamicConvConfig, model: nn.Module) -> Callable[[float], None]:
    """Return what sets the temperature before a step, from the share of the training done."""
    schedule = TemperatureSchedule(model, config.temperature, 1.0, config.temperature_epochs)

    def before_step(share: float) -> None:
        schedule.step(share * config.epochs)

    return before_step


def after_epoch(
    config: DynamicConvConfig,
    model: nn.Module,
    pictures: Pictures,
    normalise: Normalise,
    epoch: int,
) -> tuple[dict[str, float], dict[str, Tensor]]:
    """Return the numbers of an epoch: the attention's, and the temperature at its end."""
    count = config.attention_images
    some = replace(pictures, images=pictures.images[:count], labels=pictures.labels[:count])
    attention = measure_attention(model, some.to(normalise.scale.device), normalise)
    found = attention_numbers(attention, some.labels)
    numbers = {name: found[name] for name in ("attention_entropy", "attention_spread")}
    if config.method != "condconv":
        first = next(iter(dynamic_layers(model).values()))  # all have the same
        numbers["temperature"] = first.attention.temperature
    return numbers, {}
