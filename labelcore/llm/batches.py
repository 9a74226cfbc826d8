"""A provider's batches, by the openai package: questions in a file, answered within a day for less."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labelcore.errors import ModelTrouble
from labelcore.llm import call_process
from labelcore.llm.blackout import black_out
from labelcore.llm.protocol import read, refusal_text
from labelcore.llm.reach import check_name
from labelcore.llm.transports import Unreachable, explain, refusal, unreachable
from labelcore.models import PaidAnswer
from labelcore.settings import Endpoint
from labelcore.wording import Wording

MOST_QUESTIONS = 50_000
MOST_BYTES = 180_000_000
"""What OpenAI takes in one file, with some room."""
_MARK = "labelcore_job"
_OVER = {"completed", "failed", "expired", "cancelled"}


@dataclass(frozen=True)
class BatchState:
    """Where a batch is; ``over`` says that no more answers will come."""

    status: str
    over: bool
    answered: int
    total: int
    files: tuple[str, ...]


class ProviderBatches:
    """The batches of one endpoint; every method raises ModelTrouble where it refuses or is not there."""

    def __init__(self, endpoint: Endpoint) -> None:
        import openai

        self._openai, self._endpoint, self._key = openai, endpoint, endpoint.key
        self._client = openai.OpenAI(
            base_url=endpoint.base_url,
            api_key=self._key,
            timeout=endpoint.call_timeout * 5,
            http_client=openai.DefaultHttpxClient(follow_redirects=False),
        )

    def hand_over(self, place: Path, job: str) -> str:
        """Send a file of questions under our name for the job. Returns the provider's name for it."""
        with self._explained():
            with place.open("rb") as file:
                sent = self._client.files.create(file=(f"{job}.jsonl", file), purpose="batch")
            batch = self._client.batches.create(
                input_file_id=sent.id,
                endpoint="/v1/chat/completions",
                completion_window="24h",
                metadata={_MARK: job},
            )
        return batch.id

    def find(self, job: str) -> str | None:
        """The provider's name for a job that was perhaps handed over before this process died."""
        with self._explained():
            for batch in self._client.batches.list(limit=100):
                if (batch.metadata or {}).get(_MARK) == job:
                    return batch.id
        return None

    def state(self, provider_id: str) -> BatchState:
        """Where a batch is."""
        with self._explained():
            batch = self._client.batches.retrieve(provider_id)
        counts = batch.request_counts
        answered, total = (counts.completed, counts.total) if counts else (0, 0)
        files = tuple(filter(None, (batch.output_file_id, batch.error_file_id)))
        return BatchState(black_out(batch.status, self._key), batch.status in _OVER, answered, total, files)

    def answers(self, state: BatchState) -> Iterator[PaidAnswer]:
        """The good answers of a batch that is over, one at a time."""
        for name in state.files:
            with self._explained():
                content = self._client.files.content(name)
                for line in content.iter_lines():
                    if (answer := self._paid(black_out(line, self._key))) is not None:
                        yield answer

    def close(self) -> None:
        """Give connections back."""
        self._client.close()

    def _paid(self, line: str) -> PaidAnswer | None:
        """One line of a result; None where the question was not answered."""
        try:
            answer = json.loads(line)
            body = answer["response"]["body"]
            if answer["response"]["status_code"] != 200:
                return None
            key, found = str(answer["custom_id"]), read(body)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None
        text = refusal_text(found.refused) if found.refused else found.text
        given, taken, model = found.tokens_in, found.tokens_out, found.model or self._endpoint.model
        cost = self._endpoint.cost(given, taken, found.tokens_cached)
        return PaidAnswer(key=key, text=text, model=model, tokens_in=given, tokens_out=taken, cost_usd=cost)

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn the openai package's errors into what a person can act on."""
        try:
            check_name(self._endpoint)
            yield
        except call_process.ClosedHost as trouble:
            raise explain(self._endpoint, Unreachable(str(trouble))) from None
        except self._openai.APIStatusError as trouble:
            response = trouble.response
            if response.status_code == 404:
                raise ModelTrouble(
                    "{base_url} offers no batches.",
                    next_step="Run without --batch.",
                    kind="no batches",
                    fatal=True,
                    base_url=self._endpoint.address if self._endpoint.base_url else Wording("The provider"),
                ) from None
            words = black_out(trouble.message, self._key).encode()
            refused = refusal(response.status_code, words, response.headers)
            raise explain(self._endpoint, refused) from None
        except self._openai.APIConnectionError as trouble:
            raise explain(self._endpoint, unreachable(trouble, self._key)) from None


def question_line(key: str, body: dict[str, Any]) -> bytes:
    """A question as a line of a batch's file."""
    question = {"custom_id": key, "method": "POST", "url": "/v1/chat/completions", "body": body}
    return json.dumps(question).encode() + b"\n"
