"""The steps of docs/deployment/Containerfile without an engine: install, and run as the container would.

    PYTHONPATH=. python tests/bench/container_steps.py [--python /usr/bin/python3]

As root on Linux. What it copies is installed with pinned versions into a fresh environment; its command then
runs as its user, without rights, on a root that is read-only but for the data folder, with the settings of
compose.yaml. It must answer its health check, write nowhere else, and end at a SIGTERM.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from tests.app_server import ROOT, free_port

_FOLDER = ROOT / "docs" / "deployment"


class Steps(NamedTuple):
    """What the Containerfile says."""

    copies: list[list[str]]
    install: list[str]
    user: int
    settings: dict[str, str]
    health: str
    command: list[str]


def read_steps(text: str) -> Steps:
    """The steps of a Containerfile; ValueError where one is missing."""
    lines = [line.partition(" ") for line in text.splitlines() if line and not line.startswith("#")]
    said = {word: rest for word, _, rest in lines}
    runs = [rest for word, _, rest in lines if word == "RUN"]
    install = next(part for run in runs for part in run.split("&&") if part.strip().startswith("pip install"))
    made = next(shlex.split(run) for run in runs if run.startswith("useradd"))
    return Steps(
        copies=[shlex.split(rest) for word, _, rest in lines if word == "COPY"],
        install=shlex.split(install)[1:],
        user=int(made[made.index("--uid") + 1]),
        settings=dict(part.split("=", 1) for part in shlex.split(said["ENV"])),
        health=said["HEALTHCHECK"].partition("python -c ")[2],
        command=json.loads(said["CMD"]),
    )


def install(steps: Steps, app: Path, python: str) -> Path:
    """Copy and install; the folder of its programs."""
    for *sources, target in steps.copies:
        for source in sources:
            place = app / target / (Path(source).name if target.endswith("/") else "")
            copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
            copy(ROOT / source, place)
    subprocess.run([python, "-m", "venv", str(app.parent / "env")], check=True)
    programs = app.parent / "env" / "bin"
    subprocess.run([programs / "python", "-m", "pip", "-q", *steps.install], cwd=app, check=True)
    return programs


def confined(steps: Steps, data: Path, command: Sequence[str]) -> list[str]:
    """The command as the container's user, without rights; of the root two folders can be written."""
    rights = f"--reuid {steps.user} --regid {steps.user} --clear-groups --no-new-privs --bounding-set -all"
    script = (
        f"mount --make-rprivate / && mount --bind {data} {data} && mount -t tmpfs tmpfs /tmp "
        f'&& mount -o remount,bind,ro / && exec setpriv {rights} --inh-caps -all "$@"'
    )
    return ["unshare", "--mount", "sh", "-ec", script, "sh", *command]


def environment(steps: Steps, data: Path, programs: Path) -> dict[str, str]:
    """The settings of the image and of compose.yaml, with the data folder where it is here."""
    service = yaml.safe_load((_FOLDER / "compose.yaml").read_text("utf-8"))["services"]["labelcore"]
    told = {**steps.settings, **service["environment"], "PATH": f"{programs}:/usr/bin:/bin"}
    return {name: value.replace("/data", str(data)) for name, value in told.items()}


def healthy(check: str, python: Path, port: int) -> bool:
    """Whether the image's health check is content within a minute."""
    asked = shlex.split(check.replace(":8501/", f":{port}/"))
    for _ in range(60):
        if subprocess.run([python, "-c", *asked], capture_output=True, check=False).returncode == 0:
            return True
        time.sleep(1)
    return False


def tried(steps: Steps, app: Path, programs: Path) -> dict[str, object]:
    """What came of running it."""
    data, port = app.parent / "data", free_port()
    data.mkdir()
    os.chown(data, steps.user, steps.user)
    command = confined(
        steps, data, [str(programs / steps.command[0]), *steps.command[1:], "--port", str(port)]
    )
    log = (app.parent / "log").open("wb")
    process = subprocess.Popen(
        command, cwd=app, env=environment(steps, data, programs), stderr=log, stdout=log
    )
    try:
        well = healthy(steps.health, programs / "python", port)
        state = Path(f"/proc/{process.pid}/status").read_text() if process.poll() is None else ""
        told = dict(line.split(":\t", 1) for line in state.splitlines() if ":\t" in line)
        process.send_signal(signal.SIGTERM)
        ended = process.wait(30)
    finally:
        process.kill()
        log.close()
    words = (app.parent / "log").read_text("utf-8", "replace")
    return {
        "answers its health check": well,
        "runs as": told.get("Uid", "").split(),
        "rights": (told.get("CapEff"), told.get("CapBnd"), told.get("NoNewPrivs")),
        "ended with": ended,
        "wrote": sorted(path.name for path in data.iterdir()),
        "the door is gone": not list(data.glob("*.door")),
        "first link is told": "/labelcore/join?invitation=" in words,
        "traceback": "Traceback" in words,
    }


def main() -> None:
    """Read, install, run, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default="/usr/bin/python3")
    chosen = parser.parse_args()
    steps = read_steps((_FOLDER / "Containerfile").read_text("utf-8"))
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        app = Path(folder) / "app"
        app.mkdir()
        programs = install(steps, app, chosen.python)
        for what, found in tried(steps, app, programs).items():
            print(f"{what}: {found}")


if __name__ == "__main__":
    main()
