"""A portal that wants a certificate gets it; where one is wrong, it is told which side refused."""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api.portal.targets import Target
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.portal.deliveries import Status, deliveries_of
from tests.ingest.documents import captured, document, lot
from tests.portal.carrying import MAPPING, Clock, carry_all, write_target
from tests.portal.test_carrying_lots import new

HERE = "127.0.0.1"
FROM = datetime(2020, 1, 1, tzinfo=UTC)
UNTIL = datetime(2120, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Authority:
    """Who gives certificates; all names are invented."""

    folder: Path
    name: x509.Name
    key: ec.EllipticCurvePrivateKey

    def give(self, name: str, *, is_authority: bool = False) -> Path:
        """Write a certificate, and before it its key."""
        key = self.key if is_authority else ec.generate_private_key(ec.SECP256R1())
        subject = self.name if is_authority else named(name)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(FROM)
            .not_valid_after(UNTIL)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HERE))]),
                critical=False,
            )
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
            .sign(self.key, hashes.SHA256())
        )
        file = self.folder / f"{name}.pem"
        written = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        file.write_bytes(written + certificate.public_bytes(serialization.Encoding.PEM))
        return file


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def authority(folder: Path, name: str) -> Authority:
    made = Authority(folder, named(name), ec.generate_private_key(ec.SECP256R1()))
    made.give(name, is_authority=True)
    return made


class Taking(BaseHTTPRequestHandler):
    """Takes every lot, and tells who has sent it."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def setup(self) -> None:
        """Shake hands; who is refused can read why, since nothing of theirs is left unread."""
        try:
            self.request.do_handshake()
        except ssl.SSLError:
            with socket.socket(fileno=self.request.detach()) as refused:
                refused.settimeout(5)
                refused.shutdown(socket.SHUT_WR)
                while refused.recv(2**16):
                    pass
            raise
        super().setup()

    def do_POST(self) -> None:
        """Take a lot."""
        self.rfile.read(int(self.headers["Content-Length"]))
        shown = self.connection.getpeercert()
        body = f'{{"id": "{shown["subject"][0][0][1]}"}}'.encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@dataclass(frozen=True)
class Portal:
    """A server that wants certificates of one authority."""

    address: str
    folder: Path


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("certificates")
    ours, others = authority(folder, "ours"), authority(folder, "others")
    ours.give("our-client")
    others.give("other-client")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(folder / "ours.pem"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(ours.give("portal"))
    with ThreadingHTTPServer((HERE, 0), Taking) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign] # as is to be expected
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Portal(f"https://{HERE}:{server.server_port}", folder)
        server.shutdown()
        thread.join()


class EnoughError(Exception):
    """The first attempt has failed."""


def enough() -> None:
    raise EnoughError


def written(portal: Portal, folder: Path, client: str, believed: str) -> Target:
    at = portal.folder
    tls = f'[tls]\ncertificate = "{at / client}.pem"\nauthority = "{at / believed}.pem"\n'
    return write_target(folder / "targets", portal.address, MAPPING + tls)


@pytest.mark.parametrize(
    ("client", "believed", "told"),
    [
        (
            "other-client",
            "ours",
            "The portal refuses the certificate that it is shown: ",
        ),
        (
            "our-client",
            "others",
            "The certificate of the portal is not believed: ",
        ),
    ],
    ids=["ours is refused", "theirs is not believed"],
)
def test_a_wrong_certificate_is_told_and_parks_nothing(
    *, portal: Portal, ledger: Ledger, tmp_path: Path, client: str, believed: str, told: str
) -> None:
    clock = Clock()
    captured(ledger, document(new("L1")))
    with Bookkeeping(ledger.path) as books:
        target = written(portal, tmp_path, client, believed)
        with pytest.raises(EnoughError):
            carry_all(ledger, books, target, clock, enough)
        [one] = deliveries_of(books, lot("L1"))
        assert one.status is Status.WAITING, one.reason
        assert (one.reason or "").startswith(told)  # what follows are OpenSSL's words
        carry_all(ledger, books, written(portal, tmp_path, "our-client", "ours"), clock)
        [one] = deliveries_of(books, lot("L1"))
    assert (one.status, one.attempts) == (Status.ACCEPTED, 2)
    assert one.answer == '201 {"id": "our-client"}'
