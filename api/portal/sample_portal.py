"""The portal of the demo: invented, for no portal that is there, and on this machine alone.

It takes lots as `schemas/portal/lot-record.toml` tells them, remembers them as long as it runs, and
rejects a lot whose product has no name. It ends with whoever started it, however that ends: its
standard input is held open until then. It imports nothing of ours, so that it is there at once.

    python -m api.portal.sample_portal
"""

import json
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import unquote

HERE: Final = "127.0.0.1"
"""Where it listens."""

_LONGEST: Final = 2**20  # bytes of a request
_LOTS: Final = "/lots/"
_NO_NAME: Final = "Thiếu tên sản phẩm (no product name)"


class SamplePortal(ThreadingHTTPServer):
    """What it has: of each lot the key that it came with last, and by the key that it was told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((HERE, 0), _Handler)
        self.turn = threading.Lock()
        self.lots: dict[str, str] = {}
        self.keys: set[str] = set()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SamplePortal

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Tell whether a lot is there, and by which key."""
        with self.server.turn:
            key = self.server.lots.get(self._lot())
        self._answer(404 if key is None else 200, {"key": key})

    def do_POST(self) -> None:
        """Take a lot."""
        self._take(is_there=True)

    def do_PUT(self) -> None:
        """Take the new record of a lot, also of one that it forgot."""
        self._take(is_there=True)

    def do_DELETE(self) -> None:
        """Withdraw a lot."""
        self._take(is_there=False)

    def _take(self, *, is_there: bool) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        if size > _LONGEST:
            self.close_connection = True
            self._answer(413, {"message": "too large"})
            return
        sent = json.loads(self.rfile.read(size) or b"{}")
        key = self.headers.get("Idempotency-Key", "")
        lot = self._lot() or f"{sent.get('maSanPham')}/{sent.get('soLo')}"
        with self.server.turn:
            if key in self.server.keys:
                self._answer(409, {"code": "same_key", "message": "taken before"})
            elif is_there and not sent.get("tenSanPham"):
                self._answer(422, {"code": "no_name", "message": _NO_NAME})
            else:
                self.server.keys.add(key)
                self.server.lots.pop(lot, None)
                if is_there:
                    self.server.lots[lot] = key
                self._answer(200, {"id": f"MAU-{len(self.server.keys)}"})

    def _lot(self) -> str:
        return unquote(self.path.removeprefix(_LOTS)) if self.path.startswith(_LOTS) else ""

    def _answer(self, status: int, members: dict[str, Any]) -> None:
        body = json.dumps(members, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve until the standard input ends; the address is printed first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for who started it
    with SamplePortal() as portal:
        threading.Thread(target=portal.serve_forever, daemon=True).start()
        sys.stdout.write(f"http://{HERE}:{portal.server_port}\n")
        sys.stdout.flush()
        sys.stdin.buffer.read()
        portal.shutdown()


if __name__ == "__main__":
    main()
