"""Tables in Markdown, and what their numbers were made with."""

from collections.abc import Iterable, Sequence

from dynconv_lite.experiments.records import Record


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; a bar within a cell is escaped.

    Args:
        header: Names of the columns.
        rows: One text a column.

    Returns:
        The table, with a line break at its end.
    """
    lines = [_line(header), "|" + "---|" * len(header), *(_line(row) for row in rows)]
    return "\n".join(lines) + "\n"


def provenance(records: Sequence[Record]) -> str:
    """Say in a line what data, which torch and which code runs were made with."""
    data = sorted({f"{r.data.name} ({r.data.digest})" for r in records})
    versions = sorted({f"torch {r.torch}" for r in records})
    commits = sorted({r.commit for r in records})
    return f"Data: {'; '.join(data)}. Made with {', '.join(versions)}; code {', '.join(commits)}.\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
