"""The real JupyterLab in a real browser: open the course, run a chapter, drag a widget."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from dynconv_lite.files import ROOT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
TOKEN = "for-the-browser-test-only"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    # The driver's own event loop and sockets end with the interpreter, not with the test.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start `lab` as the launcher does, on a copy of the first notebook; yields its address."""
    home = tmp_path_factory.mktemp("home")
    config = {"LabApp": {"expose_app_in_browser": True}}
    (home / "jupyter_lab_config.json").write_text(json.dumps(config))
    copy = ROOT / "runs" / "browser-test" / "00_start_here.ipynb"
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "notebooks" / "00_start_here.ipynb", copy)
    port = free_port()
    variables = {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home),
        "JUPYTER_TOKEN": TOKEN,
        "JUPYTERLAB_WORKSPACES_DIR": str(home),
    }
    command = [sys.executable, "-m", "dynconv_lite", "lab", "--no-browser", "--port", str(port)]
    with (home / "lab.log").open("w") as log:
        server = subprocess.Popen(
            [*command, "--notebook", str(copy.relative_to(ROOT))],
            cwd=ROOT,
            env=os.environ | variables,
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(address, server, home / "lab.log")
        yield f"{address}/lab/tree/{copy.relative_to(ROOT)}?token={TOKEN}"
    finally:
        server.terminate()
        server.wait(timeout=30)
        shutil.rmtree(copy.parent)


def wait_until_up(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        if server.poll() is not None:
            pytest.fail(f"lab ended by itself: {log.read_text()[-2000:]}")
        try:
            urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
    pytest.fail(f"lab did not answer within a minute: {log.read_text()[-2000:]}")


def test_the_first_notebook_runs_and_its_widget_follows_the_hand(lab: str, tmp_path: Path) -> None:
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.goto(lab)
        page.wait_for_function("() => window.jupyterapp?.restored", timeout=60_000)
        page.evaluate("() => window.jupyterapp.restored")
        panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
        expect(panel).to_be_visible(timeout=60_000)
        page.wait_for_function(
            "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel"
            "?.status === 'idle'",
            timeout=90_000,
        )
        page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")

        # The static picture is there, and its text alternative unfolds below it.
        expect(panel.locator(".jp-RenderedImage img").first).to_be_visible(timeout=90_000)
        panel.get_by_text("In words").first.click()
        expect(panel.locator("details[open]").get_by_text("sum to 0,")).to_be_visible()

        # Type a weight into the first slider's read-out: the picture changes, and says so.
        picture = panel.locator("img.widget-image").first
        picture.scroll_into_view_if_needed()
        expect(picture).to_be_visible()
        before = picture.get_attribute("src")
        readout = panel.locator(".widget-slider .widget-readout").nth(2)  # after row and column
        readout.click()
        page.keyboard.press("Control+A")
        page.keyboard.type("3")
        page.keyboard.press("Enter")
        expect(picture).not_to_have_attribute("src", before or "", timeout=10_000)
        expect(panel.get_by_text(re.compile("Kernel weights sum to 4"))).to_be_visible()

        # Drag a slider with the mouse.
        before = picture.get_attribute("src")
        handle = panel.locator(".widget-slider .noUi-handle").nth(3)
        box = handle.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + 40, box["y"] + box["height"] / 2, steps=5)
        page.mouse.up()
        expect(picture).not_to_have_attribute("src", before or "", timeout=10_000)

        # The unsolved exercise says so, and nothing in the notebook failed.
        expect(panel.get_by_text("not solved yet").first).to_be_visible(timeout=60_000)
        stderr = ".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']"
        assert panel.locator(stderr).count() == 0
        page.screenshot(path=os.environ.get("COURSE_SCREENSHOT", str(tmp_path / "lab.png")))
        browser.close()
