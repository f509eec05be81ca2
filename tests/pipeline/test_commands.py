"""What the short commands start, and the environment they start it in."""

import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dynconv_lite import cli, cli_upkeep
from dynconv_lite.course.environment import STATE, command_environment, describe_environment
from dynconv_lite.course.profiles import PROFILES, get_profile
from dynconv_lite.experiments.config import PROFILE_NAMES
from dynconv_lite.files import ROOT


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Catch what would replace the process."""
    caught: list[list[str]] = []
    for commands in (cli, cli_upkeep):
        monkeypatch.setattr(
            commands, "become", lambda module, words: caught.append([module, *words])
        )
    return caught


def invoke(*words: str) -> None:
    result = CliRunner().invoke(cli.app, words)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("uid", [0, 1000])
def test_lab_is_local_quiet_and_root_only_when_it_must_be(started, monkeypatch, uid):
    monkeypatch.setattr(os, "getuid", lambda: uid, raising=False)
    invoke("lab", "--port", "9999", "--no-browser", "--notebook", _any_notebook())
    ((module, *words),) = started
    assert module == "jupyterlab" and words[-1] == _any_notebook()
    assert {"--ServerApp.ip=127.0.0.1", "--ServerApp.port=9999", "--no-browser"} <= set(words)
    assert ("--allow-root" in words) == (uid == 0)
    assert "--LabApp.news_url=None" in words
    assert not any("token" in word or "password" in word for word in words)


def _any_notebook() -> str:
    return "notebooks/experiments/erf_growth.ipynb"


def test_test_runs_everything_in_one_pytest(started):
    invoke("test")
    ((module, *words),) = started
    assert module == "pytest" and words[words.index("-n") + 1] == "2"
    assert {"--nbval", "--nbval-current-env", "tests"} <= set(words)
    assert ("solutions" in words) == (ROOT / "solutions").is_dir()


def test_test_passes_words_on_and_a_path_replaces_the_defaults(started):
    path = str(Path(__file__))
    invoke("test", f"{path}::test_x", "-x")
    invoke("test", "-k", "word", "--pdb")
    chosen, filtered = started
    assert chosen[-2:] == [f"{path}::test_x", "-x"] and "tests" not in chosen
    assert filtered[-3:] == ["-k", "word", "--pdb"] and "tests" in filtered
    assert "-n" not in filtered  # a debugger cannot work across processes


def test_results_are_checked_against_the_records(monkeypatch):
    monkeypatch.setattr("dynconv_lite.experiments.tables.check_tables", lambda _: ["a differs"])
    result = CliRunner().invoke(cli.app, ["results", "--check"])
    assert result.exit_code == 1 and result.output == "a differs\n"


def test_results_name_a_folder_without_records(tmp_path):
    result = CliRunner().invoke(cli.app, ["results", "--add", str(tmp_path)])
    assert result.exit_code == 1 and "holds no record" in result.output


def test_setup_says_what_is_installed():
    result = CliRunner().invoke(cli.app, ["setup"])
    assert result.exit_code == 0
    assert len(result.output.splitlines()) == 1
    for name, value in describe_environment().items():
        assert f"{name} {value}" in result.output


def test_a_broken_torch_is_one_sentence(monkeypatch):
    def broken() -> None:
        raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.setattr("dynconv_lite.course.environment.describe_environment", broken)
    result = CliRunner().invoke(cli.app, ["setup"])
    assert result.exit_code == 1
    assert "torchvision::nms" in result.output and "remove .venv" in result.output


def test_this_environments_kernel_comes_first(monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", "/elsewhere")
    paths = command_environment()["JUPYTER_PATH"].split(os.pathsep)
    assert paths == [str(Path(sys.prefix) / "share" / "jupyter"), "/elsewhere"]
    settings = Path(command_environment()["JUPYTER_CONFIG_PATH"].split(os.pathsep)[0])
    assert (settings / "labconfig" / "page_config.json").is_file()


def test_a_home_that_cannot_be_written_is_left_alone(monkeypatch):
    assert not set(STATE) & set(command_environment())
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.delenv("IPYTHONDIR", raising=False)
    monkeypatch.setenv("MPLCONFIGDIR", "/mine")
    variables = command_environment()
    assert variables["MPLCONFIGDIR"] == "/mine"
    assert Path(variables["IPYTHONDIR"]).is_relative_to(ROOT)


def test_profiles_grow_and_an_unknown_one_lists_them():
    assert tuple(PROFILES) == PROFILE_NAMES
    smoke, laptop, full = (get_profile(name) for name in PROFILE_NAMES)
    for name in ("images", "seeds", "max_depth", "train_steps", "cell_timeout"):
        assert getattr(smoke, name) < getattr(laptop, name) < getattr(full, name)
    with pytest.raises(ValueError, match="'huge' is not one of smoke, laptop, full"):
        get_profile("huge")
