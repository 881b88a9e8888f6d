"""The command `hash`: the event hash ID of each event of a file."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.data import LimitOption, limits_of
from api.commands.show import show_lines
from api.commands.terminal import errors
from epcis_core.codecs.sniff import open_document
from epcis_core.event_hash import HashVariant, event_hash, prehash
from epcis_core.findings import Finding
from ingest.intake import documents_of, seekable
from ingest.prepare import events_of


def hash_events(
    file: Annotated[Path, typer.Argument(help="An EPCIS file.", show_default=False)],
    *,
    variant: Annotated[
        HashVariant, typer.Option("--variant", help="Which reading of the standard.")
    ] = HashVariant.CBV_2_0_TEXT,
    before: Annotated[
        bool, typer.Option("--prehash", help="Print the text that is hashed instead.")
    ] = False,
    limit: LimitOption = None,
) -> None:
    """Print the event hash ID of each event of a file, in order.

    Two systems that hold the same event get the same hash, however each of them spells it.

    Examples:

      epcis hash harvest.jsonld

      epcis hash harvest.jsonld --variant reference-1.9 --prehash
    """
    limits, hashed = limits_of(limit), prehash if before else event_hash
    with file.open("rb") as given, seekable(given, limits) as source:
        contents = documents_of(source, str(file), limits)
        failed = show_lines(errors, str(file), contents.findings)
        for document in contents.documents:
            reader = open_document(document.open(), limits.document)
            if isinstance(reader, Finding):
                failed |= show_lines(errors, document.name, [reader])
                continue
            for read in events_of(reader, limits.document):
                failed |= show_lines(errors, document.name, read.findings)
                if read.event is not None:
                    print(hashed(read.event, read.namespaces, variant))  # noqa: T201
            failed |= show_lines(errors, document.name, reader.findings)
    if failed:
        raise typer.Exit(1)
