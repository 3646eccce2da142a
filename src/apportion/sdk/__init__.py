"""What the doors `apportion.client` and `apportion.worker` are made of: one body for sync and async, over httpx."""

from __future__ import annotations

from importlib.util import find_spec

from apportion.errors import MissingExtraError

if find_spec("httpx") is None or find_spec("msgspec") is None:
    raise MissingExtraError("talking to a service", "worker")
