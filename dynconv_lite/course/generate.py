"""The exercise inside a solved notebook: solutions become stubs, everything else stays.

A region between `### BEGIN SOLUTION` and `### END SOLUTION` is replaced; hints above it survive.
The result is a pure function of the source, so that making it again changes no byte.
"""

import ast
import copy
import hashlib
import json

from nbformat import NotebookNode

from dynconv_lite.course.tidy import NotebookError, cell_name, strip, tidy

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
CODE_STUB = '# YOUR CODE HERE\nraise NotImplementedError("your turn")'
TEXT_STUB = "*Your answer here.*"
DIGEST_KEY = "dynconv_lite"


def generate(solution: NotebookNode, name: str = "notebook") -> NotebookNode:
    """Turn a solved notebook into its exercise.

    Args:
        solution: The solved notebook; it is not changed.
        name: The file's name, for messages.

    Returns:
        A new notebook: stubs for solutions, no outputs, fixed metadata, the same cell ids.

    Raises:
        NotebookError: If a region is not closed, or what remains of a code cell is not Python.
    """
    try:
        from nbgrader.preprocessors import ClearSolutions
    except ImportError as error:
        raise NotebookError("sync needs nbgrader, of the `dev` extra: run ./course sync") from error

    notebook = tidy(copy.deepcopy(solution), name)
    for index, cell in enumerate(notebook.cells):
        _require_regions(cell, f"{name}, {cell_name(index, cell)}")
    clear = ClearSolutions(
        code_stub={"python": CODE_STUB},
        text_stub=TEXT_STUB,
        begin_solution_delimeter=BEGIN,
        end_solution_delimeter=END,
        enforce_metadata=False,
    )
    notebook, _ = clear.preprocess(notebook, {})
    strip(notebook)
    for index, cell in enumerate(notebook.cells):
        _require_python(cell, f"{name}, {cell_name(index, cell)}")
    notebook.metadata[DIGEST_KEY] = NotebookNode(generated=cells_digest(notebook))
    return notebook


def cells_digest(notebook: NotebookNode) -> str:
    """Digest what a learner edits: the kinds and the sources of the cells, not their outputs."""
    cells = [[cell.cell_type, cell.source] for cell in notebook.cells]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()[:16]


def is_edited(notebook: NotebookNode) -> bool:
    """Tell whether an exercise's cells differ from those it was generated with."""
    return notebook.metadata.get(DIGEST_KEY, {}).get("generated") != cells_digest(notebook)


def _require_regions(cell: NotebookNode, where: str) -> None:
    """Demand that BEGIN and END alternate: nbgrader drops a stray END without a word."""
    marks = [BEGIN if BEGIN in line else END for line in cell.source.splitlines() if _marked(line)]
    if marks != [BEGIN, END] * (len(marks) // 2):
        raise NotebookError(f"{where}: every {BEGIN!r} needs one {END!r} after it")


def _marked(line: str) -> bool:
    return BEGIN in line or END in line


def _require_python(cell: NotebookNode, where: str) -> None:
    """Demand that a learner's cell parses, so that its only error is the stub's own."""
    from IPython.core.inputtransformer2 import TransformerManager

    if cell.cell_type != "code":
        return
    source = TransformerManager().transform_cell(cell.source)
    try:
        compile(source, where, "exec", flags=ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError as error:
        raise NotebookError(
            f"{where} is not Python once its solution is removed: {error}"
        ) from error
