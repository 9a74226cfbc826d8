"""How judges decide, are fitted, explained and chosen; nothing here knows a database.

A judge is a specification, plain data whose hash is its version (:mod:`labelcore.judges.identity`).
Three kinds read one: code (detectors with thresholds, or a check in the sandbox), llm (one question,
or a panel's votes), learned (a small linear model with checks; a cascade orders several judges).
Examples and thresholds come from graded outputs as :mod:`labelcore.judges.lessons` prepares them.
"""
