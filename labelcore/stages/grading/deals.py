"""Who may get an output, and who does where outputs are divided by shares: pure, from assignments alone."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Task:
    """An assignment as it concerns one person. ``among``: ids of its outputs; None: all."""

    who: str
    among: frozenset[str] | None
    share: float | None
    quota: int | None


@dataclass
class Deal:
    """Places given out so far. ``turns``: how many of its outputs each of a group of sharers has.
    ``resting``: output ids, each with who skipped it for good.
    """

    tasks: Sequence[Task]
    reads: Mapping[str, frozenset[str]]
    languages: Mapping[str, str]
    people: int
    resting: Collection[tuple[str, str]] = ()
    turns: Counter[tuple[object, str]] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    _alike: dict[object, list[Task]] = field(default_factory=dict)

    def tasks_with(self, output_id: str) -> Sequence[Task]:
        """The assignments of an output to people who read it; looked up once for all that are alike."""
        kind = (self.languages.get(output_id, ""), *(output_id in among for among in self._amongs))
        if kind not in self._alike:
            self._alike[kind] = [
                task
                for task in self.tasks
                if (task.among is None or output_id in task.among) and self.can_read(task.who, output_id)
            ]
        return self._alike[kind]

    @cached_property
    def _amongs(self) -> list[frozenset[str]]:
        return list({id(task.among): task.among for task in self.tasks if task.among is not None}.values())

    def able(self, output_id: str) -> tuple[str, ...]:
        """Who is assigned an output and reads it."""
        return tuple(sorted({task.who for task in self.tasks_with(output_id)}))

    def holders_of(self, output_id: str) -> list[str]:
        """Who gets an output."""
        shares: dict[str, float] = {}
        free: dict[str, None] = {}
        for task in self.tasks_with(output_id):
            if task.share is None:
                free[task.who] = None
            elif task.quota is None or self.given[task.who] < task.quota:
                shares[task.who] = max(task.share, shares.get(task.who, 0))
        group = tuple(sorted(shares.items()))

        def turn(who: str) -> tuple[float, int]:
            chance = zlib.crc32(f"{output_id}\x1e{who}".encode("utf-8", "replace"))
            return (self.turns[group, who] + 0.5) / shares[who], chance  # as Sainte-Laguë deals out seats

        dealt = sorted(shares, key=turn)
        for who in dealt[: self.people]:
            self.turns[group, who] += 1
            self.given[who] += 1
        others = [who for who in dealt[self.people :] if (output_id, who) not in self.resting]
        skipped = sum((output_id, who) in self.resting for who in dealt[: self.people])
        return list(dict.fromkeys([*dealt[: self.people], *others[:skipped], *free]))

    def can_read(self, who: str, output_id: str) -> bool:
        """Whether a person reads an output's language, or it is not known."""
        spoken, language = self.reads.get(who), self.languages.get(output_id, "")
        return not spoken or not language or language in spoken
