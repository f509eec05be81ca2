"""Runs that are made to be killed: forked from a process that has imported torch only once.

`python victim.py` reads one JSON request a line, runs it in a forked process of its own, kills
that process where or when the request says, and answers with a line of JSON. A victim halts
itself (SIGSTOP) at the place where it is to die, so that no kill depends on luck; or it is shot
after a while, wherever it may be by then.
"""

import contextlib
import hashlib
import io
import json
import mmap
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PATIENCE = 240.0  # seconds after which a victim counts as hung
HEAD = struct.Struct("ii")  # where a training started from, and the last step it has done
ROOT = Path(__file__).parents[2]


class Board:
    """What a victim writes down for those who find it: memory that outlives its process."""

    def __init__(self, stop: str | None, passes: int) -> None:
        self.memory = mmap.mmap(-1, 4096)
        self.stop, self.passes = stop, passes
        self.halt: Callable[[], None] = lambda: os.kill(os.getpid(), signal.SIGSTOP)

    def put(self, start: int, step: int) -> None:
        self.memory[: HEAD.size] = HEAD.pack(start, step)

    def get(self) -> tuple[int, int]:
        return HEAD.unpack(self.memory[: HEAD.size])

    def say(self, text: str) -> None:
        raw = text.encode()[:4000]
        self.memory[HEAD.size : HEAD.size + len(raw) + 1] = raw + b"\0"

    def heard(self) -> str:
        return self.memory[HEAD.size :].split(b"\0", 1)[0].decode(errors="replace")

    def reach(self, place: str) -> None:
        """Note the place; halt there if it is the place to die at, and was passed often enough."""
        self.say(place)
        if place == self.stop:
            self.passes -= 1
            if self.passes < 0:
                self.halt()


def kind_of(path: Path) -> str:
    return "checkpoint" if "step-" in path.name else path.parent.name


def watch_training(board: Board) -> None:
    """Let a training pass by the board in each of its phases."""
    import torch

    from dynconv_lite.experiments import checkpoint, jitter, places, training

    def around(owner: Any, name: str, place: str, after: Callable[..., None] | None = None) -> None:
        plain = getattr(owner, name)

        def watched(*args: Any, **keywords: Any) -> Any:
            board.reach(f"{place}: before")
            result = plain(*args, **keywords)
            if after is not None:
                after(args[0])
            board.reach(f"{place}: after")
            return result

        setattr(owner, name, watched)

    def started(run: Any) -> None:
        board.put(run.step, run.step)

    def stepped(run: Any) -> None:
        board.put(board.get()[0], run.step)

    around(training._Run, "restore", "resuming", started)
    around(training._Run, "_batch", "batch")
    around(torch.optim.SGD, "step", "optimizer")
    around(training._Run, "take_step", "step", stepped)
    around(training, "evaluate", "evaluation")
    around(jitter, "measure_erf", "ERF")
    around(jitter, "evaluate", "evaluation in motion")
    around(checkpoint.Checkpoints, "clear", "clearing")
    around(places.Places, "lock", "lock")
    around(places.Places, "clean_up", "clean-up")


def watch_writing(board: Board) -> None:
    """Let every atomic write pass by the board: half written, before and after its move."""
    plain_replace = os.replace

    class Torn(io.BufferedWriter):
        def write(self, payload: Any) -> int:
            path = Path(os.readlink(f"/proc/self/fd/{self.fileno()}"))
            half = len(payload) // 2
            super().write(payload[:half])
            self.flush()
            board.reach(f"{kind_of(path)}: half written")
            return half + super().write(payload[half:])

    def replace(source: Any, target: Any) -> None:
        board.reach(f"{kind_of(Path(target))}: before the move")
        plain_replace(source, target)
        board.reach(f"{kind_of(Path(target))}: after the move")

    os.fdopen = lambda descriptor, mode: Torn(io.FileIO(descriptor, mode))  # type: ignore
    os.replace = replace


def live(request: dict[str, Any], board: Board) -> None:
    from dynconv_lite.experiments import parse_config, run

    watch_training(board)
    watch_writing(board)
    try:
        record = run(
            parse_config(request["config"]),
            request["out"],
            device="cpu",
            checkpoint_minutes=request["minutes"],
        )
        board.say(f"returned {hashlib.sha256(record.model_dump_json().encode()).hexdigest()}")
    except BaseException as error:
        board.say(f"{type(error).__name__}: {error}")
        os._exit(1)
    os._exit(0)


def end_of(victim: int, deadline: float) -> str:
    """Wait for a victim's end, and bring it about: once it has halted, or at the deadline."""
    shot = False
    while True:
        pid, status = os.waitpid(victim, os.WUNTRACED | os.WNOHANG)
        if pid and os.WIFEXITED(status):
            return "failed" if os.WEXITSTATUS(status) else "done"
        if pid and os.WIFSIGNALED(status):
            return "killed"
        if not shot and (pid or time.monotonic() > deadline):
            os.kill(victim, signal.SIGKILL)
            shot = True
        time.sleep(0.002)


def found(end: str, board: Board) -> dict[str, Any]:
    start, step = board.get()
    return {"end": end, "place": board.heard(), "start": start, "step": step}


def begin(request: dict[str, Any], board: Board) -> int:
    victim = os.fork()
    if victim == 0:
        live(request, board)
    return victim


def attempt(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Bring about one run and its end; or two, the second of which may see the first one die."""
    board, other = Board(request["stop"], request["passes"]), Board(None, 0)
    patience = request["after"] or PATIENCE
    victim = begin(request, board)
    if not request["pair"]:
        return [found(end_of(victim, time.monotonic() + patience), board)]
    if request["stop"]:
        os.waitpid(victim, os.WUNTRACED)  # until it has halted
    second = begin(request, other)
    if request["stop"]:
        deadline = time.monotonic() + patience
        while other.heard() != "lock: after" and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(0.5)  # time to go on, if it does not wait
        waiting = other.heard()
        ends = [end_of(victim, 0), end_of(second, time.monotonic() + PATIENCE)]
        return [found(ends[0], board), {**found(ends[1], other), "waited at": waiting}]
    ends = [end_of(process, time.monotonic() + patience) for process in (victim, second)]
    return [found(ends[0], board), found(ends[1], other)]


def serve() -> None:
    import filelock  # noqa: F401
    import torch

    from data_utils import textures
    from dynconv_lite.experiments import jitter  # noqa: F401

    torch.set_num_threads(1)  # and nothing is computed here: a fork takes no threads along
    torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))])  # imports what takes seconds
    for split in ("train", "test"):
        textures(split)  # keeps them
    for line in sys.stdin:
        print(json.dumps(attempt(json.loads(line))), flush=True)


class Victims:
    """The other end: asks for runs, and is told how they ended."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def run(
        self,
        config: dict[str, Any],
        out: Path,
        *,
        stop: str | None = None,
        passes: int = 0,
        after: float | None = None,
        minutes: float = 0,
    ) -> dict[str, Any]:
        """Run a configuration, and say how the run ended and what it said last.

        Args:
            config: What to run.
            out: The folder of records.
            stop: The place at which to kill it.
            passes: How often it may pass that place first.
            after: Seconds after which to kill it.
            minutes: The interval of its checkpoints.
        """
        request = {"stop": stop, "passes": passes, "after": after, "minutes": minutes}
        (ran,) = self._ask(config=config, out=str(out), pair=False, **request)
        return ran

    def run_two(
        self, config: dict[str, Any], out: Path, stop: str | None = None, passes: int = 0
    ) -> list[dict[str, Any]]:
        """Run a configuration twice at once; or begin it again where the first run halts.

        In that case the first one is killed after the second has had time to meet it.
        """
        request = {"stop": stop, "passes": passes, "after": None, "minutes": 0}
        return self._ask(config=config, out=str(out), pair=True, **request)

    def _ask(self, **request: Any) -> list[dict[str, Any]]:
        assert self.process.stdin and self.process.stdout
        print(json.dumps(request), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


@contextlib.contextmanager
def victims() -> Iterator[Victims]:
    """Start the process that victims are forked from."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, __file__],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield Victims(process)
        assert process.stdin
        process.stdin.close()


if __name__ == "__main__":
    serve()
