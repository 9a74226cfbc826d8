"""What trials of prompts and moves to other models show, in words."""

WORDS = {
    "tried_nothing": "The new version decided no output: nothing can be said of it.",
    "matrix_without_better": (
        "The one that was tried is not surely better than the version in use.",
        "None of the {n} that were tried is surely better than the version in use.",
    ),
    "matrix_chosen": "Take {model} with v{version} and {shown} examples of each verdict.",
    "trial_better": "Better: balanced accuracy (bad outputs found and good ones passed, averaged) rises "
    "by {change} points.",
    "trial_worse": "Worse: balanced accuracy (bad outputs found and good ones passed, averaged) falls "
    "by {change} points.",
    "trial_better_decides": ("Better: it abstains less, and so is right on {change} more of 100 outputs."),
    "trial_worse_decides": ("Worse: it abstains more, and so is right on {change} fewer of 100 outputs."),
    "change_abstains": (
        "It abstains on one of {outputs:,} outputs, the present version on {present:,}: in no rate.",
        "It abstains on {n:,} of {outputs:,} outputs, the present version on {present:,}: in no rate.",
    ),
    "trial_one_grade": "Cannot be told: {why}.",
    "trial_no_interval": "Cannot be told: {why}.",
    "trial_trades": (
        "One rate rises and the other falls: more grades will not settle which version is better. "
        "Decide which error costs more."
    ),
    "trial_no_difference": (
        "Cannot be told: if there is a difference, it is too small to be seen with a practical number of "
        "grades."
    ),
    "trial_try_more": (
        "Cannot be told yet: trying one more graded output would settle it, at these rates.",
        "Cannot be told yet: trying {n:,} more graded outputs would settle it, at these rates.",
    ),
    "trial_grade_fails": (
        "Cannot be told yet: one more failing output would settle it, at these rates.",
        "Cannot be told yet: {n:,} more failing outputs would settle it, at these rates.",
    ),
    "trial_grade_passes": (
        "Cannot be told yet: one more passing output would settle it, at these rates.",
        "Cannot be told yet: {n:,} more passing outputs would settle it, at these rates.",
    ),
    "dev_looks": "So far {versions:,} versions were compared on these {outputs:,} dev outputs.",
    "dev_looks_discount": (
        "So far {versions:,} versions were compared on these {outputs:,} dev outputs: on new "
        "ones, expect the best to do about one point worse.",
        "So far {versions:,} versions were compared on these {outputs:,} dev outputs: on new "
        "ones, expect the best to do about {n} points worse.",
    ),
    "loss_unknown_bad": "What changes for bad outputs is not measurable: {why}.",
    "loss_unknown_good": "What changes for good outputs is not measurable: {why}.",
    "move_fewer_bad_sure": "It misses {n} more of 100 bad outputs, 95% between {low} and {high}.",
    "move_fewer_bad_unsure": (
        "It misses {n} more of 100 bad outputs, 95% between {low} fewer and {high} more."
    ),
    "move_more_bad_sure": "It catches {n} more of 100 bad outputs, 95% between {low} and {high}.",
    "move_more_bad_unsure": (
        "It catches {n} more of 100 bad outputs, 95% between {low} fewer and {high} more."
    ),
    "move_same_bad_unsure": (
        "It catches as many bad outputs, 95% between {low} fewer and {high} more of 100."
    ),
    "move_fewer_good_sure": "It wrongly fails {n} more of 100 good outputs, 95% between {low} and {high}.",
    "move_fewer_good_unsure": (
        "It wrongly fails {n} more of 100 good outputs, 95% between {low} fewer and {high} more."
    ),
    "move_more_good_sure": "It wrongly fails {n} fewer of 100 good outputs, 95% between {low} and {high}.",
    "move_more_good_unsure": (
        "It wrongly fails {n} fewer of 100 good outputs, 95% between {low} more and {high} fewer."
    ),
    "move_same_good_unsure": (
        "It wrongly fails as many good outputs, 95% between {low} more and {high} fewer of 100."
    ),
    "move_unmended": "Nothing is kept: no other examples or wording made up for a loss.",
    "repair_better": (
        "With {what} it is better than the present judge on dev: {change:+.0f} points, "
        "95% between {low:+.0f} and {high:+.0f}."
    ),
    "repair_worse": (
        "With {what} it is still worse than the present judge on dev: {change:+.0f} "
        "points, 95% between {low:+.0f} and {high:+.0f}."
    ),
    "repair_unclear": (
        "With {what} it is better on train; on dev it is {change:+.0f} points beside the "
        "present judge, 95% between {low:+.0f} and {high:+.0f}."
    ),
    "repair_unknown": "With {what} it is better on train; on dev that is not measurable: {why}.",
}
