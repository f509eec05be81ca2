"""Tiny made-up notebooks for the pipeline's tests."""

from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from dynconv_lite.course.tidy import serialise
from dynconv_lite.experiments import config_for, config_hash
from dynconv_lite.experiments.records import Data, Metrics, Record


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


def record(seed: int = 0, **metrics: float) -> Record:
    config = config_for("erf_growth", seed=seed)
    return Record(
        config=config.model_dump(mode="json"),
        config_hash=config_hash(config),
        seed=seed,
        metrics=Metrics(final=metrics or {"exponent_depth": 0.5}),
        data=Data(name="noise", digest="abc"),
        wall_seconds=1.5,
        device="cpu",
        torch="2",
        python="3",
        commit="unknown",
    )
