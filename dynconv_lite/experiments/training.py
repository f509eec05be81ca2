"""Training of a classifier that can be killed at any moment and goes on where it was.

The whole data set lies on the device in 8 bits; a batch is cut out, augmented and normalised there
(`batches`). The state is saved every few minutes. Everything random comes from the seed: torch's
global generator moves on from the seed, and each epoch's own generator, which deals out the
pictures and draws the augmentation, is seeded by (seed, epoch). A resumed training takes up both
where they were, so on a CPU with the same number of threads its weights end the same to the bit.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NoReturn

import numpy as np
import torch
from torch import Tensor, nn

from dynconv_lite.experiments.arithmetic import Arithmetic, choose_arithmetic
from dynconv_lite.experiments.batches import Source, Target
from dynconv_lite.experiments.configs.training import TrainingConfig
from dynconv_lite.experiments.evaluation import Normalise, evaluate
from dynconv_lite.experiments.job import Job
from dynconv_lite.experiments.optimisation import (
    cross_entropy,
    learning_rate_factor,
    make_optimizer,
)
from dynconv_lite.experiments.pictures import Pictures

WATCH = 50  # steps between looks at the loss: each look makes a GPU wait


class TrainingError(RuntimeError):
    """A training cannot go on."""


@dataclass
class Extras:
    """What an experiment adds to a training.

    Attributes:
        groups: Parameters with settings of their own: {"params", "lr" (a share of the schedule's),
            "weight_decay", "wait" (share of the training for which they stay as they are)}.
        before_step: Called with the share of the training that is done, from 0 to 1.
        after_epoch: Called with the number of epochs done; returns numbers for the history, and
            maps by name.
    """

    groups: list[dict[str, Any]] = field(default_factory=list)
    before_step: Callable[[float], None] = lambda share: None
    after_epoch: Callable[[int], tuple[dict[str, float], dict[str, Tensor]]] = lambda epoch: (
        {},
        {},
    )


@dataclass
class Trained:
    """What a training leaves: a history, one entry an epoch; maps by name; its arithmetic."""

    history: list[dict[str, float]]
    maps: dict[str, Tensor]
    arithmetic: Arithmetic
    seconds: float


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Seed torch's global generators, and put them back afterwards as they were."""
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield


def train(
    config: TrainingConfig,
    model: nn.Module,
    train_set: Pictures,
    test_set: Pictures,
    job: Job,
    extras: Extras | None = None,
) -> Trained:
    """Train a classifier, from its last checkpoint if there is one; call it within `seeded`.

    Args:
        config: What to do.
        model: The network, (B, 3, H, W) -> (B, classes); trained in place.
        train_set: Pictures to learn from.
        test_set: Pictures to test on after every epoch.
        job: Where to compute and to keep the state.
        extras: What the experiment adds.

    Returns:
        The history: `epoch`, `lr`, `train_loss`, `test_loss`, `test_accuracy` (percent), and
        what the extras add.

    Raises:
        TrainingError: If the loss, a weight or a result is not finite.
        CheckpointError: If the last checkpoint is unreadable or of another configuration.
        OSError: If a checkpoint cannot be written; earlier ones stay.
    """
    run = _Run(config, model, train_set, test_set, job, extras or Extras())
    run.restore()
    with torch.backends.cudnn.flags(benchmark=True):
        while not run.finished():
            if run.epoch_is_full():
                run.finish_epoch()
                in_any_case = run.finished()
            else:
                run.take_step()
                # before a test: a kill during the test then costs no more than the test
                in_any_case = run.epoch_is_full()
            if in_any_case or run.due():
                run.save()
    return Trained(run.history, run.maps, run.arithmetic, run.seconds())


class _Run:
    """The state of one training, and the three things done with it: step, finish, save."""

    def __init__(
        self,
        config: TrainingConfig,
        model: nn.Module,
        train_set: Pictures,
        test_set: Pictures,
        job: Job,
        extras: Extras,
    ) -> None:
        self.config, self.job, self.extras = config, job, extras
        self.arithmetic = choose_arithmetic(config, job.device)
        self.model = model.to(job.device).to(memory_format=torch.channels_last)
        self.network = self.arithmetic.wrap(self.model)
        self.normalise = Normalise(*train_set.statistics(), job.device)
        self.source = Source(config, train_set.to(job.device), self.normalise)
        self.test_set = test_set.to(job.device)
        self.epoch_steps = len(train_set) // config.batch_size
        self.steps = config.epochs * self.epoch_steps
        self.optimizer = make_optimizer(config, self.model, extras.groups)
        waits = [group.get("wait", 0.0) for group in self.optimizer.param_groups]
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer,
            [partial(self._factor, wait=wait) for wait in waits],
        )
        self.generator = torch.Generator()
        self.step, self.order = 0, torch.empty(0, dtype=torch.long)
        self.loss_sum = torch.zeros((), dtype=torch.float64, device=job.device)
        self.history: list[dict[str, float]] = []
        self.maps: dict[str, Tensor] = {}
        self.earlier_seconds, self.started = 0.0, time.perf_counter()
        self.saved = self.started

    def finished(self) -> bool:
        """Tell whether every epoch is in the history."""
        return len(self.history) == self.config.epochs

    def epoch_is_full(self) -> bool:
        """Tell whether an epoch's steps are all done, and its test is not."""
        return self.step == (len(self.history) + 1) * self.epoch_steps

    def take_step(self) -> None:
        """Learn from one batch."""
        config, within = self.config, self.step % self.epoch_steps
        if within == 0:
            self._deal()
        self.model.train()
        self.extras.before_step(self.step / self.steps)
        index = self.order[within * config.batch_size : (within + 1) * config.batch_size]
        images, targets = self._batch(index)
        with self.arithmetic.autocast():
            logits = self.network(images)  # (B, classes)
        parts = [
            (share * cross_entropy(logits, labels, config.label_smoothing)).mean()
            for share, labels in targets
        ]
        loss = sum(parts[1:], start=parts[0])
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.scheduler.step()
        self.loss_sum += loss.detach()
        self.step += 1
        if self.step % WATCH == 0 or self.step % self.epoch_steps == 0:
            self._check_loss()
        self._report()

    def finish_epoch(self) -> None:
        """Test, and write the epoch into the history."""
        epoch = self.step // self.epoch_steps
        entry = {
            "epoch": float(epoch),
            "lr": float(self.optimizer.param_groups[0]["lr"]),
            "train_loss": float(self.loss_sum) / self.epoch_steps,
            **evaluate(self.network, self.test_set, self.normalise, self.arithmetic),
        }
        self._check_finite(entry)
        numbers, maps = self.extras.after_epoch(epoch)
        self._check_finite(numbers)
        self.history.append({**entry, **numbers})
        self.maps.update({name: map.cpu() for name, map in maps.items()})
        self.loss_sum.zero_()

    def due(self) -> bool:
        """Tell whether it is time to save."""
        waited = time.perf_counter() - self.saved
        return self.job.checkpoints is not None and waited >= 60 * self.job.checkpoint_minutes

    def save(self) -> None:
        """Write a checkpoint; never of a training that has gone wrong."""
        if self.job.checkpoints is None:
            return
        self._check_loss()
        self._check_weights()
        on_gpu = self.job.device.type == "cuda"
        self.job.checkpoints.save(
            self.step,
            {
                "config_hash": self.job.config_hash,
                "arithmetic": str(self.arithmetic),
                "step": self.step,
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "scheduler": {"last_epoch": self.scheduler.last_epoch},
                "generator": self.generator.get_state(),
                "torch_generator": torch.get_rng_state(),
                "cuda_generator": torch.cuda.get_rng_state(self.job.device) if on_gpu else None,
                "loss_sum": self.loss_sum.cpu(),
                "history": self.history,
                "maps": self.maps,
                "seconds": self.seconds(),
            },
        )
        self.saved = time.perf_counter()

    def restore(self) -> None:
        """Go on from the newest checkpoint, if there is one."""
        if self.job.checkpoints is not None:
            whose = {"config_hash": self.job.config_hash, "arithmetic": str(self.arithmetic)}
            self.job.checkpoints.resume(whose, self._take_over)

    def _take_over(self, state: dict[str, Any]) -> None:
        self.step = int(state["step"])
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.last_epoch = state["scheduler"]["last_epoch"]
        self.loss_sum.copy_(state["loss_sum"])
        self.history, self.maps = state["history"], state["maps"]
        self.earlier_seconds = state["seconds"]
        if self.step % self.epoch_steps:
            self._deal()
        self.generator.set_state(state["generator"])
        torch.set_rng_state(state["torch_generator"])
        if state["cuda_generator"] is not None:
            torch.cuda.set_rng_state(state["cuda_generator"], self.job.device)
        self.extras.before_step((self.step - 1) / self.steps)  # as the last step left things

    def seconds(self) -> float:
        """Return the time spent on what has been kept, crashes left out."""
        return self.earlier_seconds + time.perf_counter() - self.started

    def _deal(self) -> None:
        """Shuffle the pictures for an epoch, and seed what else is random in it."""
        epoch = self.step // self.epoch_steps
        seed = np.random.SeedSequence([self.config.seed, epoch]).generate_state(1, np.uint64)[0]
        self.generator.manual_seed(int(seed >> np.uint64(1)))
        order = torch.randperm(len(self.source), generator=self.generator)
        self.order = order.to(self.job.device)

    def _batch(self, index: Tensor) -> tuple[Tensor, list[Target]]:
        """Return augmented pictures (B, 3, H, W), and their labels (B,) with the share of each."""
        return self.source.batch(index, self.generator)

    def _factor(self, step: int, wait: float) -> float:
        if step < wait * self.steps:
            return 0.0
        warmup = self.config.warmup_epochs * self.epoch_steps
        return learning_rate_factor(self.config.schedule, step, self.steps, warmup)

    def _check_loss(self) -> None:
        if not math.isfinite(float(self.loss_sum)):
            self._stop(f"the loss is {float(self.loss_sum)}")

    def _check_weights(self) -> None:
        values = self.model.state_dict().values()
        if not bool(torch.stack([value.isfinite().all() for value in values]).all()):
            self._stop("a weight is not finite")

    def _check_finite(self, numbers: dict[str, float]) -> None:
        for name, value in numbers.items():
            if not math.isfinite(value):
                self._stop(f"{name} is {value}")

    def _stop(self, reason: str) -> NoReturn:
        raise TrainingError(
            f"{reason} in epoch {(self.step - 1) // self.epoch_steps + 1} of {self.config.epochs} "
            f"(at most {WATCH} steps before step {self.step}); try a smaller lr than "
            f'{self.config.lr}, or precision "float32"'
        )

    def _report(self) -> None:
        epoch = min(self.step // self.epoch_steps + 1, self.config.epochs)
        self.job.report(self.step / self.steps, f"epoch {epoch} of {self.config.epochs}")
