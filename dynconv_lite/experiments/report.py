"""The report of headless runs: one self-contained page, made from what the runs left on disk."""

import itertools
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from dynconv_lite.experiments.config import PROFILE_NAMES, config_hash
from dynconv_lite.experiments.engines import Outcome, load_outcomes
from dynconv_lite.experiments.records import Record, load_records
from dynconv_lite.files import write_atomic

TEMPLATE = Path(__file__).with_name("report.html.j2")


@dataclass(frozen=True)
class Figure:
    """A picture of an executed notebook: PNG in base64, alternative text, caption in safe HTML."""

    png: str
    alt: str
    caption: str


@dataclass(frozen=True)
class Section:
    """One executed notebook: how it ended, its title, where it lies, its figures."""

    outcome: Outcome
    title: str
    href: str
    figures: list[Figure]


@dataclass(frozen=True)
class Row:
    """One quantity of one experiment: what was measured, beside what was published."""

    experiment: str
    quantity: str
    measured: str
    seeds: str
    published: str
    source: str
    device: str
    data: str


@dataclass(frozen=True)
class Chapterwise:
    """Everything that ran in one profile."""

    profile: str
    sections: list[Section]
    rows: list[Row]
    problems: list[str]

    @property
    def failed(self) -> list[Section]:
        """The sections that ended in an error."""
        return [section for section in self.sections if section.outcome.error]

    @property
    def seconds(self) -> float:
        """Wall time of all runs together."""
        return sum(section.outcome.seconds for section in self.sections)


def write_report(out: Path, facts: Mapping[str, str] | None = None) -> Path:
    """Write `report.html` from the outcomes, notebooks and records below a folder.

    Args:
        out: The folder of results, with one folder per profile.
        facts: Name -> value, shown at the top (what Python, what torch, what device).

    Returns:
        The report's path.
    """
    from jinja2 import Environment, StrictUndefined

    out = Path(out)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["duration"] = duration
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        groups=[_group(out, name) for name in PROFILE_NAMES if (out / name).is_dir()],
        facts=facts or {},
        written=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )
    path = out / "report.html"
    write_atomic(path, page)
    return path


def duration(seconds: float) -> str:
    """Write a time as people say it: 4.2 s, 3 min 05 s, 2 h 10 min."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def _group(out: Path, profile: str) -> Chapterwise:
    folder = out / profile
    records, problems = load_records(folder / "records")
    sections = []
    for outcome in load_outcomes(folder):
        path = folder / f"{outcome.name}.ipynb"
        try:
            notebook = nbformat.read(path, as_version=4)
        except Exception as error:  # a report must not fail over one broken notebook; it names it
            problems.append(f"{path.name} cannot be read: {type(error).__name__}: {error}")
            notebook = nbformat.v4.new_notebook()
        title = _title(notebook) or outcome.name
        figures = find_figures(notebook, title)
        sections.append(Section(outcome, title, f"{profile}/{path.name}", figures))
    return Chapterwise(profile, sections, compare(records), problems)


def find_figures(notebook: NotebookNode, title: str = "notebook") -> list[Figure]:
    """Collect a notebook's pictures with their alternative texts and captions.

    A caption is a Markdown or HTML output that directly follows its picture in the same cell.
    """
    figures: list[Figure] = []
    for cell in notebook.cells:
        outputs = [*cell.get("outputs", []), {}]
        for output, after in itertools.pairwise(outputs):
            png = output.get("data", {}).get("image/png")
            if not png:
                continue
            alt = output.get("metadata", {}).get("image/png", {}).get("alt")
            fallback = f"Figure {len(figures) + 1} of {title}"
            figures.append(Figure("".join(png.split()), alt or fallback, _caption(after)))
    return figures


def _caption(output: Mapping[str, Mapping[str, str]]) -> str:
    """Return a caption as HTML in which only harmless tags are left."""
    from nbconvert.filters import markdown2html
    from nbconvert.preprocessors.sanitize import SanitizeHTML

    data = output.get("data", {})
    if "image/png" in data:
        return ""
    html = data.get("text/html") or markdown2html(data.get("text/markdown", ""))
    sanitize = SanitizeHTML(strip=True)
    sanitize.tags = [*sanitize.tags, "details", "summary"]  # the picture in words, folded
    return str(sanitize.sanitize_html_tags(html)).strip()


def compare(records: list[Record]) -> list[Row]:
    """Lay what was measured beside what was published, seeds of one configuration together."""
    groups: dict[str, list[Record]] = {}
    for record in records:
        key = config_hash({**record.config, "seed": 0})
        groups.setdefault(key, []).append(record)
    rows = []
    for group in groups.values():
        first = group[0]
        published = {entry.quantity: entry for entry in first.published}
        for quantity in first.metrics.final:
            values = [r.metrics.final[quantity] for r in group if quantity in r.metrics.final]
            known = published.get(quantity)
            rows.append(
                Row(
                    experiment=first.experiment,
                    quantity=quantity,
                    measured=_spread(values),
                    seeds=", ".join(str(seed) for seed in sorted({r.seed for r in group})),
                    published=f"{known.value:.4g}" if known else "",
                    source=known.source if known else "",
                    device="; ".join(sorted({r.device for r in group})),
                    data=f"{first.data.name} ({first.data.digest})",
                )
            )
    return rows


def _spread(values: list[float]) -> str:
    """Write a mean, and the standard deviation over seeds where there are several."""
    mean = f"{statistics.fmean(values):.4g}"
    return f"{mean} ± {statistics.stdev(values):.2g}" if len(values) > 1 else mean


def _title(notebook: NotebookNode) -> str:
    """Return a notebook's first heading, as plain text."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if line.startswith("# "):
                    return str(line[2:].strip())
    return ""
