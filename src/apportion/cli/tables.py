"""Tables without borders, which fit 80 columns."""

from __future__ import annotations

from rich import box
from rich.table import Table


def ruled_table() -> Table:
    """Return a table with a line under its head, for a summary."""
    return Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")


def dense_table() -> Table:
    """Return a table with two blanks between columns, for a list; the head is bold where there are colours."""
    return Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_edge=False, header_style="bold")
