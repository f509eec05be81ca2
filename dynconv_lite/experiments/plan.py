"""Plans: which notebooks `./course run` executes, with what parameters, and where to."""

from collections.abc import Sequence
from pathlib import Path

import nbformat

from dynconv_lite.experiments.config import EXPERIMENTS, PROFILE_NAMES, ProfileName
from dynconv_lite.experiments.matrix import plan_matrix
from dynconv_lite.experiments.notebook_run import NotebookRun, count_cells, takes
from dynconv_lite.files import ROOT

__all__ = ["NotebookRun", "plan_runs"]


def plan_runs(
    profile: ProfileName,
    out: Path,
    only: Sequence[str] = (),
    *,
    root: Path = ROOT,
    chapters: str = "solutions",
    cell_timeout: int = 300,
) -> list[NotebookRun]:
    """List what a headless run executes: every chapter, then every experiment's matrix.

    Every parameter is validated here, before any kernel starts.

    Args:
        profile: The profile of all runs.
        out: The folder of results; executed notebooks go to `out/<profile>`.
        only: Names to run, or the numbers of chapters; all by default.
        root: The repository.
        chapters: The folder of the chapters: "solutions", or "notebooks" for a learner's own.
        cell_timeout: Seconds one cell of a chapter may take.

    Raises:
        ValueError: If a name is unknown, or a parameter is not allowed.
    """
    if profile not in PROFILE_NAMES:
        raise ValueError(f"profile {profile!r} is not one of {', '.join(PROFILE_NAMES)}")
    sources = {path.stem: path for path in sorted((root / chapters).glob("*.ipynb"))}
    found = sorted((root / "notebooks" / "experiments").glob("*.ipynb"))
    experiments = [path.stem for path in found if path.stem in EXPERIMENTS]
    for name in only:
        if not any(_means(name, known) for known in (*sources, *experiments)):
            raise ValueError(f"{name!r} is not one of {', '.join([*sources, *experiments])}")

    def wanted(name: str) -> bool:
        return not only or any(_means(word, name) for word in only)

    folder = Path(out).absolute() / profile
    chosen = [path for name, path in sources.items() if wanted(name)]
    runs = [_chapter(path, profile, folder, cell_timeout) for path in chosen]
    for name in filter(wanted, experiments):
        runs += plan_matrix(name, profile, out=out, root=root)
    return runs


def _chapter(source: Path, profile: ProfileName, folder: Path, cell_timeout: int) -> NotebookRun:
    notebook = nbformat.read(source, as_version=4)
    parameters = {"profile": profile} if takes(notebook, "profile") else {}
    return NotebookRun(
        name=source.stem,
        kind="chapter",
        profile=profile,
        source=source,
        target=folder / source.name,
        parameters=parameters,
        cell_timeout=cell_timeout,
        cells=count_cells(notebook, parameters),
    )


def _means(wanted: str, name: str) -> bool:
    """Tell whether what a person typed names this notebook: its name, its file or its number."""
    return Path(wanted).stem in (name, name.split("_")[0] if name[:2].isdigit() else name)
