"""Connections of the guarded client: each goes to an address that was judged, and to no other."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, cast

import httpcore
import httpx

_KEPT: Final = 20  # connections that are kept open for the next request
_KEPT_FOR: Final = 30.0  # seconds

SocketOption = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)
Judge = Callable[[str, int], Awaitable[list[str]]]
"""Returns the addresses that stand for a host and may be called at a port; raises otherwise."""


class GuardedConnections(httpcore.AsyncNetworkBackend):
    """Opens connections to the addresses that a judge lets pass; to sockets of this machine, none.

    Args:
        judge: looks a host up.
        connect: opens connections to addresses.
    """

    def __init__(self, judge: Judge, connect: httpcore.AsyncNetworkBackend) -> None:
        self._judge = judge
        self._connect = connect

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the name is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of a host that answers.

        Raises:
            httpcore.ConnectError: none does, or the name is unknown.
        """
        failed: Exception | None = None
        try:
            addresses = await self._judge(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} is not known: {error}") from error
        for address in addresses:
            try:
                return await self._connect.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or httpcore.ConnectError(f"{host} has no address")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._connect.sleep(seconds)


class GuardedTransport(httpx.AsyncBaseTransport):
    """What carries the requests of an httpx client over guarded connections.

    Args:
        judge: looks a host up.
        connect: opens connections to addresses; None for those of the machine.
        most: connections at once.
        tls: by which servers are known; None for what is usual.
    """

    def __init__(
        self,
        judge: Judge,
        connect: httpcore.AsyncNetworkBackend | None,
        most: int,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or httpx.create_ssl_context(trust_env=False),
            max_connections=most,
            max_keepalive_connections=_KEPT,
            keepalive_expiry=_KEPT_FOR,
            network_backend=GuardedConnections(judge, connect or httpcore.AnyIOBackend()),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the answer, whose body is still to be read."""
        sent = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _errors_of_httpx():
            answer = await self._pool.handle_async_request(sent)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _errors_of_httpx():
            async for piece in cast("AsyncIterator[bytes]", self._answer.stream):
                yield piece

    async def aclose(self) -> None:
        await self._answer.aclose()


@contextmanager
def _errors_of_httpx() -> Iterator[None]:
    """Give errors the names that httpx has for them."""
    try:
        yield
    except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
        raise httpx.ConnectError(str(error) or "nobody is there") from error
    except httpcore.TimeoutException as error:
        raise httpx.TimeoutException(str(error) or "no answer in time") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise httpx.TransportError(str(error) or type(error).__name__) from error
    except ssl.SSLError as error:  # a server that refuses a certificate says so after the handshake
        raise httpx.TransportError(str(error)) from error
