"""What is public under each key that a Digital Link leads to: links, a page, recalls."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from epcis_core.identifiers import Identifier, Level, level_of
from epcis_core.identifiers.widening import anchors
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.publications import Publication, latest_of
from epcis_core.store.registry.recall_notices import RecallNotice, recalls_on
from epcis_core.store.registry.resolver_links import ResolverLink, links_at

OwnType = Literal["pip", "traceability", "certificationInfo", "recallStatus", "epcis"]

_OF_PAGE: Final[tuple[OwnType, ...]] = (
    *("pip", "traceability", "certificationInfo", "recallStatus", "epcis"),
)
_OF_RECALL: Final[tuple[OwnType, ...]] = ("pip", "recallStatus")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is public under one key.

    Attributes:
        anchor: the key, a Digital Link on GS1's own domain.
        links: what its owner keeps for it.
        publication: its page as it is now; None where it has none.
        notices: recalls of it.
    """

    anchor: str
    links: tuple[ResolverLink, ...]
    publication: Publication | None
    notices: tuple[RecallNotice, ...]

    @property
    def own_types(self) -> tuple[OwnType, ...]:
        """The link types that this server itself answers."""
        if self.publication is not None:
            return _OF_PAGE
        return _OF_RECALL if self.notices else ()

    @property
    def default(self) -> ResolverLink | None:
        """Where one is led who asks for nothing in particular; None for the page of this server.

        It is the page as long as there is a recall, whatever the owner would rather show; and the
        link that the owner has chosen, or else the page, or else the first link.
        """
        if self.notices or not self.links:
            return None
        chosen = next((one for one in self.links if one.is_default), None)
        if chosen is None and self.publication is None:
            return self.links[0]
        return chosen

    @property
    def event_parameter(self) -> str:
        """The parameter of a query for the events that name the key."""
        of_class = level_of(self.anchor) in {Level.LOT, Level.CLASS}
        return "MATCH_anyEPCClass" if of_class else "MATCH_anyEPC"


def standings(books: Bookkeeping, asked: Identifier) -> list[Standing]:
    """Return what is public about what was asked for, the closest key first."""
    keys = anchors(asked)
    with books.reading() as connection:
        links = links_at(connection, keys)
        latest = latest_of(connection, keys)
        notices = recalls_on(connection, keys)
    found = (
        Standing(
            key,
            links.get(key, ()),
            latest.get(key),
            tuple(one for one in notices if one.thing == key),
        )
        for key in keys
    )
    return [one for one in found if one.own_types or one.links]


def notices_of(found: list[Standing]) -> Iterator[RecallNotice]:
    """Yield the recalls of a thing, and of the lot and product it belongs to."""
    for one in found:
        yield from one.notices
