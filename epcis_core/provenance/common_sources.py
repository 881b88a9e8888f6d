"""What several objects have in common upstream, and how many of them each source explains."""

from collections.abc import Mapping, Sequence

from epcis_core.model.references import Role
from epcis_core.provenance.answer import proven
from epcis_core.provenance.chain import Chain
from epcis_core.provenance.evidence import begins, is_named
from epcis_core.provenance.kinds import key_of, kind_of
from epcis_core.provenance.lineage import Room, Walk
from epcis_core.provenance.recall_result import CommonParty, CommonSource


def common_sources(
    chain: Chain, cases: Sequence[str], max_objects: int
) -> tuple[list[CommonSource], list[CommonParty]]:
    """Return what at least two cases came from, and who made what they came from.

    Args:
        chain: the facts.
        cases: canonical identifiers, known to the ledger.
        max_objects: how many objects of one case's origin are looked at.

    Returns:
        Sources and parties, each by falling share; of equal share the nearest source first.
    """
    walks = {case: _origin(chain, case, max_objects) for case in cases}
    parties = {
        case: {party for one in walked.steps for party in makers_of(chain, one)}
        for case, walked in walks.items()
    }
    sources = [
        _source(chain, one, its, walks)
        for one, its in _shared({case: walked.steps for case, walked in walks.items()}).items()
        if kind_of(one) != "class" and not only_carries(chain, one)
    ]
    return (
        sorted(sources, key=lambda source: (-source.share, source.steps, source.object)),
        sorted(
            (
                CommonParty(party=party, cases=its, share=len(its) / len(cases))
                for party, its in _shared(parties).items()
            ),
            key=lambda one: (-one.share, one.party),
        ),
    )


def _origin(chain: Chain, case: str, max_objects: int) -> Walk:
    starts = [case, *chain.subject(case).content]
    return chain.lineage.walk(starts, "upstream", Room(max_objects))


def _source(
    chain: Chain, one: str, its: tuple[str, ...], walks: Mapping[str, Walk]
) -> CommonSource:
    key = key_of(one)
    product = chain.book.product(key.gtin) if key is not None and key.gtin else {}
    return CommonSource(
        object=one,
        kind=kind_of(one),
        name=product.get("name"),
        parties=tuple(sorted(makers_of(chain, one))),
        cases=its,
        share=len(its) / len(walks),
        steps=max(walks[case].steps[one] for case in its),
        disputed=any(one not in proven(walks[case], {case}, upstream=True) for case in its),
    )


def only_carries(chain: Chain, one: str) -> bool:
    """Tell whether an object is a container that no transformation made."""
    events = chain.gathered.naming(one)
    return kind_of(one) == "container" and not any(is_named(f, one, Role.OUTPUT) for f in events)


def makers_of(chain: Chain, one: str) -> set[str]:
    """Return the parties that brought an object, or a member of it, into being."""
    return {
        party
        for each in (one, *chain.gathered.members(one))
        for facts in chain.gathered.naming(each)
        if begins(facts, each)
        for party in [chain.parties.of(facts)]
        if party is not None
    }


def _shared(known: Mapping[str, Mapping[str, int] | set[str]]) -> dict[str, tuple[str, ...]]:
    """Return what at least two cases have, with these cases."""
    found: dict[str, list[str]] = {}
    for case, its in known.items():
        for one in its:
            found.setdefault(one, []).append(case)
    return {one: tuple(cases) for one, cases in found.items() if len(cases) > 1}
