"""Training for the super-resolution study: a network, then the entries of the tables made of it.

Tables may be trained from coarse to fine, a stage for every grid. All stages are one training that
can be killed at any moment: everything random is drawn from one generator, which is part of every
checkpoint, so on a CPU with the same number of threads a resumed training ends the same to the bit.
"""

import math
import time
from dataclasses import dataclass
from typing import Any, NoReturn

import torch
from torch import nn

from dynconv_lite.experiments.arithmetic import Arithmetic
from dynconv_lite.experiments.configs.super_resolution import SuperResolutionConfig, steps_of
from dynconv_lite.experiments.job import Job
from dynconv_lite.experiments.optimisation import learning_rate_factor
from dynconv_lite.experiments.super_resolution_data import Patches, TestSet
from dynconv_lite.experiments.super_resolution_methods import (
    KINDS,
    Tables,
    colours_of,
    enlarge_by_module,
    padding_of,
    sampled_tables,
)
from dynconv_lite.experiments.super_resolution_recipe import LOSSES, relight
from dynconv_lite.experiments.training import TrainingError
from dynconv_lite.metrics import psnr_y

NETWORK, TABLES = 0, 1  # of tables of several grids, the finer ones are stages 2, 3, ...
WORDS = ("network", "tables")


@dataclass
class Trained:
    """What a training leaves.

    Attributes:
        network: The float network; as it was built, if there were no steps on it.
        sampled: Tables as they were sampled from it; None if it has none, or was not trained.
        tables: The tables finetuned, or as sampled if there is no finetuning.
        history: `stage` (0 the network, 1 its tables; 2 and more are tables on finer grids),
            `step` of the stage, `loss` (mean since the entry before), and the PSNR on the first
            test set.
        seconds: Spent on what has been kept.
    """

    network: nn.Module
    sampled: Tables | None
    tables: Tables | None
    history: list[dict[str, float]]
    seconds: float


def train_both(
    config: SuperResolutionConfig,
    network: nn.Module,
    patches: Patches,
    test_set: TestSet,
    job: Job,
) -> Trained:
    """Train a network and its tables, from the last checkpoint if there is one.

    Args:
        config: What to do.
        network: With its first weights; trained in place.
        patches: What to learn from.
        test_set: What to be tried on on the way.
        job: Where to compute and to keep the state.

    Raises:
        TrainingError: If the loss or a weight is not finite.
        CheckpointError: If the last checkpoint is unreadable or of another configuration.
        OSError: If a checkpoint cannot be written; earlier ones stay.
    """
    run = _Run(config, network, patches, test_set, job)
    run.restore()
    while not run.finished():
        run.take_step()
        if run.step in (0, run.steps) or run.due():
            run.save()
    return run.trained()


class _Run:
    """The state of one training: which stage, which step, and what is trained in it."""

    def __init__(
        self,
        config: SuperResolutionConfig,
        network: nn.Module,
        patches: Patches,
        test_set: TestSet,
        job: Job,
    ) -> None:
        self.config, self.patches, self.test_set, self.job = config, patches, test_set, job
        self.network = network.to(job.device)
        self.generator = torch.Generator().manual_seed(config.seed)
        self.arithmetic = str(Arithmetic(job.device, torch.float32, False))
        self.sampled: Tables | None = None
        self.history: list[dict[str, float]] = []
        self.loss_sum = torch.zeros((), dtype=torch.float64, device=job.device)
        self.summed = 0  # steps in it
        self.begin(NETWORK if config.network_steps else TABLES)
        self.earlier_seconds, self.started = 0.0, time.perf_counter()
        self.saved = self.started

    def begin(self, stage: int) -> None:
        """Set out on a stage; those before it must have been set out on."""
        config = self.config
        self.stage, self.step = stage, 0
        self.steps, self.lr = steps_of(config)[stage], config.network_lr
        if stage == NETWORK:
            self.model = self.network
        elif stage == TABLES:
            kind = KINDS[config.kind]
            make, coarse = kind.trainable, config
            if config.coarser:
                assert kind.coarsened is not None  # or the configuration was refused
                coarse = kind.coarsened(config)
            if config.network_steps:
                self.sampled = sampled_tables(config, self.network)
                start = sampled_tables(coarse, self.network) if config.coarser else self.sampled
            else:
                assert kind.repeating is not None  # as well
                start = kind.repeating(coarse)
            assert make is not None  # or there were no steps of it
            self.model = make(self.network, start).to(self.job.device)
        else:
            self.model = self.model.refined()  # type: ignore[operator]
        if stage >= TABLES:  # each grid's entries end nearer to where they began
            self.lr = config.table_lr / 4 ** (stage - TABLES)
        # one pass over the entries, of which there may be millions
        self.optimizer = torch.optim.Adam(self.model.parameters(), self.lr, fused=True)

    @property
    def last(self) -> int:
        """The last stage."""
        return len(steps_of(self.config)) - 1

    def finished(self) -> bool:
        """Tell whether the last stage is done."""
        return self.stage == self.last and self.step == self.steps

    def take_step(self) -> None:
        """Learn from one batch, and look at how it goes if it is time."""
        factor = learning_rate_factor("cosine", self.step, self.steps, 0)
        for group in self.optimizer.param_groups:
            group["lr"] = self.lr * factor
        reach = int(self.model.reach)  # type: ignore[arg-type]
        x, y = self.patches.batch(
            self.config.batch_size, reach, self.generator, colours_of(self.model)
        )
        if self.config.relit:
            x, y = relight(x, y, self.generator)
        loss = LOSSES[self.config.loss](self.model(x, "valid"), y)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.loss_sum += loss.detach()
        self.summed += 1
        self.step += 1
        if self.step % self.config.evaluate_every == 0 or self.step == self.steps:
            self.note()
        self.report()
        if self.step == self.steps and self.stage < self.last:
            self.begin(self.stage + 1)

    def note(self) -> None:
        """Write an entry into the history."""
        self.check()
        padding = padding_of(self.config)
        found = [
            psnr_y(
                enlarge_by_module(self.model, pair.lr, padding, self.job.device),
                pair.hr,
                self.config.scale,
            )
            for pair in self.test_set.pairs
        ]
        self.history.append(
            {
                "stage": float(self.stage),
                "step": float(self.step),
                "loss": float(self.loss_sum) / self.summed,
                f"psnr_{self.test_set.key}": sum(found) / len(found),
            }
        )
        self.loss_sum.zero_()
        self.summed = 0

    def report(self) -> None:
        """Say how far it is."""
        config = self.config
        total = sum(steps_of(config))
        words = f"{self.word}, step {self.step} of {self.steps}"
        self.job.report(self.done() / (total + 1), words)  # the rest is for measuring

    def done(self) -> int:
        """Return how many steps are done, of all stages."""
        return sum(steps_of(self.config)[: self.stage]) + self.step

    @property
    def word(self) -> str:
        """What is trained: "network", "tables", or "tables on grid 2 of 3"."""
        if not self.config.coarser or self.stage == NETWORK:
            return WORDS[self.stage]
        return f"{WORDS[TABLES]} on grid {self.stage} of {self.last}"

    def due(self) -> bool:
        """Tell whether it is time to save."""
        waited = time.perf_counter() - self.saved
        return self.job.checkpoints is not None and waited >= 60 * self.job.checkpoint_minutes

    def save(self) -> None:
        """Write a checkpoint; never of a training that has gone wrong."""
        if self.job.checkpoints is None:
            return
        self.check()
        self.job.checkpoints.save(
            self.done(),
            {
                "config_hash": self.job.config_hash,
                "arithmetic": self.arithmetic,
                "stage": self.stage,
                "step": self.step,
                "network": self.network.state_dict(),
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "generator": self.generator.get_state(),
                "loss_sum": self.loss_sum.cpu(),
                "summed": self.summed,
                "history": self.history,
                "seconds": self.seconds(),
            },
        )
        self.saved = time.perf_counter()

    def restore(self) -> None:
        """Go on from the newest checkpoint, if there is one."""
        if self.job.checkpoints is not None:
            whose = {"config_hash": self.job.config_hash, "arithmetic": self.arithmetic}
            self.job.checkpoints.resume(whose, self._take_over)

    def _take_over(self, state: dict[str, Any]) -> None:
        self.network.load_state_dict(state["network"])
        for stage in range(max(TABLES, self.stage + 1), int(state["stage"]) + 1):
            self.begin(stage)
        self.step = int(state["step"])
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"])
        self.loss_sum.copy_(state["loss_sum"])
        self.summed, self.history = int(state["summed"]), state["history"]
        self.earlier_seconds = float(state["seconds"])

    def trained(self) -> Trained:
        """Return what it led to."""
        if self.stage >= TABLES:
            tables = self.model.export()  # type: ignore[operator]
        else:
            self.sampled = tables = sampled_tables(self.config, self.network)
        return Trained(self.network, self.sampled, tables, self.history, self.seconds())

    def seconds(self) -> float:
        """Return the time spent on what has been kept, crashes left out."""
        return self.earlier_seconds + time.perf_counter() - self.started

    def check(self) -> None:
        """Refuse to go on with what is not finite."""
        if not math.isfinite(float(self.loss_sum)):
            self._stop(f"the loss is {float(self.loss_sum)}")
        values = self.model.state_dict().values()
        if not bool(torch.stack([value.isfinite().all() for value in values]).all()):
            self._stop("a weight is not finite")

    def _stop(self, reason: str) -> NoReturn:
        name = "network_lr" if self.stage == NETWORK else "table_lr"
        raise TrainingError(
            f"{reason} at step {self.step} of {self.steps} of the {self.word}; try a smaller "
            f"{name} than {getattr(self.config, name)}"
        )
