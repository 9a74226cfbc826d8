"""What Streamlit keeps for a visitor, downloads and uploads, is given to that visitor alone.

By itself Streamlit gives a file to whoever knows its address, makes one for any session that names it, and
takes one in for any. A session is its visitor's by the header that `SignInGate` sets; Streamlit resumes it
for no one else.
"""

import re
import time
from functools import cache
from pathlib import Path
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.file_util import get_static_dir
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse
from streamlit.runtime import Runtime, app_session, get_instance
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from labelcore.access.sessions import PERSON, cookies_of, visitor
from labelcore.models import Role
from labelcore.settings import settings
from labelcore.store import open_database

_FILE = re.compile(r"/media/+([^/.]*)")
_LONGEST = 30.0
"""Seconds that a page may take to be drawn anew."""
_UPLOAD = re.compile(r"/_stcore/upload_file/+([^/]*)")
_MOST_HELD = 2_000 * 2**20
"""Bytes that one person's pages hold at once of what was uploaded: they lie in the server's memory."""


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
            if scope["method"] == "PUT" and _UPLOAD.search(path) and (why := _too_much(scope, person)):
                await PlainTextResponse(why, 413)(scope, receive, send)
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
    manager, end = runtime.media_file_mgr, time.monotonic() + _LONGEST
    while not (holders := _holders(runtime, file_id)):
        if file_id not in manager._file_metadata or time.monotonic() > end:
            break
        time.sleep(0.05)
    return holders


def _holders(runtime: Runtime, file_id: str) -> set[str]:
    """Whose pages show a file, and for whom it was made."""
    manager = runtime.media_file_mgr
    with manager._lock:
        files_of = {name: set(files.values()) for name, files in manager._files_by_session_and_coord.items()}
    sessions = {name for name, files in files_of.items() if file_id in files}
    return ({_person_of(runtime, session) for session in sessions} | _made.get(file_id, set())) - {""}


_made: dict[str, set[str]] = {}
"""Files that were made once they were asked for, by id: who asked. No page shows these."""


class MadeForAsker(DeferredFileHandler):
    """Makes a file for the session that offers it, and remembers whose that is."""

    async def handle(self, request: BackendOperationRequest, session_id: str) -> BackendOperationResponse:
        """The made file's address, or a refusal."""
        runtime = get_instance()
        manager = runtime.media_file_mgr
        with manager._lock:
            offer = manager._deferred_callables.get(request.deferred_file.file_id)
        if offer is None or offer["session_id"] != session_id:
            return BackendOperationResponse(request_id=request.request_id, error_msg="There is no such file.")
        answer = await super().handle(request, session_id)
        if file := _FILE.search(answer.deferred_file.url):
            for made_id in _made.keys() - manager._file_metadata.keys():
                del _made[made_id]
            _made.setdefault(file[1], set()).add(_person_of(runtime, session_id))
        return answer


vars(app_session)[DeferredFileHandler.__name__] = MadeForAsker


def _too_much(scope: Scope, person: str) -> str:
    """Why no more is taken in from somebody; "" where it is."""
    headers, runtime = Headers(scope=scope), get_instance()
    caller = visitor(open_database(settings().db), cookies_of(headers), headers)
    roles = caller.roles.values() if caller else ()
    if not any(role.includes(Role.LEAD) or role.includes(Role.ENGINEER) for role in roles):
        return "Your role brings no files."
    length = headers.get("content-length", "")
    n_held = _held(runtime, person)
    return (
        ""
        if length.isdecimal() and n_held + int(length) <= _MOST_HELD
        else "These are too many files at once."
    )


def _held(runtime: Runtime, person: str) -> int:
    """Bytes of all that somebody uploaded and has open."""
    manager = cast("MemoryUploadedFileManager", runtime.uploaded_file_mgr)
    with manager._lock:
        sizes = {
            name: sum(len(file.data) for file in files.values())
            for name, files in manager.file_storage.items()
        }
    return sum(size for session, size in sizes.items() if _person_of(runtime, session) == person)


def _person_of(runtime: Runtime, session: str) -> str:
    info = runtime._session_mgr.get_session_info(session)
    return str(info.session._user_info.get("person") or "") if info else ""
