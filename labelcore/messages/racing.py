"""A race of judges, and where two of them differ, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labelcore.messages.catalogue import say
from labelcore.messages.figures import rate_words
from labelcore.messages.telling import sentence, sentences

if TYPE_CHECKING:  # sentences need the reports' shapes, not the stages that make them
    from labelcore.stages.aligning.refereeing import Contender, Difference, Differences, Race

WORDS = {
    "against_output": "the grades of the whole output",
    "against_criterion": "the grades of “{criterion}” itself",
    "against_evidence": (
        "its evidence among the failed outputs, and the passed ones: fewer than {needed} grades are of "
        "“{criterion}” itself"
    ),
    "decided_too_few": "{judge}: it has decided {seen} of {n} graded outputs.",
    "cost": "US$ {cost:.3f} for 1,000",
    "no_cost": "no cost",
    "cost_unknown": "its cost is not known",
    "wanted_rates": "TPR of {tpr:.0%} and TNR of {tnr:.0%}",
    "cheapest": ("The cheapest that is good enough (wanted: {wanted}, whole intervals) is {judge}: {cost}."),
    "nobody_raced": "No judge could race: none has decided enough of the graded outputs. Run them first.",
    "good_unknown": "Whether any is good enough (wanted: {wanted}) is not measurable: {why}.",
    "perhaps_good": (
        "None is surely good enough (wanted: {wanted}); by their values {judges} may be: grade more to know."
    ),
    "none_good": "None is good enough (wanted: {wanted}): refine the judges or the criterion.",
}


def race_lines(found: Race) -> tuple[str, ...]:
    """A race for a terminal: its outcome, each judge, and who could not run."""
    head = say(
        "{criterion}: {judges} judges on the same {n} graded outputs, against {against}.",
        criterion=found.criterion,
        judges=len(found.contenders),
        n=found.n,
        against=sentence(found.against),
    )
    contenders = map(_contender_line, found.contenders)
    return (head, sentence(found.says), *contenders, *sentences(found.left_out))


def _contender_line(contender: Contender) -> str:
    line = say(
        "{judge} ({kind}, {how}): TPR {tpr}, TNR {tnr}, {cost}; good enough: {good}",
        judge=contender.judge,
        kind=contender.kind,
        how=say(contender.how),
        tpr=rate_words(contender.tpr),
        tnr=rate_words(contender.tnr),
        cost=sentence(contender.cost),
        good=say(contender.good),
    )
    if contender.beaten_by:
        line = say("{line}; {judge} is no worse in anything", line=line, judge=contender.beaten_by)
    return f"  {line}"


def difference_lines(found: Differences) -> tuple[str, ...]:
    """Where two judges differ, for a terminal."""
    paired = found.paired
    head = say(
        "They differ on {differ} of {n} graded outputs: only {first} is right on {first_right}, only "
        "{second} on {second_right}. {second}: {verdict}. Right is what agrees with {against}.",
        differ=len(found.differences),
        n=paired.n,
        first=found.first,
        second=found.second,
        first_right=paired.only_first,
        second_right=paired.only_second,
        verdict=say(paired.says),
        against=sentence(found.against),
    )
    return (head, *map(_difference_line, found.differences))


def _difference_line(difference: Difference) -> str:
    words = {"id": difference.output.id, "first": say(difference.first), "second": say(difference.second)}
    if difference.human_pass:
        return "  " + say("{id}: {first} / {second}, people passed it", **words)
    return "  " + say("{id}: {first} / {second}, people failed it", **words)
