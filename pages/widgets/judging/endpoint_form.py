"""The form that adds an endpoint. A key that is typed leaves the session with the press that saves it."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st
from pydantic import SecretStr

from labelcore import key_stores
from labelcore.errors import LabelcoreError
from labelcore.messages import say, speak, trouble_words
from labelcore.stages.judging.running.endpoints import EndpointOrder, KeyOrder, add_endpoint
from labelcore.workspace import Workspace
from pages.widgets import keys, shell
from pages.widgets.shell import plain


class Server(NamedTuple):
    """A kind of server: where it listens, a model as an example, what starts it, after how many seconds a
    call is given up, and how many are sent at once.
    """

    address: str
    model: str
    start: str = ""
    seconds: float = 60.0
    calls: int = 16


_SLOW, _FEW = 300.0, 2
"""A model on a machine without an accelerator may take a minute for an answer, one after the other: what
waits behind others is given up before it is read.
"""
_SERVERS = {
    "Ollama": Server(
        "http://localhost:11434/v1", "qwen2.5:7b-instruct", "ollama pull qwen2.5:7b-instruct", _SLOW, _FEW
    ),
    "vLLM": Server(
        "http://localhost:8000/v1", "Qwen/Qwen2.5-7B-Instruct", "vllm serve Qwen/Qwen2.5-7B-Instruct"
    ),
    "llama.cpp": Server(
        "http://localhost:8080/v1", "FILE", "llama-server -m FILE.gguf --api-key KEY", _SLOW, _FEW
    ),
    "OpenAI": Server("", ""),
}
_OTHER, _HERE = "other", "here"
_START_HERE = "pip install xllamacpp\nlabelcore local-model start --weights FILE.gguf"


def show(workspace: Workspace) -> None:
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


def _show_terms() -> None:
    labels = {
        "price_in": say("US$ for a million tokens in"),
        "price_out": say("US$ for a million tokens out"),
        "price_cached": say("US$ for a million tokens in from the cache"),
        "concurrency": say("Calls at once"),
        "requests_per_minute": say("Requests a minute"),
        "tokens_per_minute": say("Tokens a minute"),
        "call_timeout": say("Seconds after which a call is given up"),
    }
    for name, label in labels.items():
        least, step = (1, 1) if name == "concurrency" else (0.0, 0.01)
        st.number_input(label, least, None, None, step, key=f"{keys.ENDPOINT_TERMS}-{name}")


def _fill() -> None:
    """Write down what is usual for the server that is chosen."""
    name = st.session_state.get(keys.ENDPOINT_SERVER, "Ollama")
    server = _SERVERS.get(name, Server("", ""))
    st.session_state[keys.ENDPOINT_ADDRESS] = server.address
    st.session_state[keys.ENDPOINT_MODEL] = server.model
    st.session_state[keys.ENDPOINT_NAME] = name.lower() if name in _SERVERS else ""
    st.session_state[f"{keys.ENDPOINT_TERMS}-call_timeout"] = server.seconds
    st.session_state[f"{keys.ENDPOINT_TERMS}-concurrency"] = server.calls


def _save(workspace: Workspace) -> None:
    """Take the key out of the session first, whatever comes of it."""
    speak(shell.language())
    state = st.session_state
    key, state[keys.ENDPOINT_KEY] = state.get(keys.ENDPOINT_KEY, ""), ""  # the browser's field as well
    store = state.get(keys.ENDPOINT_KEEP)
    terms = {name: state.get(f"{keys.ENDPOINT_TERMS}-{name}") for name in EndpointOrder.model_fields}
    if not state[keys.ENDPOINT_MODEL].strip():
        state[keys.ENDPOINT_FAILED] = say("Name the model.")
        return
    order = EndpointOrder(
        model=state[keys.ENDPOINT_MODEL].strip(),
        address=state[keys.ENDPOINT_ADDRESS].strip() or None,
        **{name: value for name, value in terms.items() if value},
    )
    is_kept = store in {"file", "keyring"}
    try:
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
    except LabelcoreError as trouble:
        state[keys.ENDPOINT_FAILED] = trouble_words(trouble, on_page=True)
        return
    state.get(keys.ENDPOINT_TESTED, {}).pop(endpoint.name, None)
    state[keys.ENDPOINT_ADDED] = say("{name} is added. Test it next.", name=endpoint.name)
    _fill()
