"""Tiny made-up notebooks for the pipeline's tests."""

from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from dynconv_lite.course.tidy import serialise


def code(source: str, name: str, **metadata: object) -> NotebookNode:
    cell = new_code_cell(source, metadata=metadata)
    cell.id = name
    return cell


def text(source: str, name: str) -> NotebookNode:
    cell = new_markdown_cell(source)
    cell.id = name
    return cell


def notebook(*cells: NotebookNode) -> NotebookNode:
    return new_notebook(cells=list(cells))


def write(path: Path, *cells: NotebookNode) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(serialise(notebook(*cells)))
    return path
