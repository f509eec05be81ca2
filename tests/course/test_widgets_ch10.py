"""Widgets of chapter 10 by their callbacks, without a browser."""

import io
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from data_utils import matlab_bicubic, photo
from dynconv_lite.course.plots.ch10 import draw_entry, draw_loupe
from dynconv_lite.course.widgets import ch10
from dynconv_lite.course.widgets.ch10 import SrViewer, fitted, opened, sr_viewer, table_explorer
from dynconv_lite.lut import LookupTable, nodes, super_resolve


def table(pattern: str = "s", scale: int = 4, interval: int = 6) -> LookupTable:
    """A table of a smooth function: the mean of the taps, a little more to the right."""
    dims = {"s": 4, "v": 2}[pattern]
    axes = np.meshgrid(*[np.arange(nodes(interval))] * dims, indexing="ij")
    mean = np.mean(axes, 0).ravel()[:, None] / (nodes(interval) - 1) * 64
    values = np.rint(mean + np.arange(scale**2) / 8).astype(np.int8)
    return LookupTable(values, pattern, interval)


@pytest.fixture(autouse=True)
def looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The look-up by torch, which is the same to the bit, and nothing to compile."""
    monkeypatch.setattr(
        ch10, "super_resolve", lambda image, stages: super_resolve(image, stages, backend="torch")
    )


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of 160 pixels a side at most, so that a test takes no time."""
    monkeypatch.setattr(ch10, "MOST", 160)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ch10, "is_compiled", lambda: True)


def png(image: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()


def test_the_explorer_s_static_twin_is_a_frame_of_it() -> None:
    explorer = table_explorer(table())
    twin = draw_entry(table(), 37, 170, 90, 250)
    assert twin.png() == explorer.image.value
    assert explorer.words.value == twin.alt


@pytest.mark.parametrize("pixel", ["a", "b", "c", "d"])
def test_each_pixel_changes_the_answer_and_can_take_all_its_values(pixel: str) -> None:
    explorer = table_explorer(table())
    before = explorer.image.value
    for end in (0, 255):
        explorer.controls[pixel].value = end
        assert "<b>" not in explorer.words.value
        assert explorer.image.value != before


def test_a_table_that_cannot_be_explored_is_refused() -> None:
    with pytest.raises(ValueError, match="table must be of pattern 's'"):
        table_explorer(table("v"))


@pytest.mark.usefixtures("small", "compiled")
def test_the_viewer_shows_every_way_under_one_loupe() -> None:
    viewer = sr_viewer(table(), lambda low: matlab_bicubic(low, 4), "camera")
    assert list(viewer.pictures) == ["nearest", "bicubic", "table", "network", "truth"]
    truth = fitted(photo("camera").image)
    assert np.array_equal(viewer.pictures["truth"], truth) and truth.shape == (160, 160, 3)
    low = matlab_bicubic(truth, 1 / 4)
    assert np.array_equal(viewer.pictures["table"], super_resolve(low, [table()], backend="torch"))
    assert np.array_equal(viewer.pictures["network"], viewer.pictures["bicubic"])
    viewer.live.set(down=50, across=100, size=40)
    twin = draw_loupe(viewer.pictures, 60, 120, 40)
    assert twin.png() == viewer.live.image.value
    assert viewer.button.layout.display == "none"


@pytest.mark.usefixtures("small")
def test_compiling_is_announced_and_waits_for_the_button(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ch10, "is_compiled", lambda: False)
    viewer = SrViewer(table(), name="camera")
    assert "has to be compiled" in viewer.status.value and "table" not in viewer.pictures
    assert viewer.button.layout.display is None
    viewer.photograph.value = "chelsea"
    assert "has to be compiled" in viewer.status.value and "table" not in viewer.pictures
    said: list[str] = []
    viewer.status.observe(lambda change: said.append(change["new"]), names="value")
    viewer.button.click()
    assert said[0] == "Compiling ..." and "table" in viewer.pictures
    assert "compiled" not in viewer.status.value and viewer.button.layout.display == "none"
    assert "table," in viewer.live.words.value


@pytest.mark.usefixtures("small", "compiled")
def test_an_own_picture_comes_by_path_or_upload(tmp_path) -> None:
    viewer = SrViewer(table(), name="camera")
    rng = np.random.default_rng(0)
    first, second = (rng.integers(0, 256, (150, 170, 3), dtype=np.uint8) for _ in range(2))
    (tmp_path / "own.png").write_bytes(png(first))
    viewer.path.value = str(tmp_path / "own.png")
    assert np.array_equal(viewer.pictures["truth"], first[1:149, 5:165])
    viewer.upload.value = ({"name": "other.png", "content": memoryview(png(second)), "type": "",
                            "size": 0, "last_modified": datetime.now(UTC)},)  # fmt: skip
    assert np.array_equal(viewer.pictures["truth"], second[1:149, 5:165])
    assert "<b>" not in viewer.status.value


@pytest.mark.usefixtures("small", "compiled")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no picture", "own.png cannot be read as a picture"),
        (png(np.zeros((200, 100, 3), np.uint8)), "at least 128 rows and columns, got 200 x 100"),
        (png(np.zeros((200, 200, 3), np.uint8))[:60], "own.png cannot be read as a picture"),
        (None, "own.png cannot be read as a picture: .*No such file"),
    ],
)
def test_what_is_no_picture_is_said_and_the_old_one_stays(tmp_path, content, message) -> None:
    viewer = SrViewer(table(), name="camera")
    before = viewer.pictures["truth"]
    if content is not None:
        (tmp_path / "own.png").write_bytes(content)
    viewer.path.value = str(tmp_path / "own.png")
    assert viewer.status.value.startswith("<b>")
    with pytest.raises(ValueError, match=message):
        raise ValueError(viewer.status.value)
    assert np.array_equal(viewer.pictures["truth"], before)
    viewer.live.redraw()


def test_huge_files_are_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ch10, "LARGEST", 100)
    with pytest.raises(ValueError, match="x cannot be read as a picture: it has 200 x 10 pixels"):
        opened(io.BytesIO(png(np.zeros((10, 200, 3), np.uint8))), "x")


@pytest.mark.usefixtures("small", "compiled")
@pytest.mark.parametrize(("control", "value"), [("down", 100), ("across", 0), ("size", 128)])
def test_each_control_of_the_loupe_changes_the_picture(control: str, value: int) -> None:
    viewer = SrViewer(table(), name="camera")
    before = viewer.live.image.value
    viewer.live.controls[control].value = value
    assert viewer.live.image.value != before and "<b>" not in viewer.live.words.value


def test_a_table_of_another_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="table must enlarge by 4"):
        sr_viewer(table(scale=2))
