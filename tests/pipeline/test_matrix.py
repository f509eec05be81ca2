"""A matrix is planned and looked at before anything starts, and what is wrong is refused."""

import json
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st
from made_up import code, record, study, write
from typer.testing import CliRunner

from dynconv_lite import cli
from dynconv_lite.experiments import engines, notebook
from dynconv_lite.experiments.config import EXPERIMENTS
from dynconv_lite.experiments.configs.jitter import METHODS
from dynconv_lite.experiments.engines import EngineOptions, run_local
from dynconv_lite.experiments.matrix import parse_changes, parse_seeds, plan_matrix
from dynconv_lite.experiments.notebook import Outcome, RunBusy, execute_notebook
from dynconv_lite.experiments.notebook_run import NotebookRun
from dynconv_lite.experiments.records import write_record
from dynconv_lite.experiments.state import look_up


def invoke(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli.app, ["experiment", *words])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return " ".join(result.output.split())


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a made-up experiment; whatever would start a kernel fails the test."""

    def start(*_: object, **__: object) -> None:
        raise AssertionError("a kernel was started")

    monkeypatch.setattr("papermill.execute_notebook", start)
    monkeypatch.setattr(cli, "ROOT", study(tmp_path))
    monkeypatch.setattr("dynconv_lite.course.environment.describe_environment", dict)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def finish(run: NotebookRun, **fields: object) -> None:
    """Leave what a finished run leaves: its record, its executed notebook, its outcome."""
    assert run.records is not None and run.config is not None
    write_record(record(run.config["seed"]), run.records)
    cells = json.loads(run.source.read_text())["cells"]
    injected = code("seed = 9", "x", tags=["injected-parameters"])
    write(run.target, injected, *(code(c["source"], c["id"]) for c in map(_joined, cells)))
    plain = {"name": run.name, "kind": "experiment", "profile": run.profile, "seconds": 1.0}
    outcome = Outcome.model_validate({**plain, "finished": "2026-01-01T00:00:00Z", **fields})
    run.outcome_file.write_text(outcome.model_dump_json())


def _joined(cell: dict) -> dict:
    return {**cell, "source": "".join(cell["source"])}


def test_a_matrix_holds_every_method_of_a_seed_before_the_next_seed(tmp_path):
    runs = plan_matrix("jitter", "full", out=tmp_path)
    pairs = [(run.config["seed"], run.config["method"]) for run in runs if run.config]
    assert pairs == [(seed, method) for seed in range(4) for method in METHODS]
    assert len({run.name for run in runs}) == len({run.config_hash for run in runs}) == 28
    assert all(run.cell_timeout is None and run.profile == "full" for run in runs)


def test_what_is_run_otherwise_goes_elsewhere_and_how_it_is_run_does_not_matter(tmp_path):
    def names(**options: object) -> set[str]:
        return {run.name for run in plan_matrix("jitter", "smoke", out=tmp_path, **options)}

    plain = names()
    assert not plain & names(changes={"lr": 0.05}) and not plain & names(data="photo_patches")
    assert plain == names(changes={"lr": 0.1}) == names(data="textures")
    assert plain == names(device="cpu", checkpoint_minutes=0)
    (run,) = plan_matrix(
        "jitter", "smoke", methods=["baseline"], changes={"erf_epochs": (1,)}, out=tmp_path
    )
    assert run.parameters["changes"] == {"erf_epochs": [1]}
    assert run.parameters["device"] == "auto" and run.parameters["checkpoint_minutes"] == 2


def test_duplicates_are_dropped(tmp_path):
    runs = plan_matrix(
        "jitter", "smoke", methods=["shift_int", "shift_int"], seeds=[1, 1], out=tmp_path
    )
    assert len(runs) == 1


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5)), min_size=1, max_size=4))
def test_seeds_are_read_as_they_are_written(ranges):
    words = [f"{low}-{low + more}" if more else f"{low}" for low, more in ranges]
    expected = list(dict.fromkeys(n for low, more in ranges for n in range(low, low + more + 1)))
    assert parse_seeds(words) == parse_seeds([",".join(words)]) == expected


def test_changes_are_json_or_text():
    words = ["lr=1e30", "flip=false", "erf_epochs=[1, 2]", "train_size=null", "data=textures"]
    assert parse_changes(words) == {
        "lr": 1e30,
        "flip": False,
        "erf_epochs": [1, 2],
        "train_size": None,
        "data": "textures",
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["jiter"], "'jiter' is not one of erf_growth, jitter"),
        (["jitter", "--methods", "shift"], "'shift' is not one of baseline, shift_det"),
        (["jitter", "--methods", "baseline,"], "a name is missing in 'baseline,'"),
        (["jitter", "--methods", ""], "a name is missing"),
        (["erf_growth", "--methods", "baseline"], "erf_growth has no methods"),
        (["jitter", "--seeds", "3-1"], "'3-1' must rise"),
        (["jitter", "--seeds", "-1"], "'-1' is not a seed: allowed are 0, 0,1,2 and 0-3"),
        (["jitter", "--seeds", "0-9999999999"], "must rise, by less than 1000"),
        (["jitter", "--seeds", "4294967296"], "seed = 4294967296"),
        (["jitter", "--profile", "huge"], "'smoke', 'laptop', 'full'"),
        (["jitter", "--data", "mnist"], "'textures', 'photo_patches' or 'cifar100'"),
        (["erf_growth", "--data", "textures"], "no field 'data'; its fields are"),
        (["jitter", "--set", "depth=3"], "no field 'depth'; its fields are"),
        (["jitter", "--set", "epochs=0"], "epochs = 0"),
        (["jitter", "--set", "lr=NaN"], "lr = nan"),
        (["jitter", "--set", "epochs"], "'epochs' is not of the form field=value"),
        (["jitter", "--set", "lr=1", "--set", "lr=2"], "'lr' is set twice"),
        (["jitter", "--set", "seed=1"], "'seed' is chosen by --seeds"),
        (["jitter", "--set", "method=baseline"], "'method' is chosen by --methods"),
        (["jitter", "--data", "textures", "--set", "data=textures"], "data is given twice"),
        (["jitter", "--engine", "slurm"], "'local', 'ray'"),
        (["jitter", "--device", "tpu"], "'auto', 'cpu', 'cuda'"),
        (["jitter", "--checkpoint-minutes", "nan"], "--checkpoint-minutes"),
        (["jitter", "--checkpoint-minutes", "inf"], "must be a number"),
        (["jitter", "--gpus-per-run", "-1"], "--gpus-per-run"),
        (["erf_growth", "--out", "notebooks/experiments/erf_growth.ipynb"], "cannot write to"),
    ],
)
def test_what_is_wrong_is_refused_with_what_is_allowed(room, monkeypatch, words, message):
    if words[0] == "jitter":
        monkeypatch.setattr(cli, "ROOT", cli.Path(cli.__file__).parents[1])
    assert message in invoke(*words, code=2)
    assert not (room / "runs").exists()


def test_ray_is_asked_for_where_it_is_missing(room, monkeypatch):
    monkeypatch.setattr(cli.importlib.util, "find_spec", lambda name: None)
    assert "ray is not installed" in invoke("erf_growth", "--engine", "ray", code=2)


def test_without_a_name_the_experiments_are_listed():
    told = invoke()
    assert all(name in told for name in (*EXPERIMENTS, *METHODS))


def test_a_dry_run_tells_how_far_every_run_is_and_writes_nothing(room):
    runs = plan_matrix("erf_growth", "smoke", seeds=range(7), out=room / "runs", root=room)
    done, halted, busy, failed, gone, broken, _ = runs
    finish(done)
    halted.places.progress_writer()(0.43, "half")
    busy.places.progress_writer()(0.2, "some")
    finish(failed, error="RuntimeError: no")
    failed.places.record.unlink()
    finish(gone)
    gone.target.unlink()
    finish(broken)
    broken.places.record.write_text("{")
    busy.places.locked.parent.mkdir(parents=True, exist_ok=True)
    before = {path: path.read_bytes() for path in room.rglob("*") if path.is_file()}
    with FileLock(busy.places.locked):
        told = invoke("erf_growth", "--seeds", "0-6", "--dry-run")
    states = ["done", "stopped at 43 %", "running elsewhere at 20 %", "failed (RuntimeError: no)"]
    states += ["measured (its notebook", "broken (", "to do"]
    for run, state in zip(runs, states, strict=True):
        assert f"{run.name} {state}" in told
        assert f"config {run.config_hash[:12]}, record {run.places.record}" in told
    after = {path for path in room.rglob("*") if path.is_file()}
    assert after == {*before, busy.places.locked}
    assert all(path.read_bytes() == before[path] for path in before)


def test_a_run_that_is_done_starts_no_kernel(room):
    (run,) = plan_matrix("erf_growth", "smoke", out=room / "runs", root=room)
    finish(run)
    assert "1 runs: 1 done before." in invoke("erf_growth")
    assert execute_notebook(run, lambda _: None).reused
    assert not Outcome.model_validate_json(run.outcome_file.read_bytes()).reused


@pytest.mark.parametrize("fault", ["half", "missing", "other source", "failed", "no record"])
def test_a_run_whose_notebook_is_not_whole_is_not_done(room, fault):
    (run,) = plan_matrix("erf_growth", "smoke", out=room / "runs", root=room)
    finish(run, error="it failed" if fault == "failed" else None)
    if fault == "half":
        run.target.write_text(run.target.read_text()[:200])
    elif fault == "missing":
        run.target.unlink()
    elif fault == "other source":
        run.source.write_text(run.source.read_text().replace("whole", "new"))
    elif fault == "no record":
        run.places.record.unlink()
    assert look_up(run).word != "done"
    outcome = execute_notebook(run, lambda _: None)
    assert outcome.error == "AssertionError: a kernel was started"


def test_a_full_disk_is_a_failure_and_no_crash(room, monkeypatch):
    (run,) = plan_matrix("erf_growth", "smoke", out=room / "runs", root=room)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("papermill.execute_notebook", full)
    monkeypatch.setattr(notebook, "write_atomic", full)
    assert "No space left" in str(execute_notebook(run, lambda _: None).error)
    monkeypatch.setattr(Path, "mkdir", full)
    assert "No space left" in str(execute_notebook(run, lambda _: None).error)


def test_a_notebook_that_leaves_no_record_has_failed(room, monkeypatch):
    (run,) = plan_matrix("erf_growth", "smoke", out=room / "runs", root=room)
    monkeypatch.setattr("papermill.execute_notebook", lambda *_, **__: None)
    assert "left no record" in str(execute_notebook(run, lambda _: None).error)


def test_runs_in_other_hands_come_last_and_are_waited_for_only_then(room, monkeypatch):
    runs = plan_matrix("erf_growth", "smoke", seeds=range(4), out=room / "runs", root=room)
    first, second = runs[0].name, runs[1].name
    busy, events = {first, second}, []

    def work(run: NotebookRun, on_cell: object, *, wait: bool) -> Outcome:
        assert not wait
        if run.name in busy:
            raise RunBusy(run.name)
        finish(run)
        return Outcome.model_validate_json(run.outcome_file.read_bytes())

    monkeypatch.setattr(engines, "execute_notebook", work)
    monkeypatch.setattr(engines.time, "sleep", lambda _: busy.discard(second) or busy.clear())
    ended = []
    for outcome in run_local(runs, lambda run, event: events.append(event), EngineOptions()):
        ended.append(outcome.name)
    assert ended[:2] == [run.name for run in runs[2:]]
    assert sorted(ended[2:]) == sorted([first, second]) and events.count("waiting") == 1


def test_both_locks_make_a_run_busy(room):
    (run,) = plan_matrix("erf_growth", "smoke", out=room / "runs", root=room)
    for lock in (run.lock_file, run.places.locked):
        lock.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(lock), pytest.raises(RunBusy, match=run.name):
            execute_notebook(run, lambda _: None, wait=False)
