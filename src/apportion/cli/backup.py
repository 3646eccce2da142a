"""``apportion backup``: a copy of a store, while a service runs on it or not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from apportion.assemble import back_up
from apportion.cli.access.store_of import known_store, with_store
from apportion.cli.terminal import messages, say

EPILOG = r"""
[bold]Examples[/bold]

apportion backup copy.db
apportion backup --store /var/lib/apportion/tasks.db /backups/tasks-monday.db

The copy is a store like the first one: apportion serve --store copy.db goes on
from there. Where the store has tokens they are copied with the audit log to
copy.db.access, which belongs to the copy: without it a service would let in
everybody. A file that is there already is never replaced.
"""


@with_store
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")],
    *,
    store: str,
) -> None:
    """Copy a store as it is at this moment, also beside the service that runs on it."""
    back_up(known_store(store), file)
    tokens = Path(f"{file}.access")
    beside = f"; its tokens and the audit log to {tokens}" if tokens.exists() else ""
    say(messages(), "note", f"{store} is copied to {file}, {file.stat().st_size:,} bytes{beside}", "cyan")
