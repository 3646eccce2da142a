"""The page that asks for a token: one file that loads nothing, without a script."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from starlette.responses import Response

from apportion.wire.problem import Problem

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 24rem; margin: 15vh auto; padding: 0 1rem; }
label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit; }
input, button { padding: .5rem; margin: .25rem 0 1rem; }
"""

_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    # With no-referrer a browser would send its form with Origin: null, which is nobody's.
    "Referrer-Policy": "same-origin",
    "WWW-Authenticate": 'Bearer realm="apportion"',
}

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Apportion: log in</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>Apportion</h1>
<p role="status">{why}</p>
<form method="post" action="/v1/session">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button>
</form>
<p>On the machine of the service, <code>apportion token create --role viewer</code> makes one.</p>
</main>
</body>
</html>
"""


def login_page(why: str, refused: Problem | None = None) -> Response:
    """Return the page, as the answer 401, or with the status of what was refused."""
    status, later = (401, None) if refused is None else (refused.status, refused.retry_after)
    headers = _HEADERS if later is None else {**_HEADERS, "Retry-After": str(max(1, round(later)))}
    return Response(_PAGE.format(style=_STYLE, why=escape(why)), status, headers, "text/html")
