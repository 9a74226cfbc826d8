"""The offline product on one split after another: tasks as JSON lines on stdin, figures on stdout.

Only labelcore is imported, whichever PYTHONPATH brings, so that two commits can be measured on the same
splits (offline_quality.py starts this). A task has rows, of which the last ``test`` come to the project when
the set is chosen, and ``graded``, the numbers of those with a grade. ``--texts FOLDER`` keeps embeddings
between splits and runs; a commit that embeds otherwise has another. Held-out figures of the choice are not
asked for, and no deadline cuts it short. ``seconds`` are of processor time; no text is embedded or measured
twice, so they are less than a project's.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sqlite3
import sys
import time
import unittest.mock
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from labelcore.errors import LabelcoreError
from labelcore.judges import set_search
from labelcore.judges.detectors import REGISTRY, Feature
from labelcore.models import Grade, Output
from labelcore.stages import grading, judging, projects
from labelcore.stages.aligning import choosing_set
from labelcore.stages.deriving import derivation
from labelcore.stages.judging.running import deciding
from labelcore.store import judges as judge_table, open_database, outputs as output_table
from labelcore.text import embedding
from labelcore.workspace import Workspace

Row = dict[str, str]
_MOST_KEPT = 2_000
_BY_VOTE = 0.95  # the fail probability that a verdict without one stands for


def put(workspace: Workspace, rows: list[Row]) -> list[Output]:
    """Store the rows as outputs of a project."""
    made = [
        Output(
            id=output_table.content_id(
                workspace.project.id, row["output"], input=row["input"], context=row["context"]
            ),
            project_id=workspace.project.id,
            text=row["output"],
            input=row["input"],
            context=row["context"],
            group_key=row["group"] or None,
        )
        for row in rows
    ]
    output_table.add(workspace.db, made)
    return made


def run(task: dict[str, Any]) -> dict[str, Any]:
    """What the chosen set says of the outputs that came later: votes and scores, and how long it took."""
    started, rows, later = time.process_time(), task["rows"], task["test"]
    db = open_database(None)
    workspace = Workspace(db, projects.open_project(db, "measured"))
    made = put(workspace, rows[: len(rows) - later])
    grading.record(workspace, [_grade(made[i], rows[i], f"g{i}") for i in task["graded"]])
    derivation.derive(workspace, offline=True, accept_all=True)
    members: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    try:
        judging.propose(workspace)
        judging.run_judges(workspace)
        chosen = choosing_set.choose(workspace, options=choosing_set.ChoiceOptions(seconds=3600))
        members, names = chosen.judge_version_ids, chosen.judges
    except LabelcoreError as trouble:
        print(trouble, file=sys.stderr)
    votes, scores = _decided(db, put(workspace, rows[len(rows) - later :]), members)
    db.close()
    seconds = round(time.process_time() - started, 2)
    return {"votes": votes, "scores": scores, "judges": list(names), "seconds": seconds}


def _grade(output: Output, row: Row, name: str) -> Grade:
    return Grade(
        id=name,
        project_id=output.project_id,
        output_id=output.id,
        annotator="expert",
        value="pass" if row["grade"] == "pass" else "fail",
        note=row["note"],
    )


def _decided(db: Any, test: list[Output], members: tuple[str, ...]) -> tuple[list[bool], list[float]]:
    """The set's votes, and its score: the noisy-or of its judges' probabilities of a fail."""
    votes, kept = [False] * len(test), np.ones(len(test))
    for answers in deciding.decide(db, list(judge_table.many(db, members).values()), test).values():
        for i, output in enumerate(test):
            decision = answers[output.id]
            if isinstance(decision, LabelcoreError):
                raise decision
            failed = decision.value == "fail"
            usual = 1 - _BY_VOTE if failed else _BY_VOTE
            if decision.value != "abstain":
                votes[i] |= failed
                kept[i] *= usual if decision.probability is None else decision.probability
    return votes, [round(1 - float(value), 6) for value in kept]


class Kept:
    """The encoder with its vectors kept on disk."""

    def __init__(self, folder: Path) -> None:
        source = hashlib.sha256(Path(embedding.__file__).read_bytes()).hexdigest()[:12]
        self.db = sqlite3.connect(folder / f"{source}.sqlite", isolation_level=None, timeout=60)
        self.db.execute("CREATE TABLE IF NOT EXISTS kept (text BLOB PRIMARY KEY, vector BLOB)")
        self.encoder, self.encode_all = embedding.SentenceEncoder(), embedding.SentenceEncoder.encode
        self.known: dict[bytes, npt.NDArray[np.float32]] = {}

    def encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        """As the encoder's."""
        if not texts:
            return self.encode_all(self.encoder, texts)
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        for key in {*keys} - {*self.known}:
            if row := self.db.execute("SELECT vector FROM kept WHERE text = ?", [key]).fetchone():
                self.known[key] = np.frombuffer(row[0], dtype=np.float32)
        fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in self.known}
        if fresh:
            found = self.encode_all(self.encoder, list(fresh.values()))
            self.known |= dict(zip(fresh, found, strict=True))
            rows = [(key, self.known[key].tobytes()) for key in fresh]
            self.db.executemany("INSERT OR IGNORE INTO kept VALUES (?, ?)", rows)
        return np.stack([self.known[key] for key in keys])


def once(feature: Feature) -> Feature:
    """A detector that measures each output once."""
    found: dict[tuple[str, ...], float | None] = {}

    def measured(output: Output, parameters: dict[str, Any]) -> float | None:
        key = (output.text, output.input, output.context, repr(parameters) if parameters else "")
        if key not in found:
            if len(found) > _MOST_KEPT:
                found.clear()
            found[key] = feature(output, parameters)
        return found[key]

    return measured


def main() -> None:
    """Answer tasks until there are no more."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=Path)
    chosen = parser.parse_args()
    if chosen.texts:
        chosen.texts.mkdir(parents=True, exist_ok=True)
        kept = Kept(chosen.texts)
        unittest.mock.patch.object(
            embedding.SentenceEncoder, "encode", lambda _, texts: kept.encode(texts)
        ).start()
    for name in ("nested", "again"):  # what gives the choice its held-out figures
        setattr(set_search._Task, name, lambda *_: [])
    for detector in REGISTRY.values():
        object.__setattr__(detector, "feature", once(detector.feature))
    deciding._FIRST, deciding._PART_SECONDS = 2_000, 1e6  # no small parts because others use the machine
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
