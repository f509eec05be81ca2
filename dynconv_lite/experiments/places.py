"""Where a run keeps what: its record, and beside it what is needed to go on after a crash."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from dynconv_lite.experiments.records import record_name
from dynconv_lite.files import write_atomic

REPORT_SECONDS = 1.0  # between two reports of progress


@dataclass(frozen=True)
class Places:
    """The files of one run.

    Attributes:
        records: Folder of the records, `out`; all else lies beside it, in folders of its parent.
        record: The run's record.
        checkpoints: Folder of the run's checkpoints, gone once the record is there.
        weights: The trained network.
        progress: How far the run is, gone once the record is there.
        locked: Held by the process that works on the run.
    """

    records: Path
    record: Path
    checkpoints: Path
    weights: Path
    progress: Path
    locked: Path

    @classmethod
    def of(cls, records: Path, experiment: str, config_hash: str) -> "Places":
        """Name the places of a configuration."""
        name = record_name(experiment, config_hash).removesuffix(".json")
        beside = Path(records).absolute().parent
        return cls(
            records=Path(records),
            record=Path(records) / f"{name}.json",
            checkpoints=beside / "checkpoints" / name,
            weights=beside / "weights" / f"{name}.pt",
            progress=beside / "progress" / f"{name}.json",
            locked=beside / "locks" / f"{name}.lock",
        )

    @property
    def tables(self) -> Path:
        """Folder of the lookup tables that runs leave, named by method and seed."""
        return self.records.absolute().parent / "tables"

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Wait until no other process works on the run; a killed process holds nothing."""
        from filelock import FileLock

        self.locked.parent.mkdir(parents=True, exist_ok=True)
        # never deleted: a file that others wait for must not be replaced by a new one
        with FileLock(self.locked):
            yield

    def prepare(self) -> None:
        """Find out now, not after hours of work, whether the run's files can be written.

        Raises:
            OSError: If a folder cannot be written; names it.
        """
        for path in (self.record, self.weights, self.progress, self.checkpoints / "any"):
            folder = next(parent for parent in path.absolute().parents if parent.exists())
            with tempfile.TemporaryFile(dir=folder):
                pass

    def is_locked(self) -> bool:
        """Tell whether another process works on the run right now."""
        from filelock import FileLock, Timeout

        if not self.locked.exists():
            return False
        try:
            with FileLock(self.locked, timeout=0):
                return False
        except Timeout:
            return True

    def progress_writer(self) -> Callable[[float, str], None]:
        """Return what a run calls to say how far it is; most calls cost nothing, and none fails."""
        last = -REPORT_SECONDS

        def write(share: float, text: str) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last < REPORT_SECONDS:
                return
            last = now
            with suppress(OSError):
                write_atomic(self.progress, json.dumps({"share": share, "text": text}))

        return write

    def read_progress(self) -> tuple[float, str]:
        """Return how far the run is, from 0 to 1, and what it does."""
        try:
            read = json.loads(self.progress.read_text())
            return float(read["share"]), str(read["text"])
        except (OSError, ValueError, KeyError):
            return 0.0, ""

    def is_clean(self) -> bool:
        """Tell whether nothing is left that only an unfinished run needs."""
        left = self.progress.exists() or self.checkpoints.exists()
        return not left and not self._interrupted_writes()

    def clean_up(self) -> None:
        """Delete what only an unfinished run needs; by whoever has the lock."""
        from dynconv_lite.experiments.checkpoint import Checkpoints

        Checkpoints(self.checkpoints).clear()
        self.progress.unlink(missing_ok=True)
        self.clear_interrupted_writes()

    def clear_interrupted_writes(self) -> None:
        """Delete the temporary files of killed processes; by whoever has the lock."""
        for path in self._interrupted_writes():
            path.unlink(missing_ok=True)

    def _interrupted_writes(self) -> list[Path]:
        """List the temporary files that `write_atomic` has for this run, dead or alive."""
        files = [self.record, self.weights, self.progress]
        found = [path for file in files for path in file.parent.glob(f".{file.name}.*.tmp")]
        return [*found, *self.checkpoints.glob(".step-*.tmp")]
