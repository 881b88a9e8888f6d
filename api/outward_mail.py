"""The way out for e-mail: to the one server that the operator has named, and to no other.

The operator alone names the host, so that nobody can make this server reach what only it can reach.
A message is refused where its address is none, before anything is sent.
"""

import smtplib
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Final, Literal, Self, get_args

from epcis_core.errors import EpcisError

Tls = Literal["starttls", "tls", "none"]
"""How a connection is made secret: by an upgrade, from its begin, or not at all."""

_PATIENCE: Final = 20.0  # seconds
_USUAL: Final[dict[Tls, int]] = {"starttls": 587, "tls": 465, "none": 25}
_LONGEST: Final = 254  # characters of an address, RFC 5321, section 4.5.3.1.3


class MailError(EpcisError):
    """A message was not taken; the message of the error says why."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where e-mail is handed over.

    Attributes:
        host: name of the server.
        port: its port.
        tls: how the connection is made secret.
        user: who logs in there; empty for nobody.
        password: theirs.
        sender: the address that messages come from.
    """

    host: str
    port: int
    tls: Tls
    user: str
    password: str
    sender: str

    @classmethod
    def read(cls, host: str, port: int, tls: str, *, user: str, password: str, sender: str) -> Self:
        """Read a server as an operator describes it; port 0 is the usual one.

        Raises:
            ValueError: what is said of it cannot be.
        """
        known = next((one for one in get_args(Tls) if one == tls), None)
        if known is None:
            raise ValueError(f"Expected starttls, tls or none, got {tls!r}.")
        if not is_address(sender):
            raise ValueError(f"Expected the address that messages come from, got {sender!r}.")
        if user and known == "none":
            raise ValueError("A password would go to the server unprotected; use starttls or tls.")
        return cls(host, port or _USUAL[known], known, user, password.strip(), sender)


def is_address(text: str) -> bool:
    """Tell whether a text is one e-mail address.

    >>> is_address("kcs@cau-vong.example"), is_address("a@b.example, c@d.example"), is_address("x")
    (True, False, False)
    """
    if len(text) > _LONGEST or not text.isprintable() or not text.isascii():
        return False
    try:
        found = Address(addr_spec=text)
    except (MessageError, ValueError, IndexError):
        return False
    return bool(found.username) and "." in found.domain


def written(server: MailServer, to: str, subject: str, text: str) -> EmailMessage:
    """Return a message.

    Raises:
        MailError: it goes to no address.
    """
    if not is_address(to):
        raise MailError(f"Expected one e-mail address, got {to!r}")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = server.sender, to, subject
    message["Message-ID"] = make_msgid(domain=server.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def send(server: MailServer, messages: Iterable[EmailMessage]) -> Iterator[MailError | None]:
    """Hand messages over one after the other; one that is refused keeps back no other.

    Yields:
        For each message, in their order, None where it was taken, else why it was refused.

    Raises:
        MailError: the server cannot be reached, or breaks off; those before were handed over.
    """
    with _open(server) as connection:
        for message in messages:
            refused = None
            try:
                connection.send_message(message)
            except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
                refused = MailError(f"{server.host} refused the message: {error}")
            except (smtplib.SMTPException, OSError) as error:
                raise MailError(f"{server.host} refused the message: {error}") from error
            yield refused


@contextmanager
def _open(server: MailServer) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context()
    try:
        if server.tls == "tls":
            opened: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=_PATIENCE, context=context
            )
        else:
            opened = smtplib.SMTP(server.host, server.port, timeout=_PATIENCE)
    except (smtplib.SMTPException, OSError) as error:
        raise MailError(f"{server.host} does not answer: {error}") from error
    with opened as connection:
        try:
            if server.tls == "starttls":
                connection.starttls(context=context)
            if server.user:
                connection.login(server.user, server.password)
        except (smtplib.SMTPException, OSError) as error:
            raise MailError(f"{server.host} does not let this server in: {error}") from error
        yield connection
