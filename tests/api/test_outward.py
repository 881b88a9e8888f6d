"""The guarded client: what it refuses to call, however it is spelled, and what it never reads."""

import asyncio
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import httpcore
import httpx
import pytest

from api.outward import Allowed, Outward, OutwardError
from api.outward_transport import SocketOption
from tests.api.conftest import Run

PUBLIC = "93.184.215.14"
TELL_ME = "inside.example"

INSIDE = [
    pytest.param("http://127.0.0.1/", id="loopback"),
    pytest.param("http://127.1.2.3:8080/", id="all of 127"),
    pytest.param("http://2130706433/", id="decimal"),
    pytest.param("http://0177.1/", id="octal"),
    pytest.param("http://0x7f.0.0.1/", id="hexadecimal"),
    pytest.param("http://0x7f000001/", id="hexadecimal, whole"),
    pytest.param("http://127.1/", id="short"),
    pytest.param("http://localhost/", id="localhost"),
    pytest.param("http://LOCALHOST./", id="localhost with a dot at its end"),
    pytest.param("http://0.0.0.0/", id="unspecified"),
    pytest.param("http://0/", id="unspecified, as a number"),
    pytest.param("http://10.0.0.8/", id="private, 10"),
    pytest.param("http://172.16.0.1/", id="private, 172"),
    pytest.param("http://192.168.1.1/", id="private, 192"),
    pytest.param("http://100.64.0.1/", id="shared by carriers"),
    pytest.param("http://169.254.169.254/latest/", id="metadata"),
    pytest.param("http://2852039166/", id="metadata, decimal"),
    pytest.param("http://100.100.100.200/", id="metadata, in 100.64"),
    pytest.param("http://192.0.0.192/", id="metadata, in 192.0.0"),
    pytest.param("http://168.63.129.16/", id="metadata, on a public address"),
    pytest.param("http://224.0.0.1/", id="multicast"),
    pytest.param("http://240.0.0.1/", id="reserved"),
    pytest.param("http://255.255.255.255/", id="broadcast"),
    pytest.param("http://192.0.2.1/", id="documentation"),
    pytest.param("http://198.18.0.1/", id="benchmarks"),
    pytest.param("http://[::1]/", id="loopback, version 6"),
    pytest.param("http://[0:0:0:0:0:0:0:1]/", id="loopback, version 6, long"),
    pytest.param("http://[::]/", id="unspecified, version 6"),
    pytest.param("http://[::ffff:127.0.0.1]/", id="mapped"),
    pytest.param("http://[::ffff:7f00:1]/", id="mapped, hexadecimal"),
    pytest.param("http://[::ffff:a9fe:a9fe]/", id="metadata, mapped"),
    pytest.param("http://[::127.0.0.1]/", id="compatible"),
    pytest.param("http://[64:ff9b::7f00:1]/", id="translated"),
    pytest.param("http://[2002:7f00:1::]/", id="6to4"),
    pytest.param("http://[2001:0:7f00:1::f5ff:fffe]/", id="teredo"),
    pytest.param("http://[fe80::1]/", id="link-local, version 6"),
    pytest.param("http://[fd00:ec2::254]/", id="metadata, version 6"),
    pytest.param("http://[fec0::1]/", id="site-local"),
    pytest.param("http://[ff02::1]/", id="multicast, version 6"),
    pytest.param("http://[2001:db8::1]/", id="documentation, version 6"),
]  # fmt: skip

NO_ADDRESS = [
    ("ftp://example.com/", "Expected an address with http or https and a host"),
    ("file:///etc/passwd", "Expected an address with http or https and a host"),
    ("gopher://example.com/", "Expected an address with http or https and a host"),
    ("//example.com/", "Expected an address with http or https and a host"),
    ("example.com", "Expected an address with http or https and a host"),
    ("http:///path", "Expected an address with http or https and a host"),
    ("", "Expected an address with http or https and a host"),
    ("http://user:word@example.com/", "There may be no name and password in an address."),
    ("http://93.184.215.14@127.0.0.1/", "There may be no name and password in an address."),
    ("http://0177.0.0.1/", "is no address: Invalid IPv4 address: '0177.0.0.1'."),
    ("http://example.com:99999/", "is no address: Port out of range 0-65535."),
    ("http://[::1/", "is no address: Invalid IPv6 URL."),
    ("http://example.com/a b", "Expected an address in plain characters, 2000 at most"),
    ("http://example.com/" + "a" * 2000, "Expected an address in plain characters, 2000 at most"),
]


class Recorded(httpcore.AsyncNetworkBackend):
    """Notes which addresses are connected to, and connects to none."""

    def __init__(self) -> None:
        self.called: list[tuple[str, int]] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the name is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        assert (timeout, local_address, socket_options) == (10.0, None, None)
        self.called.append((host, port))
        raise httpcore.ConnectError("nobody is there")


class Names:
    """Answers each look-up of a name with the next of some lists of addresses."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = iter(answers)

    async def __call__(self, host: str, port: int) -> list[str]:
        assert (host, port) == (TELL_ME, 80)
        return next(self._answers)


def posted(outward: Outward, url: str) -> int:
    async def post() -> int:
        async with outward:
            return await outward.post(url, b"{}", {})

    return asyncio.run(post())


def checked(outward: Outward, url: str) -> None:
    async def check() -> None:
        async with outward:
            await outward.check(url)

    asyncio.run(check())


@pytest.mark.parametrize("url", INSIDE)
def test_what_is_inside_is_neither_taken_nor_called_in_any_spelling(url: str) -> None:
    recorded = Recorded()
    for does in (checked, posted):
        with pytest.raises(OutwardError, match=r" leads to what is not on the public Internet\.$"):
            does(Outward(connect=recorded), url)
    assert recorded.called == []


def _packed(address: str) -> tuple[socket.AddressFamily, bytes]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return family, socket.inet_pton(family, address)


@pytest.mark.parametrize(("url", "message"), NO_ADDRESS)
def test_what_is_no_address_is_refused_with_a_sentence(url: str, message: str) -> None:
    recorded = Recorded()
    for does in (checked, posted):
        with pytest.raises(OutwardError) as refused:
            does(Outward(connect=recorded), url)
        assert message in str(refused.value)
    assert recorded.called == []


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (PUBLIC, f"http://{PUBLIC}/"),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", "http://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/"),
        ("::ffff:5db8:d70e", "http://[::ffff:93.184.215.14]/"),
    ],
)  # fmt: skip
def test_what_is_outside_is_called_at_its_address(address: str, url: str) -> None:
    recorded = Recorded()
    checked(Outward(), url)
    with pytest.raises(httpx.TransportError, match="nobody is there"):
        posted(Outward(connect=recorded), url)
    [(host, port)] = recorded.called
    assert (_packed(host), port) == (_packed(address), 80)


def test_a_name_that_comes_to_stand_for_the_inside_is_refused_when_it_is_called() -> None:
    recorded = Recorded()
    outward = Outward(resolve=Names([PUBLIC], ["127.0.0.1"]), connect=recorded)

    async def rebound() -> None:
        async with outward:
            await outward.check(f"http://{TELL_ME}/")
            await outward.post(f"http://{TELL_ME}/", b"{}", {})

    with pytest.raises(OutwardError, match=r"^inside\.example leads to what is not on"):
        asyncio.run(rebound())
    assert recorded.called == []


def test_a_name_is_looked_up_once_for_a_call_which_goes_to_what_was_judged() -> None:
    recorded = Recorded()
    names = Names([PUBLIC])  # a second look-up would find no answer
    with pytest.raises(httpx.TransportError, match="nobody is there"):
        posted(Outward(resolve=names, connect=recorded), f"http://{TELL_ME}/")
    assert recorded.called == [(PUBLIC, 80)]


def test_of_a_name_with_addresses_on_both_sides_only_those_outside_are_called() -> None:
    recorded = Recorded()
    names = Names(["10.0.0.1", PUBLIC, "::1", "1.1.1.1"])
    with pytest.raises(httpx.TransportError, match="nobody is there"):
        posted(Outward(resolve=names, connect=recorded), f"http://{TELL_ME}/")
    assert recorded.called == [(PUBLIC, 80), ("1.1.1.1", 80)]


def test_ports_that_are_not_usual_may_not_be_called_outside() -> None:
    with pytest.raises(
        OutwardError, match=r"^Port 25 may not be called; ports are 80, 443, 8080, 8443\.$"
    ):
        checked(Outward(), f"http://{PUBLIC}:25/")
    checked(Outward(Allowed.read([], ports=[25])), f"http://{PUBLIC}:25/")


def test_a_name_that_nobody_knows_is_taken_and_fails_when_it_is_called() -> None:
    async def unknown(host: str, port: int) -> list[str]:
        raise OSError(f"{host}:{port} is unknown")

    checked(Outward(resolve=unknown), f"http://{TELL_ME}/")
    with pytest.raises(httpx.TransportError, match=r"^inside\.example is not known: "):
        posted(Outward(resolve=unknown), f"http://{TELL_ME}/")


@pytest.mark.parametrize(
    ("allow", "url"),
    [
        ("127.0.0.0/8", "http://127.0.0.1:9999/"),
        ("127.0.0.1", "http://[::ffff:127.0.0.1]/"),
        ("::1", "http://[::1]:9999/"),
        ("localhost", "http://LOCALHOST.:9999/"),
    ],
)
def test_what_an_operator_allows_may_be_called_at_any_port(allow: str, url: str) -> None:
    checked(Outward(Allowed.read([allow])), url)
    with pytest.raises(OutwardError):
        checked(Outward(Allowed.read(["10.0.0.0/8", "erp.example"])), url)


@pytest.mark.parametrize("text", ["http://a.example", "a.example:80", "", "10.0.0.0/33", "a b"])
def test_what_is_neither_host_nor_network_cannot_be_allowed(text: str) -> None:
    with pytest.raises(ValueError, match=r"^Expected a host or a network such as 10\.0\.0\.0/8"):
        Allowed.read([text])


def test_serve_refuses_to_allow_what_is_neither(epcis: Run) -> None:
    done = epcis("serve", "--allow-outward", "http://erp.example/")
    assert done.code == 2
    assert "Expected a host or a network such as 10.0.0.0/8, got 'http://erp.example/'" in done.err


@contextmanager
def answering(answer: bytes, *, closing: bool = True) -> Iterator[tuple[str, list[bytes]]]:
    """A server on loopback that gives one answer to all, and keeps what it was sent."""
    seen: list[bytes] = []
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)

        def serve() -> None:
            while not stop.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                with connection:
                    seen.append(connection.recv(65536))
                    try:
                        connection.sendall(answer)
                        while not closing and not stop.is_set():
                            connection.sendall(b"x" * 65536)
                    except OSError:
                        pass

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/", seen
        stop.set()
        thread.join()


LOOPBACK = Allowed.read(["127.0.0.1"])


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with answering(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n") as (elsewhere, called):
        moved = f"HTTP/1.1 302 Found\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n"
        with answering(moved.encode()) as (url, seen):
            assert posted(Outward(LOOPBACK), url) == 302
    assert (len(seen), called) == (1, [])


def test_of_an_answer_without_end_a_bounded_part_is_read() -> None:
    endless = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffff\r\n"
    with answering(endless, closing=False) as (url, _):
        assert posted(Outward(LOOPBACK), url) == 200


def test_nothing_is_kept_or_sent_of_what_an_earlier_answer_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
    cookie = b"HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n"
    with answering(cookie) as (url, seen):

        async def twice() -> None:
            async with Outward(LOOPBACK) as outward:
                for _ in range(2):
                    assert await outward.post(url, b"{}", {"X-Own": "1"}) == 200

        asyncio.run(twice())
    for request in seen:
        assert b"cookie" not in request.lower()
        assert b"x-own: 1" in request.lower()


def test_what_is_no_http_is_a_failed_call() -> None:
    with answering(b"SSH-2.0-OpenSSH_9.6\r\n") as (url, _), pytest.raises(httpx.TransportError):
        posted(Outward(LOOPBACK), url)
