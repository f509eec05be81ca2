"""What a run leaves behind: one JSON file that says what was measured, on what, and with what."""

import base64
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from dynconv_lite.experiments.config import config_hash
from dynconv_lite.files import write_atomic


class Strict(BaseModel):
    """A frozen model without room for what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Published(Strict):
    """A value from the literature, beside which the metric of the same name is shown.

    Attributes:
        quantity: The name of the metric.
        value: What was published.
        source: Where.
    """

    quantity: str
    value: FiniteFloat
    source: str


class Data(Strict):
    """What data a run saw: a name, and a digest of the very arrays."""

    name: str
    digest: str


class Map(Strict):
    """A small map, such as an effective receptive field, as text.

    Attributes:
        height: Rows.
        width: Columns.
        peak: The largest value.
        values: The map divided by its peak, float16, row by row, compressed (zlib), in base64.
    """

    height: int
    width: int
    peak: FiniteFloat
    values: str

    @model_validator(mode="after")
    def _can_be_read(self) -> "Map":
        try:
            self.array()
        except (ValueError, zlib.error) as error:
            raise ValueError(f"values hold no {self.height} x {self.width} map") from error
        return self

    @classmethod
    def pack(cls, map: Any) -> "Map":
        """Pack a map (H, W), to three digits where it is above 1/10,000 of its peak.

        Raises:
            ValueError: If it is no map, or a value is not finite or negative.
        """
        plain = np.asarray(map, dtype=np.float64)
        if plain.ndim != 2 or plain.size == 0:
            raise ValueError(f"map must have shape (H, W), got {plain.shape}")
        if not np.isfinite(plain).all() or plain.min() < 0:
            raise ValueError(
                "map must be finite and not negative, got values from "
                f"{plain.min()} to {plain.max()}"
            )
        peak = float(plain.max())
        scaled = (plain / peak if peak > 0 else plain).astype("<f2")
        text = base64.b64encode(zlib.compress(scaled.tobytes(), 9)).decode("ascii")
        return cls(height=plain.shape[0], width=plain.shape[1], peak=peak, values=text)

    def array(self) -> npt.NDArray[np.float64]:
        """Return the map, float64 (H, W)."""
        flat = np.frombuffer(zlib.decompress(base64.b64decode(self.values)), dtype="<f2")
        return flat.astype(np.float64).reshape(self.height, self.width) * self.peak


class Metrics(Strict):
    """What a run measured.

    Attributes:
        final: Name -> value at the end.
        history: One mapping per step, epoch or setting, in order.
        maps: Name -> map.
    """

    final: dict[str, FiniteFloat]
    history: list[dict[str, FiniteFloat]] = Field(default_factory=list)
    maps: dict[str, Map] = Field(default_factory=dict)


class Record(Strict):
    """One run, complete: a record is written when, and only when, its run has finished.

    Attributes:
        config: What was run.
        config_hash: Its hash, which names the file.
        seed: Seed of every random draw.
        metrics: What was measured.
        published: What the literature reports for the same quantities.
        data: What it was measured on.
        weights_sha256: Fingerprint of the trained network's weights.
        tables_sha256: Fingerprint of the lookup tables made of it.
        wall_seconds: Time spent; time lost in crashes does not count.
        device: Where, and in what arithmetic.
        torch: Version of torch.
        python: Version of Python.
        commit: Of the code.
        created: When the run ended, UTC.
    """

    config: dict[str, Any]
    config_hash: str
    seed: int
    metrics: Metrics
    published: list[Published] = Field(default_factory=list)
    data: Data
    weights_sha256: str | None = None
    tables_sha256: str | None = None
    wall_seconds: FiniteFloat
    device: str
    torch: str
    python: str
    commit: str
    created: datetime = Field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    @model_validator(mode="after")
    def _hash_fits(self) -> "Record":
        if config_hash(self.config) != self.config_hash:
            raise ValueError("config_hash does not belong to config")
        return self

    @property
    def experiment(self) -> str:
        """The name of the experiment."""
        return str(self.config["experiment"])

    @property
    def file_name(self) -> str:
        """The name of the record's file: the experiment and the start of the hash."""
        return record_name(self.experiment, self.config_hash)


def record_name(experiment: str, digest: str) -> str:
    """Name the record file of a configuration."""
    return f"{experiment}-{digest[:12]}.json"


def write_record(record: Record, folder: Path) -> Path:
    """Write a record atomically: a reader, or a crash, never meets half of one.

    Args:
        record: The record.
        folder: The folder of records; it is made if it is missing.

    Returns:
        The file.
    """
    path = Path(folder) / record.file_name
    write_atomic(path, record.model_dump_json(indent=1) + "\n")
    return path


def read_record(path: Path) -> Record:
    """Read one record.

    Raises:
        ValueError: If the file is not a whole, unaltered record; names it and the remedy.
    """
    try:
        return Record.model_validate_json(Path(path).read_bytes())
    except (OSError, ValidationError) as error:
        fault = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error.strerror
        raise ValueError(
            f"{path} is not a readable record ({fault}); delete it and run the experiment again"
        ) from error


def load_records(folder: Path) -> tuple[list[Record], list[str]]:
    """Read every record of a folder.

    Returns:
        The records, in the order of their file names, and one sentence for each broken file.
    """
    records: list[Record] = []
    problems: list[str] = []
    for path in _record_files(folder):
        try:
            records.append(read_record(path))
        except ValueError as error:
            problems.append(str(error))
    return records, problems


def find_record(folder: Path, digest: str) -> Record | None:
    """Find the record of a configuration that has already been run.

    Args:
        folder: The folder of records; it may be missing.
        digest: The configuration's hash.

    Returns:
        The record, or None if there is none.

    Raises:
        ValueError: If the record's file is broken.
    """
    for path in _record_files(folder):
        if path.stem.endswith(f"-{digest[:12]}"):
            record = read_record(path)
            if record.config_hash == digest:
                return record
    return None


def _record_files(folder: Path) -> Iterator[Path]:
    # an unfinished write leaves a hidden `.…tmp` file, which is not a record
    return (path for path in sorted(Path(folder).glob("*.json")) if not path.name.startswith("."))
