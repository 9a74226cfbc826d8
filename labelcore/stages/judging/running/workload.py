"""What judges have to decide: outputs x judge versions x repeats, less what is decided already."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from typing_extensions import override

from labelcore.judges.kinds import kind_of
from labelcore.models import JudgeVersion, Output
from labelcore.store import Database, outputs as output_table, verdicts as verdict_table

_CHUNK = 20_000  # ids; texts are read a few hundred at a time


@dataclass(frozen=True)
class MissingVerdict:
    """One decision that is missing."""

    version: JudgeVersion
    repeat: int
    output: Output


@dataclass(frozen=True, kw_only=True)
class Workload(ABC):
    """How many decisions are wanted, outputs x judge versions x repeats, and how many are still missing."""

    db: Database
    versions: tuple[JudgeVersion, ...]
    repeats: int

    @property
    def wanted(self) -> int:
        """How many decisions there are in all, made or not."""
        return self.n_outputs * sum(len(self._repeats_of(version)) for version in self.versions)

    @property
    @abstractmethod
    def n_outputs(self) -> int:
        """How many outputs it is about."""

    @abstractmethod
    def some(self, most: int) -> Sequence[str]:
        """So many of the outputs at most, from all over them."""

    @abstractmethod
    def _decided(self) -> dict[tuple[str, int], int]:
        """How many of the outputs each judge version has decided, by its id and the repeat."""

    def _repeats_of(self, version: JudgeVersion) -> range:
        """A judge that is the same every time makes one."""
        return range(self.repeats if kind_of(version).needs_model else 1)

    def count_missing(self) -> list[tuple[JudgeVersion, int]]:
        """How many of each judge's decisions are still to be made."""
        decided, n = self._decided(), self.n_outputs
        return [
            (version, sum(n - decided.get((version.id, at), 0) for at in self._repeats_of(version)))
            for version in self.versions
        ]


@dataclass(frozen=True, kw_only=True)
class ProjectWorkload(Workload):
    """Decisions on all outputs of a project, which are counted and not listed."""

    project_id: str

    @property
    @override
    def n_outputs(self) -> int:
        return output_table.count(self.db, self.project_id)

    @override
    def some(self, most: int) -> Sequence[str]:
        return output_table.some_ids(self.db, self.project_id, most)

    @override
    def _decided(self) -> dict[tuple[str, int], int]:
        return verdict_table.decided(self.db, self.project_id)


@dataclass(frozen=True, kw_only=True)
class Backlog(Workload):
    """What a run has to decide: which decisions on these outputs are missing."""

    output_ids: Sequence[str]

    @property
    @override
    def n_outputs(self) -> int:
        return len(self.output_ids)

    @override
    def some(self, most: int) -> Sequence[str]:
        return self.output_ids[:: max(1, math.ceil(len(self.output_ids) / most))]

    @override
    def _decided(self) -> dict[tuple[str, int], int]:
        return verdict_table.decided_of(self.db, [version.id for version in self.versions], self.output_ids)

    def _chunks(self) -> Iterator[Sequence[str]]:
        for start in range(0, len(self.output_ids), _CHUNK):
            yield self.output_ids[start : start + _CHUNK]

    def _missing(self, versions: Sequence[JudgeVersion]) -> Iterator[tuple[JudgeVersion, int, list[str]]]:
        for ids in self._chunks():
            for version in versions:
                for repeat in self._repeats_of(version):
                    yield version, repeat, verdict_table.missing(self.db, version.id, ids, repeat)

    @property
    def local(self) -> list[JudgeVersion]:
        """The judges that need no model."""
        return [version for version in self.versions if kind_of(version).decides_here]

    def local_outputs(self, size: int) -> Iterator[tuple[list[Output], dict[str, set[str]]]]:
        """Outputs that a local judge has not decided, so many at a time; by version id, which."""
        local = self.local
        for ids in self._chunks() if local else ():
            missing = {version.id: set(verdict_table.missing(self.db, version.id, ids)) for version in local}
            ids_here = [
                output_id for output_id in ids if any(output_id in ids_left for ids_left in missing.values())
            ]
            for outputs in output_table.chunks(self.db, ids_here, size):
                yield outputs, missing

    def questions(self, versions: Sequence[JudgeVersion], size: int = 200) -> Iterator[list[MissingVerdict]]:
        """What is missing of some judges, a bounded number of texts at a time.

        Judge by judge: prompts with the same beginning come together, which providers cache.
        """
        for version, repeat, missing in self._missing(versions):
            for outputs in output_table.chunks(self.db, missing, size):
                yield [MissingVerdict(version, repeat, output) for output in outputs]
