"""Answers that were paid for: looked up before a model is asked, kept the moment they come."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from labelcore.models import Paid
from labelcore.store import Database
from labelcore.store import answers as answer_table
from labelcore.store.journal import Journal

_TOGETHER_SECONDS = 0.002  # look-ups that come within this time are one query
_MERGE = 20_000


@dataclass
class Taken:
    """Answers on their way into the database, with the journal's file that holds them until then."""

    answers: list[Paid]
    file: Path | None


class AnswerCache:
    """What this database's judges were ever answered; use it in one event loop."""

    def __init__(self, db: Database, journal: Journal) -> None:
        self._db, self._journal = db, journal
        self._stored = answer_table.known_prefixes(db)
        self._late: set[int] = set()
        self._unstored: dict[str, Paid] = {}
        self._fresh: list[Paid] = []
        self._wanted: dict[str, asyncio.Future[Paid | None]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._passing: deque[asyncio.Future[None]] = deque()

    def turn(self, key: str) -> asyncio.Lock:
        """Held while a question is asked, so that the same one beside it waits for its answer."""
        return self._turns.setdefault(key, asyncio.Lock())

    async def find(self, key: str) -> Paid | None:
        """The answer to a question, if it was ever given."""
        if (paid := self._unstored.get(key)) is not None:
            return paid
        if not self._may_be_stored(answer_table.prefix(key)):
            return None
        if key not in self._wanted:
            self._wanted[key] = asyncio.get_running_loop().create_future()
            if self._looking is None:
                self._looking = asyncio.create_task(self._look())
        return await self._wanted[key]

    def keep(self, paid: Paid, *, on_disk: bool = False) -> None:
        """Keep an answer; it survives the process when this returns. ``on_disk``: it does already."""
        if not on_disk:
            self._journal.write(paid)
        self._unstored[paid.key] = paid
        self._fresh.append(paid)

    async def pass_on(self) -> None:
        """Wait until nothing more urgent is there; one at a time goes on between two looks for input.

        Answers that have come but were not read die with the process, while the work that follows an
        answer (storing it, writing the next prompt) can wait.
        """
        mine = asyncio.get_running_loop().create_future()
        self._passing.append(mine)
        if len(self._passing) == 1:
            asyncio.get_running_loop().call_soon(self._let_one_pass)
        await mine

    def _let_one_pass(self) -> None:
        first = self._passing.popleft()
        if not first.done():
            first.set_result(None)
        if self._passing:
            asyncio.get_running_loop().call_soon(self._let_one_pass)

    def take(self) -> Taken:
        """The answers that came since the last time; give them to :meth:`stored` once they are."""
        taken = Taken(self._fresh, self._journal.turn())
        self._fresh = []
        return taken

    def stored(self, taken: Taken) -> None:
        """Let go of answers that the database has."""
        self._journal.drop(taken.file)
        for paid in taken.answers:
            self._unstored.pop(paid.key, None)
            self._late.add(answer_table.prefix(paid.key))
        if len(self._late) > _MERGE:
            both = np.concatenate([self._stored, np.fromiter(self._late, np.int64)])
            self._stored, self._late = np.sort(both), set()

    def _may_be_stored(self, prefix: int) -> bool:
        if prefix in self._late:
            return True
        place = int(np.searchsorted(self._stored, prefix))
        return place < len(self._stored) and int(self._stored[place]) == prefix

    async def _look(self) -> None:
        await asyncio.sleep(_TOGETHER_SECONDS)
        wanted, self._wanted, self._looking = self._wanted, {}, None
        try:
            found = await asyncio.to_thread(answer_table.find, self._db, list(wanted))
        except Exception as trouble:  # noqa: BLE001 - whoever waits must hear of it
            for waiting in wanted.values():
                if not waiting.done():
                    waiting.set_exception(trouble)
            return
        for key, waiting in wanted.items():
            if not waiting.done():
                waiting.set_result(found.get(key))


def question_key(place: str, messages: Sequence[Any], form: object, repeat: int) -> str:
    """The hash of a whole question: who is asked, what, in which form, for which time."""
    whole = json.dumps([place, messages, form, repeat], sort_keys=True)
    return hashlib.blake2b(whole.encode(), digest_size=16).hexdigest()
