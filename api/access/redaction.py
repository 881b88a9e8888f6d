"""What is left out of an answer for those who do not see all.

The place of an entry in the log tells how much others have sent, and the id of a capture what they
sent together.
"""

from typing import Any

from api.access.asker import Asker


def report_for(asker: Asker, report: dict[str, Any]) -> dict[str, Any]:
    """Return the report of a capture as an asker may have it: without places in the log."""
    if asker.sees_all:
        return report
    return {**report, "events": [{**event, "sequence": None} for event in report["events"]]}


def shows_capture(asker: Asker, organisation: str) -> bool:
    """Tell whether an asker may know by which capture of an organisation something came."""
    return asker.sees_all or organisation == asker.organisation
