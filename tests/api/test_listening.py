import asyncio
import socket

from api.commands.service import _listen


async def sends_at_once(listening: socket.socket) -> bool:
    """Whether what is written to those who connect is sent without waiting for them."""
    answered = asyncio.get_running_loop().create_future()

    def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        own: socket.socket = writer.get_extra_info("socket")
        answered.set_result(own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async with await asyncio.start_server(connected, sock=listening):
        _, writer = await asyncio.open_connection(*listening.getsockname()[:2])
        told = await answered
        writer.close()
        await writer.wait_closed()
    return bool(told)


def test_an_answer_does_not_wait_until_the_other_side_confirms_its_head() -> None:
    assert asyncio.run(sends_at_once(_listen("127.0.0.1", 0)))
