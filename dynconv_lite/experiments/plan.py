"""Plans: which notebooks a headless run executes, with what parameters, and where to."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import nbformat
from pydantic import Field

from dynconv_lite.experiments.config import EXPERIMENTS, ProfileName, config_for
from dynconv_lite.experiments.records import Strict
from dynconv_lite.files import ROOT

PARAMETERS_TAG = "parameters"


class NotebookRun(Strict):
    """One notebook to execute, its parameters already validated.

    Attributes:
        name: The notebook's name without folder and ending.
        kind: Whether it is a chapter of the course or an experiment.
        profile: The profile it runs in.
        source: The notebook.
        target: The executed copy.
        parameters: What papermill sets.
        cell_timeout: Seconds one cell may take.
        cells: How many code cells it has, for the progress bar.
    """

    name: str
    kind: Literal["chapter", "experiment"]
    profile: ProfileName
    source: Path
    target: Path
    parameters: dict[str, Any] = Field(default_factory=dict)
    cell_timeout: int = 300
    cells: int = 1

    @property
    def outcome_file(self) -> Path:
        """Where the outcome is kept."""
        return self.target.with_suffix(".outcome.json")


def plan_runs(
    profile: ProfileName,
    out: Path,
    only: Sequence[str] = (),
    *,
    root: Path = ROOT,
    chapters: str = "solutions",
    cell_timeout: int = 300,
) -> list[NotebookRun]:
    """List what a headless run executes: every chapter, then every experiment.

    Every parameter is validated here, before any kernel starts.

    Args:
        profile: The profile of all runs.
        out: The folder of results; executed notebooks go to `out/<profile>`.
        only: Names to run, or the numbers of chapters; all by default.
        root: The repository.
        chapters: The folder of the chapters: "solutions", or "notebooks" for a learner's own.
        cell_timeout: Seconds one cell may take.

    Raises:
        ValueError: If a name is unknown, or a parameter is not allowed.
    """
    sources = {path.stem: path for path in sorted((root / chapters).glob("*.ipynb"))}
    found = sorted((root / "notebooks" / "experiments").glob("*.ipynb"))
    experiments = {path.stem: path for path in found if path.stem in EXPERIMENTS}
    for name in only:
        if not any(_means(name, known) for known in (*sources, *experiments)):
            raise ValueError(f"{name!r} is not one of {', '.join([*sources, *experiments])}")
    folder = Path(out).absolute() / profile
    runs = []
    for name, source in [*sources.items(), *experiments.items()]:
        if only and not any(_means(wanted, name) for wanted in only):
            continue
        notebook = nbformat.read(source, as_version=4)
        parameters: dict[str, Any] = {"profile": profile}
        if name in experiments:
            config_for(name, profile)
            parameters["out"] = str(folder / "records")
        elif not _takes(notebook, "profile"):
            parameters = {}
        runs.append(
            NotebookRun(
                name=name,
                kind="experiment" if name in experiments else "chapter",
                profile=profile,
                source=source,
                target=folder / source.name,
                parameters=parameters,
                cell_timeout=cell_timeout,
                # papermill adds a cell that sets the parameters
                cells=sum(c.cell_type == "code" for c in notebook.cells) + bool(parameters),
            )
        )
    return runs


def _means(wanted: str, name: str) -> bool:
    """Tell whether what a person typed names this notebook: its name, its file or its number."""
    return Path(wanted).stem in (name, name.split("_")[0] if name[:2].isdigit() else name)


def _takes(notebook: nbformat.NotebookNode, parameter: str) -> bool:
    """Tell whether a notebook's cell tagged `parameters` sets this parameter."""
    return any(
        PARAMETERS_TAG in cell.metadata.get("tags", [])
        and re.search(rf"^{parameter}\s*(:[^=\n]*)?=", cell.source, re.MULTILINE)
        for cell in notebook.cells
        if cell.cell_type == "code"
    )
