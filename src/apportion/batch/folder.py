"""The results folder of a batch: there, writable, and this run's alone, before anything runs."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from apportion.batch.options import BatchOptions
from apportion.errors import ConfigurationError, StoreHeldError, WorldError
from apportion.stores.sqlite.hold import Hold

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def held_results(options: BatchOptions) -> Generator[None]:
    """Make the folder and its logs, see that files can be written there, and keep other runs away from it.

    The hold of the store does not do that: two runs may have different stores and one folder.

    Raises:
        ConfigurationError: it cannot be made or written, or holds results that this run did not make.
        StoreHeldError: another run writes there.
        WorldError: the disk is full.
    """
    _make(options.results)
    try:
        hold = Hold(str(options.results_file))
    except StoreHeldError as held:
        raise StoreHeldError(str(options.results), held.holder, "results folder") from None
    try:
        _refuse_results_of_others(options)
        _make(options.logs)
        yield
    finally:
        hold.release()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"probe")
            probe.flush()
    except OSError as error:
        raise trouble_with(folder, error) from error


def _refuse_results_of_others(options: BatchOptions) -> None:
    """Refuse to replace results that no store of this batch could write again."""
    results, store = options.results_file, options.store_file
    if options.fresh or store.exists() or not results.exists() or results.stat().st_size == 0:
        return
    raise ConfigurationError(
        f"{results} is there already, and not from this batch: its state, {store}, is not there; "
        "name another folder with --results, or replace the file with --fresh"
    )


def trouble_with(path: Path | str, error: OSError) -> ConfigurationError | WorldError:
    """Return what to tell the user about a file or folder of the results that cannot be written."""
    if error.errno in NO_ROOM:
        remedy = "nothing that had finished is lost: make room, and give the same command again"
        return WorldError(f"no room on the disk for {path}; {remedy}")
    reason = os.strerror(error.errno) if error.errno else str(error)
    if error.errno == errno.EEXIST:
        reason = "it is a file, not a folder"
    return ConfigurationError(f"the results cannot be written to {path}: {reason}; name another folder with --results")
