"""What is wrong with prompts, and what a change of one does, in words."""

WORDS = {
    "prompt_without_output": "The prompt never shows the output: put {slot} where it shall stand.",
    "prompt_unknown_slot": "There is no slot “{name}”. Slots are: {known}.",
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
    "prompt_no_price": "No price is set for {model}.",
    "prompt_no_endpoint": "Its endpoint is not configured here, so no price is known.",
    "set_has_version": (
        "The chosen set goes on with version {version} of “{name}”, with which it was "
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
}
