"""The models that judges can ask: each with what it can, tests of them, and judges made for one."""

from __future__ import annotations

import streamlit as st

from labelcore.judges.prompts import VARIANTS
from labelcore.llm.endpoint_test import EndpointTest
from labelcore.messages import paragraph, say, sentence
from labelcore.messages.catalogue import counted
from labelcore.messages.lines.endpoints import connection_words, key_words
from labelcore.settings import Endpoint, settings
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.judging.proposing.proposals import ProposalOrder
from labelcore.stages.judging.running import endpoints, machine
from labelcore.stages.judging.testing.overview import propose_judges
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.judging import endpoint_form
from pages.widgets.shell import plain


def show(workspace: Workspace) -> None:
    """All endpoints; without any, how to connect one."""
    st.markdown(f"#### {say('Models')}")
    if words := st.session_state.pop(keys.ENDPOINT_ADDED, ""):
        st.session_state[keys.ENDPOINT_SAID] = words
        st.rerun()  # the whole page: what is offered without a model is offered no more
    if words := st.session_state.pop(keys.ENDPOINT_SAID, ""):
        st.success(plain(words))
    connected = machine.endpoints(workspace)
    removable = endpoints.added_names()
    for endpoint in connected:
        with st.container(border=True):
            _show_one(workspace, endpoint, removable=endpoint.name in removable)
    if not connected:
        st.write(
            say(
                "No model is connected. With one, labelcore can make LLM judges that read an output as a "
                "person does, have it write checks, and find criteria in notes in any wording. Everything "
                "else works without."
            )
        )
    with st.expander(say("Add an endpoint"), icon=":material/add:", expanded=not connected):
        endpoint_form.show(workspace)
    if connected:
        with st.expander(say("Make judges that ask a certain model"), icon=":material/gavel:"):
            _propose(workspace, connected)


def _show_one(workspace: Workspace, endpoint: Endpoint, *, removable: bool) -> None:
    st.markdown(f"**{plain(endpoint.name)}** · {plain(endpoint.model)}")
    st.text(endpoint.address)
    shell.aside(" · ".join([key_words(endpoint), *_terms(endpoint)]))
    with st.container(horizontal=True):
        key = f"endpoint-test-{endpoint.name}"
        pressed = st.button(say("Test it"), key=key, icon=":material/network_check:")
        if removable and st.button(say("Remove it"), key=f"endpoint-remove-{endpoint.name}"):
            endpoints.remove_endpoint(workspace, endpoint.name)
            st.session_state.get(keys.ENDPOINT_TESTED, {}).pop(endpoint.name, None)
            st.rerun()
    if pressed:
        with st.spinner(say("Two small questions are asked …")):
            result = machine.try_endpoints(workspace, endpoint.name).endpoints[0]
        st.session_state.setdefault(keys.ENDPOINT_TESTED, {})[endpoint.name] = result
    tested: EndpointTest | None = st.session_state.get(keys.ENDPOINT_TESTED, {}).get(endpoint.name)
    if tested and (tested.model, tested.endpoint) == (endpoint.model, endpoint.name):
        first, *others = connection_words(tested)
        icon = ":material/check:" if tested.answered else ":material/error:"
        st.write(f"{icon} {plain(first)}")
        for words in others:
            shell.aside(words)


def _terms(endpoint: Endpoint) -> list[str]:
    """Prices and limits, as far as they are known."""
    parts = [counted("one call at once", "{n} calls at once", n=endpoint.concurrency)]
    if endpoint.requests_per_minute:
        parts.append(say("{n:,.0f} requests a minute", n=endpoint.requests_per_minute))
    if not (endpoint.price_in or endpoint.price_out):
        return [*parts, say("no price set")]
    price = {"given": endpoint.price_in, "taken": endpoint.price_out}
    parts.append(say("US$ {given:g} in, {taken:g} out for a million tokens", **price))
    if endpoint.price_cached is not None:
        parts.append(say("{price:g} from the cache", price=endpoint.price_cached))
    return parts


def stress_words(variant: str) -> str:
    """What a variant of the prompt stresses."""
    words = {"strict": say("fail when in doubt"), "steps": say("reason in steps")}
    return words.get(variant) or say("nothing")


def _propose(workspace: Workspace, connected: list[Endpoint]) -> None:
    """LLM judges of one criterion or all, for one endpoint, in one variant of the prompt."""
    names = {endpoint.name: f"{endpoint.name} · {endpoint.model}" for endpoint in connected}
    criteria = {"": say("All accepted criteria")}
    criteria |= {
        criterion.id: say(criterion.name) for criterion in list_criteria(workspace, status="accepted")
    }
    criterion = shell.choose(say("Criterion"), criteria)
    name = shell.choose(say("Endpoint"), names)
    variant = st.selectbox(say("The prompt emphasises"), list(VARIANTS), format_func=stress_words)
    examples = st.slider(say("Examples of each verdict"), 0, 4, 2)
    pressed = st.button(say("Make the judges"), type="primary", key="endpoint-propose")
    if message := st.session_state.pop(keys.ENDPOINT_PROPOSED, ""):
        st.success(message)
    if not pressed:
        return
    is_default = name == settings().default_endpoint.name
    order = ProposalOrder(
        kind="llm",
        criterion=criterion or None,
        endpoint=None if is_default else name,
        variant=variant,
        examples=None if examples == 2 else examples,
    )
    with st.spinner(say("Choosing examples …")):
        report = propose_judges(workspace, order=order, examined=False)
    words = counted(
        "One candidate is proposed. Run it next.",
        "{n} candidates are proposed. Run them next.",
        n=len(report.judges),
    )
    nothing = [sentence(fact) for fact in report.nothing]
    if not report.judges:
        st.info(plain(say("Accept criteria first: each gets a judge.")))
        return
    st.session_state[keys.ENDPOINT_PROPOSED] = plain(paragraph(words, *nothing))
    st.rerun()
