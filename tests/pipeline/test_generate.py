"""Exercises made from solutions: stubs, kept hints, fixed metadata, and what is refused."""

import ast
import copy
import textwrap
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import code, notebook, text, write

from dynconv_lite.course.generate import BEGIN, CODE_STUB, END, generate, is_edited
from dynconv_lite.course.tidy import KERNELSPEC, NotebookError, read, serialise, tidy


@pytest.fixture
def exercise(repository: Path) -> nbformat.NotebookNode:
    return generate(read(repository / "solutions" / "01_double.ipynb"))


def test_solutions_become_stubs_and_hints_survive(exercise):
    markdown, function, whole, _ = exercise.cells
    assert markdown.source == "# Doubling\n\nWhy does it work?\n\n*Your answer here.*"
    assert function.source == (
        "def double(x):\n"
        '    """Return twice x."""\n'
        "    # Hint: addition is enough.\n"
        "    # YOUR CODE HERE\n"
        '    raise NotImplementedError("your turn")\n'
        "\n"
        'print("ready")'
    )
    assert whole.source == CODE_STUB
    assert "x + x" not in serialise(exercise)


def test_the_stub_runs_and_says_whose_turn_it_is(exercise):
    space: dict = {}
    exec(exercise.cells[1].source, space)
    with pytest.raises(NotImplementedError, match="your turn"):
        space["double"](1)


def test_metadata_are_fixed_and_nothing_of_nbgrader_is_left(exercise):
    assert exercise.metadata.kernelspec == KERNELSPEC
    assert "version" not in exercise.metadata.language_info
    assert [dict(cell.metadata) for cell in exercise.cells] == [{}, {"tags": ["exercise"]}, {}, {}]
    assert "nbgrader" not in serialise(exercise)
    assert [cell.id for cell in exercise.cells] == ["a", "b", "c", "d"]
    nbformat.validate(exercise)


def test_generation_is_idempotent_and_leaves_its_source_alone(repository):
    solution = read(repository / "solutions" / "01_double.ipynb")
    before = copy.deepcopy(solution)
    assert serialise(generate(solution)) == serialise(generate(solution))
    assert solution == before
    assert serialise(generate(solution)).endswith("}\n")


def test_an_edit_is_noticed_but_an_execution_is_not(exercise):
    assert not is_edited(exercise)
    exercise.cells[1].outputs = [nbformat.v4.new_output("stream", text="ready")]
    exercise.cells[1].execution_count = 3
    assert not is_edited(exercise)
    exercise.cells[1].source = exercise.cells[1].source.replace("raise", "return 2 * x  # raise")
    assert is_edited(exercise)


BODY = st.lists(st.sampled_from(["x = 1", "y = [i for i in range(3)]", "# remark", ""]), max_size=4)


@given(before=BODY, hidden=BODY, after=BODY, depth=st.integers(0, 3))
def test_what_is_outside_a_region_is_kept_and_the_rest_parses(before, hidden, after, depth):
    region = textwrap.indent("\n".join([BEGIN, *hidden, "secret = 1", END]), "    " * depth)
    nest = [f"{'    ' * level}if True:" for level in range(depth)]
    source = "\n".join([*before, *nest, region, *after])
    result = generate(notebook(code(source, "a"))).cells[0].source
    ast.parse(result)
    assert "secret" not in result and "SOLUTION" not in result
    kept = [line for line in [*before, *nest, *after] if line]
    assert [line for line in result.splitlines() if line in kept] == kept


@pytest.mark.parametrize(
    "source",
    [
        f"{BEGIN}\nx = 1",
        f"x = 1\n{END}",
        f"{BEGIN}\n{BEGIN}\n{END}\n{END}",
        f"{END}\n{BEGIN}",
    ],
)
def test_unpaired_regions_are_refused_by_name(source):
    with pytest.raises(NotebookError, match=r"some\.ipynb, cell 2 .*needs one"):
        generate(notebook(text("hello", "a"), code(source, "b")), "some.ipynb")


def test_a_cell_that_no_longer_parses_is_refused():
    source = f"if a:\n    pass\n{BEGIN}\nelif b:\n    pass\n{END}\nelif c:\n    pass"
    with pytest.raises(NotebookError, match="not Python once its solution is removed"):
        generate(notebook(code(source, "a")))


def output(kind: str, **fields: object) -> nbformat.NotebookNode:
    return nbformat.v4.new_output(kind, **fields)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (output("stream", name="stderr", text="UserWarning: old"), "stderr.*UserWarning"),
        (output("error", ename="KeyError", evalue="'k'", traceback=[]), "KeyError: 'k'"),
        (output("stream", name="stdout", text=f"saved to {Path.home()}/x"), "path of this"),
        (
            output("display_data", data={"text/html": f"<a>{Path.cwd()}</a>"}),
            "path of this",
        ),
    ],
)
def test_outputs_that_must_not_be_committed_are_refused(bad, message):
    cell = code("work()", "b")
    cell.outputs = [bad]
    with pytest.raises(NotebookError, match=rf"some\.ipynb, cell 1 \('work\(\)'\).*{message}"):
        tidy(notebook(cell), "some.ipynb")


def test_tidy_drops_widgets_and_timings_keeps_alt_and_joins_streams():
    cell = code("show()", "b", execution={"iopub.status.busy": "2026"}, scrolled=True)
    picture = {"image/png": "aGVsbG8="}
    cell.outputs = [
        output("stream", name="stdout", text="a\n"),
        output("stream", name="stdout", text="b\n"),
        output("display_data", data={"application/vnd.jupyter.widget-view+json": {"model_id": 1}}),
        output("display_data", data=picture, metadata={"image/png": {"alt": "A map."}}),
    ]
    nb = notebook(cell)
    nb.metadata.widgets = {"state": {}}
    tidied = tidy(nb, "some.ipynb").cells[0]
    assert "widgets" not in nb.metadata and tidied.metadata == {}
    assert [out.output_type for out in tidied.outputs] == ["stream", "display_data"]
    assert tidied.outputs[0].text == "a\nb\n"
    assert tidied.outputs[1].metadata["image/png"]["alt"] == "A map."


def test_cell_ids_must_be_there_and_differ(tmp_path):
    path = write(tmp_path / "some.ipynb", text("x", "first"), text("y", "second"))
    whole = path.read_text()
    path.write_text(whole.replace("second", "first"))
    with pytest.raises(NotebookError, match=r"some\.ipynb.*'first'.*more than once"):
        read(path)
    path.write_text(whole.replace('   "id": "second",\n', ""))
    with pytest.raises(NotebookError, match="cell 2 has no id"):
        read(path)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"nbformat": 4, "nbformat_minor": 2}', "{}"])
def test_a_file_that_is_no_current_notebook_is_named(tmp_path, content):
    path = tmp_path / "odd.ipynb"
    path.write_text(content)
    with pytest.raises(NotebookError, match=r"odd\.ipynb"):
        read(path)
