"""Names in the session: widgets and session state share one namespace, so all stand here."""

PROJECT = "labelcore-project"
ANNOTATOR = "labelcore-annotator"
CARD = "grading-card"
RUN_STOP = "run-stop"
RUN_THREAD = "run-thread"
RUN_FAILED = "run-failed"
