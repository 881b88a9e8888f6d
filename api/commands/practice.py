"""The command `practice`: a class with an organisation for each trainee, in a folder of its own."""

from pathlib import Path
from typing import Annotated, Final

import typer

from api.clock import now
from api.commands.terminal import errors, output, terminal_language
from api.practice.cards import class_cards
from api.practice.made import MOST, make_class
from api.web.texts import Texts
from api.web.times import here_at
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger

_LEDGER: Final = "class.duckdb"
_CARDS: Final = "cards.pdf"


def practice(
    folder: Annotated[Path, typer.Argument(help="Where the class is kept.")],
    *,
    trainees: Annotated[
        int, typer.Option("--trainees", min=1, max=MOST, help="How many learn.")
    ] = 50,
    reset: Annotated[
        bool, typer.Option("--reset", help="Put the last class aside and begin a new one.")
    ] = False,
) -> None:
    """Make a class for practice: an organisation and a log-in for each trainee, and their cards.

    Serve it like any ledger. What the last class did is kept beside, in a folder with the time.

    Examples:

      epcis practice training --trainees 50

      epcis serve --ledger training/class.duckdb
    """
    path = folder / _LEDGER
    if path.exists():
        if not reset:
            errors.print(
                f"[red]There is a class in {folder}.[/] --reset puts it aside and begins a new one."
            )
            raise typer.Exit(2)
        if Path(f"{path}.server.json").exists():
            errors.print(f"[red]A server runs on {path}.[/] Stop it first.")
            raise typer.Exit(2)
        _put_aside(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with Ledger.open(path, create=True) as ledger, Bookkeeping(path) as books:
        made = make_class(ledger, books, trainees, now())
    cards = folder / _CARDS
    cards.touch(mode=0o600)
    cards.write_bytes(class_cards(made, Texts(terminal_language())))
    output.print(
        f"{trainees} trainees and a trainer. Their cards: {cards}. "
        f"Serve: epcis serve --ledger {path}",
        highlight=False,
        soft_wrap=True,
    )


def _put_aside(folder: Path) -> None:
    """Move the files of a class into a folder that has the time as its name."""
    aside = folder / f"class-{here_at(now()):%Y%m%d-%H%M%S}"
    aside.mkdir()
    for file in [*folder.glob(f"{_LEDGER}*"), folder / _CARDS]:
        if file.exists():
            file.rename(aside / file.name)
