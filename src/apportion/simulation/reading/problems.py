"""What is wrong with a scenario file: all of it, in the words of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

from apportion.errors import FieldError, FieldTypeError, InputFileError, did_you_mean
from apportion.model.plain import Plain

T = TypeVar("T")
Value = TypeVar("Value", bound=Plain)

# What the values are called in Python, and what the same thing is called in a file.
_IN_FILES = {
    "TaskKind.": "task_type.",
    "WorkerProfile.": "worker.",
    "WorkerInfo.": "worker.",
    "Happening.": "event.",
    "Change.": "event.set.",
    "RunSettings.": "run.",
    "TraceFile.": "trace.",
    "Inline.": "trace.",
    "InlineTask.": "trace.tasks.",
    "Amount.": "work.",
    "Poisson.": "trace.",
    "Bursty.": "trace.",
    "Diurnal.": "trace.",
    "AzureLlmLike.": "trace.",
}


class Problems:
    """Collects the problems of one file.

    Args:
        path: the file, as the user named it.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.found: list[InputFileError] = []

    def add(self, line: int | None, problem: str) -> None:
        """Note one problem, once."""
        error = InputFileError(self.path, line, in_file_words(problem))
        if str(error) not in map(str, self.found):
            self.found.append(error)

    def checked(self, line: int | None, make: Callable[[], T]) -> T | None:
        """Return what ``make`` returns; where it refuses a field, note that and return None."""
        try:
            return make()
        except (FieldError, FieldTypeError) as refusal:
            self.add(line, str(refusal))
        except TypeError as refusal:  # a list of lists, say, where strings are wanted
            self.add(line, f"a value is of the wrong type: {refusal}")
        return None

    def built(
        self, line: int | None, owner: str, make: type[Value], given: Mapping[str, Any], stand_in: Mapping[str, Any]
    ) -> Value | None:
        """Return the value of one table, or note everything that is wrong with it.

        Args:
            line: where the table begins, where that is known.
            owner: what the table is called in the file.
            make: the class of the value.
            given: the table.
            stand_in: what required fields hold while another field is checked.
        """
        before = len(self.found)
        self._unknown(line, owner, given, make.field_names())
        known = {name: value for name, value in given.items() if name in make.field_names()}
        for name in make.required_names():
            if name not in given:
                self.add(line, f"{owner}.{name}: is required and missing")
        for name, value in known.items():
            self.checked(line, partial(make, **{**stand_in, name: value}))
        if len(self.found) > before:
            return None
        return self.checked(line, lambda: make(**known))

    def _unknown(self, line: int | None, owner: str, given: Iterable[str], known: Iterable[str]) -> None:
        allowed = list(known)
        for name in given:
            if name not in allowed:
                nearest = did_you_mean(name, allowed)
                self.add(line, f"{owner}.{name}: unknown field{nearest}; known: {', '.join(allowed)}")


def in_file_words(message: str) -> str:
    """Return a message about a value in the words of the file that it came from."""
    for in_python, in_file in _IN_FILES.items():
        if message.startswith(in_python):
            return in_file + message.removeprefix(in_python)
    return message
