"""How fast texts are redacted, kind by kind, and an import with and without redaction.

    python tests/bench/redaction_speed.py [--rows 100000]

Rows of 1.5 kB, each with a mail address, a phone number, a name of 1,000 listed and an order number.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import random
import resource
import tempfile
import time
from pathlib import Path

from labelcore.stages import importing, projects
from labelcore.store import open_database
from labelcore.text import personal
from labelcore.text.redaction import Key, Redactor
from labelcore.workspace import Workspace

_WORDS = (
    "the answer depends on how your order was shipped and whether it arrived within thirty days please "
    "note that refunds take time"
).split()
_NAMES = ["Zoe Quill", *(f"Name{i} Last{i}" for i in range(999))]


def text(number: int, *, planted: bool) -> str:
    """About 1.5 kB of words, with what points at a person or without."""
    words = random.Random(number).choices(_WORDS, k=270)
    if planted:
        words[10], words[50] = f"user{number % 50_000}@example.com", f"(415) 555-{number % 10_000:04d}"
        words[90], words[150] = "Zoe Quill", f"order {10**9 + number}"
    return " ".join(words)


def texts() -> None:
    """MB/s of each kind, then of all together, with and without finds."""
    finders = {**personal.BUILT_IN, "names": personal.names(_NAMES)}
    for words, planted in (("with finds", True), ("without", False)):
        made = [text(number, planted=planted) for number in range(3_000)]
        size = sum(map(len, made)) / 1e6
        for name, chosen in [*((name, [f]) for name, f in finders.items()), ("all", [*finders.values()])]:
            redactor, begin = Redactor(chosen, Key()), time.perf_counter()
            for one in made:
                redactor.redacted(one)
            print(f"{words:10} {name:6} {size / (time.perf_counter() - begin):7.1f} MB/s")


def bring(place: str, *, redact: bool) -> None:
    """One import in a separate process, so that its peak memory can be told."""
    folder, begin = Path(place).parent, time.perf_counter()
    db = open_database(folder / f"{redact}.duckdb")
    wanted = {"redact": ("all",), "redact_names": ("\n".join(_NAMES),)} if redact else {}
    workspace = Workspace(db, projects.open_project(db, "bench"))
    result = importing.import_file(workspace, place, described=importing.Description(**wanted))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    seconds = time.perf_counter() - begin
    print(
        f"import {'with' if redact else 'without'} redaction: {seconds:.1f} s, peak {peak:.2f} GB,", end=" "
    )
    print(f"{result.batch.outputs_new:,} outputs, {result.batch.redacted}")


def main() -> None:
    """Texts, then files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    texts()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "rows.csv"
        with place.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "output"])
            writer.writerows([f"r{number}", text(number, planted=True)] for number in range(rows))
        for redact in (False, True):
            process = multiprocessing.get_context("spawn").Process(
                target=bring, args=(str(place),), kwargs={"redact": redact}
            )
            process.start()
            process.join()


if __name__ == "__main__":
    main()
