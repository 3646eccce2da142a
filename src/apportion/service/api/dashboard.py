"""The dashboard: files that were built from ``ui/``, and a plain page where they were not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.responses import Response

from apportion.service.headers import PAGE_POLICY
from apportion.service.problems import ProblemError
from apportion.service.route import WATCHERS, Asked, Route
from apportion.service.service import Service

_BUILT = Path(__file__).parent.parent / "static" / "dashboard"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_FOR_GOOD = "private, max-age=31536000, immutable"
"""Assets are named after what is in them."""

_NOT_BUILT = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Apportion</title>
<link rel="stylesheet" href="/docs.css"></head>
<body><main>
<h1>The dashboard was not built</h1>
<p>This service works, but it was installed without its dashboard: building that needs the npm registry, which could not
be reached, or was not asked for.</p>
<p>In a checkout, <code>make dashboard</code> builds it; an installed package is built anew by
<code>pip install --force-reinstall --no-deps apportion</code>. Then load this page again.</p>
<p>Meanwhile there are the <a href="/docs">API</a>, the <a href="/metrics">metrics</a>, and the command
<code>apportion top</code>.</p>
</main></body></html>
"""


async def page(service: Service, asked: Asked) -> Response:
    """Show the dashboard."""
    index = _BUILT / "index.html"
    built = index.read_text(encoding="utf-8") if index.is_file() else _NOT_BUILT
    headers = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-cache"}
    return Response(built, 200, headers, "text/html")


async def asset(service: Service, asked: Asked) -> Response:
    """Show one of its files."""
    found = _files().get(asked.request.url.path)
    if found is None:
        raise ProblemError(404, "the dashboard has no such file; load its page again")
    return Response(found.read_bytes(), 200, {"Cache-Control": _FOR_GOOD}, _TYPES[found.suffix])


@cache
def _files() -> dict[str, Path]:
    """Return the files that may be served, by address: nothing else, whatever the address says."""
    files = [_BUILT / "icon.svg", *(_BUILT / "assets").glob("*")]
    return {f"/{each.relative_to(_BUILT).as_posix()}": each for each in files if each.suffix in _TYPES}


ROUTES = (
    Route("GET", "/", page, WATCHERS, "The dashboard", {200: str}, media_type="text/html"),
    Route("GET", "/icon.svg", asset, WATCHERS, "Its icon", {200: str}, media_type="image/svg+xml"),
    Route("GET", "/assets/{name}", asset, WATCHERS, "A file of it", {200: str}, media_type="text/javascript"),
)
