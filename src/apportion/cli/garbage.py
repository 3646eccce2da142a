"""How often a process of the command line's own looks for garbage."""

from __future__ import annotations

import gc

_YOUNG = 50_000
_TIMES = 20


def look_seldom_for_garbage() -> None:
    """Look for what refers to itself, and is not wanted any more, once in fifty thousand new objects.

    Python does it once in seven hundred. A list of a thousand tasks makes more than that in one go, nearly all of which
    is let go without anybody looking: that cost a service a quarter of its time. What there is by now stays, and is not
    looked at again.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG, _TIMES, _TIMES)
