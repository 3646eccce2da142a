"""Judges silence: has a worker died, or is it the service that hears nothing?"""

from __future__ import annotations

from math import inf

from apportion.runtime.books import Books
from apportion.runtime.crew import Member

_MANY = 10
_TOO_MANY_SILENT = 0.55
_LOOK_AGAIN = 1.0
"""Seconds after which a lease that was not taken away is looked at again."""


class Silence:
    """Says how long to wait before something is taken from a worker whose lease has run out.

    While no remote worker calls, it is most likely the service that is cut off: nothing is taken away. While most of
    many are silent, one worker at a time loses what it holds, and another only after a heartbeat's interval.
    """

    def __init__(self, books: Books) -> None:
        self._books = books
        self._counted_at = -inf
        self._registered = 0
        self._silent = 0
        self._taken_from: str = ""
        self._taken_at = -inf

    def is_silent(self, member: Member) -> bool:
        """Return whether nothing was heard of a worker for the length of a lease."""
        return self._books.now.steady - member.seen >= self._books.config.lease_seconds

    def patience(self, member: Member) -> float:
        """Return the seconds after which to look again; 0: what this worker holds may be taken away now."""
        if not self.is_silent(member):
            return 0.0
        self._count()
        if self._silent == self._registered:
            return _LOOK_AGAIN
        if self._registered < _MANY or self._silent <= _TOO_MANY_SILENT * self._registered:
            return 0.0
        now = self._books.now.steady
        next_turn = self._taken_at + self._books.config.heartbeat_interval
        if member.id != self._taken_from and now < next_turn:
            return max(next_turn - now, 0.001)
        if member.id != self._taken_from:
            self._taken_from, self._taken_at = member.id, now
        return 0.0

    def _count(self) -> None:
        """Count once for each moment: at one moment many leases may end."""
        if self._counted_at == self._books.now.steady:
            return
        self._counted_at = self._books.now.steady
        remote = [member for member in self._books.crew.members.values() if member.leased]
        self._registered = len(remote)
        self._silent = sum(map(self.is_silent, remote))
