"""The head of a trace's page comes before the rest; where that fails, it is told and not hidden."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.settings import Settings
from api.traces import routes
from epcis_core.store.ledger import Ledger
from ingest.capture import capture_stream
from tests.served import client_of, served

FARM = Path(__file__).parents[2] / "samples" / "fresh_grapes" / "01-farm-gio-cat.jsonld"
GROWN = "https://id.gs1.org/01/08931004017010/10/GC260310-L1"


def broken(*_given: Any, **_more: Any) -> Any:
    raise RuntimeError("something broke")


def test_a_page_that_breaks_says_so_and_is_cut(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FARM.open("rb") as file:
        capture_stream(ledger, file, file_name=FARM.name, now=1_790_000_000_000_000)
    with (
        served(create_app(ledger, Settings(demo=True))) as address,
        client_of(address, Accept="text/html", Accept_Language="en") as client,
    ):
        whole = client.get("/trace", params={"id": GROWN}).text
        head, mark, rest = whole.partition("<!-- the head ends here -->")
        assert "GC260310-L1…</p>" in head
        assert "<h1>" not in head
        assert mark
        assert "</html>" in rest
        monkeypatch.setattr(routes, "trace_page", broken)
        came: list[bytes] = []
        with (
            client.stream("GET", "/trace", params={"id": GROWN}) as answer,
            pytest.raises(httpx.RemoteProtocolError),
        ):
            came.extend(answer.iter_raw())
    assert answer.status_code == 200
    assert (
        b"".join(came)
        .decode()
        .endswith(
            '<p class="problem" role="alert">This page could not be finished. Load it again.</p>'
        )
    )
