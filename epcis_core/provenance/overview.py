"""The gaps of everything that the ledger holds."""

from collections.abc import Sequence

from epcis_core.provenance.answer import handover_of, links_of, visits_of
from epcis_core.provenance.book import Book
from epcis_core.provenance.border import Reader, trace_for
from epcis_core.provenance.chain import Chain, Findings
from epcis_core.provenance.evidence import Evidence
from epcis_core.provenance.gaps import find_gaps
from epcis_core.provenance.kinds import key_of, kind_of
from epcis_core.provenance.result import Gap, Trace
from epcis_core.provenance.stock import StocksOfLots
from epcis_core.provenance.trace import explore


def all_gaps(evidence: Evidence, book: Book, *, max_objects: int = 10_000) -> tuple[Gap, ...]:
    """Return what the records do not show of any object, in the order of the codes.

    Containers and other assets count by what was in them.

    Args:
        evidence: the events that count.
        book: names and addresses.
        max_objects: how many objects may be looked at; gap `truncated` says that there are more.
    """
    chain = Chain(evidence, book)
    found = _explored(chain, evidence, max_objects)
    return () if found is None else find_gaps(chain, found, StocksOfLots(chain, found.lots))


def all_gaps_for(
    reader: Reader, evidence: Evidence, book: Book, *, max_objects: int = 10_000
) -> tuple[Gap, ...]:
    """Return those of the gaps that somebody can know who sees a part of the records.

    Args:
        reader: who; all that it sent counts.
        evidence: the events that it sees.
        book: see `all_gaps`; so is `max_objects`.
        max_objects: how many objects.
    """
    chain = Chain(evidence, book)
    found = _explored(chain, evidence, max_objects)
    if found is None:
        return ()
    handovers = (handover_of(one, chain.changes.amount(one)) for one in found.moved)
    answer = Trace(
        subject="",
        handovers=tuple(handovers),
        links=links_of(found),
        visits=tuple(visits_of(found.seen, chain.parties)),
        gaps=find_gaps(chain, found, StocksOfLots(chain, found.lots)),
    )
    return trace_for(reader, answer).gaps


def _explored(chain: Chain, evidence: Evidence, max_objects: int) -> Findings | None:
    """Return what is found out about everything; None where there is nothing."""
    known: Sequence[str] = evidence.objects(max_objects + 1)
    subjects = [one for one in known if not _is_asset(one)]
    if not subjects:
        return None
    found, _ = explore(chain, subjects, "both", max_objects)
    found.truncated = found.truncated or len(known) > max_objects
    return found


def _is_asset(one: str) -> bool:
    """Tell whether an object holds or moves goods and is none itself."""
    key = key_of(one)
    return kind_of(one) == "container" or (key is not None and key.scheme == "giai")
