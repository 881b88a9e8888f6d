"""The one way out: HTTP to addresses that others name, guarded against reaching what is inside.

A business names the address to which its events are sent. Without a guard it could make this
server call whatever only this server can reach: its own pages, a database on the same network, the
address from which a cloud gives out keys. So a name is looked up here, each address it stands for
is judged, and the connection goes to the very address that was judged: a name that is looked up
again and stands for something else gains nothing. Redirects are not followed, no proxy is used, and
no answer is read beyond a bound.

An operator may allow hosts and networks that are inside; on these any port is allowed too.

References:
    RFC 6890 (special-purpose addresses); RFC 6052, RFC 3056 and RFC 4380 (IPv4 within IPv6)
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final, Self
from urllib.parse import urlsplit

import anyio.to_thread
import httpcore
import httpx

from api.outward_transport import GuardedTransport
from epcis_core.errors import EpcisError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Returns the addresses that a host's name stands for, as texts; raises OSError where none does."""

USUAL_PORTS: Final = frozenset({80, 443, 8080, 8443})
"""Ports that may be called outside."""

_SCHEMES: Final = {"http": 80, "https": 443}
_LONGEST: Final = 2_000  # characters of an address
_LOOKING_UP: Final = 5.0  # seconds
_TOGETHER: Final = 60.0  # seconds from the first to the last byte of a request and its answer
_PATIENCE: Final = httpx.Timeout(connect=10.0, read=30.0, write=30.0, pool=30.0)
_ANSWER: Final = 2**16  # bytes that are read of an answer
_CONNECTIONS: Final = 200

_LOOK_UPS: Final = 32  # at once

_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
# Special networks that Python's own list has not, or not as a whole; clouds give out keys in some.
_SPECIAL: Final = tuple(
    ipaddress.IPv4Network(one) for one in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")
)
_WITH_V4_BEHIND: Final = tuple(
    ipaddress.IPv6Network(one) for one in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48")
)


class OutwardError(EpcisError):
    """An address may not be called; the message says why."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be called beside the public Internet.

    Attributes:
        hosts: names, in lower case, without a dot at the end.
        networks: of addresses.
        ports: that may be called outside of these.
    """

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    ports: frozenset[int] = USUAL_PORTS

    @classmethod
    def read(cls, given: Iterable[str], ports: Iterable[int] = USUAL_PORTS) -> Self:
        """Read hosts and networks as an operator writes them: `10.0.0.0/8`, `::1`, `erp.local`.

        Raises:
            ValueError: one is neither a network nor a name.
        """
        hosts, networks = set(), []
        for one in given:
            text = one.strip()
            try:
                networks.append(ipaddress.ip_network(text, strict=False))
            except ValueError:
                if not text or not text.isprintable() or {*"/:@?#[] "} & set(text):
                    raise ValueError(
                        f"Expected a host or a network such as 10.0.0.0/8, got {one!r}"
                    ) from None
                hosts.add(_plain(text))
        return cls(frozenset(hosts), tuple(networks), frozenset(ports))

    def has_host(self, host: str) -> bool:
        """Tell whether an operator has named a host."""
        return _plain(host) in self.hosts

    def has_address(self, address: Address) -> bool:
        """Tell whether an operator has named an address, or the IPv4 addresses within it."""
        return all(
            any(one in network for network in self.networks)
            for one in within(address) or (address,)
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered.

    Attributes:
        status: the number.
        headers: by their names in lower case.
        body: cut at a bound.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class Outward:
    """Calls addresses that others have named. Close it, or use it as a context manager.

    Args:
        allowed: what may be called beside the public Internet.
        resolve: looks a name up.
        connect: opens connections to addresses.
        tls: by which servers are known, and this client to them; None for what is usual.
    """

    def __init__(
        self,
        allowed: Allowed | None = None,
        *,
        resolve: Resolve | None = None,
        connect: httpcore.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = allowed or Allowed()
        self._resolve = resolve or self._looked_up
        self._look_ups = anyio.CapacityLimiter(_LOOK_UPS)
        self._client = httpx.AsyncClient(
            transport=GuardedTransport(self.addresses_of, connect, _CONNECTIONS, tls),
            timeout=_PATIENCE,
            trust_env=False,
            follow_redirects=False,
            headers={"Accept-Encoding": "identity"},  # what is read is not unpacked
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def check(self, url: str) -> None:
        """Refuse an address that may not be called, as far as that can be told beforehand.

        A name that nothing is known of now is let pass: it is judged again when it is called.

        Raises:
            OutwardError: it may not be called.
        """
        host, port = checked_url(url)
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(self.addresses_of(host, port), _LOOKING_UP)

    async def addresses_of(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host that may be called, in the order to try them.

        Raises:
            OutwardError: none may be.
            OSError: the name is unknown.
        """
        named = self._allowed.has_host(host)
        try:
            found = [str(ipaddress.ip_address(host))]
        except ValueError:
            found = await self._resolve(host, port)
        passed, refused = [], ""
        for text in found:
            address = ipaddress.ip_address(text.partition("%")[0])
            known = named or self._allowed.has_address(address)
            if not known and not is_public(address):
                refused = refused or f"{host} leads to what is not on the public Internet."
            elif not known and port not in self._allowed.ports:
                usual = ", ".join(map(str, sorted(self._allowed.ports)))
                refused = refused or f"Port {port} may not be called; ports are {usual}."
            else:
                passed.append(text)
        if not passed:
            raise OutwardError(refused or f"{host} has no address.")
        return passed

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """Send a body and return the status of the answer; redirects are answers.

        Raises:
            OutwardError: the address may not be called.
            httpx.HTTPError: it does not answer, or not in time.
        """
        return (await self.exchange(url, body, headers))[0]

    async def exchange(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Send a body and return the status of the answer, and what it says, cut at a bound.

        Raises:
            OutwardError: the address may not be called.
            httpx.HTTPError: it does not answer, or not in time.
        """
        answer = await self.request("POST", url, headers, body)
        return answer.status, answer.body

    async def get(self, url: str, headers: dict[str, str]) -> tuple[int, bytes]:
        """Ask for what is at an address; returns and raises what `exchange` does."""
        answer = await self.request("GET", url, headers)
        return answer.status, answer.body

    async def request(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None = None
    ) -> Answer:
        """Send a request and return the whole answer; redirects are answers.

        Raises:
            OutwardError: the address may not be called.
            httpx.ConnectError: nobody is there; nothing has been sent.
            httpx.HTTPError: it does not answer, or not in time.
        """
        checked_url(url)
        try:
            async with (
                asyncio.timeout(_TOGETHER),
                self._client.stream(method, url, content=body, headers=headers) as answer,
            ):
                taken = bytearray()
                async for piece in answer.aiter_raw():
                    taken += piece
                    if len(taken) > _ANSWER:
                        break
                return Answer(answer.status_code, dict(answer.headers), bytes(taken[:_ANSWER]))
        except TimeoutError as error:
            raise httpx.ReadTimeout(f"No whole answer within {_TOGETHER:.0f} seconds") from error
        except httpx.InvalidURL as error:
            raise OutwardError(f"{url!r} is no address: {error}.") from error

    async def _looked_up(self, host: str, port: int) -> list[str]:
        def look_up() -> list[str]:
            try:
                found = socket.getaddrinfo(host.rstrip("."), port, type=socket.SOCK_STREAM)
            except UnicodeError as error:
                raise OSError(str(error)) from error
            return list(dict.fromkeys(str(address[0]) for *_, address in found))

        # Threads of their own: a name server that does not answer holds up look-ups alone.
        return await anyio.to_thread.run_sync(
            look_up, limiter=self._look_ups, abandon_on_cancel=True
        )


def checked_url(url: str) -> tuple[str, int]:
    """Return host and port of an address that may be called by its look.

    Raises:
        OutwardError: it is no address with http or https, or there are credentials in it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        host = httpx.URL(url).raw_host.decode("ascii")
    except (ValueError, httpx.InvalidURL) as error:
        raise OutwardError(f"{url!r} is no address: {error}.") from error
    if parts.scheme not in _SCHEMES or not host:
        raise OutwardError(f"Expected an address with http or https and a host, got {url!r}.")
    if "@" in parts.netloc:
        raise OutwardError("There may be no name and password in an address.")
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise OutwardError(
            f"Expected an address in plain characters, {_LONGEST} at most, got {url[:80]!r}."
        )
    return host, port if port is not None else _SCHEMES[parts.scheme]


def is_public(address: Address) -> bool:
    """Tell whether an address, and any IPv4 address within it, is on the public Internet."""
    return all(map(_is_public, within(address) or (address,)))


def within(address: Address) -> tuple[ipaddress.IPv4Address, ...]:
    """Return the IPv4 addresses that an IPv6 address leads to; none of most."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if int(address) > 1 and any(address in network for network in _WITH_V4_BEHIND):
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(one for one in found if one is not None)


def _is_public(address: Address) -> bool:
    special = address.is_multicast or address.is_private or address.is_reserved
    if isinstance(address, ipaddress.IPv6Address):
        return address.is_global and not special and address in _UNICAST
    return address.is_global and not special and not any(address in one for one in _SPECIAL)


def _plain(host: str) -> str:
    return host.lower().rstrip(".")
