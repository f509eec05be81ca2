"""The talk's first study: does moving the channels behind the stem help a ResNet-18?

One run trains one network by one method and one seed. Everything but the method is the same: the
first weights, the order of the pictures, their augmentation. After chosen epochs it measures the
effective receptive field (ERF) of the last stage's centre unit.

The ERF's area ratio depends on the scale of the gradient, because log10(gradient + 1) does. It is
therefore given twice: of the map as it is, as in the published script, and of the map divided by
its mean, which makes networks comparable. `erf_width` does not depend on the scale at all.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.erf import effective_receptive_field, erf_area_ratio, erf_width
from dynconv_lite.experiments import Measurement
from dynconv_lite.experiments.configs.jitter import JitterConfig
from dynconv_lite.experiments.evaluation import Normalise, evaluate
from dynconv_lite.experiments.job import Job
from dynconv_lite.experiments.pictures import Pictures, load_pictures
from dynconv_lite.experiments.records import Data, Map, Metrics, Published
from dynconv_lite.experiments.training import Extras, seeded, train
from dynconv_lite.jitter import RANDOM_MODES, ChannelJitter
from dynconv_lite.models.resnet import CifarResNet

TALK = 'student talk "Dynamic Convolution Neural Network", result 1: ResNet-18, 120 epochs, 4 seeds'
PUBLISHED = {  # mean test accuracy in percent, and its standard deviation over the seeds
    "baseline": (77.62, 0.16),
    "shift_det": (77.18, 0.24),
    "shift_learnable": (77.01, 0.21),
    "shift_float_0.5": (76.65, 0.31),
    "shift_int": (76.17, 0.21),
}
MODE_OF = {"baseline": "none", "shift_int_fading": "shift_int"}
MODE_OF["shift_learnable_stable"] = "shift_learnable"


def measure(config: JitterConfig, job: Job) -> Measurement:
    """Train one network and measure its accuracy and its ERF.

    Args:
        config: The method, the network, the training.
        job: How to carry it out.

    Returns:
        Final metrics: `test_accuracy` in percent, after the last epoch (not the best one);
        `test_accuracy_moving`, where channels move at random, with the movement left on; the ERF
        after the last epoch it was measured at. The history has one entry an epoch.
    """
    train_set, test_set = load_pictures(config)
    with seeded(config.seed, job.device):
        model = build(config, train_set.classes)
        jitter = model.after_stem
        assert isinstance(jitter, ChannelJitter)
        normalise = Normalise(*train_set.statistics(), job.device)

        def before_step(share: float) -> None:
            if config.method == "shift_int_fading":
                jitter.strength = fading(share, config.fade_until)

        def after_epoch(epoch: int) -> tuple[dict[str, float], dict[str, Tensor]]:
            numbers = offset_numbers(jitter)
            if epoch not in config.erf_epochs:
                return numbers, {}
            map, ratios = measure_erf(config, model, test_set, normalise)
            return {**numbers, **ratios}, {f"erf_epoch_{epoch}": map}

        extras = Extras(special_groups(config, jitter), before_step, after_epoch)
        trained = train(config, model, train_set, test_set, job, extras)
        last = trained.history[-1]
        erfs = [entry for entry in trained.history if "erf_width" in entry]
        final = {"test_accuracy": last["test_accuracy"], "test_loss": last["test_loss"]}
        final |= {k: v for entry in erfs[-1:] for k, v in entry.items() if k.startswith("erf_")}
        final |= offset_numbers(jitter)
        if jitter.mode in RANDOM_MODES:
            torch.manual_seed(config.seed)
            jitter.in_eval = True
            shaken = evaluate(model, test_set.to(job.device), normalise, trained.arithmetic)
            final["test_accuracy_moving"] = shaken["test_accuracy"]
    return Measurement(
        metrics=Metrics(
            final=final,
            history=trained.history,
            maps={name: Map.pack(map) for name, map in trained.maps.items()},
        ),
        data=Data(name=f"{train_set.name}; {test_set.name}", digest=train_set.digest),
        published=published(config),
        device=str(trained.arithmetic),
        seconds=trained.seconds,
        weights=model.state_dict(),
    )


def build(config: JitterConfig, classes: int) -> CifarResNet:
    """Build the network from torch's global generator, which no method draws from otherwise."""
    mode = MODE_OF.get(config.method, config.method)
    jitter = ChannelJitter(config.width, mode)  # type: ignore[arg-type]
    return CifarResNet(classes, config.width, after_stem=jitter)


def fading(share: float, until: float) -> float:
    """Return the strength after a share of the training: from 1 linearly to 0 at `until`."""
    return max(0.0, 1 - share / until) if until > 0 else 0.0


def special_groups(config: JitterConfig, jitter: ChannelJitter) -> list[dict[str, Any]]:
    """Return the optimiser's settings for the offsets, where they differ from the network's."""
    stable = config.method == "shift_learnable_stable"
    lr = config.offset_lr if config.offset_lr is not None else (0.01 if stable else 1.0)
    wait = config.offset_wait if config.offset_wait is not None else (0.2 if stable else 0.0)
    if jitter.mode != "shift_learnable" or (lr, wait) == (1.0, 0.0):
        return []
    return [{"params": [jitter.offset], "lr": lr, "wait": wait}]


def offset_numbers(jitter: ChannelJitter) -> dict[str, float]:
    """Return the mean and the largest length of the learned offsets, in pixels."""
    if jitter.mode != "shift_learnable":
        return {}
    length = jitter.offset.detach().norm(dim=1)  # (C,)
    return {"offset_mean": float(length.mean()), "offset_max": float(length.max())}


def measure_erf(
    config: JitterConfig, model: CifarResNet, pictures: Pictures, normalise: Normalise
) -> tuple[Tensor, dict[str, float]]:
    """Measure the ERF of the last stage's centre unit, in eval mode and in float32.

    Returns:
        The map (erf_size, erf_size), and its numbers.
    """
    images = pictures.images[: config.erf_images].permute(0, 3, 1, 2).to(normalise.scale.device)
    images = continued(normalise(images), config.erf_size)  # (N, 3, size, size)
    erf = effective_receptive_field(model, images, layer="layer4")
    return erf.map, erf_numbers(erf.map, erf.center)


def erf_numbers(map: Tensor, center: tuple[float, float]) -> dict[str, float]:
    """Return a map's width and its area ratios, at its own scale and at mean 1.

    A map that is 0 everywhere, of a network whose features have died, has none.
    """
    if not map.any():
        return {}
    numbers = {"erf_width": erf_width(map)}
    for name, scaled in (("erf_area", map / map.mean()), ("erf_area_raw", map)):
        for threshold, ratio in erf_area_ratio(scaled, center=center).items():
            if ratio == ratio:  # a threshold that no square reaches has no number
                numbers[f"{name}_{threshold}"] = ratio
    return numbers


def continued(images: Tensor, size: int) -> Tensor:
    """Continue pictures (N, C, H, W) by reflection to (N, C, size, size), centred."""
    while images.shape[-1] < size:
        grow = min(images.shape[-1] - 1, (size - images.shape[-1] + 1) // 2)
        images = F.pad(images, (grow,) * 4, mode="reflect")
    start = (images.shape[-1] - size) // 2
    return images[..., start : start + size, start : start + size]


def published(config: JitterConfig) -> list[Published]:
    """Return what the talk reports for the method, if it does."""
    if config.method not in PUBLISHED:
        return []
    mean, std = PUBLISHED[config.method]
    return [Published(quantity="test_accuracy", value=mean, source=f"{TALK}, +- {std}")]
