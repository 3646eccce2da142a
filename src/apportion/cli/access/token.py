"""``apportion token``: who may call a service."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from apportion.cli.access.expiry import expiry_of
from apportion.cli.access.store_of import access_to, begin_act, known_store, make_store, with_store
from apportion.cli.tables import dense_table
from apportion.cli.terminal import messages, output, plain, say, show
from apportion.clock import wall_clock
from apportion.errors import FieldError
from apportion.model.token import CLIENT, DEFAULT_TENANT, ROLES, WORKER, Token
from apportion.service.access.token_text import new_token


@with_store
def create(
    role: Annotated[str, typer.Option(metavar="ROLE", help=f"{', '.join(ROLES[:-1])} or {ROLES[-1]}.")],
    *,
    tenant: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=f"Of a client: whose tasks it may see and change. ({DEFAULT_TENANT})"),
    ] = None,
    worker: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Of a worker: its id; else the first that it registers."),
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="WHEN", help="After 12h or 30d, or on a date like 2027-01-31. (never)")
    ] = None,
    store: str,
) -> None:
    """Make a token, and print it: once, and alone, on standard output.

    Only a digest of it is kept. A service that runs on the store takes it at once;
    from the first token on, every call needs one. The store is made if need be.

    An admin may do everything, a viewer read, a client have its tenant's tasks done,
    a worker do the work of one worker.
    """
    now = wall_clock()
    made = new_token()
    token = Token(made.id, made.digest, role, tenant, worker, now, expiry_of(expires, now))
    make_store(store)
    with access_to(store) as book:
        number = begin_act(book, "token.create", f"{made.id}: {_described(token)}")
        book.add(token)
        book.end(number, 201)
    until = "" if token.expires_at is None else f", until {_when(token.expires_at)}"
    say(messages(), "note", f"token {made.id}, {_described(token)}{until}; it is not shown again", "cyan")
    out = output()
    out.file.write(f"{made.text}\n")
    out.file.flush()


@with_store
def list_tokens(*, store: str) -> None:
    """List the tokens: their ids and what they are for, never themselves."""
    table = dense_table()
    for head in ("ID", "FOR", "MADE", "ENDS", "STATE"):
        table.add_column(head, no_wrap=True)
    with access_to(known_store(store)) as book:
        tokens = [token for token in book.tokens() if token.parent is None]
    for token in sorted(tokens, key=lambda token: (token.created_at, token.id)):
        ends = "never" if token.expires_at is None else _when(token.expires_at)
        table.add_row(*map(plain, (token.id, _described(token), _when(token.created_at), ends, _state(token))))
    show(output(), table)


@with_store
def revoke(
    id: Annotated[str, typer.Argument(metavar="ID", help="As apportion token list shows it.")], *, store: str
) -> None:
    """Make a token void, for good and at once, and the sessions of browsers that were opened with it."""
    with access_to(known_store(store)) as book:
        number = begin_act(book, "token.revoke", id[:500])
        found = book.revoke(id, wall_clock())
        book.end(number, 200 if found else 404)
    if not found:
        raise FieldError("ID", f"there is no token {id!r}; apportion token list shows them")
    say(messages(), "note", f"token {id} is void", "cyan")


def _described(token: Token) -> str:
    if token.role == CLIENT:
        return f"client of {token.tenant or DEFAULT_TENANT}"
    if token.role == WORKER:
        return f"worker {token.worker}" if token.worker is not None else "worker, the first that it registers"
    return token.role


def _state(token: Token) -> str:
    if token.revoked_at is not None:
        return f"revoked {_when(token.revoked_at)}"
    return "valid" if token.valid(wall_clock()) else "expired"


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
