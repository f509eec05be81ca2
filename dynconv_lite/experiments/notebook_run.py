"""A notebook run: one notebook to execute, with what parameters, and where to."""

import re
from pathlib import Path
from typing import Any, Literal

import nbformat
from pydantic import Field

from dynconv_lite.experiments.config import ProfileName
from dynconv_lite.experiments.places import Places
from dynconv_lite.experiments.records import Strict

PARAMETERS_TAG = "parameters"


class NotebookRun(Strict):
    """One notebook to execute, its parameters already validated.

    Attributes:
        name: What names it and its executed copy: a chapter's file name without ending; of an
            experiment its name, method, seed and the start of its configuration's hash.
        kind: Whether it is a chapter of the course or an experiment.
        profile: The profile it runs in.
        source: The notebook.
        target: The executed copy.
        parameters: What papermill sets.
        cell_timeout: Seconds one cell may take; None for as long as it needs.
        cells: How many code cells it has, for the progress bar.
        config: The configuration, validated, as its record will keep it; of an experiment only.
        config_hash: Its hash.
        records: The folder of its record.
    """

    name: str
    kind: Literal["chapter", "experiment"]
    profile: ProfileName
    source: Path
    target: Path
    parameters: dict[str, Any] = Field(default_factory=dict)
    cell_timeout: int | None = 300
    cells: int = 1
    config: dict[str, Any] | None = None
    config_hash: str | None = None
    records: Path | None = None

    @property
    def outcome_file(self) -> Path:
        """Where the outcome is kept."""
        return self.target.with_suffix(".outcome.json")

    @property
    def lock_file(self) -> Path:
        """Held by the process that executes the notebook."""
        return self.target.parent / "locks" / f"{self.name}.notebook.lock"

    @property
    def experiment(self) -> str | None:
        """The name of the experiment; None for a chapter."""
        return None if self.config is None else str(self.config["experiment"])

    @property
    def places(self) -> Places | None:
        """Where an experiment's run keeps what; None for a chapter."""
        if self.config is None or self.records is None or self.config_hash is None:
            return None
        return Places.of(self.records, self.config["experiment"], self.config_hash)


def takes(notebook: nbformat.NotebookNode, parameter: str) -> bool:
    """Tell whether a notebook's cell tagged `parameters` sets this parameter."""
    return any(
        PARAMETERS_TAG in cell.metadata.get("tags", [])
        and re.search(rf"^{parameter}\s*(:[^=\n]*)?=", cell.source, re.MULTILINE)
        for cell in notebook.cells
        if cell.cell_type == "code"
    )


def count_cells(notebook: nbformat.NotebookNode, parameters: dict[str, Any]) -> int:
    """Count the code cells that are executed; papermill adds one that sets the parameters."""
    return sum(cell.cell_type == "code" for cell in notebook.cells) + bool(parameters)
