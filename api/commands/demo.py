"""The command `demo`: the invented chains, their firms, and somebody of each role."""

import secrets
import tempfile
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Final

import typer

from api.access.passwords import hash_password
from api.app import new_token
from api.clock import now
from api.commands.demo_portal import demo_portal, demo_target
from api.commands.service import run
from api.commands.serving_options import HostOption, PortOption
from api.commands.terminal import output
from api.outward import Allowed
from api.portal.sample_portal import HERE
from api.settings import LogIn, Settings
from api.web.public_facts import public_content
from api.web.public_told import Wish
from api.web.publications import public_address
from epcis_core.access.roles import Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.names import PARTY, PLACE, PRODUCT, Names
from epcis_core.store.registry.accounts import account_of, add_account, set_password
from epcis_core.store.registry.organisations import (
    Organisation,
    add_organisation,
    organisations,
)
from epcis_core.store.registry.products import Product, product_of, save_product
from epcis_core.store.registry.publications import let_be_named, publish
from epcis_core.store.view import EVERYTHING
from ingest.capture import capture_stream
from ingest.files import expand

_PACKHOUSE: Final = "8936099140001"
_GROWER: Final = "8931004017003"
_PEOPLE: Final = (
    ("admin", Role.ADMIN, None),
    ("province", Role.PROVINCE, None),
    ("inspector", Role.INSPECTOR, None),
    ("connector", Role.CONNECTOR, None),
    ("packhouse", Role.BUSINESS, _PACKHOUSE),
    ("grower", Role.BUSINESS, _GROWER),
)
"""Who has a log-in: name, role, and the GLN of their firm."""


_PUBLISHED: Final = (
    (_PACKHOUSE, f"{PRODUCT}08936099141015/10/DN260311"),
    (_GROWER, f"{PRODUCT}08931004017010/10/GC260310-L1"),
    ("8935097700002", f"{PRODUCT}08935097702013/10/SC261005-40"),
    ("8938099550002", f"{PRODUCT}08938099550217/10/GL260120"),
    ("8936299310006", f"{PRODUCT}08936299310228/10/CM261008-SUONKHO"),
)
"""Lots with a public page, and the GLN of the firm that made each."""


def demo(
    *,
    ledger: Annotated[
        Path | None, typer.Option("--ledger", help="Keep the demo's ledger in this file.")
    ] = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
) -> None:
    """Load the sample chains into a ledger of their own and serve it.

    All firms, people and numbers in it are invented, and so is the portal that lots are carried
    to. Whoever is on this machine sees everything; the log-ins show what each role sees. Their
    password is another each time.

    Examples:

      epcis demo

      epcis demo --port 8080 --ledger demo.duckdb
    """
    with tempfile.TemporaryDirectory(prefix="epcis-demo-") as folder, demo_portal() as portal:
        path = ledger or Path(folder) / "demo.duckdb"
        with Ledger.open(path) as opened:
            output.print(f"Loaded {_load(opened)} events of the invented sample chains.")
            log_ins = _let_in(opened)
            where = f"http://{host}:{port}" if port else ""  # else a port that is not known yet
            told = f"A public page: {where}{_publish(opened)}"
            output.print(told, highlight=False, soft_wrap=True)
            output.print("Without a log-in all is shown on this machine; these show less.")
            output.print(f"Password of all of them: {log_ins[0].password}", highlight=False)
            for one in log_ins:
                told = f"{one.role}, {one.organisation}" if one.organisation else one.role
                output.print(f"  {one.email}  {told}", highlight=False, soft_wrap=True)
            output.print("Lots are carried to a portal that is simulated: see the page Portals.")
            settings = Settings(
                demo=True,
                log_ins=log_ins,
                token=new_token(),
                targets=(demo_target(portal),),
                targets_at=Allowed.read([HERE]),
            )
            run(opened, settings, host, port)


def _load(ledger: Ledger) -> int:
    """Capture the samples, and return how many events are new."""
    total = 0
    with as_file(files("samples")) as samples:
        for file in expand([samples]):
            with file.open("rb") as source:
                name = f"{file.parent.name}/{file.name}"
                report = capture_stream(ledger, source, file_name=name, now=now())
            total += report.counts["accepted"]
    return total


def _let_in(ledger: Ledger) -> tuple[LogIn, ...]:
    """Make the firms of the samples take part, and somebody of each role, with one password.

    A demo may be kept, and later served to others: so no password is known beforehand.
    """
    password = secrets.token_urlsafe(9)  # 12 characters
    hashed, made = hash_password(password), now()
    with Bookkeeping(ledger.path) as books:
        firms = {one.id: one for one in _firms(ledger)}
        for firm in firms.values():
            add_organisation(books, firm, made)
        log_ins = []
        for name, role, gln in _PEOPLE:
            email, party = f"{name}@demo.example", None if gln is None else PARTY + gln
            account = account_of(books, email) or add_account(
                books, email, made, name=name, role=role, organisation=party
            )
            set_password(books, account.number, hashed)
            log_ins.append(LogIn(role, email, password, firms[party].name if party else ""))
    return tuple(log_ins)


def _publish(ledger: Ledger) -> str:
    """Publish the lots that the samples are about, and return the path of the first's page.

    The product of each belongs to its firm from then on, and all firms may be named.
    """
    with Bookkeeping(ledger.path) as books:
        for one in organisations(books):
            let_be_named(books, one.id, named=True, now=now())
        with ledger.reading() as cursor:
            names = Names(cursor, EVERYTHING)
        for gln, thing in _PUBLISHED:
            firm, gtin = PARTY + gln, thing.removeprefix(PRODUCT)[:14]
            if product_of(books, gtin) is None:
                known = names.product(gtin)
                name, english = str(known["name"]), str(known["descriptionShort"])
                save_product(books, Product(firm, gtin, name, english), now())
            wish = Wish(thing, firm, EVERYTHING)
            content, photo = public_content(ledger, books, wish, now())
            publish(books, thing, firm, content.model_dump_json(), now(), photo=photo)
    return public_address(_PUBLISHED[0][1])


def _firms(ledger: Ledger) -> Iterator[Organisation]:
    """Yield each party of the samples to which a place belongs."""
    with ledger.reading() as cursor:
        names = Names(cursor, EVERYTHING)
    places: dict[str, set[str]] = {}
    for place, owner in names.owners().items():
        places.setdefault(owner, set()).add(place.removeprefix(PLACE).partition("/")[0])
    for party, glns in places.items():
        known = names.party(party)
        contact = {"phone_24h": str(known["phone"])} if "phone" in known else {}
        lines = ("streetAddressOne", "city", "state")
        contact["address"] = ", ".join(str(known[one]) for one in lines if one in known)
        roles = (str(known["role"]),) if "role" in known else ()
        name = str(known.get("name", party))
        yield Organisation(party, name, roles, contact, tuple(sorted(glns)))
