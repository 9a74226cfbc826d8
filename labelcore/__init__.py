"""labelcore: an expert's judgement, turned into automatic evaluation that can be trusted.

The loop in nine lines::

    db = open_database("labelcore.duckdb")
    project = projects.open_project(db, "support")
    importing.import_file(db, project, "answers.csv")
    sampling.draw_sample(db, project, n=50)
    grading.grade(db, project, output_id, "fail", annotator="mira", note="invents a price")
    deriving.derive(db, project, offline=True, accept_all=True)
    judging.propose(db, project); judging.run_judges(db, project)
    aligning.choose(db, project)
    print(aligning.align(db, project).document())

with ``from labelcore.store import open_database`` and ``from labelcore.stages import …``. Then
``reporting.trust`` says whether the number can be trusted, and why. What people do in the app and on
the command line is in :mod:`labelcore.dispatch`, by name, with JSON in and out.
"""
