"""SQL that brings chats of several makers into one form: role, content, and where there are, calls.

Known are the messages of OpenAI (``tool_calls``, answers with role ``tool``) and of Anthropic
(``tool_use`` and ``tool_result`` parts in the content), and the older ``from``/``value`` pairs.
"""

from __future__ import annotations

_ROLE = "coalesce(m->>'role', m->>'from', 'user')"
_IS_PARTS = "json_type(m, '$.content') = 'ARRAY'"
_PARTS = "CAST(m->'content' AS JSON[])"
# A part is text, a tool's result, or something that cannot be shown (an image), which stays JSON.
_TEXT_OF_PARTS = (
    f"array_to_string(list_transform(list_filter({_PARTS}, lambda p: coalesce(p->>'type', '') <> "
    "'tool_use'), lambda p: coalesce(p->>'text', p->>'content', p->>'$')), chr(10) || chr(10))"
)
_CALL = (
    "json_object('name', coalesce(t->'function'->>'name', t->>'name', '?'), 'arguments', "
    "coalesce(t->'function'->>'arguments', t->>'arguments', t->>'input', ''))"
)
_CALLS = (
    "CASE WHEN json_type(m, '$.tool_calls') = 'ARRAY' AND json_array_length(m, '$.tool_calls') > 0 THEN "
    f"list_transform(CAST(m->'tool_calls' AS JSON[]), lambda t: {_CALL}) "
    f"WHEN {_IS_PARTS} AND len(list_filter({_PARTS}, lambda t: t->>'type' = 'tool_use')) > 0 THEN "
    f"list_transform(list_filter({_PARTS}, lambda t: t->>'type' = 'tool_use'), lambda t: {_CALL}) END"
)
_CONTENT = (
    f"CASE WHEN {_IS_PARTS} THEN {_TEXT_OF_PARTS} ELSE coalesce(m->>'content', m->>'text', m->>'value', "
    f"CASE WHEN {_CALLS} IS NULL THEN m->>'$' ELSE '' END) END"
)
_PLAIN = f"json_object('role', {_ROLE}, 'content', {_CONTENT})"
# A patch with null leaves the key out, so a plain message keeps its two keys and its identity.
_MESSAGE = (
    f"CASE WHEN m->>'name' IS NULL AND ({_CALLS}) IS NULL THEN {_PLAIN} ELSE "
    f"json_merge_patch({_PLAIN}, json_object('name', m->>'name', 'tool_calls', {_CALLS})) END"
)


def conversation_sql(column: str) -> str:
    """A conversation column as canonical JSON text; anything else becomes one user message."""
    return (
        f"CASE WHEN {column} = '' THEN '[]' "
        f"WHEN json_valid({column}) AND json_type({column}) = 'ARRAY' THEN "
        f"CAST(list_transform(CAST({column} AS JSON[]), lambda m: {_MESSAGE})::JSON AS VARCHAR) "
        f"ELSE json_array(json_object('role', 'user', 'content', {column}))::VARCHAR END"
    )
