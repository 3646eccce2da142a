"""The results folder of a batch: there, and writable, before anything runs."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from apportion.batch.options import BatchOptions
from apportion.errors import ConfigurationError, WorldError

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def make_results_folder(options: BatchOptions) -> None:
    """Make the folder and its logs, and see that files can be written there.

    Raises:
        ConfigurationError: it cannot be made or written.
        WorldError: the disk is full.
    """
    for folder in (options.results, options.logs):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder) as probe:
                probe.write(b"probe")
                probe.flush()
        except OSError as error:
            raise trouble_with(folder, error) from error


def trouble_with(path: Path | str, error: OSError) -> ConfigurationError | WorldError:
    """Return what to tell the user about a file or folder of the results that cannot be written."""
    if error.errno in NO_ROOM:
        remedy = "nothing that had finished is lost: make room, and give the same command again"
        return WorldError(f"no room on the disk for {path}; {remedy}")
    reason = os.strerror(error.errno) if error.errno else str(error)
    if error.errno == errno.EEXIST:
        reason = "it is a file, not a folder"
    return ConfigurationError(f"the results cannot be written to {path}: {reason}; name another folder with --results")
