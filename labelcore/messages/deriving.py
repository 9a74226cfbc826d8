"""What is wrong with criteria, what grades say to a prompt's rules, and how criteria that came do here."""

WORDS = {
    "vague": (
        "'{name}' leans on {words}: two people may read that differently. Say what can be seen in an output."
    ),
    "two_demands": "'{name}' asks for two things: “{first}” and “{other}”.",
    "two_demands_quoted": (
        "'{name}' asks for two things: {of_first} quotes speak of “{first}”, {of_other} of “{other}”. "
        "Split it."
    ),
    "same_fails_by_people": (
        "'{first}' and '{other}' fail the same outputs: by people, {both} of the {either} that either fails. "
        "Merge them, or say what sets them apart."
    ),
    "same_fails_by_judges": (
        "'{first}' and '{other}' fail the same outputs: by judges, {both} of the {either} that either fails. "
        "Merge them, or say what sets them apart."
    ),
    "contradictory": (
        "'{first}' and '{other}' pull against each other: what one passes the other fails (phi {phi:.2f} on "
        "{n} outputs)."
    ),
    "never_failed": "No expert ever failed an output for '{name}'.",
    "judge_silent": "The judge of '{name}' fails none of {n} outputs, though people failed {failed}.",
    "not_needed": "Every fail that '{name}' explains is explained by another criterion too.",
    "failed_for_rule": "experts failed {n} outputs for it",
    "never_failed_for_rule": "no expert ever failed an output for it",
    "rule_would_fail": (
        "it would fail {value:.0%} ({low:.0%} to {high:.0%}) of the {n} outputs that experts passed"
    ),
    "prompt_rule": "“{rule}”: {told}.",
    "prompt_rule_contradicted": "“{rule}”: {told}: their grades contradict it.",
    "transfer_aligned": (
        "“{criterion}” is aligned here: of {n} measured judges {holding} do what they did, {worse} do worse, "
        "{open} cannot be told yet."
    ),
    "transfer_no_judge": "“{criterion}” is not yet aligned here: no judge came with it. Propose one.",
    "transfer_undecided": (
        "“{criterion}” is not yet aligned here: there are grades enough, but its judges have not decided "
        "them. Run them."
    ),
    "transfer_few_grades": (
        "“{criterion}” is not yet aligned here: people passed {passes} outputs and failed {fails}; it needs "
        "{needed_passes} and {needed_fails} that its judge decided. Grade on."
    ),
    "transfer_unknown": "{judge}: not yet aligned here, {why}.",
    "transferred": (
        "{judge}: of the outputs that people pass here it passes {tpr}, of those that they fail it catches "
        "{tnr}; there it was {tpr_there} and {tnr_there}."
    ),
    "transferred_fitted": (
        "{judge}: of the outputs that people pass here it passes {tpr}, of those that they fail it catches "
        "{tnr}; there on the grades that it was fitted to it was {tpr_there} and {tnr_there}."
    ),
    "no_figures_there": "The file has no figures to compare with.",
    "does_as_there": "It does here what it did there (a fall of {margin:.0%} or more is ruled out).",
    "worse_at_both": (
        "It passes fewer good outputs and catches fewer bad outputs here than there: propose judges that fit "
        "these grades."
    ),
    "passes_fewer": ("It passes fewer good outputs here than there: propose judges that fit these grades."),
    "catches_fewer": ("It catches fewer bad outputs here than there: propose judges that fit these grades."),
    "fall_possible": "No clear difference, but a fall of up to {fall:.0%} is not ruled out: grade on.",
}
