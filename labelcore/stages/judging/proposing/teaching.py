"""LLM judges of a criterion: the examples that they are shown, chosen to teach, of the train split only.

Fails are spread: the most typical one first, then those that differ most from what is chosen. Beside
each stands the passed output most like it. Where a project speaks English and Chinese, both do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from labelcore.arrays import Floats
from labelcore.judges.judge_prompt import AskingOptions, Prompt, TrainExample, make_spec
from labelcore.models import Output
from labelcore.stages.deriving import glossary
from labelcore.stages.judging.proposing.subjects import Subject, train_ids
from labelcore.stats.drawing import hash_order
from labelcore.store import outputs as output_table, vectors
from labelcore.text.reading import language_of
from labelcore.wording import Wording
from labelcore.workspace import Workspace

SHOWN, KEPT = 2, 4  # those above what is shown stand in where one must be left out
_READ = 150
_EXCERPT, _NOTE = 1_200, 300


def specify(
    workspace: Workspace, subject: Subject, notes: Mapping[str, Sequence[str]], asking: AskingOptions
) -> dict[str, Any]:
    """The specification of an LLM judge of a criterion, with its examples."""
    examples = teaching_examples(workspace, subject, notes) if asking.shown else ()
    bare = subject.stated.model_copy(update={"pass_examples": (), "fail_examples": ()})
    return make_spec(bare, asking, glossary.terms(workspace.project), examples)


def one_sided(subject: Subject, spec: Mapping[str, Any]) -> Wording | None:
    """Why its examples are passes or fails only, or none; None where both are shown."""
    verdicts = {example.verdict for example in Prompt(spec).spec.examples}
    fails = sum(subject.fails.values())
    passes = len(subject.fails) - fails
    if verdicts >= {"pass", "fail"}:
        return None
    if "pass" in verdicts:
        return Wording(
            "it is shown passed outputs only: of the {n} outputs that fail it none is in the train split, "
            "and examples are taken from nowhere else. Fail more outputs, and say why.",
            n=fails,
        )
    if "fail" in verdicts:
        return Wording(
            "it is shown failed outputs only: of the {n} passed outputs none is in the train split, and "
            "examples are taken from nowhere else. Pass more outputs.",
            n=passes,
        )
    return Wording(
        "it is shown no examples: of {n} graded outputs none is in the train split.", n=fails + passes
    )


def teaching_examples(
    workspace: Workspace, subject: Subject, notes: Mapping[str, Sequence[str]]
) -> list[TrainExample]:
    """Up to four failed and four passed outputs of the train split, in the order of their use."""
    fails = subject.fails
    train = train_ids(workspace, fails)
    ids = [
        output_id
        for failed in (True, False)
        for output_id in hash_order([i for i in train if fails[i] is failed], 0)[:_READ]
    ]
    outputs = list(output_table.many(workspace.db, ids).values())
    if not outputs:
        return []
    noted = {quote.output_id: quote.quote for quote in reversed(subject.stated.evidence)}
    notes_of = {output.id: noted.get(output.id) or "\n".join(notes.get(output.id, ())) for output in outputs}
    embedded = vectors.embedder(workspace.db)([output.text for output in outputs])
    choice = _Likeness(outputs, embedded.astype(float))
    every = [at for at, output in enumerate(outputs) if fails[output.id]]
    explained = [at for at in every if notes_of[outputs[at].id]]
    failed = choice.spread(explained or every)
    passed = choice.beside(failed, [at for at, output in enumerate(outputs) if not fails[output.id]])
    return [
        TrainExample(
            verdict="fail" if fails[output.id] else "pass",
            text=output.text[:_EXCERPT],
            note=notes_of[output.id][:_NOTE] if fails[output.id] else "",
            output_id=output.id,
            group=output.group,
        )
        for output in (outputs[at] for at in (*passed, *failed))
    ]


class _Likeness:
    """Outputs by what they are like: cosine of their embeddings, group, and language."""

    def __init__(self, outputs: Sequence[Output], embedded: Floats) -> None:
        length = np.linalg.norm(embedded, axis=1, keepdims=True)
        unit = embedded / np.where(length > 0, length, 1)
        self.alike: Floats = unit @ unit.T
        self.groups = [output.group for output in outputs]
        self.languages = [language_of(output.text) for output in outputs]

    def spread(self, pool: Sequence[int]) -> list[int]:
        """The most typical of the pool, then again and again the one least like the chosen."""
        places: list[int] = []
        while len(places) < KEPT and (free := self._free(pool, places)):
            if places:
                last = {at: float(self.alike[at, places].max()) for at in free}
                places.append(min(free, key=lambda at: last[at]))
            else:
                typical = {at: float(self.alike[at, list(pool)].mean()) for at in free}
                places.append(max(free, key=lambda at: typical[at]))
        return places

    def beside(self, failed: Sequence[int], pool: Sequence[int]) -> list[int]:
        """For each fail the one of the pool most like it, in its language where there is one."""
        if not failed:
            return self.spread(pool)
        places: list[int] = []
        for fail in failed:
            groups = {self.groups[at] for at in (*places, *failed)}
            free = [at for at in pool if self.groups[at] not in groups]
            alike = [at for at in free if self.languages[at] == self.languages[fail]] or free
            if alike:
                places.append(max(alike, key=lambda at: float(self.alike[at, fail])))
        return places

    def _free(self, pool: Sequence[int], places: Sequence[int]) -> list[int]:
        """Those of other groups; of the language that is missing so far, while one is."""
        groups = {self.groups[at] for at in places}
        free = [at for at in pool if self.groups[at] not in groups]
        spoken = {self.languages[at] for at in places}
        missing = [at for at in free if self.languages[at] and self.languages[at] not in spoken]
        return missing if places and missing else free
