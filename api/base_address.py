"""The address that others know a server by, where it stands behind a proxy; and which proxies."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, Self
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1", "[::1]")
"""Names of the machine itself; none of them leads to another."""

_PORTS: Final = {"http": 80, "https": 443}
_NAME: Final = re.compile(r"[a-z0-9.-]+|\[[0-9a-f:.]+\]", re.IGNORECASE)
_PATH: Final = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")


@dataclass(frozen=True, slots=True)
class BaseAddress:
    """Where a server is found from outside; everything it has stands under it.

    Attributes:
        scheme: `http` or `https`.
        host: as a browser writes it into `Host`: without the port that is usual.
        path: what stands before every path of the server, such as `/so-cai`; often empty.
    """

    scheme: str
    host: str
    path: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Read an address; a slash at its end says nothing.

        >>> BaseAddress.read("https://truy-xuat.example:443/so-cai/")
        BaseAddress(scheme='https', host='truy-xuat.example', path='/so-cai')

        Raises:
            ValueError: it is none.
        """
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError as error:
            raise ValueError(f"{text!r} is no address: {error}.") from error
        name, path = parts.netloc.rpartition(":")[0] if port else parts.netloc, parts.path
        is_plain = not parts.query and not parts.fragment and _PATH.fullmatch(path.rstrip("/"))
        if parts.scheme not in _PORTS or not _NAME.fullmatch(name) or not is_plain:
            raise ValueError(
                f"Expected an address like https://truy-xuat.example/so-cai, got {text!r}."
            )
        usual = port in {None, _PORTS[parts.scheme]}
        host = name.lower() if usual else f"{name.lower()}:{port}"
        return cls(parts.scheme, host, path.rstrip("/"))

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}{self.path}"


def read_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Read the addresses or networks of proxies.

    >>> read_networks(["127.0.0.1"])
    (IPv4Network('127.0.0.1/32'),)

    Raises:
        ValueError: one is none.
    """
    return tuple(ip_network(text) for text in texts)
