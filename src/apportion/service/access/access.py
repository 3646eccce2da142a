"""Decides who calls. It keeps an image of the tokens, which is as new as their file at every request."""

from __future__ import annotations

import asyncio
import hmac
from collections import defaultdict

from starlette.datastructures import Headers

from apportion.clock import Clock
from apportion.model.token import Token
from apportion.ports import AccessBook
from apportion.service.access.caller import OPEN, Caller, caller_of
from apportion.service.access.presented import presented
from apportion.service.access.token_text import NewToken, new_token, taken_apart
from apportion.service.access.wrong_tokens import WrongTokens
from apportion.service.problems import ProblemError

LOOKS_EVERY = 0.5
"""Seconds after which whoever is still listening has to have a valid token."""

SESSION_SECONDS = 12 * 3600.0

_NO_DIGEST = "0" * 64


class Access:
    """Who may call.

    Args:
        book: where tokens are kept.
        clock: Unix seconds.
        wrong_tokens: takes note of those; None: nobody does.
    """

    def __init__(self, book: AccessBook, clock: Clock, wrong_tokens: WrongTokens | None = None) -> None:
        self.book = book
        self._wrong_tokens = wrong_tokens
        self._clock = clock
        self._tokens = {token.id: token for token in book.tokens()}
        self._listening: defaultdict[str, set[asyncio.Future[None]]] = defaultdict(set)

    @property
    def guarded(self) -> bool:
        """Whether there is a token, or ever was: from then on each call needs one."""
        return bool(self._tokens)

    def refresh(self) -> None:
        """Look whether tokens were made or revoked, here or by another process."""
        changed = self.book.changed()
        if not changed:
            return
        self._tokens.update((token.id, token) for token in changed)
        now = self._clock()
        ended = [id for id, token in self._tokens.items() if token.parent is not None and not token.valid(now)]
        for id in ended:
            del self._tokens[id]

    def caller(self, headers: Headers, address: str = "") -> Caller:
        """Return who sends a request with these headers, from this address.

        Raises:
            ProblemError: nobody knows him.
        """
        self.refresh()
        if not self.guarded:
            return OPEN
        shown = presented(headers)
        if shown is None:
            raise self._wrong("the Authorization header must be one Bearer token", address)
        if not (shown.token or shown.session):
            raise _unknown("a token is needed")
        return self._known(shown.token or shown.session, as_session=not shown.token, address=address)

    def holder_of(self, text: str, address: str = "") -> Caller:
        """Return whose token this is, which came from this address.

        Raises:
            ProblemError: it is none, or void.
        """
        self.refresh()
        return self._known(text, as_session=False, address=address) if self.guarded else OPEN

    def _known(self, text: str, *, as_session: bool, address: str = "") -> Caller:
        """Return whose token, or whose session, this is.

        Raises:
            ProblemError: it is none, or void. What it costs to find out is the same for each.
        """
        id, digest = taken_apart(text)
        token = self._tokens.get(id)
        same = hmac.compare_digest(digest, _NO_DIGEST if token is None else token.digest)
        if token is None or not same or (token.parent is not None) != as_session or not self._valid(token):
            if as_session:  # what every browser shows sooner or later
                raise _unknown("the session has ended")
            raise self._wrong("the token is not valid (any more)", address)
        return caller_of(token)

    def _wrong(self, why: str, address: str) -> ProblemError:
        if self._wrong_tokens is not None:
            self._wrong_tokens.note(address, why)
        return _unknown(why)

    def _valid(self, token: Token) -> bool:
        parent = token if token.parent is None else self._tokens.get(token.parent)
        now = self._clock()
        return token.valid(now) and parent is not None and parent.valid(now)

    async def bind(self, caller: Caller, worker_id: str) -> None:
        """Let a worker's token be for the worker that it registers, the first and no other.

        Raises:
            ProblemError: it is for another one.
        """
        if caller.binds and caller.token is not None:
            bound = await asyncio.to_thread(self.book.bind, caller.token, worker_id, self._clock())
            caller = Caller(caller.role, caller.token, worker=bound)
        caller.acts_for(worker_id, "id")

    # --- browsers ---------------------------------------------------------------------------------------------------

    async def open_session(self, caller: Caller) -> NewToken:
        """Return the session of a browser whose user has shown a token; it ends with that token, or by itself."""
        made, now = new_token(), self._clock()
        tenant, worker = caller.tenant, caller.worker
        session = Token(
            made.id, made.digest, caller.role, tenant, worker, now, now + SESSION_SECONDS, parent=caller.token
        )
        await asyncio.to_thread(self.book.add, session)
        return made

    async def close_session(self, session_id: str) -> None:
        """End a session."""
        await asyncio.to_thread(self.book.revoke, session_id, self._clock())

    # --- those who listen for long ----------------------------------------------------------------------------------

    def lapse(self, caller: Caller) -> asyncio.Future[None]:
        """Return what is done once a caller may not call any more; to be cancelled by whom it no longer concerns."""
        future = asyncio.get_running_loop().create_future()
        key = caller.session or caller.token or ""
        listeners = self._listening[key]
        listeners.add(future)
        future.add_done_callback(lambda _: self._forget(key, future))
        return future

    def _forget(self, key: str, future: asyncio.Future[None]) -> None:
        self._listening[key].discard(future)
        if not self._listening[key]:
            del self._listening[key]

    async def watch(self) -> None:
        """Look after those who listen, until cancelled."""
        while True:
            await asyncio.sleep(LOOKS_EVERY)
            self.refresh()
            for key in [key for key in self._listening if not self._may_listen(key)]:
                for future in list(self._listening[key]):
                    if not future.done():
                        future.set_result(None)

    def _may_listen(self, key: str) -> bool:
        token = self._tokens.get(key)
        return not self._tokens if token is None else self._valid(token)


def _unknown(why: str) -> ProblemError:
    return ProblemError(401, why, remedy="send Authorization: Bearer TOKEN; `apportion token create` makes one")
