"""The file that the output of a task's command goes to."""

from __future__ import annotations

import re
from hashlib import sha256

LONGEST = 200  # file systems allow 255 bytes

_SAFE = re.compile(rb"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_UNSAFE_BYTE = re.compile(rb"[^A-Za-z0-9._-]|^\.")


def log_name(task_id: str) -> str:
    """Return ``ID.log``, for any id: no two ids share a name, and none leaves the folder.

    Letters, digits, dot, dash and underscore stand for themselves; every other byte, and a dot at the beginning, is
    written as in a URL (``a/b`` is ``a%2Fb.log``). What gets too long keeps its beginning, followed by ``~`` and a hash
    of the whole; a ``~`` of the id's own is never left as it is, so that the two kinds cannot meet.
    """
    raw = task_id.encode("utf-8", "surrogatepass")
    name = raw if _SAFE.fullmatch(raw) else _UNSAFE_BYTE.sub(lambda found: b"%%%02X" % ord(found[0]), raw)
    if len(name) > LONGEST:
        name = name[:LONGEST] + b"~" + sha256(raw).hexdigest()[:32].encode()
    return name.decode("ascii") + ".log"
