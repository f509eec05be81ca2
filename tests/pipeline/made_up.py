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


STUDY = """
import os, signal, time
from pathlib import Path
from dynconv_lite.experiments import config_for, config_hash
from dynconv_lite.experiments.places import Places
from dynconv_lite.experiments.records import Record, find_record, write_record

config = config_for("erf_growth", profile, seed, **changes)
digest, room = config_hash(config), Path(out).parents[1]
places = Places.of(Path(out), "erf_growth", digest)
with places.lock():
    if find_record(places.records, digest) is None:
        with open(room / "measured", "a") as file:
            print(seed, os.getpid(), file=file)
        if (room / f"raise-{seed}").exists():
            raise RuntimeError("the loss is nan")
        if (room / f"die-{seed}").exists():
            os.kill(os.getpid(), signal.SIGKILL)
        while (room / f"wait-{seed}").exists():
            time.sleep(0.05)
        told = {"metrics": {"final": {"exponent_depth": 0.5}}, "seed": seed, "wall_seconds": 1}
        told |= {"config": config.model_dump(mode="json"), "config_hash": digest, "device": "cpu"}
        told |= {"data": {"name": "noise", "digest": "abc"}, "torch": "2", "python": "3"}
        write_record(Record.model_validate(told | {"commit": "unknown"}), places.records)
print("measured", seed)
"""


def study(root: Path) -> Path:
    """A repository with one experiment, whose shell does what files beside its results say."""
    parameters = 'profile = ""\nseed = 0\nchanges = {}\nout = ""'
    write(
        root / "notebooks" / "experiments" / "erf_growth.ipynb",
        code(parameters, "p", tags=["parameters"]),
        code(STUDY, "s"),
        code("print('whole')", "w"),
    )
    return root


def measured(room: Path) -> list[tuple[int, int]]:
    """The seeds that the made-up experiment has measured so far, each with its kernel's pid."""
    try:
        lines = (room / "measured").read_text().splitlines()
    except FileNotFoundError:
        return []
    return [(int(seed), int(pid)) for seed, pid in map(str.split, lines)]
