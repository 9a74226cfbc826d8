"""Examples for a judge's prompt, of the train split only: found by words, or suggested in pairs.

What is suggested: outputs of its list to mend, then fails that differ from each other; each stands beside
the output with the other grade that is most like it, for what sets them apart is what teaches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from labelcore.arrays import Floats
from labelcore.judges.judge_prompt import TrainExample
from labelcore.judges.kinds import kind_of
from labelcore.models import Criterion, Frozen, JudgeVersion, Output, Role, SplitName
from labelcore.operations import operation
from labelcore.stages.aligning.evidence import truth_of
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.grading import Labels, fitting_labels, human_labels
from labelcore.stages.judging.proposing.subjects import Subject, train_ids
from labelcore.stages.judging.proposing.teaching import teaching_examples
from labelcore.stages.refining.outcomes import to_mend
from labelcore.stats.drawing import hash_order
from labelcore.store import outputs as output_table, splits as split_table, vectors
from labelcore.text.near import near_pairs
from labelcore.workspace import Workspace

_POOL = 150
_EXCERPT, _NOTE = 1_200, 300
_ALIKE = 0.6  # shared stretches of two texts from which on the second teaches nothing more

Why = Literal["to mend", "differs from the others", "found"]


class ExamplePair(Frozen):
    """An output that could be shown, and the one with the other grade that is most like it."""

    example: TrainExample
    beside: TrainExample | None
    why: Why


class Examples(Frozen):
    """What a judge could be shown. ``shown``: the outputs that it is shown already; ``elsewhere``: how many
    more graded outputs were found that may not be shown, for they are in dev or test.
    """

    judge: str
    version: int
    pairs: tuple[ExamplePair, ...]
    shown: tuple[str, ...]
    elsewhere: int = 0

    def document(self) -> dict[str, Any]:
        """Its JSON form: each example with the one beside it."""
        pairs = [
            pair.example.model_dump() | {"why": pair.why, "beside": pair.beside and pair.beside.model_dump()}
            for pair in self.pairs
        ]
        return {name: value for name, value in self if name != "pairs"} | {"examples": pairs}


@operation("judge prompt examples", role=Role.ENGINEER)
def find_examples(
    workspace: Workspace,
    judge: JudgeVersion,
    *,
    search: Annotated[str, Field(description="Only outputs or notes with these words.")] = "",
    limit: Annotated[int, Field(ge=1, le=50, description="So many at most.")] = 4,
) -> Examples:
    """Find examples for a judge among the graded outputs of train.

    Without words to search: its list to mend first, then fails that differ from each other.
    """
    pool = _Graded.of(workspace, judge)
    terms = search.casefold().split()
    keys = pool.with_words(terms) if terms else pool.suggested(judge)
    pairs = [
        ExamplePair(example=pool.teaching(key), beside=pool.nearest(key), why=why)
        for key, why in list(keys.items())[:limit]
    ]
    return Examples(
        judge=judge.name,
        version=judge.version,
        pairs=tuple(pairs),
        shown=tuple(
            example.output_id for prompt in kind_of(judge).prompts for example in prompt.spec.examples
        ),
        elsewhere=pool.count_elsewhere(terms) if terms else 0,
    )


@operation(role=Role.ENGINEER)
def example_of(workspace: Workspace, judge: JudgeVersion, output_id: str) -> TrainExample | None:
    """One output as an example; None where it may not be shown."""
    pool = _Graded.of(workspace, judge)
    return pool.teaching(output_id) if output_id in pool.fails else None


def splits_of(workspace: Workspace, output_ids: Iterable[str]) -> dict[str, SplitName]:
    """The split of each output."""
    groups = output_table.groups_of(workspace.db, [key for key in output_ids if key])
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    return {key: dealt.of(group) for key, group in groups.items()}


@dataclass(frozen=True)
class _Graded:
    """The graded outputs of train that say something about a judge's criterion."""

    workspace: Workspace
    criterion: Criterion | None
    fails: dict[str, bool]
    labels: Labels

    @classmethod
    def of(cls, workspace: Workspace, judge: JudgeVersion) -> _Graded:
        labels = fitting_labels(workspace)
        criteria = {criterion.id: criterion for criterion in list_criteria(workspace)}
        criterion = criteria.get(judge.criterion_id or "")
        fails = truth_of(criterion, labels).fails
        return cls(
            workspace,
            criterion,
            {key: fails[key] for key in train_ids(workspace, list(fails))},
            labels.noted(judge.criterion_id),
        )

    @cached_property
    def outputs(self) -> dict[str, Output]:
        """By their ids."""
        return output_table.many(self.workspace.db, list(self.fails))

    def with_words(self, words: Sequence[str]) -> dict[str, Why]:
        """Those in whose text, input or notes all words stand; fails first."""
        keys = [key for key, output in self.outputs.items() if _has(output, self._notes(key), words)]
        return dict.fromkeys(sorted(keys, key=lambda key: not self.fails[key]), "found")

    def count_elsewhere(self, words: Sequence[str]) -> int:
        """How many graded outputs with these words may not be shown."""
        others = [key for key in human_labels(self.workspace).graded if key not in self.fails]
        chunks = output_table.chunks(self.workspace.db, others)
        return sum(_has(output, "", words) for chunk in chunks for output in chunk)

    def suggested(self, judge: JudgeVersion) -> dict[str, Why]:
        """The judge's list to mend, then varied fails that say nearly the same as none before."""
        reasons: dict[str, Why] = dict.fromkeys(
            (key for key in to_mend(self.workspace, judge) if key in self.fails), "to mend"
        )
        varied = [example.output_id for example in self._varied() if example.verdict == "fail"]
        keys = list(dict.fromkeys((*reasons, *varied)))
        repeats = {later for _, later, _ in near_pairs([self.outputs[key].text for key in keys], _ALIKE)}
        unlike = (key for at, key in enumerate(keys) if at not in repeats)
        return reasons | {key: "differs from the others" for key in unlike if key not in reasons}

    def _varied(self) -> list[TrainExample]:
        if self.criterion is None:
            return [self.teaching(key) for key in hash_order(sorted(self.fails), 0)[:_POOL]]
        return teaching_examples(self.workspace, Subject(self.criterion, self.fails), self.labels.notes)

    def teaching(self, output_id: str) -> TrainExample:
        """An output as an example."""
        output, failed = self.outputs[output_id], self.fails[output_id]
        return TrainExample(
            verdict="fail" if failed else "pass",
            text=output.text[:_EXCERPT],
            note=self._notes(output_id)[:_NOTE],
            output_id=output.id,
            group=output.group,
        )

    def nearest(self, output_id: str) -> TrainExample | None:
        """The output of another group and with the other grade that is most like it."""
        output, failed = self.outputs[output_id], self.fails[output_id]
        pool = [
            other
            for other in self._pool[not failed]
            if self.outputs[other].group != output.group or not output.group
        ]
        if not pool:
            return None
        embed = vectors.embedder(self.workspace.db)
        points = _unit(embed([self.outputs[key].text for key in (output_id, *pool)]).astype(float))
        return self.teaching(pool[int(np.argmax(points[1:] @ points[0]))])

    @cached_property
    def _pool(self) -> Mapping[bool, list[str]]:
        return {
            failed: hash_order([key for key, fails in self.fails.items() if fails is failed], 0)[:_POOL]
            for failed in (True, False)
        }

    @cached_property
    def _cited(self) -> dict[str, str]:
        return {quote.output_id: quote.quote for quote in self.criterion.evidence} if self.criterion else {}

    def _notes(self, output_id: str) -> str:
        return self._cited.get(output_id) or "\n".join(self.labels.notes.get(output_id, ()))


def _has(output: Output, notes: str, words: Sequence[str]) -> bool:
    text = "\n".join((output.text, output.input, notes)).casefold()
    return all(word in text for word in words)


def _unit(points: Floats) -> Floats:
    length = np.linalg.norm(points, axis=1, keepdims=True)
    return points / np.where(length > 0, length, 1)
