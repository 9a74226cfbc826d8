"""labelcore: an expert's judgement, turned into automatic evaluation that can be trusted.

The loop in nine lines::

    w = labelcore.open("answers.duckdb", project="support", person="mira")
    w.import_("answers.csv")
    w.sample(n=50)
    w.grade(output_id, "fail", note="invents a price")
    w.derive(offline=True, accept_all=True)
    w.judges.propose(); w.judges.run()
    w.choose()
    w.alignment().to_pandas()
    w.trust()

Each is an operation, a marked function of a stage (:mod:`labelcore.operations`), the same that the app and
the command line call; in a notebook a result shows its sentences, its table and its intervals.

The code's words, each for one thing:

- workspace: a project of an open database, who works in it, and whom long work tells how far it is
- operation: a function of a stage that people may call; its mark checks the role and opens the transaction
- output: an answer of the pipeline with what it answered; its id is the hash of its content
- grade: a person's pass, fail or unsure on an output, a criterion or a field; never changed, only superseded
- note, quote, code: what a person wrote; a verbatim part of it; what several quotes say, in a few words
- criterion: something that makes an output good, in versions of its wording
- judge, judge version: what decides a criterion automatically, and its state that verdicts belong to
- kind: how a judge decides (code, check, llm, panel, learned, cascade, imported, feedback), a class in a file
- feedback, signal: what a user of the product said or did with an output, never a grade; its name (thumbs)
- verdict: a judge version's pass, fail or abstain on an output, with its reason
- candidate, choice: a judge that is proposed; the set of judges that is used together
- run: an execution of judges over outputs, with what it cost
- split: train, what fitting may see; dev, what is chosen on; test, what is reported on
- rate: a share with its interval and n, or the reason why it cannot be measured
- alignment: judges against grades, never a bare number
- conflict, ruling: where judge and people, or people, differ; what somebody decided about it, with a reason
- pool, graded: all outputs that a figure speaks of; those among them with grades, and their chances
- fact: a code and values in a report, from which messages make a sentence in the language spoken
- wording: a reason or a refusal, in English, with the template and the values that it is made of
- probe, planting: an output with a planted fault, and its making, to learn whether a judge notices
- pack: outputs to grade in one file without a server
- event, unique, current: a stored act; each once; those that count now
"""

from importlib import import_module
from typing import Any

__all__ = ["open"]


def __getattr__(name: str) -> Any:
    """Load what the notebook needs when it is asked for: a command should not wait for it."""
    if name == "open":
        return import_module("labelcore.notebook").open
    raise AttributeError(f"labelcore has no '{name}'")
