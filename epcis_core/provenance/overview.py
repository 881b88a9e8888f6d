"""The gaps of everything that the ledger holds."""

from collections.abc import Sequence

from epcis_core.provenance.book import Book
from epcis_core.provenance.chain import Chain
from epcis_core.provenance.evidence import Evidence
from epcis_core.provenance.gaps import find_gaps
from epcis_core.provenance.kinds import key_of, kind_of
from epcis_core.provenance.result import Gap
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
    known: Sequence[str] = evidence.objects(max_objects + 1)
    subjects = [one for one in known if not _is_asset(one)]
    if not subjects:
        return ()
    found, _ = explore(chain, subjects, "both", max_objects)
    found.truncated = found.truncated or len(known) > max_objects
    return find_gaps(chain, found, StocksOfLots(chain, found.lots))


def _is_asset(one: str) -> bool:
    """Tell whether an object holds or moves goods and is none itself."""
    key = key_of(one)
    return kind_of(one) == "container" or (key is not None and key.scheme == "giai")
