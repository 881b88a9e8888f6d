"""What a sheet may take for granted of whoever sends it: names for codes, and its own headings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from epcis_core.findings import Finding
from ingest.sheets.grid import Sheet
from ingest.sheets.headings import Heading, OwnHeadings, find_heading
from ingest.sheets.known import Known
from ingest.sheets.names import fold


@dataclass(frozen=True, slots=True)
class Own:
    """What is known of whoever sends a sheet.

    Attributes:
        known: products, places and partners, whose names may stand for their codes.
        headings: what the headings of sheets of their own mean, the latest first.
        members: what every event of the sheet says beside its row.
    """

    known: Known = field(default_factory=Known)
    headings: Sequence[OwnHeadings] = ()
    members: Mapping[str, object] = field(default_factory=dict)

    def heading_of(self, sheet: Sheet) -> Heading | Finding | None:
        """Find the headings of a sheet, as `find_heading` does.

        Headings of one's own come first: they hold for a sheet that has every one of them.
        """
        for one in self.headings:
            found = find_heading(sheet, one)
            if isinstance(found, Heading) and _has_all(sheet, found, one):
                return found
        return find_heading(sheet)


def _has_all(sheet: Sheet, found: Heading, own: OwnHeadings) -> bool:
    """Tell whether every heading of somebody's own stands in the row of headings."""
    row = next(islice(sheet.open(), found.row, None), [])
    there = {fold(value) for value in row if isinstance(value, str)}
    return all(fold(heading) in there for heading in own.columns)
