"""A server behind a real nginx, set up as docs/operate.md tells, and a client outside."""

import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from api.server_file import find
from tests.api.conftest import GRAPES, environment
from tests.api.operating import shipped_files

NAME = "truy-xuat.example"
SECONDS = 60


@dataclass(frozen=True)
class Proxied:
    """A server behind nginx.

    Attributes:
        base: its address outside, `https://truy-xuat.example:…/so-cai`.
        inside: its address on this machine, `http://127.0.0.1:…/so-cai`.
        port: where nginx listens.
        trust: what its certificate is checked with.
        folder: with the logs of both.
        key: that lets in to everything.
    """

    base: str
    inside: str
    port: int
    trust: ssl.SSLContext
    folder: Path
    key: str

    def client(self, key: str | None = None) -> httpx.Client:
        """Return a client outside, which asks for pages as a browser does."""
        return httpx.Client(
            base_url=f"{self.base}/",
            headers={"Accept": "text/html,*/*;q=0.8", "Authorization": f"Bearer {key or self.key}"},
            transport=_Outside(self.trust),
            timeout=SECONDS,
        )


class _Outside(httpx.HTTPTransport):
    """Finds the invented name on this machine, and no other name anywhere."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        super().__init__(verify=trust)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host == NAME
        return super().handle_request(
            httpx.Request(
                request.method,
                request.url.copy_with(host="127.0.0.1"),
                headers=request.headers,
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": NAME},
            )
        )


def nginx() -> str | None:
    """Return where nginx is, or None."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def proxied(folder: Path) -> Iterator[Proxied]:
    """Serve the grape samples behind nginx."""
    port = _free_port()
    base = f"https://{NAME}:{port}/so-cai"
    with _serving(folder, base) as (inside, key), _proxying(folder, port, inside):
        trust = ssl.create_default_context(cafile=folder / "ledger.pem")
        yield Proxied(base, inside, port, trust, folder, key)


@contextmanager
def _serving(folder: Path, base: str) -> Iterator[tuple[str, str]]:
    """Serve the samples, and give the address on this machine and a key."""
    ledger = folder / "farm.duckdb"
    epcis = [sys.executable, "-m", "api.cli"]
    told = ["--ledger", str(ledger)]
    subprocess.run([*epcis, "capture", GRAPES, *told], check=True, env=environment())
    made = subprocess.run(
        [*epcis, "key", "create", "--role", "admin", *told],
        check=True,
        env=environment(),
        capture_output=True,
        text=True,
    )
    outside = ["--port", "0", "--base-address", base, "--trusted-proxy", "127.0.0.1"]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*epcis, "serve", *told, *outside, "--log", "info"],
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    try:
        while (found := find(ledger)) is None:
            assert server.poll() is None, (folder / "server.log").read_text(encoding="utf-8")
            time.sleep(0.1)
        yield found.address, made.stdout.strip()
    finally:
        server.terminate()
        server.wait(30)


@contextmanager
def _proxying(folder: Path, port: int, inside: str) -> Iterator[None]:
    """Run nginx with the file of the documentation; only ports, and where files are, differ."""
    _make_certificate(folder)
    site = shipped_files()["/etc/nginx/conf.d/ledger.conf"]
    for there, here in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("http://127.0.0.1:8000;", f"{inside.removesuffix('/so-cai')};"),
        ("/etc/nginx/", f"{folder}/"),
        ("/var/log/nginx/", f"{folder}/"),
    ):
        assert there in site
        site = site.replace(there, here)
    places = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"{'user root;' if os.geteuid() == 0 else ''}\ndaemon off;\nworker_processes 1;\n"
        f"pid {folder}/nginx.pid;\nerror_log {folder}/nginx.log crit;\nevents {{}}\n"
        f"http {{\n{places}{site}}}\n",
        encoding="utf-8",
    )
    found = nginx()
    assert found is not None
    with (folder / "nginx.out").open("wb") as out:
        running = subprocess.Popen(
            [found, "-p", folder, "-c", config, "-e", folder / "nginx.log"],
            stdout=out,
            stderr=out,
        )
    try:
        _wait_for(port, running, folder / "nginx.out")
        yield
    finally:
        running.terminate()
        running.wait(30)


def _wait_for(port: int, running: subprocess.Popen[bytes], out: Path) -> None:
    for _ in range(300):
        assert running.poll() is None, out.read_text(encoding="utf-8")
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx does not listen")


def _make_certificate(folder: Path) -> None:
    """Make a certificate that signs itself."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", f"/CN={NAME}"),
            *("-addext", f"subjectAltName=DNS:{NAME}"),
            *("-keyout", folder / "ledger.key", "-out", folder / "ledger.pem"),
        ],
        check=True,
        capture_output=True,
    )


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
