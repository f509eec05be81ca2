"""A learner who has solved nothing yet can still run every chapter to its end.

What trainings lead to is checked where the chapters are solved. Here they are cut short, and the
bands of their figures, which hold for whole trainings only, are not asked for.
"""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

from dynconv_lite.course.sync import chapters
from dynconv_lite.experiments.kernel import OwnKernelManager
from dynconv_lite.files import ROOT

NO_BANDS = """
from dynconv_lite.course import bands
bands.within = lambda value, low, high: f"{value:.3f}"
"""
# its pictures look for scenes that only whole trainings tell apart
WHOLE = {"05_large_kernels"}
CUT_SHORT = """
from dataclasses import replace
p = replace(p, train_steps=120)
"""


class Unsolved:
    """One chapter. Each has a class of its own, so that workers can share them out."""

    solution: Path

    def test_it_runs_to_its_end(self) -> None:
        source = nbformat.read(self.solution, as_version=4)
        exercises = sum("### BEGIN SOLUTION" in cell.source for cell in source.cells)
        notebook = nbformat.read(ROOT / "notebooks" / self.solution.name, as_version=4)

        for cell in notebook.cells:
            if "p = get_profile(profile)" in cell.source and self.solution.stem not in WHOLE:
                cell.source = NO_BANDS + cell.source + CUT_SHORT
        client = NotebookClient(
            notebook,
            timeout=500,
            kernel_manager_class=OwnKernelManager,
            resources={"metadata": {"path": str(ROOT / "notebooks")}},
        )
        client.execute()

        printed = "".join(
            output.get("text", "")
            for cell in notebook.cells
            if cell.cell_type == "code"
            for output in cell.outputs
        )
        assert printed.count("not solved yet") == exercises
        assert "correct." not in printed


for chapter in chapters():
    name = f"TestUnsolved_{chapter.stem}"
    globals()[name] = type(name, (Unsolved,), {"solution": chapter})
