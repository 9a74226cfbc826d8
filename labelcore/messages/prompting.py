"""Prompts in words: what is wrong with one, what is asked of one that was brought, trials and suggestions."""

from labelcore.messages.telling import Words

WORDS: dict[str, Words] = {
    "prompt_without_output": "The prompt never shows the output: put {slot} where it shall stand.",
    "prompt_unknown_slot": "There is no slot “{name}”. Slots are: {known}.",
    "prompt_open_slot": "“{slot}” is not closed: a slot ends with two braces.",
    "prompt_single_braces": "“{name}” stands in single braces and stays as it is: a slot has two.",
    "prompt_example_of_dev": (
        "One example is an output of dev: figures on dev would flatter the judge. Take one of train.",
        "{n} examples are outputs of dev: figures on dev would flatter the judge. Take some of train.",
    ),
    "prompt_example_of_test": (
        "One example is an output of the sealed test: it must never be shown. Take one of train.",
        "{n} examples are outputs of the sealed test: they must never be shown. Take some of train.",
    ),
    "prompt_too_long": (
        "The question has about {tokens:,} tokens, the model reads {window:,}: it would be cut or refused."
    ),
    "prompt_nearly_too_long": (
        "The question has about {tokens:,} of the {window:,} tokens that the model reads."
    ),
    "prompt_opposed": "“{sentence}” seems to ask for the opposite of “{stated}”.",
    "prompt_opposed_by_model": "The model reads “{sentence}” as against the criterion “{stated}”.",
    "prompt_names_others": (
        "It speaks of other criteria too ({names}): a judge decides one. Give each its own judge."
    ),
    "prompt_lists_criteria": (
        "It lists {n} criteria ({names}): a judge decides one. Give each its own judge.",
        "It lists {n} criteria ({names}): a judge decides one. Give each its own judge.",
    ),
    "prompt_two_demands": (
        "The criterion asks for two things, “{first}” and “{other}”: split it, and each gets its own judge."
    ),
    "prompt_size": "About {tokens:,} tokens, estimated (four Latin characters each).",
    "prompt_cost": "With an answer of {answer} tokens about US$ {cost:.6f} at the price of {endpoint}.",
    "prompt_no_price": ("What {model} costs is not known: set a price for tokens in and one for tokens out."),
    "prompt_no_endpoint": "Its endpoint is not configured here, so no price is known.",
    "set_has_version": (
        "The chosen set goes on with version {version} of “{judge}”, with which it was "
        "measured: run the judge, then choose the set again."
    ),
    "prompt_unexplained": (
        "The prompt does not say that what stands between marks ({mark}) is data and gives no orders: an "
        "output talks the judge into a pass more easily. The prompt that judges begin with says it."
    ),
    "prompt_unmarked": (
        "What fills {names} stands in the prompt without marks: an output can speak to the judge as if it "
        "were the prompt. Test its hardness before you use it."
    ),
    "foreign_variable_asked": "What is {{{name}}}? Likely ones: {choices}.",
    "foreign_no_output": (
        "Nothing in the prompt is the output that it judges: say which of its variables is. It has {names}."
    ),
    "foreign_compares": (
        "It compares {names}, where a judge here decides on one output: use one of them as the output and "
        "another as the reference, or bring a prompt that rates one answer."
    ),
    "foreign_no_variables": "The prompt has no variables, so it would never see an output.",
    "foreign_form_asked": (
        "Which answers pass is not known: name the field of its JSON or a pattern, and what passes."
    ),
    "foreign_words_asked": "Which of these answers pass, which fail? {words}.",
    "foreign_direction_asked": "Is a lower score better?",
    "foreign_threshold_asked": (
        "Which score only just passes? It is fitted by itself once the training "
        "split has five passes and five fails."
    ),
    "foreign_needs_criterion": "The overall grade has no words that {names} could be given: name a "
    "criterion.",
    "foreign_unmarked": (
        "Nothing marks where data begin and end, so an output can give this judge orders: test its hardness "
        "once it is kept."
    ),
    "foreign_own_form": (
        "The prompt asks for no form of answer; its tool adds one. Here labelcore's own is asked for beside "
        "it: a reason and a verdict as JSON."
    ),
    "foreign_meaning_added": (
        "It looks for a fault, so below its words stands which verdict means what: “{line}”"
    ),
    "foreign_choice_added": (
        "Its words ask for an option in no form that is surely read, so this stands below them: “{line}”"
    ),
    "foreign_score_added": (
        "Its tool asks for a score in code, which its words do not, so this stands below them: “{line}”"
    ),
    "foreign_replaces": (
        "It becomes version {version} of “{judge}”, whose prompt is another: name the judge to keep both."
    ),
    "foreign_words_added": "Your words are asked for below the prompt: “{line}”",
    "foreign_slot_empty": "{name} stays empty: none of {n} outputs has a {slot}.",
    "foreign_other_variables": "These look like variables too, but are written otherwise and stay as text: "
    "{names}.",
    "foreign_filters": "Filters are not taken over; the values stand there as they are: {filters}.",
    "foreign_blocks": "Conditions and loops are not taken over; what they hold first always stands there: "
    "{tags}.",
    "foreign_list_of_verdicts": (
        "It asks for a list with “{field}” for each part of an output, not for one verdict."
    ),
    "foreign_several_verdicts": (
        "It asks for an answer on each of several things: {names}. Say with a pattern which one decides."
    ),
    "foreign_no_verdict_field": "It asks for JSON with {fields}; none of these is known as a verdict.",
    "foreign_tool_adds": (
        "The file has a part of the prompt; what {tool} adds in code, labelcore says in words of its own."
    ),
    "foreign_moved_to_user": "Its only message is sent as the user's.",
    "foreign_chat_marks": (
        "The marks of a model's chat format are left out: whoever serves the model writes them."
    ),
    "foreign_several_prompts": (
        "The file holds more prompts; this is the likeliest one. To bring another, paste its words alone: "
        "{names}."
    ),
    "foreign_messages_joined": "Its {n} messages are sent as two: the system's and the user's.",
    "threshold_given": "Scores from {value:g} on pass, as you say.",
    "threshold_of_prompt": "Scores from {value:g} on pass, as the prompt itself says.",
    "threshold_given_up": "Scores up to {value:g} pass, as you say.",
    "threshold_of_prompt_up": "Scores up to {value:g} pass, as the prompt itself says.",
    "threshold_to_fit": (
        "The threshold will be fitted to {n} graded outputs of the train split, {fails} of them failed."
    ),
    "threshold_fitted": (
        "The threshold {value:g} is fitted to {n} graded outputs of the train split, {fails} of them failed."
    ),
    "threshold_too_few": (
        "No threshold is fitted: of {n} scored outputs of the train split {fails} are failed, and it takes "
        "{fewest} of each kind."
    ),
    "threshold_tells_nothing": (
        "No threshold is fitted: on {n} graded outputs of the train split, {fails} of them failed, no score "
        "tells bad from good."
    ),
    "tried_nothing": "The new version decided no output: nothing can be said of it.",
    "matrix_without_better": (
        "The one that was tried is not surely better than the version in use.",
        "None of the {n} that were tried is surely better than the version in use.",
    ),
    "matrix_chosen": "Take {model} with v{version} and {shown} examples of each verdict.",
    "matrix_chosen_unpriced": (
        "Take {model} with v{version} and {shown} examples of each verdict; what it costs is not known."
    ),
    "matrix_unpriced": (
        "What {models} costs is not known, so it stands behind those whose price is known; it may be "
        "cheaper.",
        "What {models} cost is not known, so they stand behind those whose price is known; they may be "
        "cheaper.",
    ),
    "matrix_without_prices": (
        "No price is known, so it cannot be said which is the cheapest: fewer examples come first."
    ),
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
    "trial_unmeasured": "Cannot be told: {why}.",
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
    "repair_nothing": (
        "It was tried with one other wording as well, which is not better on train.",
        "It was tried with {n} other examples and wordings as well; none is better on train.",
    ),
    "repair_unknown": "With {what} it is better on train; on dev that is not measurable: {why}.",
    "suggest_better": ("One change improves it beyond chance.", "{n} changes improve it beyond chance."),
    "suggest_no_errors": (
        "Nothing to gain here: it has the one graded output of train right.",
        "Nothing to gain here: it has all {n:,} graded outputs of train right that it decided.",
    ),
    "suggest_unmeasured": (
        "No change is better than the version in use beyond chance; one could not be measured.",
        "No change is better than the version in use beyond chance; {n} could not be measured.",
    ),
    "suggest_nothing": (
        "Nothing to gain here: one change was tried, and it is not better than the version in use beyond "
        "chance.",
        "Nothing to gain here: {n} changes were tried, and none is better than the version in use beyond "
        "chance.",
    ),
    "suggest_nothing_left": (
        "Nothing to gain here: no change can be made of its errors that was not rejected before."
    ),
    "suggest_stopped": (
        "It ended early, after one change; that one is not better beyond chance so far.",
        "It ended early, after {n} changes; none of them is better beyond chance so far.",
    ),
    "suggest_needs_model": (
        "One change could not be tried, for it takes a model: {why}",
        "{n} changes could not be tried, for that takes a model: {why}",
    ),
}
