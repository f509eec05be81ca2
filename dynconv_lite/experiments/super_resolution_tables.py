"""The tables that runs of the super-resolution study leave: their names, digests and copies."""

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dynconv_lite.experiments.config import config_hash
from dynconv_lite.experiments.records import Record
from dynconv_lite.experiments.series import changed_fields
from dynconv_lite.files import write_atomic
from dynconv_lite.lut.table_sets import load_tables

FOLDER = "tables"  # beside the folder of records
LARGEST = 1_500_000  # bytes of a file that is kept: more would weigh down every clone


def set_name(config: Mapping[str, Any]) -> str:
    """Name the tables of a run, without an ending.

    Args:
        config: As a record keeps it. Other numbers than its profile's make another name, so that
            no run replaces the tables of another method's run, or of one with other numbers.
    """
    name = f"{config['method']}-seed{config['seed']}"
    return f"{name}-{config_hash(config)[:12]}" if changed_fields(config) else name


def size_of(tables: Any) -> int:
    """Return the size of all values of a set of tables, in bytes."""
    if isinstance(tables, list | tuple):
        return sum(size_of(each) for each in tables)
    return int(tables.nbytes)


def find_tables(folder: Path, config: Mapping[str, Any]) -> Path | None:
    """Return where a run's tables are in a folder: a file, a folder, or nowhere."""
    name = set_name(config)
    return next((p for p in (folder / f"{name}.npz", folder / name) if p.exists()), None)


def digest_tables(path: Path) -> str:
    """Return the sha256, in hex, of the files of a set of tables, with their names.

    Args:
        path: A file, whose own name does not count, or a folder.

    Raises:
        OSError: If it cannot be read.
    """
    digest = hashlib.sha256()
    for name, file in _files(path):
        content = file.read_bytes()
        digest.update(f"{name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def copy_tables(record: Record, source: Path, target: Path) -> Path | None:
    """Copy the tables of a record to another folder.

    Args:
        record: Of any experiment; one without tables has none to copy. Those of a run with other
            numbers than its profile's stay where they are: its record is what is compared.
        source: The folder where its run has left them.
        target: Where to copy them to.

    Returns:
        The copy, or None if there was nothing to do, or a file is larger than `LARGEST`.

    Raises:
        ValueError: If they are missing, damaged, or not those that the record was made with, or
            if other tables are in their place.
    """
    expected = record.tables_sha256
    if expected is None:
        return None
    if changed_fields(record.config):
        return None
    found, kept = (find_tables(folder, record.config) for folder in (source, target))
    if kept is not None and digest_tables(kept) == expected:
        return None
    if found is None or digest_tables(found) != expected:
        raise ValueError(
            f"{source / set_name(record.config)} does not hold the tables of {record.file_name}; "
            "they may be of another run since: delete the record and run it again"
        )
    if kept is not None:
        raise ValueError(f"{kept} holds other tables than {found}; delete those not to be kept")
    load_tables(found)
    if max(file.stat().st_size for _, file in _files(found)) > LARGEST:
        return None
    copy = target / found.name
    try:
        for name, file in _files(found):
            write_atomic(copy / name if found.is_dir() else copy, file.read_bytes())
    except OSError:
        if found.is_dir():  # a part of them would be taken for other tables
            shutil.rmtree(copy, ignore_errors=True)
        raise
    return copy


def check_tables_of(records: Sequence[Record], folder: Path) -> list[str]:
    """Compare kept tables with what the records say; write nothing.

    Returns:
        One sentence for each record whose tables are there and are others.
    """
    messages = []
    for record in records:
        if record.tables_sha256 is None:
            continue
        path = find_tables(folder, record.config)
        if path is not None and digest_tables(path) != record.tables_sha256:
            messages.append(f"{path} does not hold the tables of {record.file_name}")
    return messages


def _files(path: Path) -> list[tuple[str, Path]]:
    """List the files of a set, with their names in it."""
    if not path.is_dir():
        return [("", path)]
    found = [(file.relative_to(path), file) for file in sorted(path.rglob("*")) if file.is_file()]
    return [
        (name.as_posix(), file)
        for name, file in found
        if not any(part.startswith(".") for part in name.parts)
    ]
