"""What is told of endpoints, and of the model on this machine."""

from collections.abc import Iterator

from labelcore.llm import local_server
from labelcore.llm.endpoint_test import EndpointTest
from labelcore.messages.catalogue import counted, say
from labelcore.messages.results import lines
from labelcore.settings import Endpoint
from labelcore.stages.judging.running.endpoints import Connections, LocalModel, RemovedEndpoint, StopReport


@lines("endpoints list")
def endpoints(rows: list[Endpoint]) -> Iterator[str]:
    yield from map(endpoint_words, rows)
    if not rows:
        yield say("None is configured: `labelcore endpoints add` adds one, or set LABELCORE_MODEL.")


@lines("endpoints add")
def endpoint_added(report: Endpoint) -> Iterator[str]:
    yield say("{told}.", told=endpoint_words(report))
    yield say("`labelcore endpoints test {name}` says what it can.", name=report.name)


@lines("endpoints remove")
def endpoint_removed(report: RemovedEndpoint) -> Iterator[str]:
    yield say("The endpoint '{removed}' is taken away, and its key with it where it was kept here.", report)


def endpoint_words(endpoint: Endpoint) -> str:
    """An endpoint with its prices and limits and where its key is, never the key."""
    values = {"name": endpoint.name, "model": endpoint.model}
    values |= {"address": endpoint.address if endpoint.base_url else "OpenAI", "key": key_words(endpoint)}
    return say("{name}: {model} at {address}, {terms}, {key}", **values, terms=term_words(endpoint))


def term_words(endpoint: Endpoint) -> list[str]:
    """Prices and limits, as far as they are known."""
    parts = [counted("one call at once", "{n} calls at once", n=endpoint.concurrency)]
    if endpoint.requests_per_minute:
        parts.append(say("{n:,.0f} requests a minute", n=endpoint.requests_per_minute))
    if endpoint.tokens_per_minute:
        parts.append(say("{n:,.0f} tokens a minute", n=endpoint.tokens_per_minute))
    if endpoint.window:
        parts.append(say("reads {n:,} tokens at most", n=endpoint.window))
    if not endpoint.priced:
        half = {endpoint.price_in, endpoint.price_out, endpoint.price_cached} != {None}
        missing = say("not known what it costs: that takes a price for tokens in and one for tokens out")
        return [*parts, missing if half else say("no price set")]
    if not endpoint.may_cost:
        return [*parts, say("free of charge")]
    price = {"given": endpoint.price_in, "taken": endpoint.price_out, "cached": endpoint.price_cached}
    if endpoint.price_cached is None:
        return [*parts, say("US$ {given:g} in, {taken:g} out for a million tokens", **price)]
    return [
        *parts,
        say("US$ {given:g} in, {taken:g} out, {cached:g} from the cache for a million tokens", **price),
    ]


def key_words(endpoint: Endpoint) -> str:
    """Where an endpoint's key is, and whether it is there."""
    if endpoint.key_place == "variable":
        values = {"variable": endpoint.api_key_env}
        there = say("key in the variable {variable}", **values)
        return there if endpoint.has_key else say("no key: the variable {variable} is not set", **values)
    return {
        "settings": say("key set"),
        "keyring": say("key in the system's keyring"),
        "file": say("key in a file that only its owner can read"),
        "": say("no key"),
    }[endpoint.key_place]


def connection_words(report: EndpointTest) -> list[str]:
    """What a test found of an endpoint, a sentence each."""
    if not report.answered:
        return [say(report.said)]
    can = {True: say("yes"), False: say("no"), None: "?"}
    values = {"ms": report.latency_ms or 0.0, "odds": can[report.likelihoods], "batches": can[report.batches]}
    figures = say("Log-probabilities: {odds}. Batches: {batches}. First answer after {ms:,.0f} ms.", **values)
    names = {"answered": report.answered_as or "?", "asked": report.model}
    identity = say("It says that it is '{answered}'.", **names)
    if report.renamed:
        identity = say(
            "Asked for '{asked}', it says that it is '{answered}': pin that name where it stands "
            "for one version, and look at figures again where it changes.",
            **names,
        )
    if report.at_once is None:
        return [say(report.said), figures, identity]
    slow = say(
        "If it answers one call after the other, only {at_once} at once are answered in time: set so many "
        "calls at once, or more seconds for a call.",
        report,
    )
    return [say(report.said), figures, identity, slow]


@lines("endpoints test")
def connections(report: Connections) -> Iterator[str]:
    for answer in report.endpoints:
        yield f"{answer.endpoint}: {' '.join(connection_words(answer))}"
    if not report.endpoints:
        yield say("None is configured: `labelcore endpoints add` adds one, or set LABELCORE_MODEL.")


@lines("local-model start", "local-model status")
def local_model(report: LocalModel) -> Iterator[str]:
    if report.server:
        yield say(
            "The local model {model} runs (process {pid}). To use it in a shell:",
            model=report.server.model,
            pid=report.server.pid,
        )
        yield from (f"export {name}={value}" for name, value in report.server.variables().items())
    else:
        can = (
            ""
            if report.installed
            else say(" The package {package} is not installed.", package=local_server.PACKAGE)
        )
        yield say("No local model runs.{can}", can=can)


@lines("local-model stop")
def local_model_stopped(report: StopReport) -> Iterator[str]:
    yield say("The local model is stopped.") if report.stopped else say("No local model ran.")
