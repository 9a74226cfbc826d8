"""The models that judges can ask: each with what it can, tests of them, judges made for one, and the form
that adds an endpoint. A key that is typed leaves the session with the press that saves it.
"""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st
from pydantic import SecretStr, ValidationError

from labelcore import key_stores
from labelcore.errors import LabelcoreError
from labelcore.judges.prompts import VARIANTS
from labelcore.llm.endpoint_test import EndpointTest
from labelcore.llm.spending import is_here
from labelcore.messages import paragraph, say, sentence, speak, trouble_words
from labelcore.messages.catalogue import counted
from labelcore.messages.lines.endpoints import connection_words, key_words, term_words
from labelcore.settings import Endpoint, settings
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.judging.proposing.proposals import ProposalOrder
from labelcore.stages.judging.running import endpoints
from labelcore.stages.judging.running.endpoints import EndpointOrder, KeyOrder, add_endpoint
from labelcore.stages.judging.testing.suspecting import propose_judges
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.shell import plain


def show(workspace: Workspace) -> None:
    """All endpoints; without any, how to connect one."""
    st.markdown(f"#### {say('Models')}")
    if words := st.session_state.pop(keys.ENDPOINT_ADDED, ""):
        st.session_state[keys.ENDPOINT_SAID] = words
        st.rerun()  # the whole page: what is offered without a model is offered no more
    if words := st.session_state.pop(keys.ENDPOINT_SAID, ""):
        st.success(plain(words))
    connected = endpoints.endpoints(workspace)
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
        _show_form(workspace)
    if connected:
        with st.expander(say("Make judges that ask a certain model"), icon=":material/gavel:"):
            _propose(workspace, connected)


def _show_one(workspace: Workspace, endpoint: Endpoint, *, removable: bool) -> None:
    st.markdown(f"**{plain(endpoint.name)}** · {plain(endpoint.model)}")
    st.text(endpoint.address)
    shell.aside(" · ".join([key_words(endpoint), *term_words(endpoint)]))
    with st.container(horizontal=True):
        key = f"endpoint-test-{endpoint.name}"
        pressed = st.button(say("Test it"), key=key, icon=":material/network_check:")
        if removable and st.button(say("Remove it"), key=f"endpoint-remove-{endpoint.name}"):
            endpoints.remove_endpoint(workspace, endpoint.name)
            st.session_state.get(keys.ENDPOINT_TESTED, {}).pop(endpoint.name, None)
            st.rerun()
    if pressed:
        with st.spinner(say("Two small questions are asked …")):
            result = endpoints.try_endpoints(workspace, endpoint.name).endpoints[0]
        st.session_state.setdefault(keys.ENDPOINT_TESTED, {})[endpoint.name] = result
    tested: EndpointTest | None = st.session_state.get(keys.ENDPOINT_TESTED, {}).get(endpoint.name)
    if tested and (tested.model, tested.endpoint) == (endpoint.model, endpoint.name):
        first, *others = connection_words(tested)
        icon = ":material/check:" if tested.answered else ":material/error:"
        st.write(f"{icon} {plain(first)}")
        for words in others:
            shell.aside(words)


def stress_words(variant: str) -> str:
    """What a variant of the prompt stresses."""
    words = {"strict": say("fail when in doubt"), "steps": say("reason in steps")}
    return words.get(variant) or say("no emphasis")


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


class Server(NamedTuple):
    """A kind of server: where it listens, a model as an example, what starts it, after how many seconds a
    call is given up, how many are sent at once, and whether on this machine nobody pays for it.
    """

    address: str
    model: str
    start: str = ""
    seconds: float = 60.0
    calls: int = 16
    free_here: bool = False


_SLOW, _FEW = 300.0, 2
"""A model on a machine without an accelerator may take a minute for an answer, one after the other: what
waits behind others is given up before it is read.
"""
_SERVERS = {
    "Ollama": Server(
        "http://localhost:11434/v1",
        "qwen2.5:7b-instruct",
        "ollama pull qwen2.5:7b-instruct",
        _SLOW,
        _FEW,
        free_here=True,
    ),
    "vLLM": Server(
        "http://localhost:8000/v1",
        "Qwen/Qwen2.5-7B-Instruct",
        "vllm serve Qwen/Qwen2.5-7B-Instruct",
        free_here=True,
    ),
    "llama.cpp": Server(
        "http://localhost:8080/v1",
        "FILE",
        "llama-server -m FILE.gguf --api-key KEY",
        _SLOW,
        _FEW,
        free_here=True,
    ),
    "OpenAI": Server("", ""),
}
_OTHER, _HERE = "other", "here"
_PRICES = ("price_in", "price_out", "price_cached")
_START_HERE = "pip install xllamacpp\nlabelcore local-model start --weights FILE.gguf"


def _show_form(workspace: Workspace) -> None:
    """Where, which model, and its key; prices and limits behind."""
    names = {name: name for name in _SERVERS}
    names |= {_HERE: say("A small model inside labelcore"), _OTHER: say("Another server or provider")}
    server = shell.choose(say("Where it runs"), names, key=keys.ENDPOINT_SERVER, on_change=_fill)
    if server == _HERE:
        st.write(say("Two commands on this machine; then it is asked here, and nothing leaves the machine."))
        st.code(_START_HERE, language=None, wrap_lines=True)
        return
    if start := _SERVERS.get(server, Server("", "")).start:
        st.write(say("If it does not run yet:"))
        st.code(start, language=None, wrap_lines=True)
    for key in (keys.ENDPOINT_NAME, keys.ENDPOINT_ADDRESS, keys.ENDPOINT_MODEL):
        if key not in st.session_state:
            _fill()
    store = _choose_key(workspace)
    with st.form("endpoint-form", border=False):  # takes what was typed last, wherever the focus is
        address = say("Address (OpenAI's own when empty)") if server == "OpenAI" else say("Address")
        st.text_input(address, key=keys.ENDPOINT_ADDRESS)
        st.text_input(say("Model"), key=keys.ENDPOINT_MODEL)
        st.text_input(say("Name here"), key=keys.ENDPOINT_NAME)
        _show_key(store)
        with st.expander(say("Prices and limits")):
            _show_terms()
        st.form_submit_button(
            say("Save"), type="primary", key="endpoint-save", on_click=_save, args=(workspace,)
        )
    if failure := st.session_state.pop(keys.ENDPOINT_FAILED, ""):
        st.error(plain(failure), icon=":material/error:")


def _choose_key(workspace: Workspace) -> str:
    """Where the key is kept; what cannot be had here is said."""
    trouble = key_stores.keyring_trouble()
    stores = {"": say("None"), "file": say("In a file for its owner")}
    stores |= {} if trouble else {"keyring": say("In the system's keyring")}
    stores |= {"variable": say("In a variable")} if workspace.here else {}
    store: str = shell.choose(say("Its key"), stores, st.radio, key=keys.ENDPOINT_KEEP, horizontal=True)
    if store and trouble:
        shell.aside(say(trouble))
    return store


def _show_key(store: str) -> None:
    if store == "variable":
        st.text_input(say("Name of the variable"), key=keys.ENDPOINT_VARIABLE, placeholder="OPENAI_API_KEY")
    elif store:
        st.text_input(say("Key"), type="password", key=keys.ENDPOINT_KEY, autocomplete="off")
        shell.aside(say("It is not kept in the database, and never shown again."))


def _labels() -> dict[str, str]:
    """What an order's fields that take numbers are called on the page."""
    return {
        "price_in": say("US$ for a million tokens in"),
        "price_out": say("US$ for a million tokens out"),
        "price_cached": say("US$ for a million tokens in from the cache"),
        "concurrency": say("Calls at once"),
        "requests_per_minute": say("Requests a minute"),
        "tokens_per_minute": say("Tokens a minute"),
        "call_timeout": say("Seconds after which a call is given up"),
        "window": say("Tokens that the model reads at most"),
    }


def _show_terms() -> None:
    """Where 0 is no limit it can be typed all the same: what is saved says so, a field would drop it."""
    server = _SERVERS.get(st.session_state[keys.ENDPOINT_SERVER], Server("", ""))
    for name, label in _labels().items():
        least, step = (0, 1) if name in {"concurrency", "window"} else (0.0, 0.01)
        hint = say("All empty: 0 on this machine") if name in _PRICES and server.free_here else None
        key = f"{keys.ENDPOINT_TERMS}-{name}"
        st.number_input(label, least, None, None, step, key=key, placeholder=hint)


def _fill() -> None:
    """Write down what is usual for the server that is chosen."""
    name = st.session_state.get(keys.ENDPOINT_SERVER, "Ollama")
    server = _SERVERS.get(name, Server("", ""))
    st.session_state[keys.ENDPOINT_ADDRESS] = server.address
    st.session_state[keys.ENDPOINT_MODEL] = server.model
    st.session_state[keys.ENDPOINT_NAME] = name.lower() if name in _SERVERS else ""
    usual = {"call_timeout": server.seconds, "concurrency": server.calls}
    for name in EndpointOrder.model_fields:
        st.session_state[f"{keys.ENDPOINT_TERMS}-{name}"] = usual.get(name)


def _order() -> EndpointOrder:
    """What was typed; what is usually free on this machine is so there, unless a price is typed."""
    state = st.session_state
    terms = {name: state.get(f"{keys.ENDPOINT_TERMS}-{name}") for name in EndpointOrder.model_fields}
    address = state[keys.ENDPOINT_ADDRESS].strip()
    server = _SERVERS.get(state[keys.ENDPOINT_SERVER], Server("", ""))
    if server.free_here and is_here(address) and all(terms[name] is None for name in _PRICES):
        terms |= {"price_in": 0.0, "price_out": 0.0}
    given = {name: value for name, value in terms.items() if value is not None}
    given |= {"model": state[keys.ENDPOINT_MODEL].strip(), "address": address or None}
    return EndpointOrder(**given)


def _save(workspace: Workspace) -> None:
    """Take the key out of the session first, whatever comes of it."""
    speak(shell.language())
    state = st.session_state
    key, state[keys.ENDPOINT_KEY] = state.get(keys.ENDPOINT_KEY, ""), ""  # the browser's field as well
    store = state.get(keys.ENDPOINT_KEEP)
    if not state[keys.ENDPOINT_MODEL].strip():
        state[keys.ENDPOINT_FAILED] = say("Name the model.")
        return
    is_kept = store in {"file", "keyring"}
    try:
        order = _order()
        endpoint = add_endpoint(
            shell.as_now(workspace),
            state[keys.ENDPOINT_NAME].strip(),
            order=order,
            secret=KeyOrder(
                key_env=state.get(keys.ENDPOINT_VARIABLE) or None if store == "variable" else None,
                key=SecretStr(key) if is_kept else None,
                keep="keyring" if store == "keyring" else "file",
            ),
        )
    except ValidationError as trouble:
        field = str(trouble.errors()[0]["loc"][0])
        label = _labels().get(field, say("Model"))
        state[keys.ENDPOINT_FAILED] = say("'{label}' does not take what was typed.", label=label)
        return
    except LabelcoreError as trouble:
        state[keys.ENDPOINT_FAILED] = trouble_words(trouble, on_page=True)
        return
    state.get(keys.ENDPOINT_TESTED, {}).pop(endpoint.name, None)
    state[keys.ENDPOINT_ADDED] = say("{name} is added. Test it next.", name=endpoint.name)
    _fill()
