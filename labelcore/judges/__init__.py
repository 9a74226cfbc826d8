"""How judges decide, are fitted, explained and chosen; nothing here knows a database.

A judge is a specification, plain data whose hash is its version. What decides with one is an object of its
kind (:mod:`labelcore.judges.kinds`). Examples and thresholds come from graded outputs.
"""
