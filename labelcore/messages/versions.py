"""Two versions of the pipeline side by side, in words."""

from collections.abc import Iterator
from typing import NamedTuple

from labelcore.messages.catalogue import say
from labelcore.messages.figures import points_words, rate_words
from labelcore.messages.telling import sentence
from labelcore.stages.reporting.comparing import GradedVersions, VersionComparison
from labelcore.stats.paired import PairedDifference
from labelcore.stats.rate import difference


def version_lines(report: VersionComparison) -> Iterator[str]:
    """Two pipeline versions, by people and by the chosen set."""
    yield say("By people: {comparison}", comparison=_paired_words(report, report.by_people))
    if report.by_judges:
        yield say("By the chosen set: {comparison}", comparison=_paired_words(report, report.by_judges))
    if report.beside:
        yield sentence(report.beside)


class VersionsInShort(NamedTuple):
    """Two versions in short: which, by how many points, how sure, what each of them reaches, what else
    differs, and what can be said of that in public.
    """

    title: str
    points: str
    says: str
    rates: str
    beside: str = ""
    claim: str = ""


def versions_in_short(report: GradedVersions) -> VersionsInShort:
    """By people: on the inputs that both answered if there are any, else by all graded outputs of each."""
    rate, n = report.by_people.difference, report.by_people.n
    if not n:
        rate = difference(report.second_rate, report.first_rate)
    rates = {"a": rate_words(report.first_rate), "b": rate_words(report.second_rate)}
    title, reached = (
        say("{second} against {first}", report),
        say("Of all graded outputs, {second}: {b}; {first}: {a}.", report, **rates),
    )
    if rate.value is None or rate.low is None or rate.high is None:
        return VersionsInShort(
            title, "–", say("not measurable: {why}.", why=say(rate.why_not or "")), reached
        )
    sure = rate.low > 0 or rate.high < 0
    ends = {"low": f"{rate.low * 100:+.0f}", "high": f"{rate.high * 100:+.0f}", "n": n}
    where = _where(report) if n else say("on different inputs, graded by people")
    verdict = say("Clearly better") if sure and rate.value > 0 else say("Clearly worse")
    says = say(
        "{verdict}, {where} (95% sure: {low} to {high} points).",
        verdict=verdict if sure else say("No difference shown"),
        where=where,
        **ends,
    )
    unsure = say("Do not say yet that one is better: grade more outputs of both.")
    points = say("{points} points", points=f"{rate.value * 100:+.0f}")
    return VersionsInShort(
        title, points, says, reached, sentence(report.beside), _claim(report) if sure else unsure
    )


def _claim(report: GradedVersions) -> str:
    """What has to be said in public with a difference that is sure."""
    if not report.by_people.n:
        return say(
            "Say this in public only with care: the two answered different inputs, perhaps harder for one."
        )
    if report.beside:
        return say(
            "You can say this in public, of these {n:,} inputs, if you add that the model changed too. "
            "It rests on people's grades, not on judges.",
            report.by_people,
        )
    return say(
        "You can say this in public, of these {n:,} inputs. It rests on people's grades, not on judges.",
        report.by_people,
    )


def _where(report: GradedVersions) -> str:
    """The inputs that both answered, with what each of them reaches there."""
    paired = report.by_people
    a, b = (paired.both + only for only in (paired.only_first, paired.only_second))
    return say("{b:,} good against {a:,} on the same {n:,} inputs, graded by people", a=a, b=b, n=paired.n)


def version_sentence(short: VersionsInShort) -> str:
    """Which version is better, by how much, how sure, and whether that can be said in public."""
    return say("{title}: {points}. {says} {claim}", short).rstrip()


def _paired_words(report: VersionComparison, paired: PairedDifference) -> str:
    rate = paired.difference
    if paired.n == 0:
        return say("not measurable: none of these inputs was decided for both versions.")
    if rate.value is None or rate.low is None or rate.high is None:
        return say("not measurable: {why}.", why=say(rate.why_not or ""))
    names = {"second": report.second, "first": report.first}
    figures = {**points_words(rate), **names, "n": paired.n, "verdict": say(paired.says)}
    if rate.value < 0:
        return say(
            "{second} passes {points} points fewer than {first} ({low} to {high}, n = {n}): {verdict}.",
            **figures,
        )
    return say(
        "{second} passes {points} points more than {first} ({low} to {high}, n = {n}): {verdict}.", **figures
    )
