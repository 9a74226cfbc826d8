"""Sample: a seeded, recorded draw decides what is graded next."""

import streamlit as st

from labelcore.stages import sampling
from pages.widgets import shell

MENU = ("Sample", ":material/casino:")

EXPLAIN = {
    "mixture": "Finds more failures: part uniform, part what judges fail or doubt, part rare kinds. "
    "Probabilities are known, so rates stay unbiased.",
    "random": "Every output has the same chance.",
    "stratified": "The same share of every value of a field.",
    "newest": "At random from the newest import: for a daily review of what came in.",
    "disagreement": "Outputs on which judges disagree, with a uniform part of 20 %.",
    "feedback": "Half where users of the product complained, half uniform: probabilities are known.",
}

place = shell.open_page("Sample", "Which outputs are graded next, and with which probability.")
left, middle, right = st.columns(3)
rule = left.selectbox("Rule", list(sampling.RULES), key="sample-rule")
n = middle.number_input("How many", 1, 100_000, 50, key="sample-n")
seed = right.number_input("Seed", 0, 2**31 - 1, 0, key="sample-seed", help="The same seed draws the same.")
st.write(EXPLAIN[rule])
by = st.text_input("Field", "model", key="sample-by") if rule == "stratified" else None
with shell.guard():
    if st.button("Draw", type="primary"):
        drawn = sampling.draw_sample(place, rule=rule, n=int(n), seed=int(seed), pool=sampling.Pool(by=by))
        st.success(f"Drew {len(drawn.picks)} outputs.")
        shell.warn(drawn.warnings)
        shell.go("3_grading.py", "Next: grade them")
    found = sampling.samples(place)
    if not found:
        st.info("Nothing has been drawn yet: without a sample, outputs are graded in the order of import.")
    for sample in found:
        head = f"{sample.at:%Y-%m-%d %H:%M} — {sample.rule}, seed {sample.seed}, {len(sample.picks)} outputs"
        with st.expander(head):
            shell.table([pick.model_dump() for pick in sample.picks])
