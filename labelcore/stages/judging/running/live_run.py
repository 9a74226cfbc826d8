"""A run: how it goes, what it has to decide, what it took, and the one place that stores its decisions.

What is left is told by kind of judge, each at its pace: judges that need no model decide first, one after the
other; endpoints work side by side.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from typing_extensions import override

from labelcore.errors import LabelcoreError, ModelTrouble
from labelcore.judges.kinds import kind_of
from labelcore.llm import ModelAnswer, WordOdds
from labelcore.llm.protocol import is_another
from labelcore.llm.spending import Purse
from labelcore.models import (
    Decision,
    JudgeVersion,
    Output,
    PaidAnswer,
    Run,
    RunState,
    Verdict,
    VerdictError,
    total_cost,
)
from labelcore.settings import settings
from labelcore.stages.judging.keeping import binding
from labelcore.stages.judging.running.workload import Workload
from labelcore.store import outputs as output_table, runs as run_table, verdicts as verdict_table
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_HERE = ""
_TELLING = 5  # decisions from which on their pace is believed: the first call of a limited run goes alone


@dataclass
class _Share:
    """What judges of this process decide, or those that ask one model first.

    ``expected``: seconds from one decision to the next, as far as earlier runs tell.
    """

    left: int = 0
    made: int = 0
    began: float = field(default_factory=time.monotonic)
    expected: float | None = None

    @property
    def seconds(self) -> float | None:
        """Until all of it is decided; None where nobody knows."""
        if not self.left:
            return 0.0
        telling = self.made >= _TELLING
        pace = (time.monotonic() - self.began) / self.made if telling else self.expected
        return None if pace is None else self.left * pace


class Remaining:
    """Counts down what is missing."""

    def __init__(self, missing: Iterable[tuple[JudgeVersion, int]]) -> None:
        self._kinds: Counter[str] = Counter()
        self._shares: dict[str, _Share] = defaultdict(_Share)
        self._share_of: dict[str, _Share] = {}
        for version, n in missing:
            share = self._share_of[version.id] = self._shares[_place(version)]
            share.left += n
            self._kinds[version.kind] += n

    def expect(self, version: JudgeVersion, seconds: float) -> None:
        """Tell how long one decision of a judge's model took before, over the calls at once."""
        self._share_of[version.id].expected = seconds

    def begin_asking(self) -> None:
        """From now on models are asked."""
        for place, share in self._shares.items():
            if place != _HERE:
                share.began = time.monotonic()

    def take(self, decided: Sequence[JudgeVersion]) -> None:
        """Count decisions and errors that came."""
        for version in decided:
            if share := self._share_of.get(version.id):
                share.left -= 1
                share.made += 1
                self._kinds[version.kind] -= 1

    @property
    def by_kind(self) -> dict[str, int]:
        """How many decisions are still to come, by kind of judge."""
        return {kind: n for kind, n in self._kinds.items() if n > 0}

    @property
    def seconds(self) -> float | None:
        """Until all is decided; None where one part's pace is not known."""
        asking = [share.seconds for place, share in self._shares.items() if place != _HERE]
        times = [self._shares[_HERE].seconds, *asking]
        if None in times:
            return None
        here, *others = (seconds for seconds in times if seconds is not None)
        return here + max(others, default=0.0)


def _place(version: JudgeVersion) -> str:
    """Who decides: the model that is asked first, or this process."""
    prompts = kind_of(version).prompts
    return "|".join(prompts[0].answerer) if prompts else _HERE


_REPORT_SECONDS = 1.0
_CHUNK = 20_000  # ids; texts are read a few hundred at a time


@dataclass(frozen=True)
class RunOptions:
    """How a run goes.

    ``repeats``: how often each LLM judge decides each output in all; those made before count.
    ``concurrency``: model calls at once, None for what each endpoint takes. ``batch``: LLM judges'
    questions go to the providers' batches; what these have answered is collected, and the run stays
    "stopped" until all is. ``engine``: where the judges run, as the setting of this name says it; ""
    in this process. ``stop`` is set by whoever wants the run to end. ``purse``: what may be spent.
    ``asked_again``: for who looks on, what calls under way had to be sent again for, by kind. ``known``:
    nobody is asked; what no stored answer decides stays undecided.
    """

    repeats: int = 1
    concurrency: int | None = None
    batch: bool = False
    engine: str | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    purse: Purse | None = None
    asked_again: Counter[str] = field(default_factory=Counter)
    known: bool = False

    @property
    def elsewhere(self) -> str:
        """The engine that decides; "" where this process does."""
        return settings().engine if self.engine is None else self.engine


@dataclass(frozen=True)
class MissingVerdict:
    """One decision that is missing."""

    version: JudgeVersion
    repeat: int
    output: Output


Result = Decision | LabelcoreError
Decided = tuple[MissingVerdict, Result]


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


@dataclass(kw_only=True)
class Usage:
    """``cached``: answers that were known; ``faults``: what went wrong, by kind."""

    cached: int = 0
    requests: int = 0
    cost_usd: float | None = 0.0
    known_usd: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def count(self, work: ModelAnswer[Any] | WordOdds | PaidAnswer | ModelTrouble | Usage) -> None:
        """Count an answer that was paid for now, what a question took that got none, or a part's usage."""
        self.requests += getattr(work, "requests", 1)
        self.cost_usd = total_cost([self.cost_usd, work.cost_usd])
        self.known_usd += getattr(work, "known_usd", work.cost_usd or 0.0)
        self.tokens_in += getattr(work, "tokens_in", 0)
        self.tokens_out += getattr(work, "tokens_out", 0)
        self.faults.update(getattr(work, "faults", ()))


@dataclass
class LiveRun(Usage):
    """Counters of one run. ``paused`` are the sentences that say why it cannot go on, ``ended_by`` is the
    kind of the first of them; ``reasons`` hold one sentence for each kind of error.
    """

    flush_seconds: ClassVar[float] = 0.5
    """What comes in is stored as often."""
    workspace: Workspace
    run: Run
    backlog: Backlog
    options: RunOptions
    remaining: Remaining
    started: float = field(default_factory=time.monotonic)
    new: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    notes: set[str] = field(default_factory=set)
    paused: list[str] = field(default_factory=list)
    ended_by: str = ""
    reasons: dict[str, Wording] = field(default_factory=dict)
    _reported: float = 0.0
    _bound: set[str] = field(default_factory=set)

    @property
    def stop(self) -> threading.Event:
        """Set once somebody wants the run to end."""
        return self.options.stop

    def pause(self, why: Wording | LabelcoreError, kind: str) -> None:
        """Note why it cannot go on."""
        self.paused.append(str(why))
        self.ended_by = self.ended_by or kind
        self.reasons.setdefault(kind, why if isinstance(why, Wording) else why.what)

    def store(self, decided: Sequence[Decided], answers: Sequence[PaidAnswer] = ()) -> None:
        """Make decisions, errors and the answers behind them durable, then count and report them."""
        verdicts, errors = list[Verdict](), list[VerdictError]()
        self._bind(decided)
        for question, result in decided:
            place: dict[str, Any] = {
                "output_id": question.output.id,
                "judge_version_id": question.version.id,
                "project_id": self.workspace.project.id,
                "run_id": self.run.id,
            }
            if isinstance(result, Decision):
                self._compare(question.version, result)
                verdicts.append(Verdict(**place, repeat=question.repeat, decision=result))
            else:
                kind = result.kind if isinstance(result, ModelTrouble) else "judge"
                errors.append(VerdictError(**place, kind=kind, message=str(result)))
                self.reasons.setdefault(kind, result.what)
        self.remaining.take([question.version for question, _ in decided])
        self.new += verdict_table.record(self.workspace.db, verdicts, errors, answers)
        self.errors.update(error.kind for error in errors)
        self.report()

    def _compare(self, version: JudgeVersion, decision: Decision) -> None:
        """Note where another model answered than the judge asks for."""
        if is_another(version.model, decision.model):
            self.notes.add(f"{version.name} asks for {version.model}, but {decision.model} answered.")

    def _bind(self, decided: Sequence[Decided]) -> None:
        """Judges that name no address are bound to the one that answers them first."""
        answered = {
            question.version.id: question.version
            for question, result in decided
            if isinstance(result, Decision)
        }
        binding.remember(self.workspace.db, [answered[key] for key in answered.keys() - self._bound])
        self._bound |= answered.keys()

    def report(self) -> None:
        """Tell the caller, and now and then the store, how far the run is."""
        now = self.state("running")
        rest = "" if now.seconds_left is None else f"{span_words(now.seconds_left)} left, "
        if len(now.pending) > 1 or now.seconds_left is None:
            rest = f"{rest}{' and '.join(f'{n:,} {kind}' for kind, n in now.pending.items())} to go, "
        cached = f", {now.answers_cached:,} answers known" if now.answers_cached else ""
        again = f", asked again: {kinds_words(now.faults)}" if now.faults else ""
        money = f"US$ {now.known_usd:.4f}"
        if now.cost_usd is None:
            money = f"at least {money}" if now.known_usd else "no price set"
        words = f"{rest}{money}, {now.requests:,} calls{cached}, {now.errors:,} errors{again}"
        self.workspace.progress(now.verdicts_new + now.errors, now.total, words)
        if now.seconds - self._reported > _REPORT_SECONDS:
            self._reported = now.seconds
            run_table.save(self.workspace.db, now)

    def state(self, state: RunState) -> Run:
        """The run as it stands now."""
        seconds, remaining = time.monotonic() - self.started, self.remaining.seconds
        trouble = [f"Errors: {kinds_words(self.errors)}."] if self.errors else []
        return self.run.model_copy(
            update={
                "state": state,
                "verdicts_new": self.new,
                "errors": sum(self.errors.values()),
                "requests": self.requests,
                "cost_usd": self.cost_usd,
                "known_usd": self.known_usd,
                "message": " ".join([*dict.fromkeys(self.paused), *trouble, *sorted(self.notes)]),
                "seconds": round(seconds, 3),
                "answers_cached": self.cached,
                "tokens_in": self.tokens_in,
                "tokens_out": self.tokens_out,
                "error_kinds": dict(self.errors.most_common()),
                "faults": dict(self.faults.most_common()),
                "seconds_left": None if remaining is None else round(remaining, 1),
                "reasons": self.reasons,
                "ended_by": "person" if self.stop.is_set() and not self.ended_by else self.ended_by,
                "pending": self.remaining.by_kind,
            }
        )


def span_words(seconds: float) -> str:
    """``40 s``, ``12 min`` or ``3.5 h``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3600:.1f} h"


def kinds_words(counts: Counter[str] | dict[str, int]) -> str:
    """``3 × timeout, 1 × malformed``, the most frequent first."""
    return ", ".join(f"{number:,} × {kind}" for kind, number in Counter(counts).most_common())
