"""The steps of the loop, each a package or module that knows only earlier ones.

projects, importing, sampling, grading, deriving (notes to codes to criteria), judging (candidates and
their runs), aligning (judges against grades, the choice of a set), refining (rulings on conflicts),
reporting (trust, report, card, gate), exporting and sharing (tables, rubric files). A stage takes an
open database and a project, and stores or returns models; it prints nothing and shows nothing.
"""
