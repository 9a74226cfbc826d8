"""Photograph the app on the sample project for README and docs: ``python tests/pictures.py``.

Writes docs/pictures/NAME.png: 1440 px wide, light, English, 256 colours, at most 150 kB each.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PIL import Image
from playwright.sync_api import Page, ViewportSize

from tests.app_server import ROOT, serving
from tests.chromium import chromium

PICTURES = ROOT / "docs" / "pictures"
LARGEST = 150_000  # bytes
PROJECT, PERSON = "sample", "jun"  # who has graded some, not all
ADDRESSES = {
    "home": "",
    "grade": "grading",
    "criteria": "deriving",
    "judges": "judging",
    "results": "results",
}


def sample_project(db: Path) -> None:
    """Make the sample project as ``labelcore demo`` does."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "labelcore", "demo", "--no-serve", "--db", str(db)]
    subprocess.run(command, check=True, env=env, cwd=db.parent)


def photograph(page: Page, url: str, address: str) -> bytes:
    """One page, once nothing on it is still being made."""
    asked = {"project": PROJECT, "annotator": PERSON, "language": "en"}
    page.goto(f"{url}/{address}?" + urlencode({f"labelcore-{name}": value for name, value in asked.items()}))
    page.wait_for_selector("h1", timeout=120_000)
    page.wait_for_selector(".stApp[data-test-script-state=notRunning]", timeout=120_000)
    page.wait_for_selector("[data-testid=stSkeleton]", state="detached", timeout=120_000)
    if address == "grading":
        page.wait_for_selector("[data-output-id]", timeout=60_000)
        page.keyboard.press("f")  # a fail asks what is wrong
    before, now = b"", page.screenshot()
    while now != before:  # charts move into their places
        page.wait_for_timeout(2_000)
        before, now = now, page.screenshot(caret="hide")
    return now


def keep(name: str, png: bytes) -> None:
    """Few colours are enough for an interface, and a fifth of the bytes."""
    file = PICTURES / f"{name}.png"
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)
    size = file.stat().st_size
    assert size <= LARGEST, f"{file.name} has {size:,} bytes"
    print(f"{file.relative_to(ROOT)}: {size:,} bytes")


def main(names: list[str]) -> None:
    """The pictures of these names, all where none is given."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        db = Path(folder) / "sample.duckdb"
        sample_project(db)
        size: ViewportSize = {"width": 1440, "height": 900}
        page = browser.new_page(viewport=size, color_scheme="light", locale="en-GB")
        with serving(db, PROJECT) as url:
            for name in names or ADDRESSES:
                keep(name, photograph(page, url, ADDRESSES[name]))


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    main(sys.argv[1:])
