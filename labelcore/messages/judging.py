"""What is doubtful in judges, in their tests and in cascades, and how fresh learned ones are, in words."""

WORDS = {
    "no_verdicts": "{n} decisions have no verdict and are in no figure: {trouble}",
    "unsteady": (
        "Asked again without any change, the judge changes some verdicts itself: read the other rows "
        "against that one."
    ),
    "turned_by_harmless": (
        "A harmless sentence turns some fails into passes as well: those are turned by added text, not by "
        "being obeyed."
    ),
    "turned_by_idle": (
        "Idle sentences turned passes into fails: that is right if the criterion is about length or filler."
    ),
    "defects_unconfirmed": (
        "Nobody has confirmed that a planted defect breaks this criterion, so the judge may be right to pass "
        "it."
    ),
    "answered_as_another": (
        "{judge} asks for {asked}, but the endpoint says that {names} answered: another "
        "model, or another version of it, may be behind the name. Pin the exact name, and "
        "look at the figures again."
    ),
    "earlier_meaning": "{judge} was made for an earlier meaning of the criterion: propose judges again.",
    "probes_unconfirmed": (
        "Nobody has confirmed a probe with these defects, so a judge may be right to pass them: {defects}."
    ),
    "both": "{first} and {second}",
    "idle_steps": "Grade more, or allow a larger error, so that {judges} can decide some.",
    "newer_version": "{judge} has a newer version: make the cascade again.",
    "is_duplicate": (
        "{judge} repeats {twin}: both fail {both_fail} of the {either_fails} outputs that either fails, "
        "{compared} compared."
    ),
    "fails_all": "{judge} fails all {fails} outputs that it decided.",
    "passes_all": "{judge} passes all {passes} outputs that it decided.",
    "is_inverted": (
        "{judge} fails {fails_of_passed} of {passed} outputs that people passed, but only {fails_of_failed} "
        "of {failed} that they failed."
    ),
    "is_abstaining": "{judge} abstains on {abstains} of {outputs} outputs.",
    "is_erroring": "{judge} gives no verdict but an error on {errors} of {tried} outputs.",
    "suspected_duplicate": "Keep the cheaper of the two.",
    "other_criteria": (
        "They decide different criteria, so at least one of them measures something else than its own."
    ),
    "suspected_constant": (
        "It tells nothing apart here: leave it out, or give it a criterion that some outputs fail."
    ),
    "suspected_inverted": "The flipped judge is better: flip it.",
    "suspected_abstaining": (
        "Give outputs what it compares with (input, context, reference), or leave it out."
    ),
    "suspected_erroring": "Look at the errors of its run before its figures are used.",
    "belief_unknown": "How far its probabilities can be believed is not measurable: {why}.",
    "calibrated": (
        "Brier score {brier:.3f} against {baseline:.3f} for a constant answer (better by {gain:.3f}, "
        "{gain_low:.3f} to {gain_high:.3f}); expected calibration error {error:.1%}, {error_before:.1%} "
        "before calibration; n = {n}, {fails} fails, out of fold."
    ),
    "stays_as_it_is": "{judge} stays as it is: {why}.",
    "no_grades_since": "{judge}: made from {n} grades; none came since.",
    "grades_since": "{judge}: made from {n} grades; {since} came since.",
    "notes_since": "{judge}: made from {n} grades; notes or old grades may have changed since.",
    "nothing_holds_up": (
        "“{name}”: nothing that can be measured here tells its {n} failed outputs from "
        "passed ones better than a constant answer. What helps: about {more} more "
        "failing grades with a note, or a model."
    ),
    "next_to_no_fails": (
        "Not measurable yet, as fewer than three failed outputs speak of it: {names}. What helps: about "
        "{more} more failing grades with a note, or a model.",
        "Not measurable yet, as fewer than three failed outputs speak of each: {names}. What helps: up to "
        "{more} more failing grades of each with a note, or a model.",
    ),
    "no_graded_passes": (
        "“{name}”: all {n} graded outputs fail it, so nobody can tell a judge from a constant answer. What "
        "helps: about {more} passing grades."
    ),
    "not_measurable_yet": (
        "“{name}”: whether the learned judge is better than a constant answer is not measurable with {n} "
        "grades. {counts} What helps: about {more} more grades."
    ),
    "made_anew": "Version {version} is made from {n} grades.",
    "shared_sources": ("Several graded outputs come from one source, so the bounds are a little too tight."),
}
