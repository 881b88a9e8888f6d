"""A stamp is printed, scanned by a phone, and declared void: from the order to the public page."""

from dataclasses import replace
from pathlib import Path

from api.stamps.formats import formats
from api.stamps.printing import stamp_files
from api.stamps.runs import stamps_of
from api.stamps.words import label_words
from epcis_core.store.registry.publications import publish
from epcis_core.store.registry.stamps import Run, Serials, order_stamps, serials_of, void_run
from epcis_core.store.registry.unusual_scans import scans_of_run
from tests.api.resolver.published import FARM, GTIN, PAGE, PREFIX, PRODUCT, site_in
from tests.api.stamps.reading import links_on, pictures
from tests.ingest.documents import NOW

LOT = f"{PRODUCT}/10/L1"
VOID = "Whoever made this stamp has declared it void"


def test_a_phone_that_scans_a_stamp_sees_the_lot_and_that_the_stamp_is_void(
    tmp_path: Path,
) -> None:
    with site_in(tmp_path) as site:
        publish(site.books, LOT, FARM, PAGE.model_dump_json(), NOW)
        wanted = Run(FARM, GTIN, "L1", 2, Serials.RANDOM, site.address, "roll-40x40", "vi")
        run = order_stamps(site.books, wanted, [PREFIX], NOW)
        other = order_stamps(site.books, replace(wanted, count=1), [PREFIX], NOW)
        stamps = stamps_of(site.books, run)
        (_, pdf), *_ = stamp_files(stamps, formats()[run.format], label_words("vi"), "tem")
        scanned = [
            link.removeprefix(site.address) for one in pictures(pdf) for link in links_on(one)
        ]
        page = site.get(f"{scanned[0]}?lang=en", Accept="text/html")
        assert page.status_code == 200
        assert "Red grapes of Sand Garden" in page.text
        (serial, _), (kept,) = serials_of(site.books, run), serials_of(site.books, other)
        item = f"%2801%29{GTIN}%2810%29L1%2821%29{serial}"
        assert f'href="/check-stamp?item={item}"' in page.text
        assert VOID not in page.text
        assert scans_of_run(site.books, run.number, LOT) == 1
        void_run(site.books, run, NOW)
        told = [
            VOID in site.get(f"{path}?lang=en", Accept="text/html").text
            for path in (*scanned, f"/01/{GTIN}/10/L1/21/{kept}", f"/01/{GTIN}/10/L1/21/NONE")
        ]
        assert told == [True, True, False, False]
