"""Everything that the ledger keeps of an event, worked out from the event alone.

Capture works it out once, before the event is stored; a check of the ledger works it out again from
the text that was stored, and compares.
"""

from epcis_core.event_hash import HashVariant, content_digest, event_hash
from epcis_core.event_hash.differences import declared_digest
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import Namespaces
from epcis_core.provenance.facts import facts_of
from epcis_core.store.rows import NewEvent


def derived_from(
    event: EpcisEvent, namespaces: Namespaces, *, text: str, position: int, organisation: str
) -> NewEvent:
    """Return an event with its identity, hash and facts.

    An event without an id gets its hash as one. Both spellings are then the same event: without an
    id, and with the minted one, as the ledger gives it out.

    Args:
        event: an event that the rules have passed.
        namespaces: the prefixes in force inside it.
        text: its characters as received.
        position: its index in its document.
        organisation: who sends it.
    """
    hashed = event_hash(event, namespaces)
    event_id = event.event_id or str(hashed)
    named = event if event.event_id else event.model_copy(update={"event_id": event_id})
    return NewEvent(
        event=event,
        namespaces=namespaces,
        facts=facts_of(event, namespaces, event_id=event_id, organisation=organisation),
        text=text,
        position=position,
        hash=hashed,
        hash_variant=HashVariant.CBV_2_0_TEXT.value,
        content=content_digest(named, namespaces),
        declared=declared_digest(named, namespaces) if event.error_declaration else None,
    )
