"""Does it help if every picture mixes its own kernels, and what does that cost?

One run trains one network by one method and one seed. The pictures, their order and their
augmentation are the same for all methods of a seed; the first weights cannot be, since a dynamic
layer has K times as many. After every epoch the attention over test pictures is measured: how
even it is, and how much it differs from picture to picture.
"""

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from dynconv_lite.cost import count_cost
from dynconv_lite.dynamic import DynamicConv2d, KernelAttention, TemperatureSchedule, to_dynamic
from dynconv_lite.experiments import Measurement
from dynconv_lite.experiments.configs.dynamic_conv import DynamicConvConfig
from dynconv_lite.experiments.evaluation import Normalise
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
        `parameters`, and `multiply_adds` of one picture; of a dynamic network `attention_entropy`
        and `attention_spread` (see `attention_numbers`), on average and by layer. The history has
        one entry an epoch.
    """
    train_set, test_set = load_pictures(config)
    with seeded(config.seed, job.device):
        model = build(config, train_set.classes)
        size = (3, *train_set.images.shape[1:3])
        cost = count_cost(model, size)
        extras = Extras()
        if config.method != "static":
            normalise = Normalise(*train_set.statistics(), job.device)
            extras.after_epoch = partial(after_epoch, config, model, test_set, normalise)
        if config.method == "dynamic":
            extras.before_step = cooling(config, model)
        trained = train(config, model, train_set, test_set, job, extras)
        last = trained.history[-1]
        final = {"test_accuracy": last["test_accuracy"], "test_loss": last["test_loss"]}
        final |= {"parameters": cost.parameters, "multiply_adds": cost.multiply_adds}
        if config.method != "static":
            found = attention_numbers(measure_attention(config, model, test_set, normalise))
            final |= found
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


def dynamic_layers(model: nn.Module) -> dict[str, DynamicConv2d]:
    """Return the dynamic layers of a model by name, in the order of its modules."""
    return {n: m for n, m in model.named_modules() if isinstance(m, DynamicConv2d)}


@torch.no_grad()
def attention_of(model: nn.Module, images: Tensor) -> dict[str, Tensor]:
    """Return the attention (B, K) that every dynamic layer gives pictures, in eval mode.

    Args:
        model: A network with dynamic layers; its mode is put back.
        images: Normalised pictures (B, 3, H, W).
    """
    found: dict[str, Tensor] = {}
    hooks = []
    for name, layer in dynamic_layers(model).items():

        def keep(module: nn.Module, inputs: object, output: Tensor, name: str = name) -> None:
            found[name] = output.float().cpu()

        hooks.append(layer.attention.register_forward_hook(keep))
    was_training = model.training
    try:
        model.eval()
        model(images)
    finally:
        model.train(was_training)
        for hook in hooks:
            hook.remove()
    return found


def measure_attention(
    config: DynamicConvConfig, model: nn.Module, pictures: Pictures, normalise: Normalise
) -> dict[str, Tensor]:
    """Return the attention (N, K) of every dynamic layer over test pictures, in float32."""
    images = pictures.images[: config.attention_images].permute(0, 3, 1, 2)
    images = images.to(normalise.scale.device)
    parts = [attention_of(model, normalise(part)) for part in images.split(100)]
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}


def attention_numbers(attention: dict[str, Tensor]) -> dict[str, float]:
    """Return how even and how varied the attention is, on average over layers and by layer.

    `attention_entropy` is the mean over pictures of the entropy of the shares a / sum(a), divided
    by log K: 1 is an even mixture, 0 a single kernel. `attention_spread` is the standard deviation
    of a share over the pictures, the root mean square over kernels: 0 if all pictures get the
    same mixture.
    """
    entropies, spreads = {}, {}
    for name, values in attention.items():
        shares = values / values.sum(1, keepdim=True)  # (N, K)
        kernels = max(2, shares.shape[1])
        entropy = -torch.special.xlogy(shares, shares).sum(1).mean() / math.log(kernels)
        entropies[name] = float(entropy)
        spreads[name] = float(shares.var(0, correction=0).mean().sqrt())
    numbers = {
        "attention_entropy": sum(entropies.values()) / len(entropies),
        "attention_spread": sum(spreads.values()) / len(spreads),
    }
    numbers |= {f"attention_entropy.{name}": value for name, value in entropies.items()}
    return numbers | {f"attention_spread.{name}": value for name, value in spreads.items()}


def after_epoch(
    config: DynamicConvConfig,
    model: nn.Module,
    pictures: Pictures,
    normalise: Normalise,
    epoch: int,
) -> tuple[dict[str, float], dict[str, Tensor]]:
    """Return the numbers of an epoch: the attention's, and the temperature at its end."""
    found = attention_numbers(measure_attention(config, model, pictures, normalise))
    numbers = {name: found[name] for name in ("attention_entropy", "attention_spread")}
    softmaxes = [m for m in model.modules() if isinstance(m, KernelAttention)]
    if softmaxes[0].gate == "softmax":
        numbers["temperature"] = softmaxes[0].temperature
    return numbers, {}
