"""What a server writes to standard error: one JSON object a line, each with its request's id.

Whoever logs uses Python's own `logging`; here is only how it is written. Where a server is run
otherwise than by `epcis serve`, it is written as that one has it.
"""

import logging
import sys
from typing import Final, Literal

import structlog

LogLevel = Literal["info", "warning", "error"]

_TRACEBACKS: Final = structlog.processors.ExceptionRenderer(
    # Values of variables may be somebody's data or a key, and are nobody's to read in a log.
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)
_SHARED: Final[list[structlog.typing.Processor]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
]


def as_json() -> logging.Formatter:
    """Return what writes a record as a line of JSON."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _TRACEBACKS,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def write_logs(level: LogLevel) -> None:
    """Let everything that is logged from now on be written, from a level on.

    Args:
        level: `info` writes a line for each request; `warning` only what should not be.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(as_json())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # What these tell at `info` has addresses in it: of who asks, and what for.
    for name in ("httpx", "httpcore", "asyncio", "uvicorn", "websockets"):
        logging.getLogger(name).setLevel(logging.WARNING)
