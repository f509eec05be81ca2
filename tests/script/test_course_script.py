"""The `course` launcher: what it says, and when it sets up."""

import os
import shutil
import subprocess

import pytest
from stand_in_machine import NOTHING, REPO, Machine

COMMANDS = (
    "lab",
    "run",
    "experiment",
    "results",
    "compare",
    "upscale",
    "test",
    "sync",
    "lint",
    "setup",
)
SHELLS = [path for path in map(shutil.which, ("dash", "bash", "ksh", "zsh")) if path]


@pytest.mark.parametrize("words", [[], ["help"], ["-h"], ["--help"]])
def test_help_has_one_line_a_command_and_sets_nothing_up(
    machine: Machine, words: list[str]
) -> None:
    for tool in ("git", "python3", "uv"):
        machine.remove(tool)
    result = machine.run(*words)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("usage: ./course COMMAND")
    first_words = [line.split()[0] for line in result.stdout.splitlines() if line[:2] == "  "]
    assert first_words == list(COMMANDS)
    assert {path.name for path in machine.root.iterdir()} == {
        "course",
        "pyproject.toml",
        "constraints.txt",
    }


def test_a_wrong_word_is_named(machine: Machine) -> None:
    result = machine.run("lap")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "course: 'lap' is not a command. Run ./course for the list.\n"
    assert machine.calls() == []


@pytest.mark.parametrize("tool", ["git", "python3"])
def test_a_missing_tool_is_named_with_the_way_to_get_it(machine: Machine, tool: str) -> None:
    machine.remove(tool)
    message = machine.stopped("lab")
    assert f"{tool} " in message and "is missing" in message and f"apt install {tool}" in message
    assert machine.calls() == []


def test_the_script_is_clean_and_executable() -> None:
    script = REPO / "course"
    assert script.read_text().startswith("#!/bin/sh\n") and os.access(script, os.X_OK)
    for shell in SHELLS:
        subprocess.run([shell, "-n", str(script)], check=True)
    if checker := shutil.which("shellcheck"):
        subprocess.run([checker, str(script)], check=True)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_first_command_sets_up_and_the_next_does_not(machine: Machine, shell: str) -> None:
    machine.shell = shell
    assert "Setting up the course" in machine.handed_over("setup")
    venv, pip, _, check, command = machine.calls()
    assert venv == f"uv venv --quiet --python {machine.base}/bin/python3 {machine.root}/.venv"
    assert pip.endswith(".venv --editable . --constraints constraints.txt")
    assert check == "python -c import torch, torchvision"
    assert command == "python -m dynconv_lite setup"
    assert machine.handed_over("lab", "--port", "1") == ""
    assert machine.calls() == ["python -m dynconv_lite lab --port 1"]
    assert list((machine.root / ".tools").iterdir()) == []


def test_developers_commands_add_their_packages_to_the_same_venv(machine: Machine) -> None:
    machine.ready("run")
    assert "more packages" in machine.handed_over("test", "-k", "erf")
    pip, *_ = calls = machine.calls()
    assert "--editable .[dev] " in pip and not any("uv venv" in call for call in calls)
    for command in ("lint", "lab", "sync"):
        assert machine.handed_over(command, "--help") == ""
    assert machine.kinds() == NOTHING * 3


@pytest.mark.parametrize("words", [["--engine", "ray"], ["--engine=ray", "--dry-run"]])
def test_the_engine_ray_adds_its_packages_once(machine: Machine, words: list[str]) -> None:
    machine.ready("experiment")
    for others in (["jitter", "--engine", "local"], ["ray", "--engine"], ["--engine=ray2"]):
        assert machine.handed_over("experiment", *others) == ""
    machine.calls()
    assert "more packages" in machine.handed_over("experiment", "jitter", *words)
    assert "--editable .[cluster] " in machine.calls()[0]
    for command in ("lab", "experiment"):  # what is there stays
        assert machine.handed_over(command, "--help") == ""
    assert machine.kinds() == NOTHING * 2
    machine.handed_over("test")
    assert "--editable .[dev] " in machine.calls()[0]
    assert machine.handed_over("experiment", *words) == ""  # dev holds the packages, too


def test_the_engine_ray_can_be_part_of_the_first_set_up(machine: Machine) -> None:
    machine.handed_over("experiment", "jitter", "--engine", "ray")
    assert any("--editable .[cluster] " in call for call in machine.calls())


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_changed_requirements_are_installed(machine: Machine, name: str) -> None:
    machine.ready("lint")
    with (machine.root / name).open("a") as file:
        file.write("# changed\n")
    machine.handed_over("lab")
    pip = machine.calls()[0]
    assert "--editable .[dev] " in pip  # what the developer had stays
    assert machine.handed_over("lab") == ""


def test_a_link_to_the_script_finds_the_course(machine: Machine) -> None:
    machine.ready()
    link = machine.base / "bin" / "linked-course"
    link.symlink_to(machine.root / "course")
    env = {"PATH": str(machine.base / "bin"), "HOME": str(machine.base / "home")}
    result = subprocess.run(["linked-course", "lab"], env=env, capture_output=True, text=True)
    assert result.stdout.startswith(f"{machine.root}|")
