"""notebooks/ follows solutions/, byte for byte, and nobody's work is lost."""

import subprocess
from pathlib import Path

import pytest
from made_up import code, write

from dynconv_lite.course import sync as source
from dynconv_lite.course.generate import is_edited
from dynconv_lite.course.tidy import NotebookError, read
from dynconv_lite.files import ROOT


def test_sync_writes_once_and_then_has_nothing_to_do(repository):
    exercise = repository / "notebooks" / "01_double.ipynb"
    assert exercise in source.sync(repository)
    first = exercise.read_bytes()
    assert source.check(repository) == []
    assert source.sync(repository) == []
    assert exercise.read_bytes() == first


def test_check_names_what_differs_and_writes_nothing(repository):
    source.sync(repository)
    exercise = repository / "notebooks" / "01_double.ipynb"
    stray = repository / "notebooks" / "07_gone.ipynb"
    stray.write_bytes(exercise.read_bytes())
    exercise.write_text(exercise.read_text().replace("ready", "steady"))
    before = {path: path.read_bytes() for path in repository.rglob("*.ipynb")}
    drifts = {drift.path: drift.reason for drift in source.check(repository)}
    assert drifts == {exercise: "differs from its source", stray: "has no solution"}
    assert before == {path: path.read_bytes() for path in repository.rglob("*.ipynb")}


def test_work_of_a_learner_is_not_overwritten_without_force(repository):
    source.sync(repository)
    exercise = repository / "notebooks" / "01_double.ipynb"
    mine = exercise.read_text().replace("# YOUR CODE HERE", "return 2 * x")
    exercise.write_text(mine)
    write(repository / "solutions" / "02_new.ipynb", code("x = 1", "a"))
    with pytest.raises(NotebookError, match=r"notebooks/01_double\.ipynb.*nothing was written"):
        source.sync(repository)
    assert exercise.read_text() == mine
    assert not (repository / "notebooks" / "02_new.ipynb").exists()
    source.sync(repository, force=True)
    assert source.check(repository) == []


def test_a_changed_solution_replaces_an_untouched_exercise(repository):
    source.sync(repository)
    solution = repository / "solutions" / "01_double.ipynb"
    solution.write_text(solution.read_text().replace("addition is enough", "add"))
    assert [path.parent.name for path in source.sync(repository)] == ["notebooks"]
    assert "# Hint: add" in (repository / "notebooks" / "01_double.ipynb").read_text()


def test_a_broken_notebook_of_a_learner_counts_as_work(repository):
    source.sync(repository)
    exercise = repository / "notebooks" / "01_double.ipynb"
    exercise.write_text("{ half")
    with pytest.raises(NotebookError, match="01_double"):
        source.sync(repository)
    assert exercise.read_text() == "{ half"


def test_experiments_are_kept_without_outputs(repository):
    cell = code("print(1)", "a", tags=["parameters"])
    cell.execution_count = 3
    path = write(repository / "notebooks" / "experiments" / "x.ipynb", cell)
    assert path in source.sync(repository)
    assert read(path).cells[0].execution_count is None


def test_chapters_are_found_by_name_and_number(repository):
    (chapter,) = source.chapters(repository)
    for name in ("01", "01_double", "01_double.ipynb", "solutions/01_double.ipynb"):
        assert source.chapters(repository, [name]) == [chapter]
    with pytest.raises(ValueError, match="'09'; allowed are: 01_double"):
        source.chapters(repository, ["09"])


def test_execute_stores_outputs_and_is_reproducible(repository):
    path = repository / "solutions" / "02_run.ipynb"
    show = "import pathlib\nprint(pathlib.Path.cwd().name, flush=True)\nprint('done')\n3 + 4"
    write(path, code(show, "a"))
    source.execute(path)
    first = path.read_bytes()
    stream, result = read(path).cells[0].outputs
    assert stream.text == "solutions\ndone\n"  # the notebook's own folder, one joined stream
    assert result.data["text/plain"] == "7"
    assert "iopub" not in path.read_text()
    source.execute(path)
    assert path.read_bytes() == first


def test_a_failing_cell_is_named_and_the_file_left_as_it_was(repository):
    path = write(
        repository / "solutions" / "03_bad.ipynb", code("x = 1", "a"), code("1 / 0  # why", "b")
    )
    before = path.read_bytes()
    with pytest.raises(NotebookError, match=r"cell 2 \('1 / 0  # why'\) failed[\s\S]*ZeroD"):
        source.execute(path)
    assert path.read_bytes() == before


CHAPTERS = sorted((ROOT / "solutions").glob("*.ipynb"))


@pytest.mark.skipif(not CHAPTERS, reason="solutions/ holds no notebooks")
@pytest.mark.parametrize("path", CHAPTERS, ids=[path.stem for path in CHAPTERS])
def test_this_repository_is_in_step(path: Path):
    files = source.plan(ROOT, [path.stem])
    for target, expected in files.items():
        assert _as_published(target) == expected.encode(), (
            f"{target.relative_to(ROOT)} differs from what ./course sync writes"
        )


def test_the_experiments_of_this_repository_are_in_step():
    for path in sorted((ROOT / "notebooks" / "experiments").glob("*.ipynb")):
        assert path.read_text() == source.plan(ROOT)[path], f"{path.name}: run ./course sync"


def _as_published(path: Path) -> bytes:
    """Read a file, or its committed version where a learner has worked in it."""
    if path.parent.name == "notebooks" and is_edited(read(path)):
        name = path.relative_to(ROOT).as_posix()
        answer = subprocess.run(["git", "show", f"HEAD:{name}"], cwd=ROOT, capture_output=True)
        if answer.returncode == 0:
            return answer.stdout
    return path.read_bytes()
