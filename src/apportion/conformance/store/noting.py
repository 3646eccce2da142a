"""The record of decisions: only appended to, read in order, forgotten from the oldest on."""

from __future__ import annotations

from apportion.conformance.claims import equal, refused
from apportion.conformance.store.place import Check, Place
from apportion.ports import ForgetNotes, Note


def notes_are_read_in_the_order_of_writing(place: Place) -> None:
    """Whatever their times say, and in pages."""
    store = place.open()
    equal(store.notes(9), [], "an empty store has no notes")
    lines = [{"task": "a", "p": 0.25}, ["é\ud800", None], "x"]
    equal(store.commit([Note(9.0 - place, line) for place, line in enumerate(lines)]), [True] * 3, "notes are kept")
    found = store.notes(9)
    equal([line for _, line in found], lines, "notes come back as they were given, first written first")
    numbers = [number for number, _ in found]
    equal(numbers, sorted(set(numbers)), "each has a higher number than the one before it")
    equal(store.notes(1, numbers[0]), found[1:2], "only those behind a number, at most so many")
    equal(store.notes(0), [], "none where none is asked for")
    store.close()


def a_note_is_json(place: Place) -> None:
    """Whatever has no form in JSON is refused, and the commit with it."""
    store = place.open()
    for line in (float("nan"), {1, 2}, None):
        refused(ValueError if isinstance(line, float) else TypeError, "no JSON", store.commit, [Note(1.0, line)])
    equal(store.notes(9), [], "nothing of it was kept")
    store.close()


def the_oldest_notes_are_forgotten(place: Place) -> None:
    """Up to the first that is not older, and at most so many at once."""
    store = place.open()
    store.commit([Note(at, at) for at in (1.0, 2.0, 3.0, 1.0)])
    equal(store.commit([ForgetNotes(1.0)]), [False], "none was written before that")
    equal(store.commit([ForgetNotes(3.0, most=1)]), [True], "at most so many at once")
    equal([line for _, line in store.notes(9)], [2.0, 3.0, 1.0], "the oldest has gone")
    equal(store.commit([ForgetNotes(3.0)]), [True], "those before 3")
    equal([line for _, line in store.notes(9)], [3.0, 1.0], "what stands behind a newer one waits for that")
    equal(store.commit([ForgetNotes(9.0)]), [True], "the rest")
    equal(len(store.notes(9)), 0, "nothing is left")
    equal(store.commit([ForgetNotes(9.0)]), [False], "and nothing is done")
    store.close()


def notes_last_as_the_store_does(place: Place) -> None:
    """They are as durable as tasks."""
    store = place.open()
    store.commit([Note(1.0, {"task": "a"})])
    store.close()
    if place.durable:
        again = place.open()
        equal([line for _, line in again.notes(9)], [{"task": "a"}], "a note outlives the process")
        again.close()


CHECKS: tuple[Check, ...] = (
    notes_are_read_in_the_order_of_writing,
    a_note_is_json,
    the_oldest_notes_are_forgotten,
    notes_last_as_the_store_does,
)
