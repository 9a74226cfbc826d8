"""Judges run in a thread, which never speaks to Streamlit: the page reads rows. Which of them run over what
is chosen and estimated here. Also a local model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Thread

import streamlit as st

from labelcore.errors import LabelcoreError
from labelcore.judges.kinds import kind_of
from labelcore.llm import local_server
from labelcore.messages import paragraph, say, trouble_words
from labelcore.messages.catalogue import judge_words
from labelcore.messages.lines.judging import estimate_words, run_words
from labelcore.messages.running import advice_words, ended_words, failure_words, kind_word
from labelcore.models import JudgeVersion, Run
from labelcore.settings import settings
from labelcore.stages import judging
from labelcore.stages.judging.running import endpoints
from labelcore.workspace import Workspace
from pages.widgets import keys, shell, working
from pages.widgets.shell import plain


def in_thread(work: Callable[[Event], object], name: str, failed_key: str) -> Event:
    """Work in a thread; under ``failed_key`` the session has the sentences of what failed.

    Returns:
        What the work may set when it has begun, and what is set when it is over.
    """
    failures: list[str] = []
    event = Event()
    unexpected = say("{what} failed; the log says why. What was decided is kept.", what=name)

    def whole() -> None:
        _, trouble = working.attempt(lambda: work(event), unexpected)
        failures.extend([trouble] if trouble else [])
        event.set()

    st.session_state[failed_key] = failures
    Thread(target=whole, daemon=True).start()
    return event


def show_estimate(workspace: Workspace) -> None:
    """What a run over everything would take; worked out anew once something has changed."""
    newest = next(iter(judging.runs(workspace)), None)
    if newest and newest.state == "running":
        return
    try:
        with st.spinner(say("Working out what a run would take …")):
            estimate = _estimated(workspace, judging.RunOrder())
    except LabelcoreError:
        return  # without judges or outputs there is nothing to estimate, and the page says so
    shell.aside(
        estimate_words(estimate), plain(paragraph(*map(say, estimate.based_on))) if estimate.calls else None
    )


def start(workspace: Workspace, order: judging.RunOrder | None = None) -> bool:
    """Begin a run, of all judges unless an order says of which; not while this visitor's last one works.

    Returns whether it began: what is pressed below the place where runs are watched draws the page anew then.
    """
    last = st.session_state.get(keys.RUN_OVER)
    if last is not None and not last.is_set():
        return False
    if any(run.state == "running" for run in judging.runs(workspace)[:1]):
        st.info(say("Somebody's run is under way already."))  # two would pay for the same answers
        return False
    st.session_state[keys.RUNS_BEGUN] = st.session_state.get(keys.RUNS_BEGUN, 0) + 1
    st.session_state[keys.RUN_OVER] = in_thread(
        lambda _: judging.run_judges(workspace, order=order or judging.RunOrder()),
        say("The run"),
        keys.RUN_FAILED,
    )
    return True


def watch(workspace: Workspace) -> None:
    """The newest run; as it goes, with a way to stop it."""
    working.refreshed(_watch, workspace, every=1.0, going=_is_under_way(workspace))


def _is_under_way(workspace: Workspace) -> bool:
    """Whether a run goes on, or this visitor's begins."""
    over = st.session_state.get(keys.RUN_OVER)
    return bool(over and not over.is_set()) or any(
        run.state == "running" for run in judging.runs(workspace)[:1]
    )


def is_told(workspace: Workspace) -> bool:
    """Whether no run goes on, and this page was drawn since the last one ended."""
    newest = next(iter(judging.runs(workspace)), None)
    shown = st.session_state.get(keys.RUN_STATE)
    return not _is_under_way(workspace) and (newest is None or shown in {None, (newest.id, newest.state)})


def _watch(workspace: Workspace) -> None:
    shell.speak_as(workspace)  # a fragment runs without its page
    for failure in st.session_state.get(keys.RUN_FAILED, []):
        st.error(plain(failure))
    runs = judging.runs(workspace)
    run = runs[0] if runs else None
    state = (run.id, run.state) if run else ("", "")
    before = st.session_state.get(keys.RUN_STATE, state)
    st.session_state[keys.RUN_STATE] = state
    if run is None:
        return
    if before != state and run.state != "running":
        st.rerun()  # the estimate and the tables are about what was decided until now
    total = run.total or len(run.judge_version_ids) * run.n_outputs - run.verdicts_cached
    done = run.verdicts_new + run.errors
    words = run_words(run)
    if run.state == "running":
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(min(1.0, done / total) if total else 1.0, text=words)
            if st.button(say("Stop"), key="stop-run", icon=":material/stop:"):
                with shell.guard():
                    judging.stop_run(shell.as_now(workspace), run.id)
    elif run.state != "finished" or keys.RUN_OVER in st.session_state:
        shell.aside(words)
    if run.ended_by or run.errors:
        _show_trouble(run)


def _show_trouble(run: Run) -> None:
    """Why decisions did not come, by kind, what to do, and the words that were stored."""
    lines = list(filter(None, (ended_words(run), *advice_words(run))))
    if lines:
        st.warning(plain(paragraph(*lines)))
    for words in filter(None, (run.reasons.get(run.ended_by), *failure_words(run))):
        st.text(say(words))  # the endpoint's words: nothing in them becomes a link


def offer_local_model(workspace: Workspace) -> None:
    """One click to a model on this machine; shown only where it is installed and has its weights."""
    weights = local_server.weights_here()
    server = local_server.status()
    if server is None and (weights is None or not local_server.installed()):
        return
    if server and settings().base_url == server.base_url:
        words = say(
            "The model {model} runs on this machine; a small model judges less well than a large one.",
            model=server.model,
        )
        st.write(plain(words))
        if st.button(say("Stop the local model"), key="local-model-stop"):
            with shell.guard():
                endpoints.stop(workspace)
            st.rerun()
    elif not settings().has_model and st.button(
        say("Start the local model and use it"), key="local-model-start"
    ):
        with shell.guard(), st.spinner(say("The model is loaded …")):
            endpoints.start(workspace, weights=Path(server.weights) if server else weights)
        st.rerun()


_ALL = ""


def offer_order(workspace: Workspace) -> Callable[[], None]:
    """What a run is about. What it would take, and the button, are drawn there by what this gives."""
    judges = [version for version in judging.active_judges(workspace) if kind_of(version).runs]
    begun = st.session_state.get(keys.RUNS_BEGUN, 0)
    with st.popover(say("Run some"), key=f"run-order-{begun}"):  # another one, closed, beside what it began
        order = _chosen_order(judges)
        place = st.container()

    def show() -> None:
        with place:
            ready = show_cost(lambda: _estimated(workspace, order))
            words = say("Begin")
            pressed = st.button(
                words, type="primary", key="run-some", disabled=not ready, icon=":material/play_arrow:"
            )
            if pressed and start(workspace, order):
                st.rerun()  # the run is watched above

    return show


def show_cost(estimated: Callable[[], judging.Estimate]) -> bool:
    """What a run would take, or what is in its way; whether it would decide anything."""
    try:
        estimate = estimated()
        words, ready = estimate_words(estimate), bool(estimate.decisions) and not estimate.trouble
    except LabelcoreError as trouble:
        words, ready = trouble_words(trouble, on_page=True), False
    shell.aside(words)
    return ready


def _chosen_order(judges: Sequence[JudgeVersion]) -> judging.RunOrder:
    names = {_ALL: say("All judges")}
    names |= {f"kind {kind}": kind_word(kind) for kind in dict.fromkeys(version.kind for version in judges)}
    names |= {version.judge_id: judge_words(version.name) for version in judges}
    choice: str = shell.choose(say("Judges"), names, key=keys.RUN_WHO)
    graded = st.checkbox(say("Only graded outputs"), key=keys.RUN_GRADED)
    outputs = st.number_input(
        say("Outputs at most"), min_value=1, value=None, placeholder=say("all"), key=keys.RUN_OUTPUTS
    )
    limit = None
    if settings().has_model and any(kind_of(version).needs_model for version in judges):
        limit = st.number_input(
            say("Spend at most (US$)"),
            min_value=0.0,
            value=None,
            step=1.0,
            placeholder=say("no limit"),
            help=say("What a call may cost is set aside before it is sent, so the limit holds."),
            key=keys.RUN_LIMIT,
        )
    kind = choice.removeprefix("kind ") if choice.startswith("kind ") else None
    return judging.RunOrder(
        judge=None if kind else choice or None,
        kind=kind,
        graded=graded,
        limit=outputs,
        max_cost=limit or None,
    )


def _estimated(workspace: Workspace, order: judging.RunOrder) -> judging.Estimate:
    """What it takes, worked out anew once something has changed; of everything once for both who show it."""
    newest = next(iter(judging.runs(workspace)), None)
    judges = tuple(version.id for version in judging.active_judges(workspace))
    question = (workspace.project.id, order, newest and (newest.id, newest.state), judges)
    key = keys.RUN_ESTIMATE if order == judging.RunOrder() else keys.RUN_SOME
    return working.worked_out(key, question, lambda: judging.estimate_run(workspace, order=order))
