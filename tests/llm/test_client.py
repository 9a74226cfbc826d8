"""The client over real HTTP: faults are asked again, hopeless ones end with a sentence."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from labelcore.errors import ModelTrouble
from labelcore.judges.kinds.llm import JudgeAnswer
from labelcore.llm import Message, ModelAnswer, WordOdds, client as client_module, client_from_settings
from labelcore.llm.client import STRICT, OpenAIClient
from labelcore.llm.endpoint_test import check
from labelcore.messages.lines.endpoints import connection_words
from labelcore.settings import Endpoint, Settings
from tests.mock_endpoint import MockEndpoint, serving

pytestmark = pytest.mark.slow  # a real server; retries really wait


@pytest.fixture(params=["fast", "openai"])
def mock(request: pytest.FixtureRequest) -> Iterator[tuple[MockEndpoint, Settings]]:
    with serving() as (endpoint, url):
        config = Settings(
            base_url=url,
            api_key=SecretStr("k"),
            model="mock",
            call_timeout=30,
            price_in=2.0,
            price_out=4.0,
            transport=request.param,
        )
        yield endpoint, config


def ask(config: Settings) -> ModelAnswer[JudgeAnswer]:
    async def once() -> ModelAnswer[JudgeAnswer]:
        client = OpenAIClient(config.default_endpoint)
        try:
            return await client.answer([{"role": "user", "content": "<<DATA output x>> fine"}], JudgeAnswer)
        finally:
            await client.close()

    return asyncio.run(once())


@pytest.mark.parametrize(
    "faults", [["429"], ["500"], ["malformed"], ["truncated"], ["hang"], ["429", "malformed", "500"]]
)
def test_faults_are_asked_again(mock: tuple[MockEndpoint, Settings], faults: list[str]) -> None:
    endpoint, config = mock
    endpoint.faults, endpoint.hang_seconds = list(faults), 8
    answer = ask(config.model_copy(update={"call_timeout": 6} if "hang" in faults else {}))
    assert answer.parsed.verdict == "pass"
    assert answer.requests == len(faults) + 1
    assert answer.model == "mock-1"
    answered = 1 + sum(fault in {"malformed", "truncated"} for fault in faults)
    assert answer.cost_usd == pytest.approx(answered * (10 * 2.0 + 5 * 4.0) / 1e6)


ODD_CONTENTS = ["7", "[1, 2]", '{"a": 1}', "true", '[{"type": "text"}]']
ODD_USAGES = [
    '{"prompt_tokens": NaN, "completion_tokens": NaN}',
    '{"prompt_tokens": 1e30, "completion_tokens": -5}',
    '{"prompt_tokens": Infinity, "completion_tokens": [3]}',
    '{"prompt_tokens": "many", "completion_tokens": {}}',
    "[1]",
    "3",
]


@pytest.mark.parametrize("content", ODD_CONTENTS)
def test_an_answer_that_is_no_text_is_asked_again(mock: tuple[MockEndpoint, Settings], content: str) -> None:
    endpoint, config = mock
    endpoint.faults = [f"odd content {content}", "deep"]
    answer = ask(config)
    assert (answer.parsed.verdict, answer.faults) == ("pass", ("malformed", "malformed"))


@pytest.mark.parametrize("usage", ODD_USAGES)
def test_a_count_of_tokens_that_none_can_be_is_none(mock: tuple[MockEndpoint, Settings], usage: str) -> None:
    endpoint, config = mock
    endpoint.faults = [f"odd usage {usage}"]
    answer = ask(config)
    assert (answer.parsed.verdict, answer.requests) == ("pass", 1)
    assert (answer.tokens_in, answer.tokens_out, answer.cost_usd) == (0, 0, 0.0)


def test_log_probabilities_that_none_can_be_are_left_out(mock: tuple[MockEndpoint, Settings]) -> None:
    endpoint, config = mock
    endpoint.odds = {"Yes": 0.4, "Y": math.nan, "No": math.inf, "N": 0.1}
    assert (weighed := weigh(config)) is not None
    assert weighed.probabilities == pytest.approx({"Yes": 0.8, "No": 0.2})


def test_an_endpoint_without_schemas_is_parsed_strictly(mock: tuple[MockEndpoint, Settings]) -> None:
    endpoint, config = mock
    endpoint.knows_schemas = False
    assert ask(config).parsed.verdict == "pass"
    assert "by this schema" in endpoint.prompts[-1]


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("401", "key", "refuses the key"),
        ("404", "unknown model", "knows no model 'mock'"),
        ("quota", "quota", "used up"),
    ],
)
def test_hopeless_faults_end_at_once_with_a_sentence(
    mock: tuple[MockEndpoint, Settings], fault: str, kind: str, words: str
) -> None:
    endpoint, config = mock
    endpoint.faults = [fault]
    with pytest.raises(ModelTrouble, match=words) as trouble:
        ask(config)
    assert (trouble.value.kind, trouble.value.fatal) == (kind, True)
    assert len(endpoint.prompts) == 1


def test_nonsense_for_ever_is_an_error_and_no_answer(mock: tuple[MockEndpoint, Settings]) -> None:
    endpoint, config = mock
    endpoint.faults = ["malformed"] * 50
    with pytest.raises(ModelTrouble) as trouble:
        ask(config)
    assert trouble.value.kind == "malformed"


def test_calls_under_way_when_schemas_are_refused_are_asked_again(
    mock: tuple[MockEndpoint, Settings],
) -> None:
    endpoint, config = mock
    endpoint.knows_schemas = False

    async def many() -> tuple[list[ModelAnswer[JudgeAnswer]], set[str]]:
        client = OpenAIClient(config.default_endpoint)
        prompt = [Message(role="user", content="<<DATA output x>> fine")]
        answers = await asyncio.gather(*(client.answer(prompt, JudgeAnswer) for _ in range(8)))
        await client.close()
        return answers, client.notes

    with endpoint.held(8):
        answers, notes = asyncio.run(many())
    assert [answer.parsed.verdict for answer in answers] == ["pass"] * 8
    assert notes == {STRICT}


def test_nobody_there_is_fatal_and_named(
    mock: tuple[MockEndpoint, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, config = mock
    monkeypatch.setattr(client_module, "waiting", lambda *_: 0.0)
    with pytest.raises(ModelTrouble, match="cannot be reached") as trouble:
        ask(config.model_copy(update={"base_url": "http://127.0.0.1:9/v1"}))
    assert (trouble.value.kind, trouble.value.fatal, trouble.value.requests) == ("connection", True, 6)


def test_retry_after_is_honoured(mock: tuple[MockEndpoint, Settings]) -> None:
    endpoint, config = mock
    endpoint.faults, endpoint.retry_after = ["429"], "0.7"
    started = time.monotonic()
    assert ask(config).faults == ("rate limit",)
    assert time.monotonic() - started >= 0.7


def test_a_very_long_pause_ends_the_run_instead(mock: tuple[MockEndpoint, Settings]) -> None:
    endpoint, config = mock
    endpoint.faults, endpoint.retry_after = ["429"], "3600"
    with pytest.raises(ModelTrouble, match="3,600 s") as trouble:
        ask(config)
    assert (trouble.value.kind, trouble.value.fatal) == ("rate limit", True)


def weigh(config: Settings) -> WordOdds | None:
    async def once() -> WordOdds | None:
        client = OpenAIClient(config.default_endpoint)
        try:
            return await client.weigh([{"role": "user", "content": "Is it?"}], ["Yes", "No"])
        finally:
            await client.close()

    return asyncio.run(once())


def test_words_are_weighed_by_their_first_tokens(mock: tuple[MockEndpoint, Settings]) -> None:
    endpoint, config = mock
    endpoint.odds = {" yes": 0.4, "Y": 0.2, "No": 0.15, "Perhaps": 0.2, " ": 0.05}
    weighed = weigh(config)
    assert weighed is not None
    assert weighed.probabilities == pytest.approx({"Yes": 0.8, "No": 0.2})
    assert (weighed.tokens_in, weighed.tokens_out, weighed.model) == (10, 5, "mock-1")
    assert weighed.cost_usd == pytest.approx((10 * 2.0 + 5 * 4.0) / 1e6)


def test_no_log_probabilities_is_none(mock: tuple[MockEndpoint, Settings]) -> None:
    assert weigh(mock[1]) is None


@pytest.mark.parametrize(
    ("knows", "obeys", "schemas", "words"),
    [(True, True, True, "enforces"), (True, False, False, "ignores"), (False, True, False, "refuses")],
)
def test_a_connection_test_finds_out_whether_schemas_are_obeyed(
    mock: tuple[MockEndpoint, Settings], knows: bool, obeys: bool, schemas: bool, words: str
) -> None:
    endpoint, config = mock
    endpoint.answer = {"harbour_code": 3, "tide_word": "ebb"}
    endpoint.knows_schemas, endpoint.obeys_schemas = knows, obeys
    found = check(config.default_endpoint)
    assert (found.answered, found.schemas, found.likelihoods) == (True, schemas, False)
    assert words in found.said
    assert "harbour" not in endpoint.prompts[0]


def test_whether_there_are_log_probabilities_is_asked_where_a_yes_or_no_answers(
    mock: tuple[MockEndpoint, Settings],
) -> None:
    """Of another question a model that talks gives neither word a likelihood."""
    endpoint, config = mock
    endpoint.answer = {"harbour_code": 3, "tide_word": "ebb"}
    endpoint.odds = lambda prompt: (
        {"yes": 0.7, "no": 0.3} if "yes or no" in prompt else {"As": 0.9, "The": 0.1}
    )
    assert check(config.default_endpoint).likelihoods


def test_a_connection_test_says_how_many_calls_a_slow_model_answers_in_time(
    mock: tuple[MockEndpoint, Settings],
) -> None:
    endpoint, config = mock
    endpoint.answer, endpoint.latency = {"harbour_code": 3, "tide_word": "ebb"}, 0.1
    many = config.default_endpoint.model_copy(update={"concurrency": 1_000, "call_timeout": 60.0})
    found = check(many)
    assert found.at_once and found.at_once <= 600, "each takes a tenth of a second at least"
    assert f"only {found.at_once} at once" in connection_words(found)[-1]
    assert check(many.model_copy(update={"concurrency": 1})).at_once is None


def test_a_connection_test_says_what_is_wrong(mock: tuple[MockEndpoint, Settings]) -> None:
    endpoint, config = mock
    endpoint.faults = ["401"]
    found = check(config.default_endpoint)
    assert not found.answered
    assert "refuses the key" in found.said


def test_no_model_is_a_sentence_with_the_next_step() -> None:
    with pytest.raises(ModelTrouble, match="LABELCORE_MODEL"):
        client_from_settings()


def test_a_connection_test_does_not_wait_for_a_server_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[object] = []

    def wait(*given: object) -> float:
        waits.append(given)
        return 0.0

    monkeypatch.setattr(client_module, "waiting", wait)
    found = check(Endpoint(name="gone", base_url="http://127.0.0.1:9/v1", model="m"))
    assert not found.answered and "cannot be reached" in found.said
    assert not waits
