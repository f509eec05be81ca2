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
from dynconv_lite.experiments.matrix import methods_of
from dynconv_lite.experiments.notebook import Outcome, load_outcomes
from dynconv_lite.experiments.records import Record, load_records
from dynconv_lite.experiments.series import changes
from dynconv_lite.experiments.wording import duration
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
    """One executed notebook.

    Attributes:
        outcome: How it ended.
        title: Of a chapter its heading, of an experiment the run's name.
        heading: What stands above its figures.
        href: Where it lies.
        count: How many figures it holds.
        figures: Those that the report shows; of the runs of an experiment, only those of one.
    """

    outcome: Outcome
    title: str
    heading: str
    href: str
    count: int
    figures: list[Figure]


@dataclass(frozen=True)
class Row:
    """One quantity of one experiment, by one method: what was measured, and what was published.

    Attributes:
        main: Whether it is what the experiment is about, rather than something seen by the way.
    """

    experiment: str
    method: str
    quantity: str
    main: bool
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


def _group(out: Path, profile: str) -> Chapterwise:
    folder = out / profile
    records, problems = load_records(folder / "records")
    sections: list[Section] = []
    shown: set[str] = set()
    for outcome in load_outcomes(folder):
        path = folder / f"{outcome.name}.ipynb"
        try:
            notebook = nbformat.read(path, as_version=4)
        except Exception as error:  # a report must not fail over one broken notebook; it names it
            problems.append(f"{path.name} cannot be read: {type(error).__name__}: {error}")
            notebook = nbformat.v4.new_notebook()
        title = heading = _title(notebook) or outcome.name
        figures = find_figures(notebook, title)
        count, study = len(figures), outcome.name.split("-")[0]
        if outcome.kind == "experiment":
            title, heading = outcome.name, f"{heading} ({outcome.name})"
            if study in shown:
                figures = []
            elif figures:
                shown.add(study)
        href = f"{profile}/{path.name}"
        sections.append(Section(outcome, title, heading, href, count, figures))
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
    """Lay what was measured beside what was published, seeds of one configuration together.

    Returns:
        The rows by experiment, what it is about before the rest; by quantity; and by method, in
        the order of the configuration.
    """
    groups: dict[str, list[Record]] = {}
    for record in records:
        key = config_hash({**record.config, "seed": 0})
        groups.setdefault(key, []).append(record)
    about = {(r.experiment, entry.quantity) for r in records for entry in r.published}
    rows = [row for group in groups.values() for row in _rows(group, about)]
    return sorted(rows, key=_place)


def _rows(group: list[Record], about: set[tuple[str, str]]) -> list[Row]:
    """Return the rows of one configuration."""
    first = group[0]
    published = {entry.quantity: entry for entry in first.published}
    rows = []
    for quantity in first.metrics.final:
        values = [r.metrics.final[quantity] for r in group if quantity in r.metrics.final]
        known = published.get(quantity)
        rows.append(
            Row(
                experiment=first.experiment,
                method=_method(first),
                quantity=quantity,
                main=(first.experiment, quantity) in about,
                measured=_spread(values),
                seeds=", ".join(str(seed) for seed in sorted({r.seed for r in group})),
                published=f"{known.value:.4g}" if known else "",
                source=known.source if known else "",
                device="; ".join(sorted({r.device for r in group})),
                data=f"{first.data.name} ({first.data.digest})",
            )
        )
    return rows


def _method(record: Record) -> str:
    """Name a run's method, and the fields that differ from the profile's."""
    changed = [f"{field} = {value}" for field, value in changes(record).items()]
    return ", ".join(filter(None, [record.config.get("method"), *changed]))


def _place(row: Row) -> tuple[str, bool, str, int, str]:
    methods = methods_of(row.experiment)
    method = row.method.split(", ")[0]
    rank = methods.index(method) if method in methods else len(methods)
    return (row.experiment, not row.main, row.quantity if row.main else "", rank, row.method)


def _spread(values: list[float]) -> str:
    """Write a mean, and the sample standard deviation over seeds where there are several."""
    mean = f"{statistics.fmean(values):.4g}"
    deviation = f" ± {statistics.stdev(values):.2g}" if len(values) > 1 else ""
    return f"{mean}{deviation} (n = {len(values)})"


def _title(notebook: NotebookNode) -> str:
    """Return a notebook's first heading, as plain text."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if line.startswith("# "):
                    return str(line[2:].strip())
    return ""
