"""What speaks a target's language: it puts deliveries into requests, and reads what is answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from api.portal.answers import Outcome
from epcis_core.store.portal.deliveries import Delivery


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to a target.

    Attributes:
        method: of HTTP.
        url: where it goes.
        headers: without those that show who sends.
        body: what is sent.
    """

    method: str
    url: str
    headers: dict[str, str]
    body: bytes

    def shown(self) -> str:
        """Return it as it is kept."""
        return f"{self.method} {self.url}\n{self.body.decode(errors='replace')}"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of a delivery where its target was asked.

    Attributes:
        has: the target has it; None where it cannot be asked.
        reference: what it calls the lot; None for not said.
    """

    has: bool | None
    reference: str | None = None


class Adapter(Protocol):
    """Speaks a target's language."""

    def wants_reference(self, delivery: Delivery) -> bool:
        """Tell whether a delivery cannot be told without what the target calls the lot."""

    def asked(self, delivery: Delivery, reference: str | None, now: int) -> Asked:
        """Return the request of a delivery.

        Args:
            delivery: it.
            reference: what the target calls the lot; None for not said.
            now: the clock, microseconds since 1970 UTC.

        Raises:
            EpcisError: it cannot be told in the target's words.
        """

    async def send(self, asked: Asked, now: int) -> Outcome:
        """Send a request and tell what became of it."""

    async def find(self, delivery: Delivery, reference: str | None, now: int) -> Found:
        """Ask whether the target has a delivery, and what it calls the lot.

        Raises:
            TargetError: it does not answer that now.
        """


class Together(Protocol):
    """Speaks a target's language for several deliveries in one request."""

    @property
    def most(self) -> int:
        """So many deliveries in a request at most."""

    def goes(self, delivery: Delivery) -> bool:
        """Tell whether a delivery goes together with others."""

    def entry(self, delivery: Delivery, reference: str | None, now: int) -> object:
        """Return what a request holds of a delivery, as JSON; see `Adapter.asked`."""

    def asked(self, entries: Sequence[tuple[Delivery, object]], now: int) -> Asked:
        """Return the request of several deliveries."""

    async def send(self, asked: Asked, deliveries: Sequence[Delivery], now: int) -> list[Outcome]:
        """Send a request and tell what became of each of its deliveries, in their order."""
