"""The OpenAPI document, and a page that shows it."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response

from apportion.service.headers import PAGE_POLICY
from apportion.service.route import READERS, Asked, Route
from apportion.service.service import Service

_STATIC = Path(__file__).parent.parent / "static"
_FILES = {"/docs": ("docs.html", "text/html"), "/docs.js": ("docs.js", "text/javascript"),
          "/docs.css": ("docs.css", "text/css")}  # fmt: skip


async def openapi(service: Service, asked: Asked) -> Response:
    """Show the OpenAPI document."""
    return Response(service.schema, 200, None, "application/json")


async def docs(service: Service, asked: Asked) -> Response:
    """Show the page of that address."""
    name, media_type = _FILES[asked.request.url.path]
    return Response((_STATIC / name).read_bytes(), 200, {"Content-Security-Policy": PAGE_POLICY}, media_type)


ROUTES = (
    Route("GET", "/openapi.json", openapi, READERS, "The schema", {200: dict}),
    *(
        Route("GET", path, docs, READERS, f"Interactive docs: {name}", {200: str}, media_type=media_type)
        for path, (name, media_type) in _FILES.items()
    ),
)
