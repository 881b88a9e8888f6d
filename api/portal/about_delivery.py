"""What a target is told of a delivery beside the record: `@` in a mapping file, `{}` in a path."""

from typing import Any

from epcis_core.identifiers import parse_identifier
from epcis_core.model.times import utc_text
from epcis_core.store.portal.deliveries import Delivery


def about_delivery(delivery: Delivery, reference: str | None, now: int) -> dict[str, Any]:
    """Return what may be said of a delivery beside the record.

    Args:
        delivery: it.
        reference: what the target calls the lot; None for not said.
        now: the clock, microseconds since 1970 UTC.
    """
    key = parse_identifier(delivery.lot)
    return {
        "key": delivery.key,
        "hash": delivery.hash,
        "operation": str(delivery.operation),
        "time": utc_text(now),
        "id": delivery.lot,
        "gtin": key.gtin,
        "lot": key.lot,
        "reference": reference,
        "upstream": list(delivery.upstream),
    }
