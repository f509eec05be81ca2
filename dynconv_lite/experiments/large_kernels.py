"""Do large kernels help, and do they need shortcuts and a small kernel beside them?

One run trains one RepLKNet by one method and one seed. The pictures, their order and their
augmentation are the same for all methods of a seed; the first weights cannot be, since kernels of
different sizes draw different numbers. The published stem divides the side of a picture by 4; for
pictures of 32 x 32 ours keeps it or halves it, and each further stage halves it again. No kernel
is clipped to the map: taps of a 31 x 31 that lie outside of a small map see zeros, and those that
are left reach every pixel.
"""

import warnings

import torch
from torch import Tensor, nn

from dynconv_lite.erf import effective_receptive_field
from dynconv_lite.experiments import Measurement
from dynconv_lite.experiments.configs.large_kernels import LargeKernelsConfig
from dynconv_lite.experiments.evaluation import Normalise
from dynconv_lite.experiments.jitter import continued, erf_numbers
from dynconv_lite.experiments.job import Job
from dynconv_lite.experiments.layer_cost import count_layers
from dynconv_lite.experiments.pictures import Pictures, load_pictures
from dynconv_lite.experiments.records import Data, Map, Metrics
from dynconv_lite.experiments.training import seeded, train
from dynconv_lite.large_kernel import RepLKNet
from dynconv_lite.reparam import fuse


def measure(config: LargeKernelsConfig, job: Job) -> Measurement:
    """Train one network; measure its accuracy, its cost and its effective receptive field.

    Args:
        config: The method, the network, the training.
        job: How to carry it out.

    Returns:
        Final metrics: `test_accuracy` in percent, after the last epoch (not the best one);
        `parameters`, and `multiply_adds` of one picture, as it is trained, and both as it is used
        (`..._fused`), where the small kernels and all normalisations but the last have merged
        into other kernels; `fused_difference`, how far that changes a logit of test pictures at
        most, as a share of the largest logit; the ERF of the last map's centre unit
        (`erf_width`, `erf_area_...`), whose map is kept. The history has one entry an epoch.
    """
    train_set, test_set = load_pictures(config)
    with seeded(config.seed, job.device):
        model = build(config, train_set.classes)
        normalise = Normalise(*train_set.statistics(), job.device)
        trained = train(config, model, train_set, test_set, job)
        last = trained.history[-1]
        final = {"test_accuracy": last["test_accuracy"], "test_loss": last["test_loss"]}
        model.eval()
        fused = as_used(model)
        size = (3, *train_set.images.shape[1:3])
        for suffix, network in (("", model), ("_fused", fused)):
            cost = count_layers(network, size)
            final[f"parameters{suffix}"] = cost.parameters
            final[f"multiply_adds{suffix}"] = cost.multiply_adds
        final["fused_difference"] = difference(model, fused, shown(config, test_set, normalise))
        map, numbers = measure_erf(config, model, test_set, normalise)
    return Measurement(
        metrics=Metrics(
            final=final | numbers, history=trained.history, maps={"erf": Map.pack(map)}
        ),
        data=Data(name=f"{train_set.name}; {test_set.name}", digest=train_set.digest),
        device=str(trained.arithmetic),
        seconds=trained.seconds,
        weights=model.state_dict(),
    )


def build(config: LargeKernelsConfig, classes: int) -> RepLKNet:
    """Build the network from torch's global generator."""
    return RepLKNet(
        config.blocks,
        [config.kernel_size] * len(config.blocks),
        config.channels,
        classes,
        small_kernel=config.small_kernel or None,
        shortcut=config.shortcut,
        stem_stride=config.stem_stride,
    )


def as_used(model: RepLKNet) -> nn.Module:
    """Return a copy in which all is merged but the last normalisation, which no layer follows."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="not fused: norm: [^;]*$")
        return fuse(model)


def shown(config: LargeKernelsConfig, pictures: Pictures, normalise: Normalise) -> Tensor:
    """Return the first test pictures, normalised, (erf_images, 3, H, W)."""
    images = pictures.images[: config.erf_images].permute(0, 3, 1, 2)
    return normalise(images.to(normalise.scale.device))


@torch.no_grad()
def difference(model: nn.Module, other: nn.Module, images: Tensor) -> float:
    """Return how far two networks' logits differ at most, as a share of the largest."""
    ours, theirs = model(images), other(images)  # (N, classes)
    return float((ours - theirs).abs().max() / ours.abs().max().clamp_min(1e-30))


def measure_erf(
    config: LargeKernelsConfig, model: RepLKNet, pictures: Pictures, normalise: Normalise
) -> tuple[Tensor, dict[str, float]]:
    """Measure the ERF of the last map's centre unit, in eval mode and in float32.

    Returns:
        The map (erf_size, erf_size), and its numbers.
    """
    images = continued(shown(config, pictures, normalise), config.erf_size)  # (N, 3, size, size)
    map = effective_receptive_field(model, images, layer="norm", crop=False).map
    # every stride-2 layer is centred on even pixels: unit i of a map at stride s lies at pixel s i
    stride = config.stem_stride * 2 ** (len(config.blocks) - 1)
    middle = float(config.erf_size // stride // 2 * stride)
    return map, erf_numbers(map, (middle, middle))
