"""How much an organisation may send in a day, so that none takes the disk from the others."""

import threading
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import HTTPConnection

from api.access.asker import Asker
from api.bodies import announced_size
from api.clock import now
from api.errors import Refusal
from epcis_core.store.captures import captured_size
from epcis_core.store.ledger import Ledger

_DAY: Final = 24 * 3600 * 1_000_000  # microseconds
_ANEW: Final = 10_000_000  # microseconds after which the ledger is asked again
_LATER: Final = "3600"  # seconds


@dataclass(slots=True)
class _Sent:
    """What an organisation has sent within a day, bytes, as counted at a time."""

    counted: int
    size: int


@dataclass(slots=True)
class Quota:
    """Counts what organisations send. The server itself has no quota.

    Args:
        ledger: whose book of captures tells what was sent.
        size: bytes of all files within 24 hours.
    """

    ledger: Ledger
    size: int
    _sent: dict[str, _Sent] = field(default_factory=dict)
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def take(self, connection: HTTPConnection, asker: Asker) -> None:
        """Count a body that is about to be sent, by the size that it announces.

        Raises:
            Refusal: 429 where its organisation has sent as much as it may.
        """
        if not asker.owner:
            return
        with self._counting:
            self._count(self._sent_by(asker.owner), announced_size(connection))

    def take_more(self, asker: Asker, size: int) -> None:
        """Count bytes as they come, of a body that was let through and did not announce them.

        Raises:
            Refusal: 429 where its organisation has sent as much as it may.
        """
        if not asker.owner:
            return
        with self._counting:
            self._count(self._sent[asker.owner], size)

    def _count(self, sent: _Sent, size: int) -> None:
        if sent.size + size > self.size:
            title = (
                f"An organisation may send {self.size} bytes within 24 hours, and this one has "
                f"sent {sent.size}."
            )
            raise Refusal(429, "CaptureLimitExceededException", title, {"Retry-After": _LATER})
        sent.size += size

    def _sent_by(self, organisation: str) -> _Sent:
        """Return what an organisation has sent, from the ledger or as counted since."""
        moment = now()
        found = self._sent.get(organisation)
        if found is None or moment - found.counted > _ANEW:
            size = captured_size(self.ledger, organisation, moment - _DAY)
            found = self._sent[organisation] = _Sent(moment, size)
        return found
