"""Which lots an event is about, however far downstream: those whose record it may change.

An event changes what is told of the lots that it names, of the lots whose items it names, of what
was in a container that it names, and of everything that was made of any of these. A late event of a
farm changes the record of a bottle that was filled long ago.

The answer may hold a lot of which nothing changed; it never lacks one of which something did.
"""

from collections.abc import Collection, Iterable

from epcis_core.provenance.book import Book
from epcis_core.provenance.chain import Chain
from epcis_core.provenance.evidence import Evidence
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.kinds import kind_of
from epcis_core.provenance.lineage import Room

_NO_BOUND = 1 << 62


def affected_lots(evidence: Evidence, book: Book, events: Iterable[EventFacts]) -> list[str]:
    """Return the lots whose record events may change, sorted.

    Args:
        evidence: all that counts, these events included.
        book: names and addresses.
        events: what is new.
    """
    chain = Chain(evidence, book)
    starts: dict[str, None] = {}
    for facts in events:
        for named in facts.named:
            starts[named.object] = None
            if kind_of(named.object) == "container":
                held = chain.subject(named.object, facts.time).content
                starts.update(dict.fromkeys(held))
        starts.update((lot, None) for _, lot in facts.memberships)
        # Who closes a transformation changes what all its outputs were made of.
        for part in chain.gathered.transformation(facts):
            starts.update((named.object, None) for named in part.named)
    reached = chain.lineage.walk([*starts], "downstream", Room(_NO_BOUND)).steps
    return sorted(_lots(chain, {*starts, *reached}))


def _lots(chain: Chain, objects: Collection[str]) -> set[str]:
    """Return the lots among objects, and those that the items among them belong to."""
    found = {one for one in objects if kind_of(one) == "lot"}
    return found.union(*(chain.gathered.lots(one) for one in objects))
