"""The talk's second study: shift-wise layers along the diagonals, and turned. Do textures gain?

One run trains one network with one augmentation from one seed. All methods of a seed draw the same
first weights, and those of one augmentation the same batches. Then the network is frozen: its
features are tried on textures it was not trained on, and on gratings of known angles; and its
effective receptive field (ERF) is measured, with a number for how much of it lies along the axes.

The talk calls its test on the DTD "zero-shot" and says no more. Ours is none: a vote of nearest
neighbours and a linear probe see the labels of training pictures. Its DTD has 47 classes, and the
DTD-10 that a record may name has ten of them. So the two columns share no scale.
"""

import math
import warnings
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from data_utils import ImageSet, dtd, oriented, photo_patches
from data_utils.oriented import ANGLES
from dynconv_lite.anisotropy import anisotropy
from dynconv_lite.erf import effective_receptive_field
from dynconv_lite.experiments import Measurement
from dynconv_lite.experiments.configs.rotation import RotationConfig
from dynconv_lite.experiments.evaluation import Normalise
from dynconv_lite.experiments.jitter import continued, erf_numbers
from dynconv_lite.experiments.job import Job
from dynconv_lite.experiments.layer_cost import count_layers
from dynconv_lite.experiments.pictures import Pictures, load_pictures
from dynconv_lite.experiments.probes import features_of, linear_probe, nearest_neighbours
from dynconv_lite.experiments.records import Data, Map, Metrics, Published
from dynconv_lite.experiments.training import seeded, train
from dynconv_lite.models.shiftwise_net import ShiftwiseNet
from dynconv_lite.reparam import fuse

TALK = 'student talk "Dynamic Convolution Neural Network", result 2'
PUBLISHED = {  # percent: test accuracy on CIFAR-100, and what the talk calls zero-shot on DTD
    "sw_erasing": (84.04, 41.67),
    "rot_cutmix": (84.04, 40.34),
    "rot_erasing": (84.57, 39.89),
    "diarot_mixup": (84.22, 42.02),
    "diarot_erasing": (84.67, 41.67),
    "dia_erasing": (83.86, 41.40),
}
FAR = 8  # pixels from the middle: beyond what the stem and the pieces that are not shifted reach
SECTOR = 22.5  # degrees: angles nearer than this to an axis, or to a diagonal, count for it
TRANSFER: dict[str, Callable[[str, int], ImageSet]] = {
    "dtd": lambda split, side: dtd(split, size=side),
    # the patches that choose are cut from the same parts of photographs as those that are learned
    "photo_patches": lambda split, side: photo_patches(
        "test" if split == "test" else "train", side, 20, seed=int(split == "val")
    ),
}


def measure(config: RotationConfig, job: Job) -> Measurement:
    """Train one network; measure its accuracy, its features on textures, and its field.

    Args:
        config: The method, the network, the training.
        job: How to carry it out.

    Returns:
        Final metrics: `test_accuracy` in percent, after the last epoch (not the best one);
        `parameters`, and as it is used (`..._fused`) with `multiply_adds_fused` of one picture;
        `fused_difference`, how far fusing moves a logit of test pictures at most, as a share of
        the largest; `transfer_knn` and `transfer_linear`, accuracies in percent of frozen
        features on the textures of `config.transfer`; `angle_all`, `angle_axis` and
        `angle_diagonal`, those of a linear probe of angles, and `angle_<degrees>` of each; the
        ERF of the last map's centre unit (`erf_...`), whose map is kept. The history has one
        entry an epoch.
    """
    train_set, test_set = load_pictures(config)
    transfer = transfer_sets(config, train_set.images.shape[1])  # missing data show up at once
    with seeded(config.seed, job.device):
        model = build(config, train_set.classes)
        normalise = Normalise(*train_set.statistics(), job.device)
        trained = train(config, model, train_set, test_set, job)
        last = trained.history[-1]
        final = {"test_accuracy": last["test_accuracy"], "test_loss": last["test_loss"]}
        model.eval()
        final |= cost(config, model, test_set, normalise)
        final |= transfer_numbers(model, transfer, normalise)
        final |= angle_numbers(config, model, normalise, train_set.images.shape[1])
        map, numbers = measure_erf(config, model, test_set, normalise)
    names = (train_set.name, test_set.name, transfer["test"].name)
    return Measurement(
        metrics=Metrics(
            final=final | numbers, history=trained.history, maps={"erf": Map.pack(map)}
        ),
        data=Data(name="; ".join(names), digest=train_set.digest),
        published=published(config),
        device=str(trained.arithmetic),
        seconds=trained.seconds,
        weights=model.state_dict(),
    )


def build(config: RotationConfig, classes: int) -> ShiftwiseNet:
    """Build the network from torch's global generator; all forms draw the same numbers."""
    return ShiftwiseNet(
        classes,
        config.width,
        config.blocks,
        config.large_kernel,
        config.small_kernel,
        directions=config.directions,
        rotate=config.rotate,
        expansion=config.expansion,
        stem_stride=config.stem_stride,
    )


def transfer_sets(config: RotationConfig, side: int) -> dict[str, ImageSet]:
    """Load the textures for the frozen features, at the size of the training pictures.

    Raises:
        DataError: If they cannot be had.
    """
    load = TRANSFER[config.transfer]
    return {split: load(split, side) for split in ("train", "val", "test")}


def transfer_numbers(
    model: nn.Module, sets: dict[str, ImageSet], normalise: Normalise
) -> dict[str, float]:
    """Return how well frozen features tell other textures apart, and what the probes chose."""
    found = features_of(model, sets, normalise)
    neighbours, linear = nearest_neighbours(found), linear_probe(found)
    return {
        "transfer_classes": float(len(sets["train"].classes)),
        "transfer_knn": neighbours.accuracy,
        "transfer_knn_k": neighbours.chosen,
        "transfer_linear": linear.accuracy,
        "transfer_linear_c": linear.chosen,
    }


def angle_numbers(
    config: RotationConfig, model: nn.Module, normalise: Normalise, side: int
) -> dict[str, float]:
    """Return the accuracy of a linear probe of angles: all, near the axes, near the diagonals."""
    count = config.angle_pictures
    draw = partial(oriented, side=side)  # of one seed: every network meets the same pictures
    sets = {s: draw(s, size=n) for s, n in (("train", count), ("val", count // 2), ("test", count))}
    probe = linear_probe(features_of(model, sets, normalise))
    off = [abs((angle + 45) % 90 - 45) for angle in ANGLES]  # from the nearest axis, in degrees
    groups = {
        "all": range(len(ANGLES)),
        "axis": [label for label, away in enumerate(off) if away < SECTOR],
        "diagonal": [label for label, away in enumerate(off) if away > 45 - SECTOR],
    } | {f"{angle:g}": [label] for label, angle in enumerate(ANGLES)}
    return {f"angle_{name}": probe.within(labels) for name, labels in groups.items()}


def cost(
    config: RotationConfig, model: ShiftwiseNet, pictures: Pictures, normalise: Normalise
) -> dict[str, float]:
    """Return the numbers of parameters, what the fused network costs, and how far it differs."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # every normalisation is to merge: none may be left
        fused = fuse(model)
    size = (3, *pictures.images.shape[1:3])
    layers = count_layers(fused, size)
    images = shown(config, pictures, normalise)
    with torch.no_grad():
        ours, theirs = model(images), fused(images)  # (N, classes)
    return {
        "parameters": float(sum(p.numel() for p in model.parameters())),
        "parameters_fused": float(layers.parameters),
        "multiply_adds_fused": float(layers.multiply_adds),
        "fused_difference": float((ours - theirs).abs().max() / ours.abs().max().clamp_min(1e-30)),
    }


def shown(config: RotationConfig, pictures: Pictures, normalise: Normalise) -> Tensor:
    """Return the first test pictures, normalised, (erf_images, 3, H, W)."""
    images = pictures.images[: config.erf_images].permute(0, 3, 1, 2)
    return normalise(images.to(normalise.scale.device))


def measure_erf(
    config: RotationConfig, model: ShiftwiseNet, pictures: Pictures, normalise: Normalise
) -> tuple[Tensor, dict[str, float]]:
    """Measure the ERF of the last map's centre unit, in eval mode and in float32.

    Returns:
        The map (erf_size, erf_size), and its numbers: those of every study, `erf_anisotropy`, and
        `erf_anisotropy_far` of what is more than `FAR` pixels from the middle.
    """
    images = continued(shown(config, pictures, normalise), config.erf_size)  # (N, 3, size, size)
    map = effective_receptive_field(model, images, layer="blocks", crop=False).map
    # every strided layer is centred on even pixels: unit i of a map at stride s lies at pixel s i
    stride = config.stem_stride
    middle = float(config.erf_size // stride // 2 * stride)
    numbers = erf_numbers(map, (middle, middle))
    for name, inner in (("erf_anisotropy", {}), ("erf_anisotropy_far", {"inner": float(FAR)})):
        ratio = anisotropy(map, (middle, middle), **inner)
        if math.isfinite(ratio):  # nothing lies so far away, or nothing on the diagonals
            numbers[name] = ratio
    return map, numbers


def published(config: RotationConfig) -> list[Published]:
    """Return what the talk reports for the method, if it does."""
    if config.method not in PUBLISHED:
        return []
    accuracy, textures = PUBLISHED[config.method]
    return [
        Published(quantity="test_accuracy", value=accuracy, source=f"{TALK}, CIFAR-100"),
        Published(quantity="dtd_zero_shot", value=textures, source=f'{TALK}, DTD, "zero-shot"'),
    ]
