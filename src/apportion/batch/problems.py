"""What is wrong with a user's file: all of it, each with its line, not only the first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from apportion.errors import FieldError, FieldTypeError, InputFileError, did_you_mean

T = TypeVar("T")

# What the values are called in Python, and what the same thing is called in a file.
IN_FILES = {"TaskRequirements.": "requirements.", "Constraint.": "constraint.", "WorkerInfo.": "worker."}


class Problems:
    """Collects the problems of one file.

    Args:
        path: the file, as the user named it.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.found: list[InputFileError] = []

    def add(self, line: int | None, problem: str) -> None:
        """Note one problem."""
        self.found.append(InputFileError(self.path, line, problem))

    def checked(self, line: int | None, check: Callable[[], T]) -> T | None:
        """Return what ``check`` returns; where it refuses a field, note that and return None."""
        try:
            return check()
        except (FieldError, FieldTypeError) as refusal:
            self.add(line, in_file_words(str(refusal)))
            return None

    def unknown(self, line: int | None, owner: str, given: Iterable[str], known: Iterable[str]) -> None:
        """Note every name that is not known, with the nearest that is."""
        allowed = list(known)
        for name in given:
            if name not in allowed:
                nearest = did_you_mean(name, allowed)
                self.add(line, f"{owner}.{name}: unknown field{nearest}; known: {', '.join(allowed)}")


def in_file_words(message: str) -> str:
    """Return a message about a value in the words of the file that it came from."""
    for in_python, in_file in IN_FILES.items():
        message = message.replace(in_python, in_file)
    return message
