"""Reading the fact index: which entries name things, and what they say."""

from collections.abc import Callable, Iterable, Iterator

from epcis_core.provenance.facts import EventFacts
from epcis_core.store.index.delta import Delta
from epcis_core.store.index.keys import LOWER, key_of, received_again
from epcis_core.store.index.records import Receipt, read
from epcis_core.store.index.segment import DamagedIndexError, Segment
from epcis_core.store.names import PRODUCT

Part = Segment | Delta


class IndexReader:
    """Reads one state of the index.

    Args:
        parts: in the order of the log.
        reached: the sequence up to which they are read.
        give_up: called where a part turns out to be damaged.

    Attributes:
        reached: the sequence up to which the index has come; -1 where it has nothing.
        give_up: see there; whoever gets a `DamagedIndexError` calls it, and reads the ledger.
    """

    def __init__(self, parts: tuple[Part, ...], reached: int, give_up: Callable[[], None]) -> None:
        self._parts = parts
        self.reached = reached
        self.give_up = give_up

    def naming(self, names: Iterable[str]) -> list[int]:
        """Return the sequences of entries that may name any of the things, in ledger order.

        Raises:
            DamagedIndexError: a file is damaged.
        """
        keys = {key_of(name) for name in names}
        found: set[int] = set()
        for part in self._parts:
            part.find(keys, found)
        return sorted(number for number in found if number <= self.reached)

    def of_product(self, gtin: str, most: int) -> list[int]:
        """Return the latest sequences, so many, of events that may name anything of a product.

        Raises:
            DamagedIndexError: a file is damaged.
        """
        key = key_of(f"{PRODUCT}{gtin}") & ~LOWER
        found: list[int] = []
        for part in reversed(self._parts):
            some = part.of_product(key)
            found += sorted((one for one in some if one <= self.reached), reverse=True)
            if len(found) >= most:
                break
        return sorted(found[:most])

    def facts(self, sequences: Iterable[int]) -> Iterator[EventFacts]:
        """Yield the facts of those sequences that are events.

        Args:
            sequences: that were found here.

        Raises:
            DamagedIndexError: a file is damaged.
        """
        return (one for one in self._read(sequences) if isinstance(one, EventFacts))

    def receipts(self, events: Iterable[int]) -> Iterator[Receipt]:
        """Yield the receipts of whoever has sent any of the events, too.

        Raises:
            DamagedIndexError: a file is damaged.
        """
        wanted = frozenset(events)
        found = self._read(self.naming(map(received_again, wanted)))
        return (one for one in found if isinstance(one, Receipt) and one.event in wanted)

    def _read(self, sequences: Iterable[int]) -> Iterator[EventFacts | Receipt]:
        parts = iter(self._parts)
        part = next(parts, None)
        for sequence in sorted(sequences):
            while part is not None and sequence > part.last:
                part = next(parts, None)
            record = None if part is None else part.record(sequence)
            if record is None:
                raise DamagedIndexError(f"Entry {sequence} was found by a name, and says nothing")
            yield read(sequence, record)
