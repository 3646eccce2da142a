"""What an exit code says, in words."""

from __future__ import annotations

import signal

_MEANINGS = {
    signal.SIGSEGV: "segmentation fault",
    signal.SIGKILL: "perhaps out of memory",
    signal.SIGABRT: "aborted",
    signal.SIGBUS: "bus error",
    signal.SIGILL: "illegal instruction",
    signal.SIGFPE: "arithmetic error",
    signal.SIGXCPU: "over its CPU limit",
    signal.SIGXFSZ: "over the file size limit",
}

# A shell whose last command was killed exits with 128 + the signal.
_SHELL = 128


def exit_text(code: int) -> str:
    """Return how a process ended: ``exit code 3``, or ``killed by SIGSEGV (segmentation fault)``."""
    if code < 0:
        return f"killed by {_signal_text(-code)}"
    if _SHELL < code < _SHELL + 65 and (code - _SHELL) in set(signal.Signals):
        return f"exit code {code} (a shell's word for killed by {_signal_text(code - _SHELL)})"
    return f"exit code {code}"


def _signal_text(number: int) -> str:
    try:
        known = signal.Signals(number)
    except ValueError:
        return f"signal {number}"
    meaning = _MEANINGS.get(known)
    return f"{known.name} ({meaning})" if meaning else known.name
