"""Which service is asked who somebody is, as an operator says it."""

from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import urlsplit

from api.base_address import LOOPBACK

_LONGEST: Final = 60  # characters of a name


@dataclass(frozen=True, slots=True)
class OpenId:
    """An OpenID provider that people may log in by.

    Attributes:
        issuer: its address, letter by letter as it stands in what it signs.
        client: how it knows this server.
        secret: by which this server shows it that it is the one; empty where PKCE alone has to do.
        name: what people call it, on the log-in page.
    """

    issuer: str
    client: str
    secret: str = field(default="", repr=False)
    name: str = ""

    @classmethod
    def read(cls, issuer: str, client: str, secret: str = "", name: str = "") -> Self:
        """Read what an operator has written.

        >>> OpenId.read("https://sso.example/realm", "ledger").name
        'sso.example'

        Raises:
            ValueError: the issuer is no address with https, or, on this machine, http; or there is
                no client.
        """
        if not is_trusted_address(issuer) or urlsplit(issuer).query or "#" in issuer:
            raise ValueError(f"Expected an address like https://sso.example, got {issuer!r}.")
        if not client.strip():
            raise ValueError(f"Expected how {issuer} knows this server, --open-id-client.")
        host = urlsplit(issuer).netloc
        return cls(issuer, client.strip(), secret.strip(), name.strip()[:_LONGEST] or host)

    @property
    def host(self) -> str:
        """The host of the issuer, which may be inside: the operator has named it."""
        return urlsplit(self.issuer).hostname or ""


def is_trusted_address(address: object) -> bool:
    """Tell whether what goes to an address is read there alone: by TLS, or on this machine.

    >>> is_trusted_address("https://sso.example"), is_trusted_address("http://sso.example")
    (True, False)
    """
    if not isinstance(address, str) or not address.isascii() or not address.isprintable():
        return False
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - it is read here
    except ValueError:
        return False
    has_credentials = "@" in parts.netloc or " " in address
    if has_credentials or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
