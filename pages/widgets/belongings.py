"""What Streamlit keeps for a visitor, downloads and uploads, is given to that visitor alone.

By itself Streamlit gives a file to whoever knows its address, makes one for any session that names it, and
takes one in for any. A session is its visitor's by the header that `SignInGate` sets; Streamlit resumes it
for no one else.
"""

import re
import time
from functools import cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.file_util import get_static_dir
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse
from streamlit.runtime import Runtime, app_session, get_instance
from streamlit.runtime.backend_operation_handler import DeferredFileHandler

from labelcore.access.sessions import PERSON
from labelcore.settings import settings

_FILE = re.compile(r"/media/+([^/.]*)")
_LONGEST = 30.0
"""Seconds that a page may take to be drawn anew."""
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
        return path.endswith(_fonts()) or person in holders_soon(get_instance(), file[1])
    return True


@cache
def _fonts() -> tuple[str, ...]:
    """What Streamlit itself brings for every page: letters and icons."""
    folder = Path(get_static_dir()) / "static" / "media"
    return tuple(f"/static/media/{font.name}" for font in folder.iterdir())


def holders_soon(runtime: Runtime, file_id: str) -> set[str]:
    """Whose a file is. The button that asks for it has its page drawn anew, and until that is done the file
    is no page's: who holds it is known a moment later.
    """
    kept, end = runtime.media_file_mgr, time.monotonic() + _LONGEST
    while not (found := _holders(runtime, file_id)):
        if file_id not in kept._file_metadata or time.monotonic() > end:
            break
        time.sleep(0.05)
    return found


def _holders(runtime: Runtime, file_id: str) -> set[str]:
    """Whose pages show a file, and for whom it was made."""
    kept = runtime.media_file_mgr
    with kept._lock:
        held = {name: set(files.values()) for name, files in kept._files_by_session_and_coord.items()}
    showing = {name for name, files in held.items() if file_id in files}
    return ({_person_of(runtime, session) for session in showing} | _made.get(file_id, set())) - {""}


_made: dict[str, set[str]] = {}
"""Files that were made once they were asked for, by id: who asked. No page shows these."""


class MadeForAsker(DeferredFileHandler):
    """Makes a file for the session that offers it, and remembers whose that is."""

    async def handle(self, request: BackendOperationRequest, session_id: str) -> BackendOperationResponse:
        """The made file's address, or a refusal."""
        runtime = get_instance()
        kept = runtime.media_file_mgr
        with kept._lock:
            offered = kept._deferred_callables.get(request.deferred_file.file_id)
        if offered is None or offered["session_id"] != session_id:
            return BackendOperationResponse(request_id=request.request_id, error_msg="There is no such file.")
        answer = await super().handle(request, session_id)
        if file := _FILE.search(answer.deferred_file.url):
            for gone in _made.keys() - kept._file_metadata.keys():
                del _made[gone]
            _made.setdefault(file[1], set()).add(_person_of(runtime, session_id))
        return answer


vars(app_session)[DeferredFileHandler.__name__] = MadeForAsker


def _person_of(runtime: Runtime, session: str) -> str:
    found = runtime._session_mgr.get_session_info(session)
    return str(found.session._user_info.get("person") or "") if found else ""
