"""What a reader of a format is, and the plain parts of reading that formats share."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from apportion.clock import Random
from apportion.errors import InputFileError
from apportion.simulation.scenario.row import Row

Read = Callable[[Path, Random], Iterable[Row]]


class Reader(NamedTuple):
    """One format.

    Attributes:
        read: from a file, or a folder where the format is several files, to rows.
        columns: what expressions may ask for: name -> what it is.
    """

    read: Read
    columns: Mapping[str, str]


def csv_rows(path: Path, needed: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Return the rows of a CSV file with a header, each with its line.

    Raises:
        InputFileError: it cannot be read, or lacks a column.
    """
    needed = list(needed)
    with opened(path) as file:
        rows = csv.DictReader(file)
        missing = [name for name in needed if name not in (rows.fieldnames or ())]
        if missing:
            raise InputFileError(str(path), 1, f"has no column {missing[0]!r}; needed are {', '.join(needed)}")
        for row in rows:
            yield rows.line_num, row


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Return the lines of a text file that are not empty, each with its number."""
    with opened(path) as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield number, line


class opened:  # noqa: N801 -- used like the function `open`
    """Opens a text file; whatever goes wrong is an InputFileError that names the file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Iterable[str]:
        try:
            self._file = self._path.open(encoding="utf-8", newline="")
        except OSError as error:
            raise InputFileError(str(self._path), None, f"cannot be read: {error.strerror}") from None
        return self._file

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, _: object) -> None:
        self._file.close()
        if isinstance(problem, UnicodeDecodeError):
            raise InputFileError(str(self._path), None, "is not UTF-8") from None


def number(path: Path, line: int, column: str, text: str) -> float:
    """Return a number of a text file.

    Raises:
        InputFileError: it is none.
    """
    try:
        return float(text)
    except ValueError:
        raise InputFileError(str(path), line, f"{column}: must be a number, not {text!r}") from None
