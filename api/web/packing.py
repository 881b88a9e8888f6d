"""What was packed in what, and what was attached to what: one row per load."""

from collections.abc import Iterable
from dataclasses import dataclass

from epcis_core.provenance.result import Amount, Link, LinkKind


@dataclass(frozen=True, slots=True)
class Load:
    """Things that went into one container, or were attached to one thing, by one event.

    Attributes:
        contents: identifiers, in order.
        container: what they were in or on.
        start: UTC, or None; `until` is None while it lasts.
        amount: how much; None for single items and where the records do not say.
        event: the event that began it.
    """

    contents: tuple[str, ...]
    container: str
    kind: LinkKind
    start: str | None
    until: str | None
    amount: Amount | None
    event: str | None
    disputed: bool


def loads_of(links: Iterable[Link]) -> tuple[Load, ...]:
    """Return the loads among the links of a trace, in their order; alike items stand together."""
    found: dict[object, list[Link]] = {}
    for at, link in enumerate(links):
        if link.kind in {"containment", "association"}:
            alike = (link.to, link.kind, link.event, link.time, link.until, link.disputed)
            # An amount belongs to one lot.
            found.setdefault(alike if link.quantity is None else at, []).append(link)
    return tuple(
        Load(
            tuple(link.from_ for link in its),
            its[0].to,
            its[0].kind,
            its[0].time,
            its[0].until,
            its[0].quantity,
            its[0].event,
            its[0].disputed,
        )
        for its in found.values()
    )
