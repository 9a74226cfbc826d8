"""Whether the number can be trusted, the gate, and comparisons of moments and versions, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labelcore.messages.catalogue import say
from labelcore.messages.telling import sentence

if TYPE_CHECKING:  # sentences need the reports' shapes, not the stages that make them
    from labelcore.stages.reporting.trust import Reason

WORDS = {
    "corrected_if": "judged by the chosen set and corrected for its errors, if {assumption}",
    "people_alone": "by people's grades alone",
    "rests_on_all": "The pass rate rests on all {n:,} graded outputs.",
    "rests_on_all_unshaped": (
        "The pass rate rests on all {n:,} graded outputs; none of them shaped a judge's verdict on its own "
        "output."
    ),
    "rests_on_all_shaped": (
        "The pass rate rests on all {n:,} graded outputs; most of them shaped {shaped} of the set's {judges} "
        "judges, whose errors elsewhere may be larger than the correction takes them for."
    ),
    "rests_on_held_out": (
        "Whether the judges are good enough rests on the {n:,} grades outside the sealed test at the time of "
        "the choice, each decided by judges that were fitted and chosen without its source (cross-fitted)."
    ),
    "somebody": "somebody",
    "test_as_seen": (
        "Figures of the sealed test are those that {author} saw on {at:%Y-%m-%d %H:%M} UTC, on its {n:,} "
        "grades of then; showing them here is no look."
    ),
    "test_not_read": (
        "The sealed test is not read here. `labelcore check --judge NAME` reads it and counts a look; what "
        "it shows then stands here too."
    ),
    "enough_without_set": "Good enough yet? Choose a set of judges first.",
    "enough_not_stored": (
        "Good enough yet? Not measurable: choose the set again to see it on outputs that it had not seen."
    ),
    "enough_asked": "Good enough yet (it should catch {wanted:.0%} of the bad ones)? {answer}",
    "what_helps": (
        "What helps most: outputs that the judges fail or are not sure of, drawn with known chances "
        "(Alignment page, or `labelcore sample --rule mixture`)."
    ),
    "trust_unknown": "No: how many outputs are good is not measurable yet ({why}).",
    "trust_yes": ("Yes: about {value:.0%} of all outputs are good, between {low:.0%} and {high:.0%}."),
    "trust_with_care": (
        "Yes, with care: about {value:.0%} of all outputs are good, between {low:.0%} and {high:.0%}."
    ),
    "trust_no": ("No, not yet: about {value:.0%} of all outputs are good, between {low:.0%} and {high:.0%}."),
    "graded_none": "People graded none of the outputs.",
    "failed_none": "People failed none of the outputs.",
    "passed_none": "People passed none of the outputs.",
    "grade_both_kinds": "Grade on until there are passes and fails.",
    "too_few_failed": "People failed only {n} outputs, too few to tell.",
    "too_few_passed": "People passed only {n} outputs, too few to tell.",
    "rarely_failed": "People failed only {n} outputs: the judges' errors on such are known only roughly.",
    "rarely_passed": "People passed only {n} outputs: the judges' errors on such are known only roughly.",
    "grade_until_failed": "Grade until {n} are failed.",
    "grade_until_passed": "Grade until {n} are passed.",
    "both_kinds": "People passed {passes:,} and failed {fails:,} outputs.",
    "rate_unknown": "The pass rate is not measurable: {why}.",
    "grade_and_run": "Grade more outputs, and run the judges of the chosen set.",
    "interval_width": "The 95 % interval of the pass rate is {points:.0f} points wide.",
    "grade_random": "Grade more outputs that are drawn at random.",
    "people_only": "No set of judges is chosen, so the number rests on people's grades alone.",
    "propose_and_choose": "Propose and run judges, then choose a set.",
    "judges_no_help": "The judges do not help here: {why}.",
    "run_grade_or_refine": (
        "Run the judges on the graded outputs, grade more, or refine them; until then the number rests on "
        "people's grades alone."
    ),
    "outputs_unjudged": "The chosen set has decided {judged:,} of {n:,} outputs.",
    "run_the_rest": "Run the judges on the rest.",
    "held_out_unknown": "How the chosen set does on outputs that it had not seen is not measurable yet.",
    "grade_and_choose": "Grade more, then choose again.",
    "held_out_weak": (
        "On outputs not seen before, the set's alignment is {value:.2f} and may be as low as {low:.2f}, no "
        "better than a coin; the correction carries the number."
    ),
    "refine_judges": "Refine the judges.",
    "held_out_good": "On outputs not seen before, the set's alignment is {value:.2f} (at least {low:.2f}).",
    "flattered": ("On the grades that it was fitted and chosen on it is {value:.2f}: that figure flatters."),
    "test_of_others": (
        "The sealed test was last seen on {at:%Y-%m-%d %H:%M} UTC, with none of the present judges."
    ),
    "look_again": "`labelcore align --split test` looks at it again, and counts.",
    "worse_on_test": "On the sealed test judges do worse than elsewhere, and not by chance: {judges}.",
    "expect_the_test": "Expect the figures of the test.",
    "refine_or_choose": "Refine these judges, or choose again.",
    "test_incomparable": (
        "Whether the judges do worse on the sealed test than elsewhere cannot be told ({reason})."
    ),
    "grade_other_sources": "Grade more outputs from other sources.",
    "as_good_on_test": (
        "On the sealed test, as last seen on {at:%Y-%m-%d %H:%M} UTC, no judge of the set did worse than on "
        "the other grades beyond chance."
    ),
    "catches_less": "{judge} catches {there} of the bad ones there, {elsewhere} elsewhere",
    "passes_less": "{judge} passes {there} of the good ones there, {elsewhere} elsewhere",
    "measured_otherwise": "there {judge} is measured against {there}, elsewhere against {elsewhere}",
    "set_on_test": (
        "There the chosen set caught {caught} of {fails} bad outputs and wrongly failed {wrong} of {passes} "
        "good ones."
    ),
    "criteria_changed": "What is asked has changed since its judge was made: {criteria}.",
    "judges_anew": "Make and run these judges anew, then choose again.",
    "agreement_unknown": "Whether people agree is not measurable: {why}.",
    "second_person": "Let a second person grade some of the same outputs.",
    "agree_weakly": "People agree weakly: alpha is {alpha:.2f} ({low:.2f} to {high:.2f}) on {n} outputs.",
    "settle_conflicts": "Settle their conflicts on the Team page, and sharpen the criteria.",
    "agree": "People agree: alpha is {alpha:.2f} ({low:.2f} to {high:.2f}) on {n} outputs.",
    "graded_are": "The graded outputs are {sampling}.",
    "draw_a_sample": "Draw a sample on the Sample page and grade all of it.",
    "test_spent": "The sealed test is spent: {looks} looks, the limit is {limit}.",
    "fresh_test": "Begin a fresh test (Alignment page).",
    "test_unsealed": "No test is sealed yet; figures come from cross-fitting.",
    "grade_on": "Grade on: it is sealed by itself.",
    "test_sealed": "The test is sealed; looks used: {looks} of {limit}.",
    "unclear": ("The specification has a gap: of the ruled conflicts a criterion is unclear in {share}."),
    "edit_criteria": "Edit these criteria (Refine page).",
    "other_judge": "The judge is version {now} now; the card is of version {then}. Make the card again.",
    "same_judge": "The judge is the one of the card.",
    "criterion_changed": (
        "'{criterion}' has changed since the judge was made. Make the judge and its card again."
    ),
    "card_expired": "The card was valid until {until}. Measure again, and make it anew.",
    "other_grades": "The grades are others than the card's: {now:,} now, {then:,} then.",
    "figure_of": "{figure} of {judge}",
    "overall_rate": "Pass rate of everything",
    "limit_unknown": "{figure} cannot be checked: {rate}. Grade more, or name a wider --split.",
    "against_limit": "{figure} is {rate}; the limit is {limit:.0%}.",
    "surely_below": "It is below, and not by chance.",
    "perhaps_below": "It may be below by chance: grade more to know.",
    "looks": "The sealed test has been looked at {looks} of {limit} times.",
    "looks_spent": (
        "It is spent, so these figures may flatter: `labelcore splits renew` deals a fresh one; --split all "
        "uses none."
    ),
    "fell": "{figure} fell from {then} to {now}.",
    "labels_then_now": "{then:,} outputs had a label, {now:,} have one.",
    "went_on": "'{name}' went from version {then} to {now}.",
    "came": "'{name}' came.",
    "went": "'{name}' went.",
    "joined": "{judge} joined the chosen set.",
    "left": "{judge} left the chosen set.",
    "set_has_seen": ("The chosen set has seen {seen:,} of the {n:,} outputs: corrected rates are of these."),
    "lets_through": "It lets {wrong} of {n} bad outputs through.",
    "fails_good": "It fails {wrong} of {n} good outputs.",
    "defect_missed": "Planted defect '{test}': caught in {rate}.",
    "talked_into_pass": "Attack '{test}': talked into a pass in {rate}.",
    "shaken": "'{test}' changes its verdict in {rate}.",
    "new_version": "'{name}' changed to version {version}",
    "new_version_because": "'{name}' changed to version {version} ({reason})",
    "new_judge": "New: {judge}",
    "new_judges": "New: {n} judges, such as {judge}",
    "fresh_test_begun": "A fresh test begun by {author}: {reason}",
}


def reason_words(reason: Reason) -> str:
    """A reason with its weight in words, so that nothing rests on its colour."""
    title = {"bad": say("Against it"), "care": say("Take care"), "good": say("For it")}[reason.weight]
    if not reason.next_step:
        return say("{weight}: {reason}", weight=title, reason=sentence(reason.says))
    return say(
        "{weight}: {reason} Next: {next_step}",
        weight=title,
        reason=sentence(reason.says),
        next_step=sentence(reason.next_step),
    )
