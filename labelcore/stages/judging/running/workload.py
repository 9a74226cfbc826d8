"""How much judges have to decide, whether the outputs are listed or counted alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from labelcore.judges.kinds import kind_of
from labelcore.models import JudgeVersion
from labelcore.store import Database


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
