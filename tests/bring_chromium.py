"""Bring a Chromium for the browser journeys: a system one, the distribution's, or Playwright's.

Prints the path of the browser; exits 1 with one clear sentence when none can be had.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def installed() -> str | None:
    """A browser that is there already: the system's, or one that Playwright downloaded."""
    if named := os.environ.get("LABELCORE_CHROMIUM"):
        return named
    for name in NAMES:
        if path := shutil.which(name):
            return path
    return _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def bring() -> str | None:
    """Install one: the distribution's package where that is allowed, else Playwright's download."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        update = ["apt-get", "update", "-qq"]
        packages = ["chromium", "fonts-noto-cjk"]  # the Chinese pages need a font
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        for step in (update, command):
            quiet = subprocess.DEVNULL
            subprocess.run(step, check=False, env=environment, stdout=quiet, stderr=quiet)
    if not installed():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return installed()


def main() -> int:
    """Find or bring a browser and say where it is."""
    path = installed() or bring()
    if path:
        print(path)
        return 0
    print(
        "No Chromium was found and none could be installed: install one (for example `apt-get install "
        "chromium`), or set LABELCORE_CHROMIUM to its path, then run `make test` again.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
