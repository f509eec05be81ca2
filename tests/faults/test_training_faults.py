"""What goes wrong in a training is named, costs nothing that was kept, and can be mended."""

import errno
import os
import pickle
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from dynconv_lite.experiments import config_for, config_hash, jitter, run, training
from dynconv_lite.experiments.checkpoint import CheckpointError
from dynconv_lite.experiments.config import Config
from dynconv_lite.experiments.places import Places
from dynconv_lite.experiments.records import Record, read_record
from dynconv_lite.experiments.training import TrainingError

TINY = {
    "method": "shift_int",
    "train_size": 48,
    "test_size": 20,
    "batch_size": 16,
    "epochs": 2,
    "width": 4,
    "erasing": 0.5,
    "mixup": 0.4,
    "erf_epochs": (),
}
CONFIG = config_for("jitter", "smoke", **TINY)
WITHOUT_ROOT = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)


class Stopped(BaseException):
    """A run ends here, as if it had been killed."""


def places(out: Path, config: Config = CONFIG) -> Places:
    return Places.of(out, config.experiment, config_hash(config))


def train(out: Path | None, config: Config = CONFIG, minutes: float = 0) -> Record:
    return run(config, out, device="cpu", checkpoint_minutes=minutes)


def kept(out: Path, config: Config = CONFIG) -> dict[str, bytes]:
    """The checkpoints, by name."""
    folder = places(out, config).checkpoints
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*"))}


def names(*steps: int) -> list[str]:
    return [f"step-{step:08d}.pt" for step in steps]


Stop = Callable[[int, Path], None]


@pytest.fixture(scope="module")
def stop_after(tmp_path_factory: pytest.TempPathFactory) -> Stop:
    """Leave a run as a kill would have left it, some steps kept."""
    stopped: dict[int, Path] = {}
    plain_step = training._Run.take_step

    def stop(steps: int, out: Path) -> None:
        def take_step(self: Any) -> None:
            if self.step == steps:
                raise Stopped
            plain_step(self)

        if steps not in stopped:
            stopped[steps] = tmp_path_factory.mktemp("stopped") / "records"
            with pytest.MonkeyPatch.context() as patched, pytest.raises(Stopped):
                patched.setattr(training._Run, "take_step", take_step)
                train(stopped[steps])
        shutil.copytree(stopped[steps].parent, out.parent, dirs_exist_ok=True)
        assert list(kept(out)) == names(steps - 1, steps)

    return stop


def gone_wrong_at(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a batch hold a picture that is not a number."""
    plain_batch = training._Run._batch

    def batch(self: Any, index: torch.Tensor) -> Any:
        images, targets = plain_batch(self, index)
        if self.step == step - 1:
            images[3, 1, 5, 5] = float("nan")
        return images, targets

    monkeypatch.setattr(training._Run, "_batch", batch)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Record]:
    """The weights and the record of the run below, if nothing goes wrong."""
    out = tmp_path_factory.mktemp("undisturbed") / "records"
    record = train(out, minutes=1000)
    return places(out).weights.read_bytes(), record


def same_as(undisturbed: tuple[bytes, Record], out: Path, record: Record) -> bool:
    weights, other = undisturbed
    varying = {"wall_seconds", "created", "commit"}
    assert record == read_record(places(out).record)
    assert not kept(out)
    assert places(out).weights.read_bytes() == weights
    return record.model_dump(exclude=varying) == other.model_dump(exclude=varying)


# A loss that is not a number


def test_too_large_a_learning_rate_is_named_with_its_epoch(tmp_path: Path) -> None:
    config = config_for("jitter", "smoke", **{**TINY, "lr": 1e30})
    for _ in range(2):  # trying again tells the same
        with pytest.raises(TrainingError, match=r"in epoch 1 of 2 .*a smaller lr than 1e\+30"):
            train(tmp_path / "records", config)
        for file in places(tmp_path / "records", config).checkpoints.iterdir():
            values = torch.load(file, weights_only=True)["model"].values()
            assert all(value.isfinite().all() for value in values)
    assert not places(tmp_path / "records", config).record.exists()
    assert not places(tmp_path / "records", config).weights.exists()


@pytest.mark.parametrize("minutes", [0, 1000])
def test_a_loss_that_is_not_a_number_is_never_kept(
    undisturbed: tuple[bytes, Record],
    tmp_path: Path,
    stop_after: Stop,
    monkeypatch: pytest.MonkeyPatch,
    minutes: float,
) -> None:
    stop_after(4, tmp_path / "records")
    before = kept(tmp_path / "records")
    with monkeypatch.context() as patched:
        gone_wrong_at(5, patched)
        with pytest.raises(TrainingError, match="the loss is nan in epoch 2 of 2"):
            train(tmp_path / "records", minutes=minutes)
    assert kept(tmp_path / "records") == before
    assert same_as(undisturbed, tmp_path / "records", train(tmp_path / "records"))


def test_weights_that_are_not_numbers_are_never_kept(
    undisturbed: tuple[bytes, Record],
    tmp_path: Path,
    stop_after: Stop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The loss of a step is known before its weights are: theirs shows a step later only."""
    stop_after(2, tmp_path / "records")
    before, plain_step = kept(tmp_path / "records"), training._Run.take_step

    def take_step(self: Any) -> None:
        plain_step(self)
        with torch.no_grad():
            self.model.fc.weight[0, 0] = float("inf")

    with monkeypatch.context() as patched:
        patched.setattr(training._Run, "take_step", take_step)
        with pytest.raises(TrainingError, match="a weight is not finite in epoch 1 of 2"):
            train(tmp_path / "records")
    assert kept(tmp_path / "records") == before
    assert same_as(undisturbed, tmp_path / "records", train(tmp_path / "records"))


def test_a_result_that_is_no_number_is_named_in_its_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "evaluate", lambda *_: {"test_loss": float("inf")})
    with pytest.raises(TrainingError, match="test_loss is inf in epoch 1 of 2"):
        train(tmp_path / "records")


# A checkpoint that cannot be used


class Bomb:
    """A pickle that makes a folder when it is read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.mkdir, (str(self.folder),)


def flip(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1  # within a tensor: the archive as such stays whole
    path.write_bytes(whole)


def without_optimizer(path: Path) -> None:
    state = torch.load(path, weights_only=True)
    del state["optimizer"]
    torch.save(state, path)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:-100]), id="cut off"),
        pytest.param(lambda path: path.write_bytes(b"\x00garbage" * 100), id="garbage"),
        pytest.param(lambda path: path.write_bytes(b""), id="empty"),
        pytest.param(flip, id="one bit"),
        pytest.param(lambda path: torch.save([1, 2], path), id="another thing"),
        pytest.param(lambda path: torch.save(Bomb(path.parent / "pwned"), path), id="bomb"),
        pytest.param(
            lambda path: path.write_bytes(pickle.dumps(Bomb(path.parent / "pwned"))), id="pickle"
        ),
        pytest.param(lambda path: (path.unlink(), path.mkdir()), id="folder"),
    ],
)
def test_an_unreadable_checkpoint_is_named_and_the_one_before_it_serves(
    undisturbed: tuple[bytes, Record],
    tmp_path: Path,
    stop_after: Stop,
    damage: Callable[[Path], object],
) -> None:
    stop_after(5, tmp_path / "records")
    older, newest = sorted(places(tmp_path / "records").checkpoints.iterdir())
    damage(newest)
    intact = older.read_bytes()
    with pytest.raises(CheckpointError) as caught:
        train(tmp_path / "records")
    assert str(newest) in str(caught.value)
    assert f"delete it to go on from {older.name}" in str(caught.value)
    assert older.read_bytes() == intact
    assert sorted(older.parent.iterdir()) == [older, newest], "something was run, or deleted"
    newest.rmdir() if newest.is_dir() else newest.unlink()
    assert same_as(undisturbed, tmp_path / "records", train(tmp_path / "records"))


def test_a_checkpoint_that_lacks_something_is_not_taken_over(
    tmp_path: Path, stop_after: Stop
) -> None:
    stop_after(2, tmp_path / "records")
    without_optimizer(places(tmp_path / "records").checkpoints / names(2)[0])
    with pytest.raises(CheckpointError, match=r"does not fit this version.*'optimizer'"):
        train(tmp_path / "records")


@pytest.mark.parametrize("name", ["config_hash", "arithmetic"])
def test_a_checkpoint_of_another_run_is_refused(
    tmp_path: Path, stop_after: Stop, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    stop_after(2, tmp_path / "records")
    newest = places(tmp_path / "records").checkpoints / names(2)[0]
    state = torch.load(newest, weights_only=True)
    torch.save({**state, name: "another one"}, newest)
    before = kept(tmp_path / "records")
    with pytest.raises(CheckpointError, match=f"made with {name} 'another one'"):
        train(tmp_path / "records")
    assert kept(tmp_path / "records") == before


# A disk that is full, or may not be written


def full_disk(part: str, monkeypatch: pytest.MonkeyPatch, after: int = 0) -> None:
    """Let writes into a folder fail once some have gone well."""
    plain_sync, left = os.fsync, [after]

    def sync(descriptor: int) -> None:
        if f"{os.sep}{part}{os.sep}" in os.readlink(f"/proc/self/fd/{descriptor}"):
            left[0] -= 1
            if left[0] < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
        plain_sync(descriptor)

    monkeypatch.setattr(os, "fsync", sync)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
@pytest.mark.parametrize(
    ("part", "after", "left"),
    [
        ("checkpoints", 0, []),
        # a file and its folder are synchronised each time; step 3 is saved before and after a test
        ("checkpoints", 8, names(2, 3)),
        ("weights", 0, names(5, 6)),
        ("records", 0, names(5, 6)),
    ],
)
def test_a_full_disk_costs_nothing_that_was_kept(
    undisturbed: tuple[bytes, Record],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    part: str,
    after: int,
    left: list[str],
) -> None:
    with monkeypatch.context() as patched:
        full_disk(part, patched, after)
        with pytest.raises(OSError, match="No space left on device") as caught:
            train(tmp_path / "records")
    assert caught.value.errno == errno.ENOSPC
    if part == "checkpoints":
        assert str(places(tmp_path / "records").checkpoints / "step-") in str(caught.value)
        assert "the ones before it are kept" in str(caught.value)
    assert list(kept(tmp_path / "records")) == left
    assert list(tmp_path.rglob("*.tmp")) == []
    assert not places(tmp_path / "records").record.exists()
    assert same_as(undisturbed, tmp_path / "records", train(tmp_path / "records"))


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX limits")
def test_a_write_that_the_system_breaks_off(
    undisturbed: tuple[bytes, Record], tmp_path: Path, stop_after: Stop
) -> None:
    import resource

    stop_after(3, tmp_path / "records")
    before = kept(tmp_path / "records")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (min(map(len, before.values())) // 2, hard))
    try:
        with pytest.raises(OSError, match="a checkpoint cannot be written") as caught:
            train(tmp_path / "records")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.errno == errno.EFBIG
    assert kept(tmp_path / "records") == before
    assert same_as(undisturbed, tmp_path / "records", train(tmp_path / "records"))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_progress_that_cannot_be_written_stops_nothing(
    undisturbed: tuple[bytes, Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_disk("progress", monkeypatch)
    assert same_as(undisturbed, tmp_path / "records", train(tmp_path / "records"))


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("work has begun")

    monkeypatch.setattr(jitter, "load_pictures", refuse)


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("name", ["records", "weights", "checkpoints", "progress", "locks"])
def test_a_file_in_the_place_of_a_folder_is_named_before_any_work(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("no folder")
    with pytest.raises(OSError, match=str(tmp_path / name)):
        train(tmp_path / "records")
    assert (tmp_path / name).read_text() == "no folder"


@WITHOUT_ROOT
@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("name", ["", "records", "weights", "checkpoints", "locks"])
def test_a_read_only_folder_is_named_before_any_work(tmp_path: Path, name: str) -> None:
    (tmp_path / "runs" / name).mkdir(parents=True)
    (tmp_path / "runs" / name).chmod(0o500)
    try:
        with pytest.raises(PermissionError, match=str(tmp_path / "runs" / name)):
            train(tmp_path / "runs" / "records")
    finally:
        (tmp_path / "runs" / name).chmod(0o700)


@WITHOUT_ROOT
def test_a_record_in_a_read_only_folder_is_returned(tmp_path: Path) -> None:
    record = train(tmp_path / "runs" / "records")
    folders = [tmp_path / "runs", *(path for path in tmp_path.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o500)
    try:
        assert train(tmp_path / "runs" / "records") == record
    finally:
        for folder in folders:
            folder.chmod(0o700)


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("text", ["", "{", "{}", "null", "\x00"])
def test_a_broken_record_is_named_before_any_work(tmp_path: Path, text: str) -> None:
    path = places(tmp_path / "records").record
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(ValueError, match=f"{path} is not a readable record .* delete it"):
        train(tmp_path / "records")
    assert path.read_text() == text


# Words that are no instructions


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"checkpoint_minutes": -1}, "checkpoint_minutes must be a finite number >= 0, got -1"),
        ({"checkpoint_minutes": float("nan")}, "got nan"),
        ({"checkpoint_minutes": float("inf")}, "got inf"),
        ({"checkpoint_minutes": "2"}, "got '2'"),
        ({"checkpoint_minutes": None}, "got None"),
        ({"checkpoint_minutes": True}, "got True"),
        ({"device": "gpu"}, "device must be one of auto, cpu.*got 'gpu'"),
        ({"device": ""}, "got ''"),
        ({"device": None}, "got None"),
        pytest.param(
            {"device": "cuda"},
            "no CUDA device is to be seen.*got 'cuda'",
            marks=pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU"),
        ),
    ],
)
def test_wrong_words_are_refused_before_any_work(
    tmp_path: Path, words: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        run(CONFIG, tmp_path / "records", **words)
    assert list(tmp_path.iterdir()) == []


# What must not matter


def states() -> tuple[Any, ...]:
    keys = np.random.get_state()[1]
    return torch.get_rng_state().tolist(), random.getstate(), tuple(keys)  # type: ignore


def test_neither_earlier_runs_nor_generators_matter_and_generators_stay(
    undisturbed: tuple[bytes, Record], tmp_path: Path
) -> None:
    for number, minutes in enumerate((0, 1000)):
        torch.manual_seed(number + 5)
        torch.rand(number + 3)
        before = states()
        out = tmp_path / str(number) / "records"
        assert same_as(undisturbed, out, train(out, minutes=minutes))
        assert states() == before
    before = states()
    record = train(None)
    assert states() == before
    assert record.weights_sha256 == undisturbed[1].weights_sha256
    assert record.metrics == undisturbed[1].metrics


def test_generators_stay_when_a_run_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone_wrong_at(2, monkeypatch)
    before = states()
    with pytest.raises(TrainingError):
        train(tmp_path / "records")
    assert states() == before
