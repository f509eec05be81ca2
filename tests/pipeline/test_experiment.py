"""A matrix that is executed: failures, two drivers, Ctrl-C, a driver that is killed."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from made_up import measured, study
from typer.testing import CliRunner

from dynconv_lite import cli
from dynconv_lite.experiments.matrix import plan_matrix
from dynconv_lite.experiments.notebook import load_outcomes
from dynconv_lite.experiments.records import load_records

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a made-up experiment; its results go to runs/."""
    monkeypatch.setattr(cli, "ROOT", study(tmp_path))
    monkeypatch.setattr("dynconv_lite.course.environment.describe_environment", dict)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").mkdir()
    return tmp_path


@pytest.fixture
def drive(room: Path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Start a driver in a process of its own; none outlives the test."""
    children: list[subprocess.Popen] = []

    def start(*words: str) -> subprocess.Popen:
        script = f"""
            from pathlib import Path
            from dynconv_lite import cli
            from dynconv_lite.course import environment
            environment.describe_environment = dict  # which would take the time to load torch
            cli.ROOT = Path({str(room)!r})
            cli.app(["experiment", "erf_growth", *{list(words)!r}], prog_name="course")
        """
        child = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(script)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=room,
        )
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.wait()
        child.stdout.close()


def until(true: Callable[[], bool], child: subprocess.Popen | None = None) -> None:
    deadline = time.monotonic() + 120
    while not true():
        assert time.monotonic() < deadline and (child is None or child.poll() is None)
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def is_whole(room: Path, seeds: int) -> None:
    """Every record is there once and valid, every notebook ran to its end."""
    records, problems = load_records(room / "runs" / "smoke" / "records")
    assert (sorted(r.seed for r in records), problems) == ([*range(seeds)], [])
    for run in plan_matrix("erf_growth", "smoke", seeds=range(seeds), out=room / "runs", root=room):
        cells = nbformat.read(run.target, as_version=4).cells
        printed = [cell.outputs[0].text for cell in cells[-2:]]
        assert printed == [f"measured {run.config['seed']}\n", "whole\n"]
    assert [o.error for o in load_outcomes(room / "runs" / "smoke")] == [None] * seeds


def test_failures_are_named_and_the_others_finish(room):
    (room / "runs" / "raise-1").touch()
    (room / "runs" / "die-2").touch()
    words = ["experiment", "erf_growth", "--seeds", "0-3"]
    result = CliRunner().invoke(cli.app, words)
    assert result.exit_code == 1, result.output
    assert "4 runs: 2 finished, 2 failed." in result.output
    runs = plan_matrix("erf_growth", "smoke", seeds=range(4), out=room / "runs", root=room)
    assert f"[2/4] FAILED {runs[1].name}, cell In [3]" in result.output
    assert "RuntimeError: the loss is nan" in result.output
    assert "DeadKernelError" in result.output and f"see {runs[2].target}" in result.output
    assert "exponent_depth 0.5" in result.output
    assert [o.kernel_died for o in load_outcomes(room / "runs" / "smoke")] == [0, 0, 1, 0]

    (room / "runs" / "raise-1").unlink()
    (room / "runs" / "die-2").unlink()
    result = CliRunner().invoke(cli.app, words)
    assert result.exit_code == 0, result.output
    assert "4 runs: 2 finished, 2 done before." in result.output
    is_whole(room, 4)


def test_two_drivers_share_the_work_and_double_nothing(room, drive):
    (room / "runs" / "wait-0").touch()
    first = drive("--seeds", "0-3")
    until(lambda: len(measured(room / "runs")) == 1, first)
    second = drive("--seeds", "0-3")  # finds the first run taken, and begins with the next
    until(lambda: len(measured(room / "runs")) == 4, second)
    (room / "runs" / "wait-0").unlink()
    for child in (first, second):
        told, _ = child.communicate(timeout=120)
        assert child.returncode == 0, told
    assert sorted(seed for seed, _ in measured(room / "runs")) == [0, 1, 2, 3]
    is_whole(room, 4)


def test_an_interrupt_says_what_is_kept_and_the_same_command_goes_on(room, drive):
    (room / "runs" / "wait-1").touch()
    child = drive("--seeds", "0-1")
    until(lambda: len(measured(room / "runs")) == 2, child)
    child.send_signal(signal.SIGINT)
    told, _ = child.communicate(timeout=60)
    assert child.returncode == 130, told
    assert "what had finished is kept in runs/smoke, and the same command goes on" in told
    assert "Traceback" not in told
    (_, kernel) = measured(room / "runs")[1]
    until(lambda: not is_alive(kernel))
    (room / "runs" / "wait-1").unlink()
    again = drive("--seeds", "0-1")
    told, _ = again.communicate(timeout=120)
    assert again.returncode == 0 and "1 finished, 1 done before" in told, told
    is_whole(room, 2)


def test_a_killed_driver_leaves_no_kernel_behind(room, drive):
    (room / "runs" / "wait-0").touch()
    child = drive("--seeds", "0-1")
    until(lambda: len(measured(room / "runs")) == 1, child)
    ((_, kernel),) = measured(room / "runs")
    assert is_alive(kernel)
    child.kill()
    child.wait()
    until(lambda: not is_alive(kernel))
    (room / "runs" / "wait-0").unlink()
    again = drive("--seeds", "0-1")
    told, _ = again.communicate(timeout=120)
    assert again.returncode == 0, told
    assert [seed for seed, _ in measured(room / "runs")] == [0, 0, 1]  # begun twice, recorded once
    is_whole(room, 2)


TINY = ["--methods", "shift_int", "--device", "cpu"]
for _word in ("epochs=1", "erf_epochs=[1]", "train_size=128", "test_size=50", "erf_images=1"):
    TINY += ["--set", _word]


def test_the_study_itself_runs_and_a_loss_that_is_nan_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("dynconv_lite.course.environment.describe_environment", dict)
    words = ["experiment", "jitter", *TINY, "--out", str(tmp_path)]
    good = CliRunner().invoke(cli.app, words)
    assert good.exit_code == 0 and "test_accuracy" in good.output, good.output
    bad = CliRunner().invoke(cli.app, [*words, "--set", "lr=1e30"])
    assert bad.exit_code == 1 and "TrainingError: the loss is" in bad.output, bad.output
    page = (tmp_path / "report.html").read_text()
    assert page.count("<img") == 2 and "77.6" not in page and "76.17" in page
