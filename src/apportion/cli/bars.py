"""A load as a bar, and in figures."""

from __future__ import annotations

from rich.text import Text


def load_bar(load: float, capacity: float, width: int, *, figures: bool = True) -> Text:
    """Return ``■■■·· 3/5``. Anything that runs shows; only a worker without room has a full bar."""
    share = min(1.0, load / capacity) if capacity else 1.0
    filled = min(width, max(1 if load else 0, int(share * width)))
    bar = Text.assemble(("■" * filled, "green"), ("·" * (width - filled), "dim"))
    return bar.append(f" {load:g}/{capacity:g}", "" if load else "dim") if figures else bar
