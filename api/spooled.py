"""Answers written whole before they are sent: slow clients hold no state of the ledger."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from fastapi.responses import Response, StreamingResponse

_IN_MEMORY: Final = 2**20  # bytes of an answer; more go to disk
_CHUNK: Final = 2**16


def spooled(pieces: Iterable[bytes], media_type: str, headers: Mapping[str, str]) -> Response:
    """Return an answer made of pieces, with its length.

    Args:
        pieces: its content; all are taken before this returns, and their errors are raised here.
        media_type: of the content.
        headers: further ones.
    """
    spool = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - sent after this call
    try:
        spool.writelines(pieces)
    except BaseException:
        spool.close()
        raise
    length = spool.tell()
    spool.seek(0)
    if length <= _IN_MEMORY:  # sent by the one thread that sends, without another to read it
        with spool:
            return Response(spool.read(), media_type=media_type, headers=dict(headers))

    def content() -> Iterator[bytes]:
        with spool:
            while piece := spool.read(_CHUNK):
                yield piece

    return StreamingResponse(
        content(), media_type=media_type, headers={**headers, "Content-Length": str(length)}
    )
