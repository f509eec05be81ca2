"""What every chapter keeps to, whatever it teaches."""

import re
import statistics
from pathlib import Path

import nbformat
import pytest

from dynconv_lite.course.sync import chapters

SOLUTIONS = chapters()
LONGEST_CELL, MEDIAN_CELL = 30, 6


def notebook(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook(path).cells if cell.cell_type == "code"]


def lines(cell: nbformat.NotebookNode) -> int:
    return sum(1 for line in cell.source.splitlines() if line.strip())


@pytest.fixture(params=SOLUTIONS, ids=lambda path: path.stem)
def chapter(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_there_are_chapters() -> None:
    assert [path.stem[:2] for path in SOLUTIONS[:2]] == ["00", "01"]


def test_every_stored_picture_has_a_text_alternative_and_a_caption(chapter: Path) -> None:
    pictures = 0
    for cell in code_cells(chapter):
        for index, output in enumerate(cell.outputs):
            if "image/png" not in output.get("data", {}):
                continue
            pictures += 1
            alt = output.metadata.get("image/png", {}).get("alt", "")
            assert len(alt) > 40, f"{cell.id}: alt text {alt!r} does not describe a picture"
            caption = cell.outputs[index + 1].data.get("text/markdown", "")
            assert len(caption) > 40, f"{cell.id}: caption {caption!r} does not say what to see"
    assert pictures >= 1


def test_alt_texts_differ(chapter: Path) -> None:
    alts = [
        output.metadata["image/png"]["alt"]
        for cell in code_cells(chapter)
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    assert len(set(alts)) == len(alts)


def test_code_cells_are_short(chapter: Path) -> None:
    lengths = [lines(cell) for cell in code_cells(chapter)]
    assert max(lengths) <= LONGEST_CELL
    assert statistics.median(lengths) <= MEDIAN_CELL


def test_every_exercise_says_how_hard_and_how_long_and_has_hints_and_a_check(chapter: Path) -> None:
    cells = notebook(chapter).cells
    solutions = [i for i, cell in enumerate(cells) if "### BEGIN SOLUTION" in cell.source]
    assert solutions
    for index in solutions:
        text, after = cells[index - 1].source, cells[index + 1].source
        assert re.search(r"\*\*Exercise \d+ · (easy|medium|hard) · \d+ minutes", text), text[:80]
        assert "<summary>Hint" in text
        function = re.search(r"^def (\w+)", cells[index].source, re.M).group(1)
        assert f"{function} = check.{function}({function})" in after
        stored = "".join(output.get("text", "") for output in cells[index + 1].outputs)
        assert "correct." in stored, stored


def test_chapter_01_holds_what_a_lesson_needs() -> None:
    source = "\n".join(cell.source for cell in notebook(SOLUTIONS[1]).cells)
    assert source.count("### BEGIN SOLUTION") >= 6
    assert source.count("= Prediction(") >= 3
    for heading in ("## Summary", "## Questions for discussion", "## References", "## Words"):
        assert heading in source


def test_only_widget_cells_go_uncompared(chapter: Path) -> None:
    for cell in code_cells(chapter):
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            assert not cell.outputs, f"{cell.id} hides an output from the comparison"


def test_local_links_lead_somewhere(chapter: Path) -> None:
    text = "\n".join(cell.source for cell in notebook(chapter).cells)
    for target in re.findall(r"\]\(([^)#]+\.ipynb)\)", text):
        assert (chapter.parent / target).exists(), target
