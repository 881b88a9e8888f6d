"""The command that draws stamps: the QR code of a lot or an item, with what people read."""

from collections.abc import Iterator
from datetime import date
from itertools import repeat
from math import ceil
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import track

from api.base_address import BaseAddress
from api.commands.show import table
from api.commands.terminal import errors, output, terminal_language
from api.stamps.formats import Format, formats
from api.stamps.layout import Label, lay_out
from api.stamps.png import label_png
from api.stamps.printing import IN_A_FILE, stamp_files, zipped
from api.stamps.stamp import Stamp, check_stampable
from api.stamps.svg import label_svg
from api.stamps.words import label_words
from epcis_core.errors import IdentifierError
from epcis_core.findings import Language
from epcis_core.identifiers import Identifier, parse_identifier
from epcis_core.identifiers.schemes import CANONICAL_DOMAIN

_USUAL: Final = "roll-50x30"
_MOST: Final = 100_000


def stamp(
    identifier: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="The lot, or the item, in any spelling.", show_default=False
        ),
    ],
    *,
    out: Annotated[
        Path,
        typer.Option("-o", help="The file: .pdf, .png, .svg, or .zip.", show_default=False),
    ],
    wanted: Annotated[
        str, typer.Option("--format", help="The labels; `list` shows which there are.")
    ] = _USUAL,
    count: Annotated[
        int,
        typer.Option(min=1, max=100_000, help="How many, all the same; more than 5,000 in a .zip."),
    ] = 1,
    base: Annotated[
        str, typer.Option("--base", help="The address that answers the link.")
    ] = f"https://{CANONICAL_DOMAIN}",
    name: Annotated[str, typer.Option(help="What the product is called.")] = "",
    expiry: Annotated[
        str | None, typer.Option(help="Good until this day, such as 2026-12-31.")
    ] = None,
    language: Annotated[
        Language | None, typer.Option("--language", help="Of the words on the label.")
    ] = None,
) -> None:
    """Draw stamps: the GS1 Digital Link of a lot or an item as a QR code, and what people read.

    Items with numbers of their own are ordered on the page of stamps of a server, which keeps them.

    Examples:

      epcis stamp "(01)08936099141015(10)DN260311" -o stamp.pdf --format a4-3x8 --count 24

      epcis stamp "(01)08936099141015(10)DN260311" -o stamp.svg --expiry 2026-12-31

      epcis stamp "(01)08936099141015(21)0001" -o stamp.png --base https://truy-xuat.example
    """
    if wanted == "list":
        _list(language or terminal_language())
        return
    words = label_words(language or terminal_language())
    one = Stamp(
        _identifier(identifier),
        _base(base),
        name,
        None if expiry is None else _day(expiry),
    )
    if count > 1 and one.identifier.serial is not None:
        raise typer.BadParameter(f"{identifier} is one item, and has one stamp.")
    chosen = _format(wanted)
    label = lay_out(one, chosen, words)
    _write(out, label, count, stamp_files(repeat(one, count), chosen, words, out.stem))
    output.print(
        f"{out}: {count} × {one.link}, modules of {label.module:.3f} mm",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


def _write(out: Path, label: Label, count: int, files: Iterator[tuple[str, bytes]]) -> None:
    """Write a file of the kind that its name asks for."""
    ending = out.suffix.lower()
    most = {".svg": 1, ".png": 1, ".pdf": IN_A_FILE, ".zip": _MOST}.get(ending)
    if most is None:
        raise typer.BadParameter(f"{out} should end in .pdf, .png, .svg or .zip.")
    if count > most:
        larger = ".pdf" if count <= IN_A_FILE else ".zip"
        raise typer.BadParameter(f"{out} holds {most} at most; for {count} name a {larger}.")
    if ending == ".zip":
        with out.open("wb") as archive:
            total = ceil(count / IN_A_FILE)
            for piece in track(
                zipped(files), out.name, total=total, console=errors, transient=True
            ):
                archive.write(piece)
    elif ending == ".pdf":
        out.write_bytes(next(files)[1])
    else:
        out.write_bytes(label_png(label) if ending == ".png" else label_svg(label).encode())


def _list(language: Language) -> None:
    listed = table("format", "labels")
    for key, one in formats().items():
        listed.add_row(key, one.named(language))
    output.print(listed)


def _format(key: str) -> Format:
    found = formats().get(key)
    if found is None:
        raise typer.BadParameter(f"There is no format {key!r}; there are {', '.join(formats())}.")
    return found


def _identifier(text: str) -> Identifier:
    try:
        return check_stampable(parse_identifier(text))
    except IdentifierError as error:
        raise typer.BadParameter(
            f"Expected a lot or an item, such as (01)08936099141015(10)L1, got {text!r}."
        ) from error


def _base(text: str) -> str:
    try:
        return str(BaseAddress.read(text))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"Expected a day such as 2026-12-31, got {text!r}.") from error
