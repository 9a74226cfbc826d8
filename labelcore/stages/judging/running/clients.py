"""Who is asked: one client for each endpoint and model, shared by all judges and members of panels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from typing_extensions import override

from labelcore.judges.kinds import kind_of
from labelcore.llm import (
    Answerer,
    Message,
    ModelAnswer,
    ModelClient,
    WordOdds,
    asked_key,
    client_for,
    endpoint_for,
    gate_of,
)
from labelcore.llm.limits import Limiter
from labelcore.llm.protocol import MOST_TOKENS, AnswerPending, Schema
from labelcore.models import JudgeVersion
from labelcore.settings import Endpoint
from labelcore.store.journal import Journal

_FOR_A_PROCESS = 50  # calls from which on it pays to start one


@dataclass(frozen=True)
class Connection:
    """A client, what its answers are known by, and how many calls at once it takes."""

    client: ModelClient
    place: str
    concurrency: int
    on_disk: bool = False


@dataclass(frozen=True)
class ModelJudges:
    """An endpoint's model with the judges that begin with it (a panel: with its first member)."""

    connection: Connection
    versions: tuple[JudgeVersion, ...]


class Clients:
    """The clients of one run, each opened when first wanted; ``endpoints``: whose they are."""

    def __init__(self, open_: Callable[[Endpoint], Connection]) -> None:
        self._open = open_
        self._opened: dict[tuple[str, str], Connection] = {}
        self.endpoints: list[Endpoint] = []

    def of(self, answerer: Answerer) -> Connection:
        """Who answers a judge that is no panel, or a panel's member.

        Raises:
            ModelTrouble: its endpoint is not configured, or its key is missing.
        """
        endpoint = endpoint_for(answerer)
        key = endpoint.name, endpoint.model
        if key not in self._opened:
            self._opened[key] = self._open(endpoint)
            self.endpoints.append(endpoint)
        return self._opened[key]

    def choose(self, versions: Sequence[JudgeVersion]) -> list[ModelJudges]:
        """Who answers which judges; a panel's members are all looked for before anybody is asked."""
        groups: dict[int, tuple[Connection, list[JudgeVersion]]] = {}
        for version in versions:
            first, *_ = [self.of(prompt.answerer) for prompt in kind_of(version).prompts]
            groups.setdefault(id(first), (first, []))[1].append(version)
        return [ModelJudges(connection, tuple(asking)) for connection, asking in groups.values()]

    @property
    def notes(self) -> set[str]:
        """What the endpoints cannot do, in sentences."""
        every = [connection.client for connection in self._opened.values()]
        return {note for client in every for note in getattr(client, "notes", ())}

    async def close(self) -> None:
        """Give all connections back."""
        for connection in self._opened.values():
            await connection.client.close()


def live_clients(concurrency: int | None = None, journal: Journal | None = None, calls: int = 0) -> Clients:
    """Clients that ask at once, those of one address within its limits; with a journal and many calls,
    call processes keep what is answered.
    """
    gates: dict[str, Limiter] = {}

    def open_(endpoint: Endpoint) -> Connection:
        many = concurrency or endpoint.concurrency
        kept_in = journal.for_call_process() if journal and calls >= _FOR_A_PROCESS else None
        gate = gates.setdefault(endpoint.address, gate_of(endpoint.address, concurrency))
        opened = client_for(endpoint.model_copy(update={"concurrency": many}), kept_in, gate)
        return Connection(opened, place_of(endpoint), many, opened.on_disk)

    return Clients(open_)


def place_of(endpoint: Endpoint) -> str:
    """What an endpoint's answers are known by: its address and its model, whatever it is called."""
    return f"{endpoint.base_url or ''}|{endpoint.model}"


class _DeferringClient(ModelClient):
    """A client that asks nobody: what is not known is asked by another, or another day."""

    def __init__(self, model: str) -> None:
        self.model = model

    @override
    async def answer(
        self, messages: Sequence[Message], schema: type[Schema], *, most_tokens: int = MOST_TOKENS
    ) -> ModelAnswer[Schema]:
        raise AnswerPending(asked_key())

    @override
    async def weigh(self, messages: Sequence[Message], words: Sequence[str]) -> WordOdds | None:
        raise AnswerPending(None)

    async def close(self) -> None:
        """There is nothing to close."""


def deferring(endpoint: Endpoint) -> Connection:
    """An endpoint of which only known answers are taken."""
    return Connection(_DeferringClient(endpoint.model), place_of(endpoint), 1)


def deferring_clients() -> Clients:
    """Clients that ask nobody."""
    return Clients(deferring)


class PanelClient:
    """A client that finds the others by what a panel's member says; nothing is remembered."""

    def __init__(self, connection: Connection, clients: Clients) -> None:
        self._clients, client = clients, connection.client
        self.model, self.answer, self.weigh = client.model, client.answer, client.weigh
        self.close = clients.close

    def named(self, answerer: Answerer) -> PanelClient:
        """The client of a panel's member."""
        return PanelClient(self._clients.of(answerer), self._clients)
