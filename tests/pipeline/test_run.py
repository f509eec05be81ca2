"""Headless runs: all notebooks run, a failure is named, a kill leaves what had finished."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import nbformat
import pytest
from made_up import code, text, write
from typer.testing import CliRunner

from dynconv_lite import cli, cli_upkeep
from dynconv_lite.experiments import config_for, config_hash
from dynconv_lite.experiments.notebook import load_outcomes
from dynconv_lite.experiments.plan import plan_runs

PARAMETERS = code('profile = "laptop"', "p", tags=["parameters"])
PICTURE = """
from IPython.display import Markdown, display
display({"image/png": "iVBORw0KGgo="}, raw=True, metadata={"image/png": {"alt": "One <dot>."}})
display(Markdown("A *dot* <script>alert(1)</script>"))
"""


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a good and a bad chapter, and a foreign kernel called python3."""
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    monkeypatch.setattr(cli_upkeep, "ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    foreign = tmp_path / "jupyter" / "kernels" / "python3"
    foreign.mkdir(parents=True)
    spec = {"argv": ["false", "{connection_file}"], "display_name": "x", "language": "python"}
    (foreign / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(foreign.parents[1]))
    write(
        tmp_path / "solutions" / "01_bad.ipynb",
        text("# Bad & broken", "t"),
        code("x = {}", "a"),
        code("x['<missing>']  # asks too much", "b"),
        code("print('never')", "c"),
    )
    write(
        tmp_path / "solutions" / "02_good.ipynb",
        text("# Good", "t"),
        PARAMETERS,
        code("import sys, pathlib\nprint(profile, pathlib.Path.cwd().name, sys.executable)", "a"),
        code(PICTURE, "b"),
    )
    return tmp_path


def test_a_failure_is_named_and_the_others_run(course):
    result = CliRunner().invoke(cli.app, ["run", "--out", "runs"])
    assert result.exit_code == 1, result.output
    assert "1 of 2 notebooks ran to their end" in result.output
    assert "01_bad, cell In [2] (\"x['<missing>']  # asks too much\"): KeyError" in result.output
    bad, good = load_outcomes(course / "runs" / "smoke")
    assert (bad.name, good.name, good.error) == ("01_bad", "02_good", None)
    assert bad.error is not None and "KeyError" in bad.traceback and "\x1b" not in bad.traceback

    ran = nbformat.read(course / "runs" / "smoke" / "02_good.ipynb", as_version=4)
    printed = "".join(c.outputs[0].text for c in ran.cells if "sys.executable" in c.source)
    assert printed.split() == ["smoke", "solutions", sys.executable]

    page = (course / "runs" / "report.html").read_text()
    assert "Report: runs/report.html" in result.output
    assert "Bad &amp; broken" in page and "1 of 2 notebooks failed" in page
    assert "x[&#39;&lt;missing&gt;&#39;]" in page and "<missing>" not in page
    assert 'alt="One &lt;dot&gt;."' in page and "A <em>dot</em>" in page
    assert "<script" not in page and "http" not in page.replace("http-equiv", "")
    sources = sorted(path.name for path in (course / "solutions").iterdir())
    assert sources == ["01_bad.ipynb", "02_good.ipynb"]


def test_only_what_is_named_runs(course):
    result = CliRunner().invoke(cli.app, ["run", "--only", "02", "--out", "results"])
    assert result.exit_code == 0, result.output
    assert [o.name for o in load_outcomes(course / "results" / "smoke")] == ["02_good"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--only", "09"], "'09' is not one of 01_bad, 02_good"),
        (["run", "--profile", "huge"], "'smoke', 'laptop', 'full'"),
        (["sync", "09"], "unknown chapter '09'; allowed are: 01_bad, 02_good"),
        (["lab", "--notebook", "no.ipynb"], "there is no notebook no.ipynb"),
        (["fly"], "No such command 'fly'"),
    ],
)
def test_wrong_words_get_a_sentence_and_exit_two(course, arguments, message):
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 2
    assert message in result.output and "Traceback" not in result.output
    assert not (course / "runs").exists()


def test_parameters_are_checked_before_a_kernel_starts(course):
    with pytest.raises(ValueError, match="profile"):
        plan_runs("huge", course / "runs", root=course)  # type: ignore[arg-type]
    runs = {run.name: run for run in plan_runs("laptop", course / "runs", root=course)}
    assert runs["02_good"].parameters == {"profile": "laptop"}
    assert runs["01_bad"].parameters == {}  # it has no cell tagged `parameters`


def test_an_experiment_gets_a_folder_for_its_record(course):
    path = course / "notebooks" / "experiments" / "erf_growth.ipynb"
    write(path, code('profile = ""\nseed = 0\nout = ""', "p", tags=["parameters"]))
    write(path.with_name("draft.ipynb"), PARAMETERS)  # no experiment of that name is registered
    *_, last = plan_runs("smoke", course / "runs", root=course)
    digest = config_hash(config_for("erf_growth"))
    assert (last.name, last.kind) == (f"erf_growth-seed0-{digest[:6]}", "experiment")
    assert last.parameters["out"] == str(course / "runs" / "smoke" / "records")
    assert (last.config_hash, last.cell_timeout) == (digest, None)


def test_an_experiment_whose_notebook_lacks_a_parameter_is_refused(course):
    write(course / "notebooks" / "experiments" / "erf_growth.ipynb", PARAMETERS)
    with pytest.raises(ValueError, match=r"erf_growth\.ipynb has no parameter 'seed', 'out'"):
        plan_runs("smoke", course / "runs", root=course)


def test_a_learners_own_notebooks_can_be_run(course):
    write(course / "notebooks" / "01_mine.ipynb", code("x = 1", "a"))
    (run,) = plan_runs("smoke", course / "runs", root=course, chapters="notebooks")
    assert run.source == course / "notebooks" / "01_mine.ipynb"


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_an_interrupt_keeps_what_had_finished(course):
    waiting = course / "waiting"
    slow = f"import pathlib, time\npathlib.Path({str(waiting)!r}).touch()\ntime.sleep(120)"
    write(course / "solutions" / "01_bad.ipynb", code("x = 1", "a"))
    write(course / "solutions" / "02_good.ipynb", code(slow, "a"))
    script = f"""
        from pathlib import Path
        from dynconv_lite import cli
        cli.ROOT = Path({str(course)!r})
        cli.app(["run"], prog_name="course")
    """
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stderr=subprocess.PIPE,
        text=True,
        cwd=course,
    )
    try:
        deadline = time.monotonic() + 60
        while not waiting.exists() and child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=60)
    finally:
        child.kill()
    assert child.returncode == 130, errors
    assert "Stopped; what had finished is kept in runs/smoke" in errors
    assert "Traceback" not in errors
    assert [o.name for o in load_outcomes(course / "runs" / "smoke")] == ["01_bad"]
