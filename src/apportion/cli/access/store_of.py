"""Which store is meant: the one that the service in this folder would take."""

from __future__ import annotations

import getpass
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer

from apportion.assemble import access_opener, store_opener
from apportion.cli.gathering import gathering, option
from apportion.cli.serve_options import DEFAULTS, Config
from apportion.cli.serve_settings import settings_in
from apportion.clock import wall_clock
from apportion.errors import ConfigurationError, StoreHeldError
from apportion.model.act import Act
from apportion.ports import AccessBook


def _store(store: str | None, config: Path | None) -> str:
    return str(store or settings_in(config).get("store", DEFAULTS.store))


_STORE = Annotated[
    str | None,
    typer.Option(
        "--store",
        envvar="APPORTION_STORE",
        metavar="PLACE",
        help=f"The service's store: a path or sqlite:///path. ({DEFAULTS.store})",
        show_envvar=False,
    ),
]

with_store = gathering("store", [option("store", _STORE), option("config", Config)], _store)
"""Gives a command ``--store``, and hands it the place of the store."""


def make_store(place: str) -> None:
    """Make the store where it is not there yet; one that a service holds is there."""
    if not _is_there(place):
        with suppress(StoreHeldError):
            store_opener(place)().close()


def known_store(place: str) -> str:
    """Return the place of a store that is there.

    Raises:
        ConfigurationError: there is none.
    """
    if not _is_there(place):
        raise ConfigurationError(f"there is no store {place}; name it by --store, or make it by apportion token create")
    return place


def _is_there(place: str) -> bool:
    kind, separator, rest = place.partition("://")
    if separator and kind != "sqlite":
        return True  # a database of its own says so itself
    return Path((rest.removeprefix("/") or rest) if separator else place).exists()


@contextmanager
def access_to(place: str) -> Generator[AccessBook]:
    """Give the tokens of a store while the context lasts, whether a service runs on it or not."""
    book = access_opener(place)()
    try:
        yield book
    finally:
        book.close()


def begin_act(book: AccessBook, name: str, target: str) -> int:
    """Write into the audit log what is about to be done here, and return its number."""
    return book.begin(Act(wall_clock(), None, f"command line ({_user()})", name, target))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown user"
