"""Checkpoints come back as they went, the newest first, and run nothing when they are read."""

import pickle

import pytest
import torch

from dynconv_lite.experiments.checkpoint import KEEP, CheckpointError, Checkpoints

STATE = {
    "step": 7,
    "name": "text",
    "none": None,
    "weights": {"a": torch.arange(6.0).view(2, 3), "b": torch.tensor(3)},
    "history": [{"loss": 0.1}, {"loss": float("inf")}],
    "generator": torch.get_rng_state(),
}


def equal(a: object, b: object) -> bool:
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        return a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(equal(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b, strict=True))
    return a == b


def test_a_state_comes_back_as_it_went(tmp_path) -> None:
    checkpoints = Checkpoints(tmp_path / "deep" / "folder")
    path = checkpoints.save(7, STATE)
    assert path.parent == tmp_path / "deep" / "folder" and path.is_file()
    assert equal(checkpoints.load(), STATE)


def test_without_a_checkpoint_there_is_none(tmp_path) -> None:
    assert Checkpoints(tmp_path).load() is None
    assert Checkpoints(tmp_path / "missing").load() is None
    assert not (tmp_path / "missing").exists(), "looking makes no folder"


def test_the_newest_counts_and_one_before_it_is_kept(tmp_path) -> None:
    checkpoints = Checkpoints(tmp_path)
    for step in (9, 10, 100, 123_456):
        checkpoints.save(step, {"step": step})
        assert checkpoints.load() == {"step": step}
    assert [path.name for path in checkpoints.files()] == ["step-00000100.pt", "step-00123456.pt"]
    assert len(list(tmp_path.iterdir())) == KEEP, "nothing else is left lying about"


def test_only_finished_checkpoints_count(tmp_path) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(3, {"step": 3})
    for name in (".step-00000009.pt.abc.tmp", "step-9.pt.part", "step-x.pt", "notes.pt"):
        (tmp_path / name).write_bytes(b"")
    assert checkpoints.load() == {"step": 3}


def test_clearing_removes_checkpoints_and_interrupted_writes_and_nothing_else(tmp_path) -> None:
    folder = tmp_path / "run"
    checkpoints = Checkpoints(folder)
    checkpoints.clear()  # of nothing
    checkpoints.save(1, {})
    (folder / ".step-00000002.pt.abc.tmp").write_bytes(b"half")
    (folder / "mine.txt").write_text("a note")
    checkpoints.clear()
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    (folder / "mine.txt").unlink()
    checkpoints.save(1, {})
    checkpoints.clear()
    assert not folder.exists()


class Trap:
    """A pickle that would make a file when it is read."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return open, (self.path, "w")


def test_a_checkpoint_runs_no_code(tmp_path) -> None:
    checkpoints, mark = Checkpoints(tmp_path), tmp_path / "ran"
    torch.save({"step": Trap(str(mark))}, tmp_path / "step-00000001.pt")
    with pytest.raises(CheckpointError, match=r"step-00000001\.pt cannot be read"):
        checkpoints.load()
    (tmp_path / "step-00000001.pt").write_bytes(pickle.dumps(Trap(str(mark))))
    with pytest.raises(CheckpointError, match="start from the beginning"):
        checkpoints.load()
    assert not mark.exists()


@pytest.mark.parametrize("damage", ["empty", "half", "noise", "missing end"])
def test_a_damaged_checkpoint_is_named_with_what_to_go_on_from(tmp_path, damage) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(1, STATE)
    path = checkpoints.save(2, STATE)
    whole = path.read_bytes()
    broken = {"empty": b"", "half": whole[: len(whole) // 2], "noise": b"x" * 500}
    path.write_bytes(broken.get(damage, whole[:-40]))
    with pytest.raises(CheckpointError) as caught:
        checkpoints.load()
    assert str(path) in str(caught.value)
    assert "delete it to go on from step-00000001.pt" in str(caught.value)
    path.unlink()
    assert equal(checkpoints.load(), STATE)
