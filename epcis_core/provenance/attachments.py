"""What was attached to what, such as a logger to a pallet: it passes visits and readings on.

Attachment is neither lineage nor custody: the pallet is not made of its logger, and who gets the
pallet does not own the logger.

References:
    EPCIS 2.0, section 7.4.7: AssociationEvent
"""

from collections.abc import Iterable

from epcis_core.model.references import Role
from epcis_core.provenance.evidence import is_named
from epcis_core.provenance.facts import EventFacts
from epcis_core.provenance.gathered import Gathered
from epcis_core.provenance.pairing import pair
from epcis_core.provenance.stays import Stay


class Attachments:
    """The times in which things were attached to others, each worked out once.

    Args:
        gathered: the facts.
    """

    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered
        self._attached: dict[str, list[Stay]] = {}
        self._of: dict[str, list[Stay]] = {}

    def load(self, objects: Iterable[str]) -> None:
        """Load what was ever attached to objects, and what they were attached to."""
        wanted = set(objects)
        self._gathered.load(wanted)
        self._gathered.load({other for one in wanted for other in self._partners(one)})

    def of(self, one: str) -> list[Stay]:
        """Return the attachments that an object is either end of, by start."""
        if one not in self._of:
            parents = {one, *self._partners(one)} if self._marks(one) else ()
            found = [
                stay
                for parent in sorted(parents)
                for stay in self._to(parent)
                if one in {stay.content, stay.container}
            ]
            self._of[one] = sorted(found, key=lambda stay: (stay.start, stay.content))
        return self._of[one]

    def _to(self, parent: str) -> list[Stay]:
        if parent not in self._attached:
            marks = [one for one in self._marks(parent) if is_named(one, parent, Role.PARENT)]
            self._attached[parent] = pair(parent, marks, is_disputed=self._gathered.is_disputed)
        return self._attached[parent]

    def _marks(self, one: str) -> list[EventFacts]:
        return [f for f in self._gathered.naming(one) if f.type == "AssociationEvent"]

    def _partners(self, one: str) -> set[str]:
        return {
            named.object
            for facts in self._marks(one)
            for named in facts.objects(Role.PARENT, Role.CHILD)
            if named.object != one
        }
