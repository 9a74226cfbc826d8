"""How far a team's grades go, which of them an edit makes stale, rounds, and what came of a person's work."""

from labelcore.messages.telling import Words

WORDS: dict[str, Words] = {
    "kinds_seen": "{kinds} kinds of failure seen; {why}.",
    "kinds_enough": (
        "{kinds} kinds of failure seen; about {share:.0%} of failures (up to {high:.0%}) are of a kind not "
        "seen yet: new kinds have become rare, you may stop looking for them."
    ),
    "kinds_missing": (
        "{kinds} kinds of failure seen; about {share:.0%} of failures (up to {high:.0%}) are "
        "of a kind not seen yet: keep grading, above all outputs that look unlike the others."
    ),
    "kinds_in_criteria": (
        "Notes that say the same are one kind; the accepted criterion gathers several kinds.",
        "Notes that say the same are one kind; the {n} accepted criteria gather several kinds each.",
    ),
    "budget_unknown_failing": (
        "What share of the bad outputs “{judge}” finds is not measurable yet: grade some failing outputs."
    ),
    "budget_unknown_passing": (
        "What share of the good outputs “{judge}” wrongly fails is not measurable yet: grade "
        "some passing outputs."
    ),
    "budget_reached_failing": (
        "What share of the bad outputs “{judge}” finds is known within {points:.0f} points."
    ),
    "budget_reached_passing": (
        "What share of the good outputs “{judge}” wrongly fails is known within {points:.0f} points."
    ),
    "budget_failing": (
        "Grade about {n} more failing outputs to know within {points:.0f} points what share "
        "of the bad outputs “{judge}” finds."
    ),
    "budget_passing": (
        "Grade about {n} more passing outputs to know within {points:.0f} points what share "
        "of the good outputs “{judge}” wrongly fails."
    ),
    "following_unknown": "Whether people are swayed by the judges is not measurable: {why}.",
    "followed": (
        "People agree with the judges in {blind:.0%} of blind grades (n = {blind_n}) and in {seen:.0%} of "
        "those given after seeing the verdict (n = {seen_n}): {points:+.0f} points."
    ),
    "surely_followed": (
        "People agree with the judges in {blind:.0%} of blind grades (n = {blind_n}) and in {seen:.0%} of "
        "those given after seeing the verdict (n = {seen_n}): {points:+.0f} points, more than "
        "chance explains."
    ),
    "preference_unknown": "Which version is better is not measurable: {why}.",
    "preferred_in": (
        "{second} is better than {first} in {share:.0%} ({low:.0%} to {high:.0%}) of {n} pairs that are no "
        "tie; {ties} are ties"
    ),
    "preferred": "{share}: {version} is the better one.",
    "none_preferred": "{share}: no difference is shown yet.",
    "seals_when": (
        "The test is sealed once 120 outputs are graded and it holds at least {fails} failed ones; until "
        "then held-out figures come from cross-fitting."
    ),
    "give_test_up": (
        "The test is spent: its figures were seen in {looks} states, the limit is "
        "{limit}. Begin a fresh one: what is graded from then on goes into it."
    ),
    "test_small": (
        "The test is still small: {graded} graded outputs, {fails} of them failed. Grade about {more} more "
        "outputs; three in ten new sources go into it."
    ),
    "test_small_no_fails": (
        "The test is still small: {graded} graded outputs, {fails} of them failed. Grade more outputs; three "
        "in ten new sources go into it."
    ),
    "looks_left": (
        "The sealed test may be looked at once more before it is used up.",
        "The sealed test may be looked at {n} more times before it is used up.",
    ),
    "meaning_kept": "{criterion} has kept its meaning: no grade is stale.",
    "nothing_stale": "{criterion} changed its meaning, and no grade was given before.",
    "stale": "{n} answers on {criterion} are from before its meaning changed",
    "grade_random_part": "{stale}: grade {left} of the {drawn} drawn by chance to see how many flip.",
    "none_flipped": (
        "{stale}; none of the {drawn} drawn by chance flipped, so at most a tenth would: settled."
    ),
    "flipped": "{share:.0%} of those drawn by chance flipped ({low:.0%} to {high:.0%}, n = {n})",
    "all_anew": "{stale}; all are graded again, {flipped}.",
    "grade_all": "{stale}; {flipped}: too many, grade all {left} that are left.",
    "grade_doubtful": (
        "{stale}; {flipped}: grade those next on which the new wording could change the answer."
    ),
    "calibrate_first": (
        "Nobody grades here yet.",
        "{n} people grade, and have never compared what they mean: a round of a few outputs shows where they "
        "differ.",
    ),
    "calibrate_criteria": "Changed since the last round: {names}. Another round shows whether people agree "
    "now.",
    "calibrate_guideline": (
        "The guidelines changed since the last round. Another round shows whether people agree now."
    ),
    "calibrate_joined": "Took part in no round yet: {names}.",
    "gold_right": "The last one was right: {reason}",
    "gold_pass": "The last one was settled as a pass: {reason}",
    "gold_fail": "The last one was settled as a fail: {reason}",
    "gold_right_earlier": "Right on “{output}”: {reason}",
    "gold_pass_earlier": "“{output}” was settled as a pass: {reason}",
    "gold_fail_earlier": "“{output}” was settled as a fail: {reason}",
    "criterion_gold_pass": "(on {criterion} it passes: {reason})",
    "criterion_gold_fail": "(on {criterion} it fails: {reason})",
    "differs_unknown": "",
    "differs_stricter": (
        "You may see what others miss, or weigh it more: a note that says what is wrong shows which it is."
    ),
    "differs_milder": (
        "You may know why it does no harm, or others may weigh it more: a note that says why it is fine "
        "shows which it is."
    ),
    "differs_alike": "That is no more than chance.",
}
