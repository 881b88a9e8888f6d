"""What several cases of illness, or findings, have in common, impossible dates left out.

A case names goods, and may name when and where they made somebody ill or were found bad. A source
explains a case if the goods came of it by then: what went into them later did not cause it. Where a
case names a place that the goods only came to afterwards, nothing explains it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from epcis_core.model.times import utc_text
from epcis_core.provenance.book import Book
from epcis_core.provenance.chain import Chain
from epcis_core.provenance.common_sources import makers_of, only_carries
from epcis_core.provenance.evidence import Evidence, begins
from epcis_core.provenance.facts import site_of
from epcis_core.provenance.kinds import key_of, kind_of
from epcis_core.provenance.lineage import Room
from epcis_core.provenance.result import ObjectKind

Doubt = Literal["unknown", "made_later", "came_later"]
"""Why nothing explains a case: nobody knows the goods, or they were made, or came to the place,
only after the finding."""


@dataclass(frozen=True, slots=True)
class Incident:
    """Goods that made somebody ill, or were found to be bad.

    Attributes:
        object: canonical identifier.
        found: when, microseconds since 1970 UTC; None where nobody knows.
        place: where, a canonical place or party; None where nobody knows.
    """

    object: str
    found: int | None = None
    place: str | None = None


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class JudgedIncident(_Part):
    """A case as it was asked for, and whether anything can explain it.

    Attributes:
        found: UTC; None where no date was given.
        doubt: why nothing explains it; None where something may.
    """

    object: str
    found: str | None = None
    place: str | None = None
    doubt: Doubt | None = None


class DatedSource(_Part):
    """Something that goods of at least two cases came of.

    Attributes:
        object: a lot, instance or container upstream, or goods of a case themselves.
        parties: who made it.
        explains: numbers of the cases it explains, from 0, in the order asked.
        excluded: numbers of the cases whose goods came of it too late.
        share: of all cases, how many it explains, 0 to 1.
        steps: greatest number of lineage links from a case.
        first_used, last_used: UTC, of the events by which it went into what the cases it explains
            name; None where it is itself what they name.
    """

    object: str
    kind: ObjectKind
    name: str | None = None
    parties: tuple[str, ...] = ()
    explains: tuple[int, ...]
    excluded: tuple[int, ...] = ()
    share: float
    steps: int
    first_used: str | None = None
    last_used: str | None = None


class DatedParty(_Part):
    """A party that made what goods of at least two cases came of; see `DatedSource`."""

    party: str
    explains: tuple[int, ...]
    share: float


class CommonOrigin(_Part):
    """What several cases have in common.

    Attributes:
        cases: as they were asked for.
        sources: that explain at least two cases, by falling share, then the nearest first.
        impossible: that would, were it not for the dates, likewise.
        parties: who made what explains at least two cases, by falling share.
        truncated: the origin of a case is greater than what was looked at.
    """

    cases: tuple[JudgedIncident, ...]
    sources: tuple[DatedSource, ...] = ()
    impossible: tuple[DatedSource, ...] = ()
    parties: tuple[DatedParty, ...] = ()
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where the goods of a case came from.

    Attributes:
        steps: object to the least number of links from the case, whatever the date.
        in_time: the same of what explains the case.
        used: when an object of those went into another one, first and last.
    """

    steps: Mapping[str, int]
    in_time: Mapping[str, int]
    used: Mapping[str, tuple[int, int]]


def common_origin(
    evidence: Evidence, book: Book, cases: Sequence[Incident], *, max_objects: int = 10_000
) -> CommonOrigin:
    """Work out what several cases have in common upstream.

    Args:
        evidence: the events that count.
        book: names of products and parties.
        cases: several may name the same goods.
        max_objects: how many objects of one case's origin are looked at.
    """
    chain = Chain(evidence, book)
    doubts = [_doubt(chain, one) for one in cases]
    room = Room(max_objects)
    origins = [
        _origin(chain, one, doubt, max_objects, room)
        for one, doubt in zip(cases, doubts, strict=True)
    ]
    found = [
        _source(chain, one, origins)
        for one in dict.fromkeys(one for origin in origins for one in origin.steps)
        if kind_of(one) != "class" and not only_carries(chain, one)
    ]
    shared = [one for one in found if len(one.explains) + len(one.excluded) > 1]
    shared.sort(key=lambda one: (-one.share, one.steps, one.object))
    return CommonOrigin(
        cases=tuple(
            JudgedIncident(
                object=one.object,
                found=None if one.found is None else utc_text(one.found),
                place=one.place,
                doubt=doubt,
            )
            for one, doubt in zip(cases, doubts, strict=True)
        ),
        sources=tuple(one for one in shared if len(one.explains) > 1),
        impossible=tuple(one for one in shared if len(one.explains) < 2),  # noqa: PLR2004 - several
        parties=tuple(_parties(chain, origins)),
        truncated=room.truncated,
    )


def _doubt(chain: Chain, case: Incident) -> Doubt | None:
    """Return why nothing explains a case; None where something may."""
    if not chain.is_known(case.object):
        return "unknown"
    if case.found is None:
        return None
    made = [
        facts.time
        for one in (case.object, *chain.gathered.members(case.object))
        for facts in chain.gathered.naming(one)
        if begins(facts, one)
    ]
    if made and min(made) > case.found:
        return "made_later"
    if case.place is None:
        return None
    chain.load_custody([case.object], [case.object])
    came = [
        seen.facts.time
        for seen in chain.custody.of_lot(case.object)
        if case.place in {site_of(seen.facts.place), seen.facts.place, chain.parties.of(seen.facts)}
    ]
    return "came_later" if came and min(came) > case.found else None


def _origin(
    chain: Chain, case: Incident, doubt: Doubt | None, max_objects: int, room: Room
) -> _Origin:
    if doubt == "unknown":
        return _Origin({}, {}, {})
    starts = [case.object, *chain.subject(case.object, case.found).content]
    looked = Room(max_objects)
    whole = chain.lineage.walk(starts, "upstream", looked)
    room.truncated |= looked.truncated
    if doubt is not None:
        return _Origin(whole.steps, {}, {})
    if case.found is None:
        dated = whole
    else:
        dated = chain.lineage.walk(starts, "upstream", Room(max_objects), bound=case.found)
    used: dict[str, tuple[int, int]] = {}
    for link in dated.links:
        if link.used is not None:
            first, last = used.get(link.source, (link.used.time, link.used.time))
            used[link.source] = min(first, link.used.time), max(last, link.used.time)
    return _Origin(whole.steps, dated.steps, used)


def _source(chain: Chain, one: str, origins: Sequence[_Origin]) -> DatedSource:
    key = key_of(one)
    product = chain.book.product(key.gtin) if key is not None and key.gtin else {}
    explains = _where(one in origin.in_time for origin in origins)
    used = [origins[at].used[one] for at in explains if one in origins[at].used]
    return DatedSource(
        object=one,
        kind=kind_of(one),
        name=product.get("name"),
        parties=tuple(sorted(makers_of(chain, one))),
        explains=explains,
        excluded=_where(one in its.steps and one not in its.in_time for its in origins),
        share=len(explains) / len(origins),
        steps=max(origin.steps[one] for origin in origins if one in origin.steps),
        first_used=utc_text(min(first for first, _ in used)) if used else None,
        last_used=utc_text(max(last for _, last in used)) if used else None,
    )


def _parties(chain: Chain, origins: Sequence[_Origin]) -> Iterator[DatedParty]:
    made: list[set[str]] = [
        {party for one in origin.in_time for party in makers_of(chain, one)} for origin in origins
    ]
    found = [
        DatedParty(party=party, explains=its, share=len(its) / len(origins))
        for party in {party for parties in made for party in parties}
        for its in [_where(party in parties for parties in made)]
        if len(its) > 1
    ]
    yield from sorted(found, key=lambda one: (-one.share, one.party))


def _where(true: Iterable[bool]) -> tuple[int, ...]:
    return tuple(at for at, is_true in enumerate(true) if is_true)
