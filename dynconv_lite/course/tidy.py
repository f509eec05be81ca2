"""What a committed notebook may hold: fixed metadata, clean outputs, nothing of the machine."""

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# no version: it would change with every learner's Python
LANGUAGE_INFO = {"name": "python", "pygments_lexer": "ipython3"}
# what an author writes on purpose; timings, widget states and editors' notes are left out
CELL_METADATA = ("tags", "jupyter", "name")
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class NotebookError(ValueError):
    """A notebook that must not be written or committed as it is; names the file and the cell."""


def read(path: Path) -> NotebookNode:
    """Read a notebook of format 4.5.

    Raises:
        NotebookError: If the file is missing, is no notebook, is of an older format, or has cell
            ids that are missing or repeated.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise NotebookError(f"{path} cannot be read: {error.strerror}") from error
    try:
        raw = json.loads(text)
        version, ids = (raw["nbformat"], raw["nbformat_minor"]), [c.get("id") for c in raw["cells"]]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise NotebookError(f"{path} is not a notebook: {error!r}") from error
    if version < (4, 5):
        raise NotebookError(
            f"{path} is of notebook format {version[0]}.{version[1]}, 4.5 is needed; open it in "
            "JupyterLab and save it"
        )
    _require_ids(ids, str(path))
    notebook = nbformat.reads(text, as_version=4)
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        raise NotebookError(f"{path} is not a notebook: {error.message}") from error
    return notebook


def serialise(notebook: NotebookNode) -> str:
    """Write a notebook as text: one fixed form, closed by a newline."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def cell_name(index: int, cell: NotebookNode) -> str:
    """Name a cell so that a reader finds it: its position from 1, and its first line."""
    first = next((line for line in cell.source.splitlines() if line.strip()), "")
    return f"cell {index + 1} ({first.strip()[:60]!r})"


def tidy(notebook: NotebookNode, name: str) -> NotebookNode:
    """Bring a solved notebook into its committed form, in place.

    Metadata are fixed, widget views are dropped (the static twin in the next cell is what a
    reader without a kernel sees), and consecutive pieces of one stream are joined.

    Args:
        notebook: A version 4.5 notebook.
        name: The file's name, for messages.

    Returns:
        The same notebook.

    Raises:
        NotebookError: If an output holds a warning, an error or a path of this machine.
    """
    from nbconvert.preprocessors import CoalesceStreamsPreprocessor

    fix_metadata(notebook)
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        cell.outputs = [out for out in cell.outputs if WIDGET_VIEW not in out.get("data", {})]
        CoalesceStreamsPreprocessor().preprocess_cell(cell, {}, index)
        _require_clean_outputs(cell, f"{name}, {cell_name(index, cell)}")
    return notebook


def strip(notebook: NotebookNode) -> NotebookNode:
    """Remove every output, in place, and fix the metadata; returns the same notebook."""
    from nbconvert.preprocessors import ClearOutputPreprocessor

    ClearOutputPreprocessor().preprocess(notebook, {})
    fix_metadata(notebook)
    return notebook


def fix_metadata(notebook: NotebookNode) -> None:
    """Replace a notebook's metadata by the fixed ones and keep only authored cell metadata."""
    notebook.metadata = NotebookNode(
        kernelspec=NotebookNode(KERNELSPEC), language_info=NotebookNode(LANGUAGE_INFO)
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        kept = {key: cell.metadata[key] for key in CELL_METADATA if key in cell.metadata}
        cell.metadata = NotebookNode(kept)


def _require_ids(ids: list[Any], name: str) -> None:
    """Demand one id per cell: nbformat would otherwise invent new ones at every reading."""
    if None in ids:
        raise NotebookError(
            f"{name}, cell {ids.index(None) + 1} has no id; open the notebook in JupyterLab and "
            "save it, which adds them"
        )
    repeated = sorted({str(one) for one in ids if ids.count(one) > 1})
    if repeated:
        raise NotebookError(f"{name} uses the cell ids {repeated} more than once; each is unique")


def _require_clean_outputs(cell: NotebookNode, where: str) -> None:
    expected_error = "raises-exception" in cell.metadata.get("tags", [])
    for output in cell.outputs:
        text = _text_of(output)
        if output.output_type == "stream" and output.name == "stderr":
            raise NotebookError(f"{where} writes to stderr; a lesson shows no warnings: {text!r}")
        if output.output_type == "error" and not expected_error:
            raise NotebookError(f"{where} holds an error: {output.ename}: {output.evalue}")
        found = _machine_path(text)
        if found:
            raise NotebookError(
                f"{where} shows {found!r}, a path of this machine; print a name or a relative path"
            )


def _text_of(output: NotebookNode) -> str:
    """Join everything readable in an output: streams, text bundles, tracebacks."""
    if output.output_type == "stream":
        return str(output.text)
    if output.output_type == "error":
        return "\n".join([output.evalue, *output.traceback])
    return "\n".join(
        str(value)
        for kind, value in output.get("data", {}).items()
        if kind.startswith("text/") or kind.endswith(("json", "xml"))
    )


def _machine_path(text: str) -> str | None:
    """Find the repository, the environment, the home or the temporary folder in a text."""
    places = {Path.cwd(), Path(__file__).parents[2], Path(sys.prefix), Path.home()}
    places.add(Path(tempfile.gettempdir()))
    for place in sorted(map(str, places), key=len, reverse=True):
        # a home folder may have a short name that is part of an innocent word
        if len(place) > 1 and re.search(rf"(?<![\w.-]){re.escape(place)}(?![\w-])", text):
            return place
    return None
