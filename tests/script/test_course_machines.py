"""The `course` launcher on machines that lack something."""

import shutil

import pytest
from stand_in_machine import NOTHING, Machine


@pytest.mark.parametrize("state", ["", "left-over", "broken"])
def test_uv_is_fetched_by_pip_where_the_machine_has_none(machine: Machine, state: str) -> None:
    machine.remove("uv")
    if state:
        folder = machine.root / ".tools" / {"left-over": "new/bin", "broken": "bin"}[state]
        folder.mkdir(parents=True)
        (folder / "uv").write_text("half a file")
    machine.handed_over("lab")
    pip, *rest = machine.calls()
    assert "--only-binary :all:" in pip and " uv==" in pip
    assert rest[0].startswith("uv venv")
    assert [path.name for path in (machine.root / ".tools").iterdir()] == ["bin"]
    machine.handed_over("test")
    assert not any(call.startswith("pip") for call in machine.calls())


def test_a_python_without_pip_fetches_uv_through_a_venv(machine: Machine) -> None:
    machine.remove("uv")
    machine.switch("pip-missing")
    machine.handed_over("lab")
    assert machine.kinds()[:2] == ["pip -m", "uv venv"]
    assert [path.name for path in (machine.root / ".tools").iterdir()] == ["bin"]


def test_a_python_with_neither_pip_nor_venv_is_explained(machine: Machine) -> None:
    machine.remove("uv")
    machine.switch("pip-missing")
    machine.switch("venv-missing")
    assert "apt install python3-pip" in machine.stopped("lab")


def test_an_old_python_lets_uv_bring_a_newer_one_into_the_course(machine: Machine) -> None:
    machine.switch("python-old")
    assert "older than 3.11" in machine.handed_over("lab")
    assert "--python 3.12 " in machine.calls()[0]
    machine.switch("uv-venv-fails")
    shutil.rmtree(machine.root / ".venv")
    assert "install Python 3.11 or newer" in machine.stopped("lab")


@pytest.mark.parametrize(("torch", "need"), [("", 8), ("auto", 8), ("cpu", 3)])
def test_too_little_disk_is_told_before_anything_is_fetched(
    machine: Machine, torch: str, need: int
) -> None:
    machine.switch("free", f"{need - 1}900000")
    message = machine.stopped("lab", COURSE_TORCH=torch)
    assert f"about {need} GB of free disk, and {need - 1}.9 GB are free" in message
    assert ("with COURSE_TORCH=cpu" in message) == (need == 8)
    assert machine.calls() == []
    machine.switch("free", f"{need}100000")
    machine.handed_over("lab", COURSE_TORCH=torch)


@pytest.mark.parametrize("step", ["uv-venv-fails", "uv-pip-fails", "pip-fails"])
def test_without_network_the_way_out_follows_the_installers_message(
    machine: Machine, step: str
) -> None:
    if step == "pip-fails":
        machine.remove("uv")
    machine.switch(step)
    message = machine.stopped("lab")
    assert "no network?" in message and "run this again" in message
    assert ("no route" if step == "pip-fails" else "dns error") in message
    machine.switch_off(step)
    machine.handed_over("lab")
    assert machine.handed_over("lab") == ""


def test_what_worked_still_works_when_more_cannot_be_fetched(machine: Machine) -> None:
    machine.ready("lab")
    machine.switch("uv-pip-fails")
    machine.stopped("test")
    machine.calls()
    assert machine.handed_over("lab") == ""
    assert machine.kinds() == NOTHING


@pytest.mark.parametrize("home", [None, "", "/nonexistent/home"])
def test_without_a_home_everything_stays_in_the_course(machine: Machine, home: str | None) -> None:
    before = {path.name for path in machine.base.iterdir()}
    own = machine.root / ".tools" / "home"
    for _ in range(2):
        result = machine.run("lab", HOME=home)
        assert result.stdout == f"{machine.root}|{own}|-m dynconv_lite lab\n"
    assert {path.name for path in machine.base.iterdir()} - before == {"log"}


@pytest.mark.parametrize("folder", [".tools", "lock"])
def test_a_course_that_cannot_be_written_is_explained(machine: Machine, folder: str) -> None:
    real = (machine.base / "bin" / "mkdir").readlink()
    machine.remove("mkdir")
    failing = f"echo 'mkdir: {folder}: No space left on device' >&2; exit 1"
    body = f'case "$*" in *{folder}) {failing} ;; *) exec {real} "$@" ;; esac'
    machine.stand_in("bin/mkdir", body)
    assert f"cannot write in {machine.root}: make room" in machine.stopped("lab")
