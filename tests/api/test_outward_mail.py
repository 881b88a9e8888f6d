"""E-mail goes to the operator's own server alone, protected as they said, or not at all."""

import re
import socket
from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from api.outward_mail import MailError, MailServer, send, written

SENDER = "thu-hoi@tinh.example"


UNPROTECTED = "A password would go to the server unprotected; use starttls or tls."
GIVEN = "x\n"


def server(port: int, tls: str = "none") -> MailServer:
    return MailServer.read("127.0.0.1", port, tls, user="", password=GIVEN, sender=SENDER)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a mail server that knows neither TLS nor any user."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number: int = taken.getsockname()[1]
    controller = Controller(Sink(), hostname="127.0.0.1", port=number)
    controller.start()
    yield number
    controller.stop()


def test_a_message_is_taken(port: int) -> None:
    message = written(server(port), "kho@gio.example", "Thu hồi", "Trả về.")
    assert list(send(server(port), [message])) == [None]


def test_nothing_is_sent_unprotected_where_protection_was_asked_for(port: int) -> None:
    one = server(port, "starttls")
    with pytest.raises(MailError, match=r"127\.0\.0\.1 does not let this server in: STARTTLS"):
        list(send(one, [written(one, "kho@gio.example", "Thu hồi", "Trả về.")]))


def test_a_server_that_is_not_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    with pytest.raises(MailError, match=r"127\.0\.0\.1 does not answer: "):
        list(send(server(free), []))


@pytest.mark.parametrize("to", ["", "a", "a@b", "a@b.example, c@d.example", "a@b.example\nBcc: x"])
def test_a_message_goes_to_one_address(port: int, to: str) -> None:
    with pytest.raises(MailError, match="Expected one e-mail address, got "):
        written(server(port), to, "Thu hồi", "Trả về.")


@pytest.mark.parametrize(
    ("tls", "user", "sender", "message"),
    [
        ("ssl", "", SENDER, "Expected starttls, tls or none, got 'ssl'."),
        (
            "none",
            "lan",
            SENDER,
            "A password would go to the server unprotected; use starttls or tls.",
        ),
        ("tls", "", "nobody", "Expected the address that messages come from, got 'nobody'."),
    ],
)
def test_a_server_that_cannot_be_is_refused(tls: str, user: str, sender: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        MailServer.read("mail.example", 0, tls, user=user, password="", sender=sender)


@pytest.mark.parametrize(("tls", "usual"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_usual_port_is_that_of_the_protection(tls: str, usual: int) -> None:
    found = MailServer.read("mail.example", 0, tls, user="", password=GIVEN, sender=SENDER)
    assert (found.port, found.password) == (usual, "x")
