"""How judges decide, are fitted, explained and chosen; nothing here knows a database.

A judge is a specification, plain data whose hash is its version (:mod:`labelcore.judges.identity`).
What decides with one is an object of its kind (:mod:`labelcore.judges.kinds`): code, check, llm,
panel, learned, cascade, imported. Examples and thresholds come from graded outputs as
:mod:`labelcore.judges.features` prepares them.
"""
