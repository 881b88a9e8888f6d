"""The photographs of steps in an export: those that its events name, as files."""

from pathlib import Path
from typing import Any, Final

from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.part import LedgerPart
from epcis_core.store.photos import named_photos
from epcis_core.store.registry.step_photos import all_photos
from epcis_core.store.view import View

PHOTOS: Final = "photos"
_ENDINGS: Final = {"image/jpeg": "jpg", "image/webp": "webp"}


def write_photos(
    ledger: Ledger, books: Bookkeeping, view: View, part: LedgerPart, folder: Path
) -> list[dict[str, Any]]:
    """Write the photographs that the events of a part name, those of them that are kept.

    Args:
        ledger: whose events.
        books: where the photographs stand.
        view: what may be seen.
        part: of the ledger.
        folder: the export; `photos` is made in it where there are any.

    Returns:
        What the manifest says of each: its file, who took it, its media type.

    Raises:
        OSError: the disk refuses.
    """
    with ledger.reading() as cursor:
        named = named_photos(cursor, view, part)
    told = []
    for organisation, photo in all_photos(books, named):
        file = f"{PHOTOS}/{photo.digest}.{_ENDINGS[photo.kind]}"
        (folder / PHOTOS).mkdir(exist_ok=True)
        (folder / file).write_bytes(photo.content)
        told.append({"file": file, "organisation": organisation, "media_type": photo.kind})
    return told
