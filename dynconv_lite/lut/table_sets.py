"""Sets of tables as files: what one method of super-resolution needs, saved, loaded and used.

A set is one of several kinds, told apart by what its files hold, not by their names:

* One plain table: a .npz file with its values, its step and its pattern.
* Stages of plain tables: a folder of such files, `stage1_s.npz`, `stage1_d.npz`, `stage2_s.npz`;
  the number and the letter are the stage's and the pattern's.
* The tables of pixel-mix, or of a chain of sums: a .npz file.
* Several sets of plain tables or of pixel-mix, of whose answers the mean is taken: a folder with a
  file or a folder for each, `member1.npz` or `member1`, and so on.
"""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from dynconv_lite.lut.additive import AdditiveTables
from dynconv_lite.lut.additive_forward import super_resolve_additive
from dynconv_lite.lut.cascade import Stages, checked_stages
from dynconv_lite.lut.inference import Padding, super_resolve
from dynconv_lite.lut.mean import MeanTables, Member, mean_picture
from dynconv_lite.lut.mixed import MixedTables
from dynconv_lite.lut.mixed_file import MEMBERS as MIXED_MEMBERS
from dynconv_lite.lut.mixed_forward import super_resolve_mixed
from dynconv_lite.lut.patterns import PATTERNS
from dynconv_lite.lut.table import LookupTable
from dynconv_lite.lut.table_file import MEMBERS as PLAIN_MEMBERS
from dynconv_lite.lut.table_file import member_names, unpack

InOneFile = MixedTables | AdditiveTables
Tables = InOneFile | MeanTables  # those that know themselves how they are saved
TableSet = Stages | Tables
Loaded = list[list[LookupTable]] | Tables

MEMBER = re.compile(r"member([1-9])(\.npz)?")
STAGE_FILE = re.compile(r"stage([1-9])_([a-z])\.npz")


def enlarge(
    image: npt.NDArray[np.uint8],
    tables: LookupTable | TableSet,
    *,
    padding: Padding | None = None,
    device: str | torch.device | None = None,
) -> npt.NDArray[np.uint8]:
    """Enlarge a picture by a set of tables of any kind.

    Args:
        image: uint8 (H, W) or (H, W, 3).
        tables: A table, stages of tables, those of pixel-mix or of sums, or several sets side by
            side; r its whole scale.
        padding: How the picture goes on beyond its borders. A set does not know how it was
            trained; None takes "reflect" for a single table of a single stage, as SR-LUT does,
            and "edge" for all others, as MuLUT does.
        device: Where torch computes; None for the CPU, where numba does if it can.

    Returns:
        uint8 (H * r, W * r) or (H * r, W * r, 3).

    Raises:
        ValueError: If an argument is not one of those allowed.
    """
    if isinstance(tables, MeanTables):
        where = padding or "edge"
        return mean_picture(_levels(image, each, where, device) for each in tables.members)
    if isinstance(tables, MixedTables):
        return super_resolve_mixed(image, tables, padding=padding or "edge", device=device)
    if isinstance(tables, AdditiveTables):
        return super_resolve_additive(image, tables, padding=padding or "edge", device=device)
    stages = checked_stages(tables)
    usual: Padding = "reflect" if _single(stages) else "edge"
    return super_resolve(image, stages, padding=padding or usual, device=device)


def _levels(
    image: npt.NDArray[np.uint8],
    member: Member,
    padding: Padding,
    device: str | torch.device | None,
) -> npt.NDArray[np.float64]:
    """Enlarge a picture by one of several sets, without rounding."""
    if isinstance(member, MixedTables):
        return super_resolve_mixed(image, member, padding=padding, device=device, rounded=False)
    return super_resolve(image, member, padding=padding, device=device, rounded=False)


def file_ending(tables: LookupTable | TableSet) -> str:
    """Return how the path of a set has to end: ".npz", or "" for those that are a folder.

    Raises:
        ValueError: If these are no tables of a known kind, or stages that do not fit together.
    """
    if isinstance(tables, InOneFile):
        return ".npz"
    if isinstance(tables, MeanTables):
        return ""
    return ".npz" if _single(checked_stages(tables)) else ""


def save_tables(tables: LookupTable | TableSet, path: str | Path) -> None:
    """Write a set of tables, whole or not at all.

    Args:
        tables: What `enlarge` takes. A stage holds a pattern once, in the order of `PATTERNS`.
        path: A .npz file for a single table, for one set of pixel-mix and for sums; otherwise a
            folder, which replaces one of the same name.

    Raises:
        ValueError: If the ending does not fit the tables, or they do not fit together.
        OSError: If something cannot be written.
    """
    target, ending = Path(path), file_ending(tables)
    if target.suffix != ending:
        raise ValueError(
            f"path must end in .npz for one table, for pixel-mix and for sums, and have no ending "
            f"for a folder of stages or of several sets, got {target}"
        )
    if isinstance(tables, InOneFile):
        tables.save(target)
    elif isinstance(tables, MeanTables):
        _save_folder(lambda folder: _save_members(tables, folder), target)
    else:
        stages = checked_stages(tables)
        if ending:
            stages[0][0].save(target)
        else:
            _save_folder(lambda folder: _save_stages(stages, folder), target)


def load_tables(path: str | Path) -> Loaded:
    """Read what `save_tables` wrote; nothing in the files is executed.

    Args:
        path: A .npz file or a folder.

    Returns:
        Stages of tables, also for a file of one table; those of pixel-mix, or of sums; or several
        sets side by side.

    Raises:
        ValueError: If a file is damaged or unknown, or the tables do not fit together.
        OSError: If a file cannot be read.
    """
    source = Path(path)
    if not source.is_dir():
        return _load_file(source)
    files = [entry.name for entry in source.iterdir() if not entry.name.startswith(".")]
    if any(MEMBER.fullmatch(name) for name in files):
        return _load_members(source, files)
    places = {name: STAGE_FILE.fullmatch(name) for name in files}
    wrong = sorted(name for name, place in places.items() if place is None)
    if wrong or not files:
        raise ValueError(
            f"{source} should hold stage1_s.npz and the like alone, or member1.npz, and holds "
            f"{', '.join(wrong) or 'nothing'}"
        )
    found: dict[int, dict[str, LookupTable]] = {}
    for name, place in places.items():
        assert place is not None  # `wrong` is empty
        if place[2] not in PATTERNS:
            raise ValueError(f"{source / name} is of the unknown pattern {place[2]!r}")
        tables = found.setdefault(int(place[1]), {})
        tables[place[2]] = LookupTable.load(source / name, place[2])
    if sorted(found) != list(range(1, len(found) + 1)):
        raise ValueError(f"{source} should hold stages from 1 on, and holds {sorted(found)}")
    try:
        return checked_stages(
            [[found[number][n] for n in PATTERNS if n in found[number]] for number in sorted(found)]
        )
    except ValueError as error:
        raise ValueError(f"{source} holds no tables that can be used: {error}") from error


def _load_file(source: Path) -> Loaded:
    try:
        names = frozenset(member_names(source.read_bytes()))
        for load, belongs in KINDS:
            if belongs(names):
                return load(source)
        raise ValueError(f"no kind of tables has the members {sorted(names)}")
    except ValueError as error:
        if str(source) in str(error):
            raise
        raise ValueError(f"{source} holds no tables that can be used: {error}") from error


def _load_plain(source: Path) -> list[list[LookupTable]]:
    pattern = str(unpack(source.read_bytes())["pattern"])
    return [[LookupTable.load(source, pattern)]]


def _members(names: Iterable[str]) -> frozenset[str]:
    return frozenset(f"{name}.npy" for name in names)


# which kind a .npz file is, by the names of its members; each kind then looks at them closely
KINDS: tuple[tuple[Callable[[Path], Loaded], Callable[[frozenset[str]], bool]], ...] = (
    (_load_plain, _members(PLAIN_MEMBERS).__eq__),
    (MixedTables.load, _members(MIXED_MEMBERS).__eq__),
    (AdditiveTables.load, _members(("layer1", "steps", "turns")).__le__),
)


def _single(stages: Stages) -> bool:
    return [len(stage) for stage in stages] == [1]


def _save_members(tables: MeanTables, folder: Path) -> None:
    for number, member in enumerate(tables.members, 1):
        save_tables(member, folder / f"member{number}{file_ending(member)}")


def _load_members(source: Path, files: Sequence[str]) -> MeanTables:
    """Read a folder of several sets."""
    names = sorted(files)
    places = [MEMBER.fullmatch(name) for name in names]
    numbers = [int(place[1]) if place else 0 for place in places]
    if numbers != list(range(1, len(names) + 1)):
        raise ValueError(
            f"{source} should hold member1 or member1.npz, member2 and so on alone, and holds "
            f"{', '.join(names)}"
        )
    members: list[Member] = []
    for name in names:
        member = load_tables(source / name)
        if isinstance(member, AdditiveTables | MeanTables):
            raise ValueError(f"{source / name} should hold plain tables or those of pixel-mix")
        members.append(member)
    try:
        return MeanTables(members)
    except ValueError as error:
        raise ValueError(f"{source} holds no tables that can be used: {error}") from error


def _save_stages(stages: Stages, folder: Path) -> None:
    for number, stage in enumerate(stages, 1):
        for table in stage:
            table.save(folder / f"stage{number}_{table.pattern.name}.npz")


def _save_folder(save: Callable[[Path], None], target: Path) -> None:
    """Write a folder beside its place, and move it there when it is complete."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as spare:
        whole, old = Path(spare, "new"), Path(spare, "old")
        save(whole)
        if target.exists():
            target.rename(old)
        try:
            whole.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
