"""What an organisation may send in a day, and that others may go on."""

from pathlib import Path

import pytest

from api.app import create_app
from api.settings import Settings
from epcis_core.access.roles import Role
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.ledger import Ledger
from epcis_core.store.registry.keys import make_key
from epcis_core.store.registry.organisations import Organisation, add_organisation
from ingest.limits import LimitError, read_size
from tests.ingest.documents import NOW, document, item, observed
from tests.served import client_of, served

FARM, SHOP = (f"https://id.gs1.org/417/{gln}" for gln in ("8936099140001", "8936099140018"))


def test_who_has_sent_as_much_as_a_day_allows_waits_and_others_go_on(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    first, second = (document(observed(item(name))) for name in ("first", "other"))
    settings = Settings(daily_quota=len(first) + len(second) - 1)
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        for party in (FARM, SHOP):
            add_organisation(books, Organisation(party, party), NOW)
        farm, shop = (make_key(books, Role.BUSINESS, party, NOW) for party in (FARM, SHOP))
        boss = make_key(books, Role.ADMIN, None, NOW)
        with served(create_app(ledger, settings)) as address, client_of(address) as client:

            def send(key: str, content: bytes) -> tuple[int, str]:
                headers = {"Authorization": f"Bearer {key}"}
                answer = client.post("/captures", content=content, headers=headers)
                return answer.status_code, answer.headers.get("retry-after", "")

            assert send(farm, first) == (200, "")
            assert send(farm, second) == (429, "3600")
            assert send(shop, second) == (200, "")
            assert [send(boss, one) for one in (first, second)] == [(200, "")] * 2


def test_what_comes_without_its_size_counts_as_it_comes(tmp_path: Path) -> None:
    path = tmp_path / "ledger.duckdb"
    sent = [document(observed(item(str(number)))) for number in range(4)]
    with Ledger.open(path) as ledger, Bookkeeping(path) as books:
        add_organisation(books, Organisation(FARM, FARM), NOW)
        farm = {"Authorization": f"Bearer {make_key(books, Role.BUSINESS, FARM, NOW)}"}
        boss = {"Authorization": f"Bearer {make_key(books, Role.ADMIN, None, NOW)}"}
        settings = Settings(daily_quota=3 * len(sent[0]) - 1)
        with served(create_app(ledger, settings)) as address, client_of(address) as client:

            def send(address: str, content: bytes, key: dict[str, str] = farm) -> tuple[int, str]:
                pieces = iter([content[:100], content[100:]])
                headers = {"Content-Type": "application/json", **key}
                answer = client.post(address, content=pieces, headers=headers)
                return answer.status_code, answer.headers.get("retry-after", "")

            assert send("/captures", sent[0]) == (200, "")
            assert send("/epcis/capture", sent[1]) == (202, "")
            for path_of_one in ("/captures", "/epcis/capture", "/epcis/events"):
                assert send(path_of_one, sent[2]) == (429, "3600")
            form = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
            form += sent[3] + b"\r\n--x--"
            multipart = {**farm, "Content-Type": "multipart/form-data; boundary=x"}
            assert send("/upload.json", form, multipart) == (429, "3600")
            assert send("/captures", sent[3], boss) == (200, "")


def test_a_size_is_a_number_of_bytes() -> None:
    assert read_size("2k") == 2048
    with pytest.raises(LimitError, match="Expected a number of bytes, such as 20G, got '20 GB'"):
        read_size("20 GB")
