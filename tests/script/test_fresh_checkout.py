"""The real thing: a clone of this project in an empty folder, an empty home, real packages."""

import importlib.metadata
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from stand_in_machine import REPO

FREE_DISK = 20e9


def find_uv() -> str:
    uv = shutil.which("uv") or shutil.which("uv", path=REPO / ".tools" / "bin")
    return uv or pytest.skip("needs the uv that ./course set this environment up with")


def require_registry(uv: str, folder: Path) -> None:
    """Skips unless a package can be looked up now, outside every cache."""
    look_up = [
        uv,
        "pip",
        "install",
        "--dry-run",
        "--no-cache",
        "--no-deps",
        "--target",
        str(folder),
    ]
    answer = subprocess.run([*look_up, "hatchling"], capture_output=True, text=True, check=False)
    if answer.returncode:
        pytest.skip(f"no package registry can be reached: {answer.stderr.strip()[-200:]}")


def git(*words: str, cwd: Path) -> str:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    done = subprocess.run(
        ["git", *identity, *words], cwd=cwd, capture_output=True, text=True, check=True
    )
    return done.stdout


def publish_working_tree(folder: Path) -> None:
    """Makes a repository of what the next commit of this one could hold."""
    names = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=REPO)
    for name in filter(None, names.split("\0")):
        if (REPO / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPO / name, folder / name)
    git("init", "--quiet", cwd=folder)
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message", "as it is", cwd=folder)


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty folder that leaves nothing behind; pytest would keep 6 GB for three runs."""
    with tempfile.TemporaryDirectory(prefix="dynconv course ") as name:
        yield Path(name)


@pytest.mark.timeout(900)
def test_a_clone_sets_itself_up(place: Path) -> None:
    if not (REPO / ".git").exists():
        pytest.skip("needs a git checkout to clone")
    if shutil.disk_usage(place).free < FREE_DISK:
        pytest.skip(f"needs {FREE_DISK / 1e9:.0f} GB of free disk in {place.parent}")
    uv = find_uv()
    require_registry(uv, place / "look-up")
    cache = subprocess.run([uv, "cache", "dir"], capture_output=True, text=True, check=True)

    (place / "origin").mkdir()
    (place / "home").mkdir()
    publish_working_tree(place / "origin")
    git("clone", "--quiet", str(place / "origin"), "clone", cwd=place)

    env = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
    env |= {"HOME": str(place / "home"), "UV_CACHE_DIR": cache.stdout.strip()}
    env.pop("VIRTUAL_ENV", None)
    if importlib.metadata.version("torch").endswith("+cpu"):
        env["COURSE_TORCH"] = "cpu"
    course = [str(place / "clone" / "course"), "setup"]
    first = subprocess.run(course, cwd=place, env=env, capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stderr
    assert "Setting up the course" in first.stderr

    python = place / "clone" / ".venv" / "bin" / "python"
    works = "import dynconv_lite, torch, torchvision; print(dynconv_lite.__file__, torch.ones(2))"
    done = subprocess.run([python, "-c", works], cwd=place, capture_output=True, text=True)
    assert done.stdout.startswith(f"{place}/clone/dynconv_lite/"), done.stderr
    second = subprocess.run(course, cwd=place, env=env, capture_output=True, text=True, check=False)
    assert (second.returncode, second.stderr) == (0, "")
    assert git("status", "--porcelain", cwd=place / "clone") == ""
    assert not (place / "clone" / ".tools" / "lock").exists()
