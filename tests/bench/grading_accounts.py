"""What sign-in costs a press: `grading_load.py` without and with accounts, by turns, in one go.

    PYTHONPATH=. python tests/bench/grading_accounts.py [--people 200] [--seconds 60] [--rounds 2]

On a busy machine the processor's time for each press tells; press to acknowledgement waits for others too.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from labelcore.models import Role
from labelcore.stages import people, projects, signing
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from tests.bench import grading_load


def invite(path: Path, count: int) -> None:
    """Everybody is an expert of the project, and signed in."""
    db = open_database(path)
    workspace = Workspace(db, projects.open_project(db, grading_load.PROJECT))
    for name in (f"p{at}" for at in range(count)):
        people.invite(workspace, name, Role.EXPERT)
        grading_load.SESSIONS[name] = signing.begin_session(db, signing.find_person(db, name))
    close_database(path)


def run(chosen: argparse.Namespace, *, accounts: bool) -> None:
    """One project, one app, everybody at work."""
    grading_load.SESSIONS.clear()
    os.environ["LABELCORE_SIGN_IN"] = "accounts" if accounts else ""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "load.duckdb"
        grading_load.make_project(path, chosen.outputs, all_features=False)
        if accounts:
            invite(path, chosen.people)
        print(f"\n{'with' if accounts else 'without'} accounts", flush=True)
        grading_load.serve_and_load(path, chosen)


def main() -> None:
    """By turns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--interval", type=float, default=5)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--outputs", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=2)
    chosen = parser.parse_args()
    vars(chosen).update(alone=True, by_page=False, keys=0)
    for _ in range(chosen.rounds):
        run(chosen, accounts=False)
        run(chosen, accounts=True)


if __name__ == "__main__":
    main()
