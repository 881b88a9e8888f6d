"""What subscribers are sent: documents of events, and problems."""

from collections.abc import Iterable

from api.clock import now
from epcis_core.codecs.jsonld_writer import json_bytes, write_query_document
from epcis_core.model.times import utc_text


def query_document(
    events: Iterable[bytes], query_name: str, subscription_id: str | None = None
) -> bytes:
    """Return an EPCISQueryDocument.

    Args:
        events: each as JSON.
        query_name: whose events they are.
        subscription_id: to which subscription they are sent; None where it has no number.
    """
    return b"".join(
        write_query_document(
            events,
            creation_date=utc_text(now()),
            prefixes={},
            query_name=query_name,
            subscription_id=subscription_id,
        )
    )


def too_large(title: str, query_name: str, subscription_id: str | None = None) -> bytes:
    """Return the problem that is sent instead of more events than a query wants to hear of."""
    members: dict[str, str | int] = {
        "type": "epcisException:QueryTooLargeException",
        "title": title,
        "status": 413,
        "queryName": query_name,
    }
    if subscription_id is not None:
        members["subscriptionID"] = subscription_id
    return json_bytes(members)
