"""A made-up machine in which the `course` script runs in milliseconds.

The script sees a PATH of its own: the few ordinary tools it may use, and shell stand-ins for git,
python3, uv and df that write down how they were called. What the stand-ins do is steered by files
in `switches/`, so that a test reads as a story: `machine.switch("pip-missing")`, then run.
"""

import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
SCRIPT_TOOLS = "cat cksum dirname env mkdir mv paste readlink rm sed sh sleep tail tr uname"
STAND_IN_TOOLS = "chmod cp ln"

# The calls of a set-up from nothing, of one that only adds packages, and of none.
SET_UP = ["uv venv", "uv pip", "uv done", "python -c", "python -m"]
UPDATE = ["uv pip", "uv done", "python -c", "python -m"]
NOTHING = ["python -m"]

HEADER = """#!/bin/sh
base={base}
log() {{ printf '%s\\n' "$*" >>"$base/log"; }}
on() {{ [ -e "$base/switches/$1" ]; }}
"""

UV = """
[ "$1" != --version ] || exit 0
log "uv $*"
if on "uv-$1-fails"; then echo "uv: a dns error" >&2; exit 2; fi
case $1 in
  venv)
    for target in "$@"; do :; done
    mkdir -p "$target/bin" "$target/lib/python3.12/site-packages"
    ln -s "$base/venv-python" "$target/bin/python" ;;
  pip)
    target=$4/lib/python3.12/site-packages
    mkdir -p "$target/numpy-2.5.0.dist-info"
    on slow && sleep 2
    [ -e "$target"/torch-*.dist-info ] || mkdir -p "$target/torch-2.15.0.dist-info" \\
      "$target/torchvision-0.30.0.dist-info"
    case "$*" in *'.[dev]'*) mkdir -p "$target/pytest-9.0.0.dist-info" ;; esac
    log "uv done" ;;
esac
"""

VENV_PYTHON = """
log "python $*"
case "$*" in
  -c*torchvision*)
    if on torch-mismatch; then echo 'RuntimeError: operator torchvision::nms does not exist' >&2
    elif on torch-broken; then echo "ModuleNotFoundError: No module named 'torch'" >&2
    else exit 0
    fi
    exit 1 ;;
  *) echo "$PWD|$HOME|$*" ;;
esac
"""

PYTHON3 = """
case "$*" in
  -c*executable*) echo "$base/bin/python3"; on python-old && exit 1; exit 0 ;;
  '-m pip --version') on pip-missing && exit 1; exit 0 ;;
  '-m pip install'*) log "pip $*"
    on pip-fails && { echo 'ERROR: no route to host' >&2; exit 1; }
    while [ "$1" != --target ]; do shift; done
    mkdir -p "$2/bin" && cp "$base/uv" "$2/bin/uv" ;;
  '-m venv'*) on venv-missing && exit 1
    mkdir -p "$3/bin" && printf '#!/bin/sh\\nrm -f "%s"\\nexec "%s" "$@"\\n' \\
      "$base/switches/pip-missing" "$base/bin/python3" >"$3/bin/python"
    chmod +x "$3/bin/python" ;;
esac
"""

DF = """
echo 'Filesystem 1024-blocks Used Available Capacity Mounted on'
echo "//server/a share 90000000 1 $(cat "$base/switches/free") 7% /my course"
"""


@dataclass
class Machine:
    """The sandbox: a copy of the project's set-up files, the stand-ins, and what they logged."""

    base: Path
    shell: str = "/bin/sh"
    root: Path = field(init=False)
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.root = self.base / "my course"
        self.log = self.base / "log"
        for folder in (self.root, self.base / "bin", self.base / "switches", self.base / "home"):
            folder.mkdir()
        for name in ("course", "pyproject.toml", "constraints.txt"):
            shutil.copy(REPO / name, self.root)
        for name in (SCRIPT_TOOLS + " " + STAND_IN_TOOLS).split():
            (self.base / "bin" / name).symlink_to(shutil.which(name) or pytest.fail(name))
        self.stand_in("bin/git", "")
        self.stand_in("bin/python3", PYTHON3)
        self.stand_in("bin/df", DF)
        self.stand_in("bin/uv", UV)
        self.stand_in("uv", UV)
        self.stand_in("venv-python", VENV_PYTHON)
        self.switch("free", "50000000")

    def stand_in(self, name: str, body: str) -> None:
        path = self.base / name
        path.write_text(HEADER.format(base=f"'{self.base}'") + body + "\nexit 0\n")
        path.chmod(0o755)

    def remove(self, tool: str) -> None:
        (self.base / "bin" / tool).unlink()

    def switch(self, name: str, text: str = "") -> None:
        (self.base / "switches" / name).write_text(text)

    def switch_off(self, name: str) -> None:
        (self.base / "switches" / name).unlink()

    def start(self, *words: str, **changes: str | None) -> subprocess.Popen[str]:
        """Starts `course` from another folder; `changes` are environment variables, None unset."""
        env = {"PATH": str(self.base / "bin"), "HOME": str(self.base / "home")} | changes
        return subprocess.Popen(
            [self.shell, str(self.root / "course"), *words],
            cwd=self.base,
            env={name: value for name, value in env.items() if value is not None},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
        with self.start(*words, **changes) as process:
            out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def handed_over(self, *words: str, **changes: str | None) -> str:
        """Runs `course`, expects it to reach the Python side, and returns what it said before."""
        result = self.run(*words, **changes)
        assert result.returncode == 0, result.stderr
        home = changes.get("HOME", str(self.base / "home"))
        assert result.stdout == f"{self.root}|{home}|-m dynconv_lite {' '.join(words)}\n"
        return result.stderr

    def stopped(self, *words: str, **changes: str | None) -> str:
        """Runs `course`, expects it to end on one sentence of its own, and returns all it said."""
        result = self.run(*words, **changes)
        assert (result.returncode, result.stdout) == (1, "")
        *others, last = result.stderr.splitlines()
        assert last.startswith("course: ") and last.endswith(".")
        assert not any(line.startswith("course: ") for line in others)
        return result.stderr

    def ready(self, command: str = "setup") -> None:
        """Sets up and forgets what that called."""
        self.handed_over(command)
        self.calls()

    def calls(self) -> list[str]:
        """What the stand-ins were called with since the last look."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return lines

    def kinds(self) -> list[str]:
        """The calls since the last look without their arguments."""
        return [" ".join(call.split()[:2]) for call in self.calls()]

    def wait_for(self, call: str) -> None:
        deadline = time.monotonic() + 20
        while not self.log.exists() or call not in self.log.read_text():
            assert time.monotonic() < deadline, f"{call!r} was never called"
            time.sleep(0.02)

    @property
    def site_packages(self) -> Path:
        return self.root / ".venv" / "lib" / "python3.12" / "site-packages"
