"""Whether the number can be trusted, the gate, and comparisons of moments and versions, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labelcore.messages.catalogue import say
from labelcore.messages.telling import Words, sentence
from labelcore.models import fact

if TYPE_CHECKING:  # sentences need the reports' shapes, not the stages that make them
    from labelcore.stages.reporting.reasons import Action, Reason
    from labelcore.stages.reporting.trust import Answer

WORDS: dict[str, Words] = {
    "good_unknown_yet": "It is too early to say how many outputs are good: {why}.",
    "good_of_everything": "About {value:.0%} of all {n:,} outputs are good (95% sure: {low:.0%} to "
    "{high:.0%}).",
    "good_of_graded": (
        "Of the {n:,} graded outputs {value:.0%} are good (others like them, 95% sure: {low:.0%} to "
        "{high:.0%})."
    ),
    "good_of_every": (
        "People passed {value:.0%} of all {n:,} outputs (others like them, 95% sure: {low:.0%} to "
        "{high:.0%})."
    ),
    "corrected_if": "people's grades of a draw, and the chosen judges' verdicts on everything, if "
    "{assumption}",
    "people_alone": "by people's grades alone",
    "sampled_drawn": "The {n:,} outputs with a settled grade were drawn by chance, so they stand for all.",
    "sampled_drawn_beside": (
        "The {n:,} outputs with a settled grade stand for all: the rest was drawn by chance."
    ),
    "sampled_everything": "All {n:,} outputs were graded, so nothing is estimated.",
    "sampled_by_hand": (
        "The graded outputs were not drawn at random, so this is not a figure for all outputs."
    ),
    "grade_until": "That takes at least {n}.",
    "surely": "The interval is {points:.0f} points wide.",
    "widely": "The interval is {points:.0f} points wide: the figure is rough.",
    "too_widely": "The interval is {points:.0f} points wide: that says little.",
    "nobody_to_compare": "Only one person graded, so whether others would agree is not known.",
    "graders_agree": "People who graded the same outputs agree.",
    "people_agree_on": "People agree on {share:.0%} of the {n:,} outputs that several of them graded.",
    "graders_differ": "People who graded the same outputs often disagree.",
    "people_differ_on": "People agree on only {share:.0%} of the {n:,} outputs that several of them graded.",
    "people_only": "Everything rests on people's own grades; no judge is in use.",
    "judges_unknown": "How reliable the judges are on outputs they had not seen is not known.",
    "judges_enough": (
        "The judge in use was checked on outputs that it had not seen, and is good enough.",
        "All {n} judges in use were checked on outputs that they had not seen, and are good enough.",
    ),
    "judge_weak": "The judge in use is not reliable enough yet.",
    "judges_weak": (
        "{n} of {judges} judges in use is not reliable enough yet.",
        "{n} of {judges} judges in use are not reliable enough yet.",
    ),
    "set_weak": "It is not certain yet that the judges together catch enough of the bad outputs.",
    "set_unknown": "How well the set of judges does on outputs it had not seen is not known.",
    "set_like_a_coin": "The set of judges may do no better than a coin toss on outputs it had not seen.",
    "set_holds": "The set of judges does better than a coin toss on outputs it had not seen.",
    "judges_no_help": "The judges' verdicts do not make the figure more certain, so it rests on people's "
    "grades alone.",
    "outputs_unjudged": "The judges have seen {judged:,} of {n:,} outputs.",
    "outputs_undecided": "The judges decide {judged:,} of {n:,} outputs; on the others they abstain.",
    "test_unread": "The sealed test was not looked at with the present judges.",
    "test_worse": "On the sealed test, judges do worse than elsewhere.",
    "test_untold": "Whether the judges do worse on the sealed test cannot be told yet.",
    "test_as_good": "On the sealed test, the judges did as well as elsewhere.",
    "test_seen_often": "The sealed test was looked at too often: its figures flatter.",
    "test_kept": "Some graded outputs are kept apart as a test that no judge has seen.",
    "judges_cross_fitted": "Every judge was measured on outputs that it was not made from.",
    "criteria_unclear": (
        "The criteria do not decide {share:.0%} of the {n} disputed outputs that somebody ruled on."
    ),
    "enough_asked": "They should catch {wanted:.0%} of the bad outputs. {answer}",
    "do_import": "Import outputs",
    "do_draw": ("Grade {n} more output", "Grade {n} more outputs"),
    "do_draw_first": ("Grade {n} output", "Grade {n} outputs"),
    "do_grade": "Grade outputs",
    "do_second_person": "Invite a second person",
    "do_settle": "Settle where people disagree",
    "do_derive": "Make criteria from the notes",
    "do_propose": "Propose judges",
    "do_run": "Run the judges",
    "do_remake": "Make these judges again",
    "do_choose": "Choose the judges",
    "do_refine": "See where judges and people differ",
    "do_look_again": "Look at the sealed test",
    "do_fresh_test": "Begin a fresh test",
    "do_sharpen": "Sharpen the criteria",
    "do_share": "Share the report",
    "rests_on_all": "The pass rate rests on all {n:,} graded outputs.",
    "rests_on_all_unshaped": (
        "The pass rate rests on all {n:,} graded outputs; none of them shaped a judge's verdict on its own "
        "output."
    ),
    "rests_on_all_shaped": (
        "The pass rate rests on all {n:,} graded outputs; most of them shaped {shaped} of the set's {judges} "
        "judges, whose errors elsewhere may be larger than the correction takes them for."
    ),
    "rests_not_on_conflicts": (
        "1 more graded output counts nowhere: people differ on it, and nobody has settled it.",
        "{n:,} more graded outputs count nowhere: people differ on them, and nobody has settled them.",
    ),
    "rests_on_held_out": (
        "Whether the judges are good enough rests on the {n:,} grades outside the sealed test at the time of "
        "the choice, each decided by judges that were fitted and chosen without its source (cross-fitted)."
    ),
    "somebody": "somebody",
    "test_as_seen": (
        "Figures of the sealed test are those that {author} saw on {at:%Y-%m-%d %H:%M %Z}, on its {n:,} "
        "grades of then; showing them here is no look."
    ),
    "test_not_read": (
        "The sealed test is not read here. The check before a release reads it and counts a look; what "
        "it shows then stands here too."
    ),
    "enough_without_set": "Good enough yet? Choose a set of judges first.",
    "enough_without_whole": (
        "Good enough yet? A set of judges is chosen by grades of outputs as a whole, and there are none."
    ),
    "enough_not_stored": (
        "Good enough yet? Not measurable: choose the set again to see it on outputs that it had not seen."
    ),
    "failed_none": "People failed none of the outputs.",
    "passed_none": "People passed none of the outputs.",
    "too_few_failed": "People failed only {n} outputs, too few to tell.",
    "too_few_passed": "People passed only {n} outputs, too few to tell.",
    "rarely_failed": "People failed only {n} outputs: the judges' errors on such are known only roughly.",
    "rarely_passed": "People passed only {n} outputs: the judges' errors on such are known only roughly.",
    "both_kinds": "People passed {passes:,} and failed {fails:,} outputs.",
    "held_out_unknown": "How the chosen set does on outputs that it had not seen is not measurable yet.",
    "held_out_weak": (
        "On outputs not seen before, the set's alignment is {value:.2f} and may be as low as {low:.2f}, no "
        "better than a coin."
    ),
    "held_out_good": "On outputs not seen before, the set's alignment is {value:.2f} (at least {low:.2f}).",
    "flattered": ("On the grades that it was fitted and chosen on it is {value:.2f}: that figure flatters."),
    "test_of_others": (
        "The sealed test was last seen on {at:%Y-%m-%d %H:%M %Z}, with none of the present judges."
    ),
    "worse_on_test": "On the sealed test judges do worse than elsewhere, and not by chance: {judges}.",
    "expect_the_test": "Expect the figures of the test.",
    "test_incomparable": (
        "Whether the judges do worse on the sealed test than elsewhere cannot be told ({reason})."
    ),
    "as_good_on_test": (
        "On the sealed test, as last seen on {at:%Y-%m-%d %H:%M %Z}, no judge of the set did worse than on "
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
    "agreement_unknown": "Whether people agree is not measurable: {why}.",
    "agree_weakly": "People agree weakly: alpha is {alpha:.2f} ({low:.2f} to {high:.2f}) on {n} outputs.",
    "agree": "People agree: alpha is {alpha:.2f} ({low:.2f} to {high:.2f}) on {n} outputs.",
    "graded_are": "The graded outputs are {sampling}.",
    "test_spent": "The sealed test is spent: {looks} looks, the limit is {limit}.",
    "test_unsealed": "No test is sealed yet; figures come from cross-fitting.",
    "test_sealed": "The test is sealed; looks used: {looks} of {limit}.",
    "unclear": ("The specification has a gap: of the ruled conflicts a criterion is unclear in {share}."),
    "other_judge": "The judge is version {now} now; the card is of version {then}. Make the card again.",
    "same_judge": "The judge is the one of the card.",
    "criterion_changed": (
        "'{criterion}' has changed since the judge was made. Make the judge and its card again."
    ),
    "card_expired": "The card was valid until {until}. Measure again, and make it again.",
    "other_grades": "The grades are others than the card's: {now:,} now, {then:,} then.",
    "figure_of": "{figure} of {judge}",
    "rate_of_everything": "Pass rate of all outputs",
    "rate_of_graded": "Pass rate of the graded outputs",
    "rate_of_nothing": "Pass rate of all outputs",
    "rate_trusted_yes": "This pass rate can be used.",
    "rate_trusted_with_care": "This pass rate can be used with care.",
    "rate_trusted_no": "This pass rate is not to be used.",
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
    "came": "New: '{name}'.",
    "went": "'{name}' is gone.",
    "joined": "{judge} joined the chosen set.",
    "left": "{judge} left the chosen set.",
    "set_has_seen": ("The chosen set has seen {seen:,} of the {n:,} outputs: corrected rates are of these."),
    "other_models": (
        "{second} also uses another model ({others}) than {first} ({models}): the difference "
        "may come from the model."
    ),
    "slices_of_people": (
        "By people's grades alone these come to {mean:.0%} together; the {whole:.0%} above also use the "
        "judges' verdicts on all outputs."
    ),
    "slices_lack_some": (
        "Together these come to {mean:.0%}, not {whole:.0%}: {n:,} graded outputs have no {sliced}."
    ),
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


def answer_words(answer: Answer) -> str:
    """Whether a number can be used, in a few words."""
    words = {
        "yes": say("Can be used"),
        "with care": say("Can be used with care"),
        "no": say("Not to be used"),
    }
    return words[answer]


def action_words(action: Action) -> str:
    """What to do next, as a button says it."""
    kind = f"{action.kind} first" if action.first else action.kind
    return sentence(fact(f"do_{kind.replace(' ', '_')}", n=action.n))


def reason_words(reason: Reason) -> str:
    """A reason with its weight in words, so that nothing rests on its colour."""
    title = {"bad": say("Against it"), "care": say("Take care"), "good": say("For it")}[reason.weight]
    return say("{weight}: {reason}", weight=title, reason=sentence(reason.says))


def detail_words(reason: Reason) -> str:
    """The same with the figures behind it."""
    return sentence((reason.says, reason.detail))
