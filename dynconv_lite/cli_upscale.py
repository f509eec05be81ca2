"""The command that enlarges a picture: upscale."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dynconv_lite.cli_shared import stop
from dynconv_lite.files import ROOT

if TYPE_CHECKING:
    from dynconv_lite.upscale.tiles import Tables

upscaling = typer.Typer()
# pixel-mix is quick; a sum of one-index tables is finer and slower
DEFAULT_TABLE = ROOT / "results" / "tables" / "mixed-seed0.npz"


@upscaling.command()
def upscale(
    picture: Annotated[Path, typer.Argument(metavar="IN", help="Any picture Pillow reads.")],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="A .png file, or .jpg, .webp or .tif.")
    ],
    table: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="A file or folder of tables; the course's by default."),
    ] = None,
    pattern: Annotated[
        str | None, typer.Option(metavar="LETTER", help="The taps of a bare .npy table, as s.")
    ] = None,
    tile: Annotated[
        int | None, typer.Option(min=1, help="Pixels computed at once: less takes less memory.")
    ] = None,
) -> None:
    """Enlarge a picture by lookup tables.

    The tables say by how much. Transparency is enlarged by bicubic interpolation.
    """
    from tqdm import tqdm

    from dynconv_lite.upscale.convert import PictureError, check_paths, upscale_file
    from dynconv_lite.upscale.tiles import TILE

    try:
        check_paths(picture, out)
        tables = _load(table or DEFAULT_TABLE, pattern)
        # disable=None: no bar where standard error is no terminal
        with tqdm(
            unit="tile", file=sys.stderr, leave=False, dynamic_ncols=True, disable=None
        ) as bar:

            def report(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            wide, high, notes = upscale_file(picture, out, tables, tile=tile or TILE, report=report)
    except PictureError as error:
        stop(str(error))
    except OSError as error:
        stop(f"{error.filename or picture}: {error.strerror or error}")
    except MemoryError:
        stop(f"there is not enough memory for {picture}; a smaller --tile and .png take least")
    for note in notes:
        typer.echo(f"Note: {note}.", err=True)
    typer.echo(f"wrote {out}, {wide} x {high} pixels")


def _load(path: Path, pattern: str | None) -> "Tables":
    """Read tables of any kind, or end with one sentence."""
    from dynconv_lite.lut import PATTERNS, LookupTable, load_tables

    bare = path.suffix.lower() == ".npy"
    if bare != (pattern is not None):
        raise typer.BadParameter(
            f"{path} does not say which taps it has: one of {', '.join(PATTERNS)}"
            if bare
            else "is for a bare .npy table alone; other files name their taps",
            param_hint="--pattern",
        )
    if not path.exists():
        stop(
            f"there is no table {path}"
            if path != DEFAULT_TABLE
            else f"the course has no table {path.relative_to(ROOT)} yet; name one with --table"
        )
    try:
        return load_tables(path) if pattern is None else LookupTable.load(path, pattern)
    except ValueError as error:
        stop(str(error))
