"""Make notebooks/ from solutions/: the solved notebook is the source, the exercise its shadow.

Each generated notebook carries a digest of its own cells, so that one somebody has worked in is
recognised and never overwritten by accident.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from dynconv_lite.course.generate import generate, is_edited
from dynconv_lite.course.tidy import NotebookError, cell_name, read, serialise, strip, tidy
from dynconv_lite.files import ROOT, write_atomic


@dataclass(frozen=True)
class Drift:
    """A file that is not what it should be, and why."""

    path: Path
    reason: str


def holds_work(path: Path) -> bool:
    """Tell whether somebody has edited a notebook since it was generated."""
    if not path.exists():
        return False
    try:
        return is_edited(read(path))
    except NotebookError:
        return True  # unknown, and so not ours to overwrite


def chapters(root: Path = ROOT, names: Iterable[str] = ()) -> list[Path]:
    """List the source notebooks, all or those named.

    Args:
        root: The folder that holds solutions/ and notebooks/.
        names: Chapter names with or without `.ipynb`, or their number (`01`).

    Raises:
        ValueError: If a name belongs to no chapter; lists those there are.
    """
    found = {path.stem: path for path in sorted((root / "solutions").glob("*.ipynb"))}
    chosen = []
    for name in names:
        stem = Path(name).stem
        hits = [path for key, path in found.items() if stem in (key, key.split("_")[0])]
        if not hits:
            known = ", ".join(found) or "none"
            raise ValueError(f"unknown chapter {name!r}; allowed are: {known}")
        chosen += hits
    return chosen if chosen else list(found.values())


def plan(root: Path = ROOT, names: Iterable[str] = ()) -> dict[Path, str]:
    """Compute, in memory, every file that a sync writes.

    Returns:
        Path -> text for the tidied solutions, the generated notebooks and, if no chapter is
        named, the notebooks of the experiments, which are kept without outputs.
    """
    names = list(names)
    files = {}
    for path in chapters(root, names):
        solution = read(path)
        label = f"solutions/{path.name}"
        exercise = generate(solution, label)
        files[path] = serialise(tidy(solution, label))
        files[root / "notebooks" / path.name] = serialise(exercise)
    for path in [] if names else sorted((root / "notebooks" / "experiments").glob("*.ipynb")):
        files[path] = serialise(strip(read(path)))
    return files


def check(root: Path = ROOT, names: Iterable[str] = ()) -> list[Drift]:
    """Compare the files with what a sync would write; nothing is written."""
    names = list(names)
    files = plan(root, names)
    drifts = [
        Drift(path, "is missing" if not path.exists() else "differs from its source")
        for path, text in files.items()
        if not path.exists() or path.read_bytes() != text.encode()
    ]
    strays = [] if names else sorted((root / "notebooks").glob("*.ipynb"))
    return drifts + [Drift(path, "has no solution") for path in strays if path not in files]


def sync(root: Path = ROOT, names: Iterable[str] = (), *, force: bool = False) -> list[Path]:
    """Write the tidied solutions and their exercises.

    Args:
        root: The folder that holds solutions/ and notebooks/.
        names: Chapters to write; all by default.
        force: Overwrite exercises somebody has worked in.

    Returns:
        The files that changed.

    Raises:
        NotebookError: If an exercise was edited by hand and `force` is off; nothing is written.
    """
    changed = {
        path: text
        for path, text in plan(root, names).items()
        if not path.exists() or path.read_bytes() != text.encode()
    }
    worked = [path for path in changed if path.parent.name == "notebooks" and holds_work(path)]
    if worked and not force:
        listed = ", ".join(str(path.relative_to(root)) for path in worked)
        raise NotebookError(
            f"{listed} holds somebody's work, so nothing was written; keep a copy of it, or "
            "overwrite it with ./course sync --force"
        )
    for path, text in changed.items():
        write_atomic(path, text)
    return list(changed)


def execute(path: Path, *, cell_timeout: int = 600) -> None:
    """Run a solved notebook in its folder and store its tidied outputs in place.

    The file is replaced only when every cell has run and every output is clean.

    Args:
        path: The notebook.
        cell_timeout: Seconds one cell may take.

    Raises:
        NotebookError: If a cell fails or leaves an output that must not be committed.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellControlSignal, DeadKernelError

    from dynconv_lite.experiments.kernel import OwnKernelManager

    notebook = read(path)
    label = f"{path.parent.name}/{path.name}"
    client = NotebookClient(
        notebook,
        timeout=cell_timeout,
        kernel_manager_class=OwnKernelManager,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
    )
    try:
        client.execute()
    except (CellControlSignal, DeadKernelError) as error:
        raise NotebookError(f"{label}, {_failed_cell(notebook)} failed: {error}") from error
    write_atomic(path, serialise(tidy(notebook, label)))


def _failed_cell(notebook: NotebookNode) -> str:
    """Name the cell with an error, or the last that was begun (a timeout leaves no output)."""
    code = [(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    for index, cell in code:
        if any(output.output_type == "error" for output in cell.outputs):
            return cell_name(index, cell)
    begun = [pair for pair in code if pair[1].execution_count is not None]
    return cell_name(*begun[-1]) if begun else "the first cell"
