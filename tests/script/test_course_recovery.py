"""The `course` launcher: what it survives."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from stand_in_machine import SET_UP, UPDATE, Machine


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("rm -r .venv/* .venv/.course-stamp", "half-made"),
        ("rm .venv/.course-stamp", "half-made"),
        ("echo 1 >.venv/.course-stamp", "half-made"),
        ("rm .venv/bin/python", "Python of .venv is gone"),
        ("ln -sf /nowhere/python .venv/bin/python", "Python of .venv is gone"),
        ("rm .venv/bin/python; cp /bin/true .venv/bin/python", "Python of .venv is gone"),
    ],
)
def test_a_broken_venv_is_made_anew(machine: Machine, damage: str, reason: str) -> None:
    machine.ready()
    subprocess.run(damage, shell=True, check=True, cwd=machine.root)
    said = machine.handed_over("lab")
    assert reason in said and "making .venv anew" in said
    assert machine.kinds() == SET_UP
    assert machine.handed_over("lab") == ""


def test_a_moved_course_is_set_up_anew(machine: Machine) -> None:
    machine.ready()
    before = machine.root
    machine.root = before.rename(machine.base / "another place")
    assert f"was moved here from {before}; making .venv anew" in machine.handed_over("lab")
    assert machine.kinds() == SET_UP


def test_a_removed_package_is_put_back(machine: Machine) -> None:
    machine.ready()
    next(machine.site_packages.glob("numpy-*")).rmdir()
    assert "Packages are missing" in machine.handed_over("lab")
    assert machine.kinds() == ["python -c", *UPDATE]
    assert machine.handed_over("lab") == ""


def test_a_killed_set_up_is_redone(machine: Machine) -> None:
    machine.switch("slow")
    with machine.start("setup") as process:
        machine.wait_for("uv pip")
        os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert (machine.root / ".venv").is_dir() and (machine.root / ".tools" / "lock").is_dir()
    machine.switch_off("slow")
    machine.calls()
    assert "half-made" in machine.handed_over("lab")
    assert machine.kinds() == SET_UP
    assert not (machine.root / ".tools" / "lock").exists()


def test_a_venv_that_was_killed_while_it_changed_is_made_anew(machine: Machine) -> None:
    machine.ready("lab")
    machine.switch("slow")
    with machine.start("test") as process:
        machine.wait_for("uv pip")
        os.killpg(process.pid, signal.SIGKILL)
    assert "half-made" in machine.handed_over("lab")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc")
def test_the_lock_of_a_process_that_nobody_reaped_is_taken_over(machine: Machine) -> None:
    dead = subprocess.Popen(["true"])
    os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)  # it stays a zombie
    lock = machine.root / ".tools" / "lock"
    lock.mkdir(parents=True)
    (lock / "pid").write_text(f"{dead.pid}\n")
    assert "waiting" not in machine.handed_over("lab")
    assert not lock.exists()
    dead.wait()


def test_an_installer_that_outlives_its_script_is_waited_for(machine: Machine) -> None:
    machine.switch("slow")
    with machine.start("setup") as process:
        machine.wait_for("uv pip")
        process.kill()
        process.wait()
        assert "waiting for it" in machine.handed_over("setup")
    assert machine.kinds() == ["uv venv", "uv pip", "uv done", *SET_UP]


def test_two_at_once_set_up_once(machine: Machine) -> None:
    machine.switch("slow")
    with machine.start("lab") as first:
        machine.wait_for("uv pip")
        said = machine.handed_over("run")
        first.communicate(timeout=20)
    assert "is setting up; waiting for it" in said
    assert first.returncode == 0
    assert sorted(machine.kinds()) == sorted([*SET_UP, "python -m"])


def test_an_interrupt_frees_the_lock(machine: Machine) -> None:
    machine.switch("slow")
    with machine.start("lab") as process:
        machine.wait_for("uv pip")
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 130
    assert not (machine.root / ".tools" / "lock").exists()


def test_a_torch_pair_that_cannot_work_is_explained(machine: Machine) -> None:
    machine.switch("torch-mismatch")
    for _ in range(2):  # nor is it taken for whole the second time
        message = machine.stopped("lab")
        assert "torch-2.15.0 and torchvision-0.30.0 in .venv cannot work together" in message
        assert "CPU-only" in message and "rm -rf .venv && ./course setup" in message


def test_a_torch_swapped_by_hand_is_looked_at(machine: Machine) -> None:
    machine.ready()
    site = machine.site_packages
    (site / "torch-2.15.0.dist-info").rename(site / "torch-2.13.0+cpu.dist-info")
    machine.switch("torch-mismatch")
    for command in ("run", "test", "lab"):
        message = machine.stopped(command)
        assert "torch-2.13.0+cpu and torchvision-0.30.0" in message
    machine.switch_off("torch-mismatch")
    machine.calls()
    assert machine.handed_over("lab") == ""  # a pair that works is the user's choice
    assert machine.handed_over("lab") == ""
    assert machine.kinds() == ["python -c", "python -m", "python -m"]


def test_a_torch_removed_by_hand_is_set_up_anew(machine: Machine) -> None:
    machine.ready()
    machine.switch("torch-broken")
    (machine.site_packages / "torch-2.15.0.dist-info").rmdir()
    message = machine.stopped("lab")  # the stand-in stays broken even when made anew
    assert "does not start (ModuleNotFoundError: No module named 'torch')" in message
    assert machine.kinds() == ["python -c", "uv venv", "uv pip", "uv done", "python -c"]


def test_the_chosen_torch_is_passed_on_and_remembered(machine: Machine) -> None:
    machine.handed_over("lab", COURSE_TORCH="cpu")
    assert machine.calls()[1].endswith("--torch-backend=cpu")
    assert machine.handed_over("lab") == ""
    machine.handed_over("test")
    assert machine.calls()[1].endswith("--torch-backend=cpu")
    assert "COURSE_TORCH is now 'auto'; making" in machine.handed_over("lab", COURSE_TORCH="auto")
