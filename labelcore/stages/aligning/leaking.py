"""What a split must not know of another: near-duplicates across splits, examples of dev and test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from labelcore.judges.kinds import kind_of
from labelcore.models import Frozen, JudgeVersion, Output, Role, SplitName
from labelcore.operations import operation
from labelcore.stages.grading import human_labels
from labelcore.stages.judging import active_judges
from labelcore.stats.splits import Splits
from labelcore.store import outputs as output_table, splits as split_table
from labelcore.text.near import near_pairs
from labelcore.workspace import Workspace

NEAR = 0.8
"""From this Jaccard index of 5-character shingles on, two texts are nearly the same."""
_SHORT = 30  # shorter texts are alike without having one source ("Yes.", "Not found.")
_MOST = 200


class Leak(Frozen):
    """Something that one split knows of another.

    ``kind``: outputs, or inputs, of different groups are nearly the same (``similarity``: Jaccard index of
    5-character shingles); or a ``judge`` is shown an output of dev or test as its example.
    """

    kind: Literal["output", "input", "example"]
    output_id: str
    split: SplitName
    other_id: str = ""
    other_split: SplitName | None = None
    judge: str = ""
    similarity: float = 1.0


class Leakage(Frozen):
    """The leaks between the splits of the ``looked_at`` graded outputs, the gravest first.

    ``test_share``: how many of the test's a leak touches; None where it holds none.
    """

    looked_at: int
    leaks: tuple[Leak, ...]
    total: int
    test_share: float | None


@operation("splits leaks", role=Role.ENGINEER)
def leakage(workspace: Workspace) -> Leakage:
    """Look for near-duplicates across splits and for examples outside train; tells no grade."""
    ids = human_labels(workspace).graded
    outputs = list(output_table.many(workspace.db, ids).values())
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    all_leaks = [*_examples(active_judges(workspace), outputs, dealt), *_near(outputs, dealt)]
    all_leaks.sort(key=lambda leak: ("test" not in {leak.split, leak.other_split}, -leak.similarity))
    test = {output.id for output in outputs if dealt.of(output.group) == "test"}
    touched = {leak.output_id for leak in all_leaks} | {leak.other_id for leak in all_leaks}
    return Leakage(
        looked_at=len(outputs),
        leaks=tuple(all_leaks[:_MOST]),
        total=len(all_leaks),
        test_share=len(test & touched) / len(test) if test else None,
    )


def _near(outputs: Sequence[Output], dealt: Splits) -> Iterator[Leak]:
    """Outputs of different groups and splits whose texts, or else inputs, are nearly the same."""
    pairs: set[tuple[str, str]] = set()
    kinds: tuple[Literal["output", "input"], ...] = ("output", "input")
    for kind in kinds:
        texts = [output.text if kind == "output" else output.input for output in outputs]
        rows = [at for at, text in enumerate(texts) if len(text) >= _SHORT]
        for i, j, index in near_pairs([texts[at] for at in rows], NEAR):
            first, other = outputs[rows[i]], outputs[rows[j]]
            split, other_split = dealt.of(first.group), dealt.of(other.group)
            if split != other_split and (first.id, other.id) not in pairs:
                pairs.add((first.id, other.id))
                places = {"output_id": first.id, "split": split, "other_id": other.id}
                yield Leak(kind=kind, **places, other_split=other_split, similarity=index)


def _examples(judges: Sequence[JudgeVersion], outputs: Sequence[Output], dealt: Splits) -> Iterator[Leak]:
    """Outputs outside train that a judge is shown as an example."""
    for judge in judges:
        texts = [text for prompt in kind_of(judge).prompts for text in prompt.example_texts]
        beginnings = tuple(text for text in texts if len(text) >= _SHORT)  # long examples are cut
        for output in outputs:
            split = dealt.of(output.group)
            if split != "train" and output.text.startswith(beginnings):
                yield Leak(kind="example", output_id=output.id, split=split, judge=judge.name)
