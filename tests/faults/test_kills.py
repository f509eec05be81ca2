"""kill -9 at any moment costs at most the interval, and what comes out is the same to the byte.

COURSE_KILLS=200 hunts for longer than the ordinary run of the tests does; COURSE_KILL_SEED
chooses other moments.
"""

import itertools
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_notebook, writes
from victim import ROOT, Victims, victims

from dynconv_lite.experiments import config_for, config_hash
from dynconv_lite.experiments.config import Config
from dynconv_lite.experiments.places import Places

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs fork and /proc")

KILLS = int(os.environ.get("COURSE_KILLS", "20"))
SEED = int(os.environ.get("COURSE_KILL_SEED", "0"))
LENGTHS = {  # 3 steps an epoch; every generator is drawn from
    "train_size": 96,
    "test_size": 60,
    "batch_size": 32,
    "epochs": 4,
    "erasing": 0.5,
    "mixup": 0.4,
    "cutmix": 0.4,
    "erf_epochs": (1, 2, 3, 4),
    "erf_images": 2,
    "erf_size": 32,
}
STEPS = 12
RANDOM = config_for("jitter", "smoke", method="shift_int", **LENGTHS)
LEARNED = config_for("jitter", "smoke", method="shift_learnable_stable", **LENGTHS)
IN_A_STEP = [
    "resuming: after",
    "batch: after",
    "optimizer: before",
    "optimizer: after",
    "step: after",
    "progress: half written",
    "checkpoint: half written",
    "checkpoint: before the move",
    "checkpoint: after the move",
]
AFTER_AN_EPOCH = ["evaluation: before", "evaluation: after", "ERF: before", "ERF: after"]
AT_THE_END = [
    "evaluation in motion: before",
    "weights: half written",
    "weights: before the move",
    "weights: after the move",
    "records: half written",
    "records: before the move",
    "records: after the move",
    "clean-up: before",
    "clearing: before",
    "clearing: after",
]


@pytest.fixture(scope="module")
def forked() -> Iterator[Victims]:
    with victims() as running:
        yield running


@pytest.fixture(scope="module")
def undisturbed(forked: Victims, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Where each configuration ran without a kill, and without a checkpoint on the way."""
    folders = {}
    for config in (RANDOM, LEARNED):
        out = tmp_path_factory.mktemp("undisturbed") / "records"
        ran = forked.run(plain(config), out, minutes=1000)
        assert ran["end"] == "done", ran
        folders[config_hash(config)] = out
    return folders


def plain(config: Config) -> dict[str, Any]:
    return config.model_dump(mode="json")


def places(config: Config, out: Path) -> Places:
    return Places.of(out, config.experiment, config_hash(config))


def newest(config: Config, out: Path) -> int:
    """The step of the newest checkpoint."""
    files = sorted(places(config, out).checkpoints.glob("step-*.pt"))
    return int(files[-1].stem.removeprefix("step-")) if files else 0


def result(config: Config, out: Path) -> tuple[bytes, bytes]:
    """The bytes of the weights, and of the record less what tells one run from another."""
    kept = places(config, out)
    lines = kept.record.read_bytes().splitlines(keepends=True)
    varying = (b' "wall_seconds"', b' "created"', b' "commit"')
    assert sum(line.startswith(varying) for line in lines) == len(varying)
    record = b"".join(line for line in lines if not line.startswith(varying))
    return kept.weights.read_bytes(), record


def files(out: Path) -> list[str]:
    return sorted(str(p.relative_to(out.parent)) for p in out.parent.rglob("*") if p.is_file())


def story(config: Config, kills: random.Random) -> list[dict[str, Any]]:
    """Choose kills for the phases of one training, which let at most 11 of its steps be kept."""
    course = [{"stop": place, "passes": 0} for place in IN_A_STEP]
    for kill in course:
        if kill["stop"] not in ("resuming: after", "progress: half written"):
            kill["passes"] = kills.choice((0, 1))
    kills.shuffle(course)
    place = kills.randrange(len(course) + 1)
    course[place:place] = [{"stop": place} for place in AFTER_AN_EPOCH]
    return course + [{"stop": place} for place in AT_THE_END if config is RANDOM]


def kill_and_look(config: Config, out: Path, forked: Victims, **kill: Any) -> Counter[str]:
    """Run a configuration up to a kill, see what it cost, and say where it fell."""
    kept = newest(config, out)
    ran = forked.run(plain(config), out, **kill)
    told = f"{kill} ended as {ran}"
    print(told)  # shown where a test fails
    assert ran["end"] in ("killed", "done"), told
    assert ran["place"] == kill.get("stop", ran["place"]), told
    if ran["step"]:  # it came as far as the training
        assert ran["start"] == kept, told
    if not places(config, out).record.exists():
        assert ran["step"] - newest(config, out) <= 1, told
    return Counter([ran["place"]] if ran["end"] == "killed" else [])


@pytest.mark.timeout(300 + 6 * KILLS)
def test_a_kill_costs_a_step_at_most_and_changes_nothing(
    forked: Victims, undisturbed: dict[str, Path], tmp_path: Path
) -> None:
    fell: Counter[str] = Counter()
    for number in itertools.count():
        config, kills = (RANDOM, LEARNED)[number % 2], random.Random(SEED + number)
        reference = undisturbed[config_hash(config)]
        out = tmp_path / str(number) / "records"
        for kill in story(config, kills) if number % 4 < 3 else []:
            fell += kill_and_look(config, out, forked, **kill)
        longest = 1.0  # seconds; grows, so that a slow machine comes to the end, too
        while not places(config, out).record.exists():
            fell += kill_and_look(config, out, forked, after=kills.uniform(0.02, longest))
            longest *= 1.25
        assert forked.run(plain(config), out)["end"] == "done"
        hit = "\n".join(f"{count:4} {place or 'start'}" for place, count in fell.items())
        assert result(config, out) == result(config, reference), f"after kills at\n{hit}"
        assert files(out) == files(reference), f"after kills at\n{hit}"
        if number and fell.total() >= KILLS:
            break
    print(f"{fell.total()} kills\n{hit}")
    assert fell.total() >= 20
    assert {*IN_A_STEP, *AFTER_AN_EPOCH, *AT_THE_END} <= set(fell)


def test_of_two_runs_at_once_one_measures_and_both_return_its_record(
    forked: Victims, undisturbed: dict[str, Path], tmp_path: Path
) -> None:
    out, reference = tmp_path / "records", undisturbed[config_hash(RANDOM)]
    first, second = forked.run_two(plain(RANDOM), out)
    assert first["end"] == second["end"] == "done"
    assert sorted([first["step"], second["step"]]) == [0, STEPS]
    assert first["place"] == second["place"]
    assert first["place"].startswith("returned")
    assert result(RANDOM, out) == result(RANDOM, reference)
    assert files(out) == files(reference)


def test_a_second_run_waits_and_goes_on_where_the_first_is_killed(
    forked: Victims, undisturbed: dict[str, Path], tmp_path: Path
) -> None:
    out, reference = tmp_path / "records", undisturbed[config_hash(RANDOM)]
    first, second = forked.run_two(plain(RANDOM), out, "checkpoint: after the move", 4)
    assert (first["end"], second["end"]) == ("killed", "done")
    assert second["waited at"] == "lock: after"
    assert second["start"] == first["step"] > 2
    assert result(RANDOM, out) == result(RANDOM, reference)
    assert files(out) == files(reference)


def test_a_long_interval_is_kept_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With a clock that stands still but for work: what is at stake never passes the interval."""
    from types import SimpleNamespace

    from dynconv_lite.experiments import jitter, run, training  # noqa: F401
    from dynconv_lite.experiments.checkpoint import Checkpoints

    minutes, stakes = 4, []
    clock = {"now": 0.0, "saved": 0.0}

    def passes(owner: Any, name: str, cost: float) -> None:
        work = getattr(owner, name)

        def timed(*arguments: Any) -> Any:
            done = work(*arguments)
            clock["now"] += 60 * cost
            stakes.append((clock["now"] - clock["saved"]) / 60)
            return done

        monkeypatch.setattr(owner, name, timed)

    def save(self: Checkpoints, *arguments: Any) -> None:
        plain_save(self, *arguments)
        clock["saved"] = clock["now"]

    plain_save = Checkpoints.save
    monkeypatch.setattr(Checkpoints, "save", save)
    monkeypatch.setattr(training, "time", SimpleNamespace(perf_counter=lambda: clock["now"]))
    passes(training._Run, "_batch", 1)
    passes(training, "evaluate", 4)  # a test may take as long as the interval
    run(RANDOM, tmp_path / "records", device="cpu", checkpoint_minutes=minutes)
    assert max(stakes) == minutes
    assert len(stakes) == STEPS + 4


NOTEBOOK = """
import os, sys, time
from pathlib import Path
from dynconv_lite.experiments import config_for, run
sys.path.insert(0, os.environ["FAULTS"])
from victim import Board, watch_training

def wait_for_the_end():
    Path(os.environ["MARK"]).write_text(f"{os.getpid()}\\n")
    time.sleep(120)

board = Board(os.environ.get("STOP"), 1)
board.halt = wait_for_the_end
watch_training(board)
config = config_for("jitter", profile, seed, method=method, **changes)
record = run(config, out, device=device, checkpoint_minutes=checkpoint_minutes)
"""
PARAMETERS = """
profile = "smoke"
method = "baseline"
seed = 0
changes = {}
out = None
device = "auto"
checkpoint_minutes = 2.0
"""
DRIVER = """
import sys
from pathlib import Path
from dynconv_lite.experiments.engines import run_local
from test_kills import planned
while True:
    for outcome in run_local(planned(Path(sys.argv[1])), lambda *_: None):
        print(outcome.error, flush=True)
"""


def planned(root: Path) -> list[Any]:
    from dynconv_lite.experiments.matrix import plan_matrix

    return plan_matrix(
        "jitter",
        "smoke",
        methods=[RANDOM.method],  # type: ignore[attr-defined]
        changes=LENGTHS,
        out=root / "runs",
        root=root,
        device="cpu",
        checkpoint_minutes=0,
    )


def wait_for(mark: Path, process: subprocess.Popen[str]) -> int:
    """Return the kernel's number, once it has come to where it waits for its end."""
    deadline = time.monotonic() + 120
    while not (mark.exists() and mark.read_text().endswith("\n")):
        assert process.poll() is None
        assert time.monotonic() < deadline, "no kernel has come to the place"
        time.sleep(0.02)
    kernel = int(mark.read_text())
    mark.unlink()
    return kernel


def lives(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_papermills_kernel_and_its_driver_are_killed(
    forked: Victims,
    undisturbed: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cells = [
        new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}, id="a"),
        new_code_cell(textwrap.dedent(NOTEBOOK), id="b"),
    ]
    source = tmp_path / "notebooks" / "experiments" / "jitter.ipynb"
    source.parent.mkdir(parents=True)
    source.write_text(writes(new_notebook(cells=cells)))
    mark, here = tmp_path / "mark", str(Path(__file__).parent)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), here]))
    monkeypatch.setenv("FAULTS", here)
    (run,) = planned(tmp_path)

    stop = {"STOP": "optimizer: after", "MARK": str(mark)}
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(tmp_path)],
        env={**os.environ, **stop},
        stdout=subprocess.PIPE,
        text=True,
    ) as driver:
        try:
            os.kill(wait_for(mark, driver), signal.SIGKILL)
            assert driver.stdout and "DeadKernelError" in driver.stdout.readline()
            assert newest(RANDOM, run.records) == 1
            kernel = wait_for(mark, driver)  # of the same driver's next attempt
            assert newest(RANDOM, run.records) == 2
        finally:
            driver.kill()
    deadline = time.monotonic() + 30
    while lives(kernel):
        assert time.monotonic() < deadline, "the kernel outlives its driver"
        time.sleep(0.05)

    # what a notebook has begun, a run without one ends
    assert forked.run(plain(RANDOM), run.records)["start"] == 2
    reference = undisturbed[run.config_hash]
    assert result(RANDOM, run.records) == result(RANDOM, reference)
    assert {name for name in files(run.records) if run.name not in name} == set(files(reference))
