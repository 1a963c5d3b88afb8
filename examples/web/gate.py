"""What every request passes first: its names and bounds on the way in, the browser's rules out."""

from __future__ import annotations

import ipaddress
import urllib.parse
from collections.abc import Iterable
from typing import Any

from starlette.exceptions import HTTPException

from limits import UPLOAD_MAX

PATH_MAX = 2048
EVERYWHERE = {"0.0.0.0", "::"}

# Gradio's page has scripts inside it and makes others from text (its templates do), but none
# of them has to come from anywhere else, or may go there.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; "
    "frame-ancestors 'self'; base-uri 'self'; form-action 'self'"
)
_HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]


class Gate:
    """ASGI middleware: bounded requests in, and out a page that stays on this server.

    `names` are those of the server, addresses or host names.
    """

    def __init__(self, app: Any, names: Iterable[str]) -> None:
        self.app = app
        self.names = {name.lower() for name in names}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = self._stranger(scope) or _refusal(scope)
        if refusal:
            await _answer(send, *refusal)
            return
        await self.app(scope, _counted(receive), _marked(send))

    def _stranger(self, scope: Any) -> tuple[int, str] | None:
        """Refuses what a page from elsewhere sends, even if its name leads to this address."""
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if not self._is_ours(host):
            return 421, "This server has another name; --allow-host gives it more."
        if b"origin" in headers and headers[b"origin"].lower() not in (
            f"{scheme}://{host}".encode("latin-1") for scheme in ("http", "https")
        ):
            return 403, "Other sites' pages can't send anything here."
        return None

    def _is_ours(self, host: str) -> bool:
        try:
            name = urllib.parse.urlsplit(f"//{host}").hostname or ""
            if name in self.names:
                return True
            # Listening at all addresses it has any of them: DNS rebinding needs a host name.
            return bool(self.names & EVERYWHERE and ipaddress.ip_address(name))
        except ValueError:
            return False


def _refusal(scope: Any) -> tuple[int, str] | None:
    """Why a request is not even looked at: a status of HTTP and a sentence."""
    if len(scope["path"]) > PATH_MAX:
        return 414, "The address is too long."
    if any(f"/{way}=http" in urllib.parse.unquote(scope["path"]) for way in ("file", "proxy")):
        return 403, "Addresses are not fetched."
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    if not declared.isdigit() or int(declared) > UPLOAD_MAX:
        return 413, f"At most {UPLOAD_MAX >> 20} MB can be sent."
    return None


def _counted(receive: Any) -> Any:
    """`receive` that ends a body which grows beyond what was declared, or was not."""
    size = 0

    async def counted() -> Any:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > UPLOAD_MAX:
            raise HTTPException(413, f"At most {UPLOAD_MAX >> 20} MB can be sent.")
        return message

    return counted


def _marked(send: Any) -> Any:
    async def marked(message: Any) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *_HEADERS]
        await send(message)

    return marked


async def _answer(send: Any, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
