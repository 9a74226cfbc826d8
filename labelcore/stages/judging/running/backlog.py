"""What a run has to decide: outputs x judge versions x repeats, without what is decided already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labelcore.judges.kinds import kind_of
from labelcore.models import JudgeVersion, Output
from labelcore.store import Database
from labelcore.store import outputs as output_table
from labelcore.store import verdicts as verdict_table

_CHUNK = 20_000  # ids; texts are read a few hundred at a time


@dataclass(frozen=True)
class Question:
    """One decision that is missing."""

    version: JudgeVersion
    repeat: int
    output: Output


@dataclass(frozen=True)
class Backlog:
    """All decisions that are wanted. The versions stay what they were when the run began."""

    db: Database
    versions: tuple[JudgeVersion, ...]
    output_ids: Sequence[str]
    repeats: int = 1

    @property
    def wanted(self) -> int:
        """How many decisions there are in all, made or not."""
        return len(self.output_ids) * sum(len(self.repeats_of(version)) for version in self.versions)

    def repeats_of(self, version: JudgeVersion) -> range:
        """The repeats that a judge makes; one that is the same every time makes one."""
        return range(self.repeats if kind_of(version).needs_model else 1)

    def count_missing(self, version: JudgeVersion) -> int:
        """How many of a judge's decisions are still to be made."""
        return sum(
            len(verdict_table.missing(self.db, version.id, ids, repeat))
            for ids in self.chunks()
            for repeat in self.repeats_of(version)
        )

    def chunks(self) -> Iterator[Sequence[str]]:
        """The outputs' ids, a bounded number at a time."""
        for start in range(0, len(self.output_ids), _CHUNK):
            yield self.output_ids[start : start + _CHUNK]

    def questions(self, versions: Sequence[JudgeVersion], size: int = 200) -> Iterator[list[Question]]:
        """What is missing of some judges, a bounded number of texts at a time.

        Judge by judge: prompts with the same beginning come together, which providers cache.
        """
        for ids in self.chunks():
            for version in versions:
                for repeat in self.repeats_of(version):
                    missing = verdict_table.missing(self.db, version.id, ids, repeat)
                    for outputs in output_table.chunks(self.db, missing, size):
                        yield [Question(version, repeat, output) for output in outputs]
