"""What Streamlit keeps for a visitor, downloads and uploads, is given to that visitor alone.

By itself Streamlit gives a file to whoever knows its address, and takes one in for any session.
A session is its visitor's by the header that `SignedIn` sets; Streamlit resumes it for no one else.
"""

import re

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import Runtime, get_instance

from labelcore.access.sessions import PERSON
from labelcore.settings import settings

_FILE = re.compile(r"/media/+([^/.]*)")
_UPLOAD = re.compile(r"/_stcore/upload_file/+([^/]*)")


class Belongings:
    """Refuses downloads and uploads of another visitor's session, in words that tell nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is the visitor's, and all that is nobody's in particular."""
        if scope["type"] == "http" and settings().sign_in:
            person, path = Headers(scope=scope).get(PERSON, ""), str(scope["path"])
            if not await run_in_threadpool(_is_theirs, path, person):
                await PlainTextResponse("There is no such file.", 404)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _is_theirs(path: str, person: str) -> bool:
    if upload := _UPLOAD.search(path):
        return _person_of(get_instance(), upload[1]) == person
    if file := _FILE.search(path):
        return person in _holders(get_instance(), file[1])
    return True


def _holders(runtime: Runtime, file_id: str) -> set[str]:
    """Whose pages show a file. One that is made once it is asked for is on none: who is offered such."""
    kept = runtime.media_file_mgr
    with kept._lock:
        held = {name: set(files.values()) for name, files in kept._files_by_session_and_coord.items()}
        offered = [name for name, files in kept._deferred_ids_by_session.items() if files]
    showing = [name for name, files in held.items() if file_id in files]
    return {_person_of(runtime, session) for session in showing or offered} - {""}


def _person_of(runtime: Runtime, session: str) -> str:
    found = runtime._session_mgr.get_session_info(session)
    return str(found.session._user_info.get("person") or "") if found else ""
