"""The training loops that `training.py` times: the usual one, the library's, and those between."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from dynconv_lite.experiments import augment
from dynconv_lite.experiments.arithmetic import Arithmetic, has_fast_bfloat16
from dynconv_lite.experiments.config import JitterConfig, config_for
from dynconv_lite.experiments.job import Job
from dynconv_lite.experiments.pictures import Pictures
from dynconv_lite.experiments.training import Extras, Normalise, make_optimizer, train
from dynconv_lite.models.resnet import CifarResNet

CLASSES, SIDE, PADDING = 100, 32, 4
TOLERANCE = 1e-5  # between the two ways of normalising a picture, in float32

Batches = Iterator[tuple[Tensor, Tensor]]
Rung = Callable[[int, int], float]  # (steps to warm up, steps to time) -> seconds


class Enough(Exception):
    """The time has been taken; the rest of a training is not needed."""


class PilPictures(Dataset):
    """Pictures as torchvision's CIFAR-100 hands them out: an array, one PIL image at a time."""

    def __init__(self, pictures: Pictures, transform: Callable[[Image.Image], Tensor]) -> None:
        self.images, self.labels = pictures.images.numpy(), pictures.labels.tolist()
        self.transform = transform

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.transform(Image.fromarray(self.images[index])), self.labels[index]


class Bench:
    """The set, the network's settings and the device that all rungs share."""

    def __init__(self, device: torch.device, pictures: int, batch: int, width: int) -> None:
        self.device, self.batch, self.width = device, batch, width
        self.set = noise(pictures)
        self.mean, self.std = self.set.statistics()
        self.normalise = Normalise(self.mean, self.std, device)
        self.padded = augment.pad_images(self.set.images.to(device), PADDING)
        self.labels = self.set.labels.to(device)

    def model(self) -> CifarResNet:
        """Return the same network, with the same first weights, for every rung."""
        torch.manual_seed(0)
        return CifarResNet(CLASSES, self.width)

    def config(self, **changes: Any) -> JitterConfig:
        """Return the library's configuration of this training."""
        plain = {"width": self.width, "batch_size": self.batch, "epochs": 1, "erf_epochs": ()}
        made = config_for("jitter", "laptop", **(plain | changes))
        assert isinstance(made, JitterConfig)
        return made

    def usual_transform(self, *augmentation: Any) -> transforms.Compose:
        """Return torchvision's way from a PIL picture to a normalised tensor."""
        normalise = transforms.Normalize(self.mean.tolist(), self.std.tolist())
        return transforms.Compose([*augmentation, transforms.ToTensor(), normalise])

    def usual_batches(self, workers: int) -> Callable[[], Batches]:
        """Return the usual source of batches: a DataLoader over torchvision's transforms."""
        augmentation = transforms.RandomCrop(SIDE, PADDING), transforms.RandomHorizontalFlip()
        loader = DataLoader(
            PilPictures(self.set, self.usual_transform(*augmentation)),
            self.batch,
            shuffle=True,
            drop_last=True,
            num_workers=workers,
            pin_memory=self.device.type == "cuda",
            persistent_workers=workers > 0,
        )

        def batches() -> Batches:
            while True:
                for images, labels in loader:
                    yield (
                        images.to(self.device, non_blocking=True),
                        labels.to(self.device, non_blocking=True),
                    )

        return batches

    def our_batches(self, layout: torch.memory_format) -> Callable[[], Batches]:
        """Return the library's source of batches, in a layout of memory."""
        generator = torch.Generator().manual_seed(0)

        def batches() -> Batches:
            while True:
                order = torch.randperm(len(self.set), generator=generator).to(self.device)
                for start in range(0, len(order) - self.batch + 1, self.batch):
                    index = order[start : start + self.batch]
                    images = augment.crop_and_flip(self.padded, index, SIDE, generator)
                    yield (
                        self.normalise(images).contiguous(memory_format=layout),
                        self.labels[index],
                    )

        return batches

    def loop(
        self,
        batches: Callable[[], Batches],
        layout: torch.memory_format = torch.contiguous_format,
        dtype: torch.dtype = torch.float32,
        compiled: bool = False,
    ) -> Rung:
        """Return a plain training loop over a source of batches."""
        model = self.model().to(self.device, memory_format=layout)
        arithmetic = Arithmetic(self.device, dtype, compiled)
        network = arithmetic.wrap(model)
        optimizer = make_optimizer(self.config(), model, [])

        def steps(warm_up: int, timed: int) -> float:
            watch = Stopwatch(self.device)
            source = batches()
            for step in range(warm_up + timed):
                if step == warm_up:
                    watch.start()
                images, labels = next(source)
                with arithmetic.autocast():
                    logits = network(images)
                F.cross_entropy(logits.float(), labels).backward()
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
            return watch.stop()

        return steps

    def library(self) -> Rung:
        """Return the library's own training, timed from within, step by step."""
        model = self.model()
        test_set = Pictures(
            self.set.images[:2], self.set.labels[:2], CLASSES, "two pictures", "none"
        )

        def steps(warm_up: int, timed: int) -> float:
            watch, count, seconds = Stopwatch(self.device), 0, 0.0

            def before_step(share: float) -> None:
                nonlocal count, seconds
                if count == warm_up:
                    watch.start()
                elif count == warm_up + timed:
                    seconds = watch.stop()
                    raise Enough
                count += 1

            config = self.config(epochs=1 + (warm_up + timed) * self.batch // len(self.set))
            try:
                train(
                    config,
                    model,
                    self.set,
                    test_set,
                    Job("benchmark", device=self.device),
                    Extras(before_step=before_step),
                )
            except Enough:
                return seconds
            raise AssertionError("the training was over before the time was taken")

        return steps

    def check(self) -> float:
        """Return by how much the two ways of making a picture a tensor differ at most."""
        usual = self.usual_transform()
        theirs = torch.stack([usual(Image.fromarray(i)) for i in self.set.images[:64].numpy()])
        images = augment.crop_and_flip(
            self.padded,
            torch.arange(64, device=self.device),
            SIDE,
            torch.Generator(),
            crop=False,
            flip=False,
        )
        error = float((self.normalise(images).cpu() - theirs).abs().max())
        if not error < TOLERANCE:
            raise SystemExit(f"the two ways of normalising pictures differ by {error:.1e}")
        return error

    def rungs(self, workers: list[int]) -> dict[str, Rung]:
        """Return the ladder, from the usual loop to the library's."""
        nchw, last = torch.contiguous_format, torch.channels_last
        found: dict[str, Rung] = {
            f"usual, {count} workers": self.loop(self.usual_batches(count)) for count in workers
        }
        found["+ pictures on the device, batched"] = self.loop(self.our_batches(nchw))
        found["+ channels_last"] = self.loop(self.our_batches(last), last)
        dtype = torch.float32
        if has_fast_bfloat16(self.device):
            dtype = torch.bfloat16
            found["+ bfloat16"] = self.loop(self.our_batches(last), last, dtype)
        if self.device.type == "cuda":
            found["+ compiled"] = self.loop(self.our_batches(last), last, dtype, compiled=True)
        found["the library's train()"] = self.library()
        return found


class Stopwatch:
    """Wall time on a device, which is waited for at both ends."""

    def __init__(self, device: torch.device) -> None:
        self.device, self.began = device, 0.0

    def start(self) -> None:
        """Begin once the device has done what it was told."""
        self._wait()
        self.began = time.perf_counter()

    def stop(self) -> float:
        """Return the seconds since the start."""
        self._wait()
        return time.perf_counter() - self.began

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)


def noise(count: int) -> Pictures:
    """Return random pictures: how fast a loop is does not depend on what they show."""
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (count, SIDE, SIDE, 3), dtype=np.uint8)
    labels = generator.integers(0, CLASSES, count)
    return Pictures(
        torch.from_numpy(images), torch.from_numpy(labels), CLASSES, f"{count} of noise", "none"
    )
