"""Judges that need no model, a bounded number of outputs at a time."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from labelcore.errors import LabelcoreError, ModelTrouble
from labelcore.judges.features import Floats
from labelcore.judges.kinds import kind_of
from labelcore.judges.meanings import read_meanings
from labelcore.models import JudgeVersion, Output
from labelcore.stages.judging.running.backlog import Question
from labelcore.stages.judging.running.live_run import Decided, LiveRun, Result
from labelcore.stages.judging.running.pace import Pace
from labelcore.stats.threads import one_thread
from labelcore.store import outputs as output_table
from labelcore.store import vectors as vector_table
from labelcore.store import verdicts as verdict_table

_TEXTS = 2_000
_FIRST = 20


@one_thread()
def decide_locally(live: LiveRun, versions: Sequence[JudgeVersion]) -> None:
    """Let code and learned judges decide what is missing; an output's text is embedded once."""
    pace = Pace(_FIRST, _TEXTS)
    for ids in live.backlog.chunks():
        missing = {
            version.id: set(verdict_table.missing(live.workspace.db, version.id, ids)) for version in versions
        }
        wanted = [output_id for output_id in ids if any(output_id in left for left in missing.values())]
        for outputs in output_table.chunks(live.workspace.db, wanted, _TEXTS):
            for some in pace.parts(outputs):
                if live.stop.is_set():
                    return
                live.store(_decide_some(live, versions, missing, some))


def _decide_some(
    live: LiveRun, versions: Sequence[JudgeVersion], missing: dict[str, set[str]], outputs: Sequence[Output]
) -> list[Decided]:
    """What the judges say until somebody stops the run."""
    embedded = read_meanings(map(kind_of, versions), outputs, vector_table.embedder(live.workspace.db))
    decided: list[Decided] = []
    for version in versions:
        if live.stop.is_set():
            break
        rows = [i for i, output in enumerate(outputs) if output.id in missing[version.id]]
        if rows:
            vectors = None if embedded is None else embedded[rows]
            results = _decide(version, [outputs[i] for i in rows], vectors, live.stop)
            asked = (Question(version, 0, outputs[i]) for i in rows)
            pairs = zip(asked, results, strict=True)
            decided += [(question, result) for question, result in pairs if not _stopped(result)]
    return decided


def _decide(
    version: JudgeVersion, outputs: Sequence[Output], embedded: Floats | None, stop: threading.Event
) -> Sequence[Result]:
    try:
        return kind_of(version).decide(outputs, embedded, stop)
    except LabelcoreError as trouble:
        return [trouble] * len(outputs)


def _stopped(result: Result) -> bool:
    return isinstance(result, ModelTrouble) and result.kind == "stopped"
