"""Sample: a seeded, recorded draw decides what is graded next."""

import streamlit as st

from labelcore.messages import say
from labelcore.messages.catalogue import counted
from labelcore.messages.lines.sampling import pick_words
from labelcore.stages import sampling, selecting
from labelcore.wording import Wording
from pages.widgets import shell

MENU = ("Sample", ":material/casino:")

RULES = {
    "mixture": Wording("Mixture"),
    "random": Wording("Random"),
    "stratified": Wording("Stratified"),
    "disagreement": Wording("Disagreement"),
    "feedback": Wording("Feedback"),
    "newest": Wording("Newest import"),
}
EXPLAIN = {
    "mixture": Wording(
        "Finds more failures: some at random, some that judges fail or doubt, some of rare "
        "kinds. The chances are known, so rates stay unbiased."
    ),
    "random": Wording("Every output has the same chance."),
    "stratified": Wording("The same share of every value of a field."),
    "newest": Wording("At random from the newest import: for a daily review of what came in."),
    "disagreement": Wording("Outputs on which judges disagree, and 20% at random."),
    "feedback": Wording("Half where users of the product complained, half at random: the chances are known."),
}

workspace = shell.open_page(
    "Sample", "Choose which outputs are graded next; the chance of each pick is recorded."
)
left, middle, right = st.columns(3)
rules = {name: say(RULES[name]) for name in sampling.RULES}
rule = shell.choose(say("Rule"), rules, left.selectbox, key="sample-rule")
n = middle.number_input(say("How many"), 1, 100_000, 50, key="sample-n")
seed = right.number_input(
    say("Seed"), 0, 2**31 - 1, 0, key="sample-seed", help=say("The same seed draws the same outputs.")
)
st.write(say(EXPLAIN[rule]))
field = st.text_input(say("Field"), "model", key="sample-by") if rule == "stratified" else None
with shell.guard():
    if st.button(say("Draw"), type="primary"):
        draw = sampling.draw_sample(
            workspace, rule=rule, n=int(n), seed=int(seed), pool=sampling.SamplePool(by=field)
        )
        st.success(counted("Drew 1 output.", "Drew {n:,} outputs.", n=len(draw.picks)))
        shell.warn(draw.warnings)
        shell.go("3_grading.py", "Next: grade them")
    samples = sampling.samples(workspace)
    if not selecting.count_outputs(workspace):
        st.info(say("There are no outputs yet. Import a file first."))
        shell.go("1_importing.py", "Import a file")
    elif not samples:
        st.info(
            say("Nothing has been drawn yet: without a sample, outputs are graded in the order of import.")
        )
    for sample in samples:
        head = counted(
            "{at:%Y-%m-%d %H:%M %Z} – {rule}, seed {seed}, 1 output",
            "{at:%Y-%m-%d %H:%M %Z} – {rule}, seed {seed}, {n:,} outputs",
            sample,
            n=len(sample.picks),
            rule=say(RULES.get(sample.rule, sample.rule)),
        )
        with st.expander(head):
            shell.table(
                [
                    {
                        say("Output"): pick.output_id,
                        say("Reason"): pick_words(pick.reason),
                        say("Probability"): pick.probability,
                        say("Position"): pick.position,
                    }
                    for pick in sample.picks
                ]
            )
