"""A proxy that loses every other answer, after the service has given it."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from types import TracebackType
from typing import Self

import httpx


class Lossy:
    """Passes requests on; of the answers to those that change something, it loses the first, the third and so on.

    Attributes:
        url: its address.
        lost: how many answers it has lost.
    """

    def __init__(self, url: str) -> None:
        self.lost = 0
        numbers = count()
        lossy = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                reply = httpx.post(url + self.path, content=body, headers={"Content-Type": "application/json"})
                if next(numbers) % 2 == 0:
                    lossy.lost += 1
                    self.close_connection = True
                    return
                self._answer(reply)

            def do_GET(self) -> None:
                self._answer(httpx.get(url + self.path))

            def _answer(self, reply: httpx.Response) -> None:
                self.send_response(reply.status_code)
                self.send_header("Content-Length", str(len(reply.content)))
                self.end_headers()
                self.wfile.write(reply.content)

            def log_message(self, *words: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
