"""What is asked and said of a prompt that was brought from elsewhere, in words."""

WORDS = {
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
        "What is the lowest score that passes? It is fitted by itself once the training "
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
    "foreign_choice_added": (
        "Its tool asks for one of its options in code; here that stands below its words: “{line}”"
    ),
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
    "foreign_ragas_file": (
        "The file has the instruction and examples; what Ragas adds in code, labelcore says in words of "
        "its own."
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
}
