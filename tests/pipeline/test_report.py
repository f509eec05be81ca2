"""The report shows what records say, beside what was published, and trusts no text."""

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from made_up import code, notebook, record, text, write
from nbformat.v4 import new_output

from dynconv_lite.experiments import config_for, config_hash
from dynconv_lite.experiments.notebook import Outcome
from dynconv_lite.experiments.records import Published, write_record
from dynconv_lite.experiments.report import compare, find_figures, write_report
from dynconv_lite.experiments.wording import duration

NASTY = "<script>alert('x')</script>"


class Page(HTMLParser):
    """Collect the tags and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words += data


def outcome(name: str, **fields: object) -> Outcome:
    plain = {"kind": "chapter", "profile": "smoke", "seconds": 2.0, "finished": datetime.now(UTC)}
    return Outcome.model_validate({"name": name, **plain, **fields})


def put(folder, one: Outcome) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{one.name}.outcome.json").write_text(one.model_dump_json())


def test_every_text_is_escaped(tmp_path):
    folder = tmp_path / "smoke"
    put(folder, outcome("01_x", error=f"cell In [1]: {NASTY}", traceback=NASTY))
    cell = code("x", "b")
    picture = {"image/png": '"><script>1</script>'}
    described = {"image/png": {"alt": f'"{NASTY}'}}
    cell.outputs = [
        new_output("display_data", data=picture, metadata=described),
        new_output("display_data", data={"text/html": NASTY}),
    ]
    write(folder / "01_x.ipynb", text(f"# {NASTY}", "a"), cell)
    write_record(record(0, **{NASTY: 1.0}), folder / "records")
    (folder / "records" / "broken.json").write_text(NASTY)
    page = Page()
    page.feed(write_report(tmp_path, {NASTY: NASTY}).read_text())
    names = [tag for tag, _ in page.tags]
    assert "script" not in names
    assert NASTY in page.words  # it is shown, as text
    assert "broken.json" in page.words and "delete it" in page.words
    (image,) = [attributes for tag, attributes in page.tags if tag == "img"]
    assert image["alt"] == f'"{NASTY}'


def test_the_page_needs_nothing_from_elsewhere(tmp_path):
    page = Page()
    page.feed(write_report(tmp_path).read_text())
    assert "Nothing has run yet" in page.words
    for tag, attributes in page.tags:
        assert tag not in ("link", "script", "iframe"), tag
        for name in ("src", "href"):
            assert not (attributes.get(name) or "").startswith(("http", "//"))


def test_measured_stands_beside_published_and_seeds_are_pooled():
    known = Published(quantity="exponent_depth", value=0.5, source="Luo et al. 2016")
    runs = [
        record(seed, exponent_depth=value, extra=1.0).model_copy(update={"published": [known]})
        for seed, value in ((0, 0.5), (1, 0.6))
    ]
    depth, extra = compare(runs)
    assert (depth.quantity, depth.measured, depth.published) == (
        "exponent_depth",
        "0.55 ± 0.071 (n = 2)",
        "0.5",
    )
    assert (depth.seeds, depth.source) == ("0, 1", "Luo et al. 2016")
    assert (extra.published, extra.source) == ("", "")
    assert (depth.main, extra.main) == (True, False)
    assert compare(runs[:1])[0].measured == "0.5 (n = 1)"


def test_figures_keep_their_alt_text_and_caption():
    picture, alt = {"image/png": "aGk="}, {"image/png": {"alt": "A map."}}
    cell = code("x", "a")
    cell.outputs = [
        new_output("display_data", data=picture),
        new_output("display_data", data=picture, metadata=alt),
        new_output("display_data", data={"text/markdown": "See *this*."}),
    ]
    first, second = find_figures(notebook(cell), "Locality")
    assert (first.alt, first.caption) == ("Figure 1 of Locality", "")
    assert (second.alt, second.caption) == ("A map.", "See <em>this</em>.")


def test_an_unreadable_notebook_is_named(tmp_path):
    put(tmp_path / "smoke", outcome("01_x"))
    (tmp_path / "smoke" / "01_x.ipynb").write_text("{ half")
    assert "01_x.ipynb cannot be read" in write_report(tmp_path).read_text()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (59.94, "59.9 s"), (65, "1 min 05 s"), (7800, "2 h 10 min")],
)
def test_durations_read_well(seconds, words):
    assert duration(seconds) == words


def test_a_caption_keeps_the_picture_in_words_folded():
    cell = code("x", "b")
    words = "*See the spot.*\n\n<details><summary>In words</summary>A spot.</details>"
    cell.outputs = [
        new_output("display_data", data={"image/png": "AAAA"}),
        new_output("display_data", data={"text/markdown": words}),
    ]
    (figure,) = find_figures(notebook(cell))
    assert "<details><summary>In words</summary>A spot.</details>" in figure.caption


def test_methods_stand_side_by_side_and_changes_are_named():
    runs = []
    for method, seed, changes in (
        ("shift_int", 0, {}),
        ("baseline", 0, {}),
        ("baseline", 1, {}),
        ("baseline", 0, {"lr": 0.05}),
    ):
        config = config_for("jitter", seed=seed, method=method, **changes)
        known = [Published(quantity="test_accuracy", value=77.62, source="a talk")]
        runs.append(
            record(test_loss=2.0, test_accuracy=40.0 + seed).model_copy(
                update={
                    "config": config.model_dump(mode="json"),
                    "config_hash": config_hash(config),
                    "seed": seed,
                    "published": known if method == "baseline" else [],
                }
            )
        )
    rows = compare(runs)
    told = [(row.method, row.measured, row.published) for row in rows if row.main]
    assert told == [
        ("baseline", "40.5 ± 0.71 (n = 2)", "77.62"),
        ("baseline, lr = 0.05", "40 (n = 1)", "77.62"),
        ("shift_int", "40 (n = 1)", ""),
    ]
    assert {row.quantity for row in rows if not row.main} == {"test_loss"}


def test_figures_are_shown_of_one_run_of_an_experiment(tmp_path):
    folder = tmp_path / "smoke"
    for seed in (0, 1):
        name = f"jitter-baseline-seed{seed}-abcdef"
        put(folder, outcome(name, kind="experiment"))
        cell = code("x", "b")
        cell.outputs = [new_output("display_data", data={"image/png": "AAAA"})]
        write(folder / f"{name}.ipynb", text("# A study", "a"), cell)
    page = Page()
    page.feed(write_report(tmp_path).read_text())
    assert [tag for tag, _ in page.tags].count("img") == 1
    assert "A study (jitter-baseline-seed0-abcdef)" in page.words
    assert "jitter-baseline-seed1-abcdef" in page.words
