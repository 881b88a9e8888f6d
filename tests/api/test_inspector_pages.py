"""Recall, balance, packing and gaps as an inspector gets them, from real ledgers over HTTP."""

import re
from collections.abc import Iterator
from html import escape
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from epcis_core.identifiers import check_digit
from epcis_core.store.ledger import Ledger
from ingest.capture import capture_stream
from tests.api.test_web_pages import NOW, SAMPLES, get, serving, upload, words
from tests.ingest.documents import SITE, document, lot, made, observed

PACKED = "https://id.gs1.org/01/08936099141015/10/DN260311"
SECOND_GRADE = "https://id.gs1.org/01/08936099141039/10/DN260311-L2"
BOXES = "https://id.gs1.org/01/08934907020019/10/CV260313"
LAMB = "https://id.gs1.org/01/08936299310228/10/CM261008-SUONKHO"
SLIP = "https://id.gs1.org/01/08936299310228/10/CM261008-SU0NKHO"
LANDED = "https://id.gs1.org/01/08931007306012/10/HR251006"
SAUCE = "https://id.gs1.org/01/08935097702013/10/SC261005-40"
CASE = "https://id.gs1.org/01/08935097702013/21/JP0001"
EXPORT = "https://id.gs1.org/01/08935097702013/10/SC261004JP"
FARM, SHOP = "https://id.gs1.org/417/9506000134307", "https://id.gs1.org/417/9506000134314"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server that holds grapes, lamb and fish sauce."""
    with Ledger.open(tmp_path_factory.mktemp("inspector") / "ledger.duckdb") as ledger:
        for chain in ("fresh_grapes", "sheep_meat", "fish_sauce"):
            for path in sorted((SAMPLES / chain).glob("*.jsonld")):
                with path.open("rb") as file:
                    report = capture_stream(ledger, file, file_name=path.name, now=NOW)
                assert report.status == "accepted", path.name
        with serving(ledger) as opened:
            yield opened


@pytest.fixture
def small(ledger: Ledger) -> Iterator[httpx.Client]:
    with serving(ledger) as opened:
        yield opened


def english(client: httpx.Client, path: str) -> str:
    """Return a page in English, as it was sent."""
    answer = get(client, path, Accept_Language="en")
    assert answer.status_code == 200
    return str(answer.text)


def section(html: str, name: str) -> str:
    """Return the words of the section with a heading of that id."""
    found = re.search(rf'(?s)<section[^>]*aria-labelledby="{name}".*?</section>', html)
    assert found is not None, name
    return words(found[0])


def rows(html: str, name: str) -> list[list[str]]:
    """Return the cells of the tables of a section, row by row."""
    found = re.search(rf'(?s)<section[^>]*aria-labelledby="{name}".*?</section>', html)
    assert found is not None, name
    return [
        [words(cell).strip() for cell in re.findall(r"(?s)<td[^>]*>(.*?)</td>", row)]
        for row in re.findall(r"(?s)<tr>\s*<td.*?</tr>", found[0])
    ]


def recall_of(*ids: str) -> str:
    return "/recall?" + "&".join(f"id={quote(one, safe='')}" for one in ids)


def quantity(one: str, amount: float | None, uom: str | None = "KGM") -> dict[str, Any]:
    named = {"epcClass": one, "quantity": amount, "uom": uom}
    return {name: value for name, value in named.items() if value is not None}


def booked(step: str, day: int, *named: dict[str, Any], **members: Any) -> dict[str, Any]:
    """An ObjectEvent of amounts, at the farm unless it says otherwise."""
    event = observed(
        eventTime=f"2026-03-{day:02}T08:00:00+07:00",
        bizStep=step,
        readPoint={"id": SITE},
        quantityList=list(named),
        **members,
    )
    del event["epcList"]
    return event


def between(giver: str, taker: str) -> dict[str, Any]:
    return {
        "sourceList": [{"type": "owning_party", "source": giver}],
        "destinationList": [{"type": "owning_party", "destination": taker}],
    }


def send(client: httpx.Client, *events: dict[str, Any]) -> None:
    assert upload(client, ("events.json", document(*events))).status_code == 303


# Recall


def test_a_recall_begins_with_whom_to_call_and_what_they_have(client: httpx.Client) -> None:
    html = english(client, recall_of(PACKED))
    assert re.findall(r'<h2 id="([a-z]+)"', html)[:2] == ["calls", "affected"]
    told = section(html, "calls")
    # nearest to the consumer first
    assert [told.index(name) for name in ("Lá Me Nhỏ", "Kho lạnh", "Đồi Nắng")] == sorted(
        told.index(name) for name in ("Lá Me Nhỏ", "Kho lạnh", "Đồi Nắng")
    )
    assert (
        "Cửa hàng trái cây Lá Me Nhỏ retailer "
        "Sold to consumers 75 items: Nho đỏ Ninh Thuận hộp 500 g, lot CV260313 "
        "Last before the consumer · Hẻm Lá Me"
    ) in told
    assert (
        "Quầy trái cây Hẻm Mười Hai retailer recorded no receipt Was sent and does not account "
        "for 58 items: Nho đỏ Ninh Thuận hộp 500 g, lot CV260313"
    ) in told
    assert "Had the goods; by the records nothing is left there" in told
    for call in get(client, f"/recall.json?id={PACKED}").json()["call_list"]:
        assert f'href="tel:{call["phone"].replace(" ", "")}"' in html


def test_what_is_affected_stands_by_state_with_amount_and_place(client: httpx.Client) -> None:
    html = english(client, recall_of(LANDED))
    counts = "Still in stock 16 Sold to consumers 11 Destroyed 1 Used up 4 Not known 1"
    assert f"What is affected, and where it is {counts}" in section(html, "affected")
    table = rows(html, "affected")
    assert [
        "Nước mắm Cà Ná 40 độ đạm, thùng 12 chai 500 ml, lot SC261005-40",
        "41 items",
        "Thực phẩm Mái Ngói Đỏ",
        "31 Oct 2026, 18:00",
    ] in table
    assert [
        "Cá cơm than tươi, lot HR251006",
        "3,000 kg",
        "Nhà thùng nước mắm Sóng Chài Vàng Dãy thùng lều Sóng Chài Vàng",
        "6 Oct 2025, 14:00",
    ] in table


def test_single_items_of_one_product_in_one_state_stand_together(client: httpx.Client) -> None:
    html = english(client, recall_of(LANDED))
    numbers = ", ".join(f"JP00{number}" for number in range(12, 25))
    (held,) = [row for row in rows(html, "affected") if row[0].startswith("13 × ")]
    assert held[0].replace(" ,", ",") == (
        f"13 × Nước mắm Cà Ná 40 độ đạm, thùng 12 chai 500 ml Numbers of the items {numbers}"
    )
    assert held[1:3] == ["13 items", "Kaigan Zatsu Foods"]
    (got,) = [row for row in rows(html, "customers") if row[0] == "Kaigan Zatsu Foods"]
    assert got[2:] == ["24 items", "0 items", "13 items", "13 items"]


def test_who_got_how_much_and_what_is_still_to_be_found(client: httpx.Client) -> None:
    html = english(client, recall_of(PACKED))
    table = {(row[0], row[1].rpartition(" ")[2]): row[2:] for row in rows(html, "customers")}
    assert section(html, "calls").count("Last recorded itself:") == 4  # of five
    silent = "Quầy trái cây Hẻm Mười Hai"
    assert table[silent, "CV260313"] == ["58 items", "0 items", "0 items", "58 items"]
    assert table["Kho lạnh Cầu Vồng Xám", "DN260311"] == ["30 items", *["0 items"] * 3]
    assert table["Consumers", "CV260313"] == ["135 items", "0 items", "—", "135 items"]
    alarms = re.findall(r'(?s)<td class="amount alarm"[^>]*><div>(.*?)</div>', html)
    assert alarms == ["58 items", "8 items", "135 items"]


def test_every_object_of_a_recall_leads_to_its_trace(client: httpx.Client) -> None:
    html = english(client, recall_of(LANDED))
    for one in get(client, f"/recall.json?id={LANDED}").json()["affected"]:
        assert f'href="/trace?id={quote(one["object"], safe="")}"' in html


def test_a_slip_of_the_pen_is_told_apart_from_what_is_affected(client: httpx.Client) -> None:
    html = english(client, recall_of(LAMB))
    assert (
        "Possible, but not counted Here somebody may have mistyped a lot number. The records do "
        "not prove that these goods are affected, so they are in no list above; look at the label. "
        "Cửa hàng thịt Ba Bậc Thềm used or gave away Sườn cừu Ninh Thuận khay 500 g, lot "
        "CM261008-SU0NKHO, which it never got on record. It held Sườn cừu Ninh Thuận khay 500 g, "
        "lot CM261008-SUONKHO then, and may have meant that."
    ) in section(html, "possible")
    assert "CM261008-SU0NKHO" not in section(html, "affected")
    assert f'href="/trace?id={quote(SLIP, safe="")}"' in html


def test_several_suspects_are_told_what_they_have_in_common(client: httpx.Client) -> None:
    html = english(client, recall_of(BOXES, SECOND_GRADE, LAMB))
    sources = rows(html, "common")
    assert [
        "Nho đỏ Cardinal xô, lot GC260311-L2",
        "Trang trại nho Gió Cát",
        "2 of 3 Nho đỏ Ninh Thuận hộp 500 g, lot CV260313; Nho đỏ loại 2, lot DN260311-L2",
    ] in [[cell.replace(" ;", ";") for cell in row] for row in sources]
    assert 'class="b-common" x="0.0" y="0" width="66.67"' in html
    assert "Parties behind them" in section(html, "common")
    alone = english(client, recall_of(BOXES, LAMB))
    assert "nothing that two of the suspects came from" in section(alone, "common")
    assert 'aria-labelledby="common"' not in english(client, recall_of(BOXES))


def test_a_suspect_can_be_added_and_left_out(client: httpx.Client) -> None:
    html = english(client, recall_of(PACKED, LAMB))
    form = re.search(r'(?s)<form class="search add".*?</form>', html)
    assert form is not None
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[0])
    assert hidden == [("id", PACKED), ("id", LAMB)]
    assert f'href="{recall_of(PACKED)}">Leave out' in html
    assert f'href="{recall_of(LAMB)}">Leave out' in html
    assert 'class="remove"' not in english(client, recall_of(PACKED))


def test_a_bare_lot_number_leads_to_the_lot(client: httpx.Client) -> None:
    answer = client.get(recall_of(PACKED, "SC261005-40"))
    assert (answer.status_code, answer.headers["location"]) == (303, recall_of(PACKED, SAUCE))


def test_an_unknown_suspect_is_told_with_near_ones(client: httpx.Client) -> None:
    mistyped = "DN26O311"
    html = english(client, recall_of(LAMB, mistyped))
    assert "No event in the ledger names DN26O311. Did you mean:" in words(html)
    assert (
        f'href="{escape(recall_of(LAMB, PACKED))}">Nho đỏ Ninh Thuận thùng 5 kg, lot DN260311'
        in html
    )
    assert section(html, "calls")
    answer = get(client, recall_of(mistyped), Accept_Language="en")
    assert answer.status_code == 404
    assert f'href="{recall_of(PACKED)}"' in answer.text


def test_a_wrong_check_digit_is_told(client: httpx.Client) -> None:
    asked = "(01)08936099141016(10)DN260311"
    answer = get(client, recall_of(asked), Accept_Language="en")
    assert answer.status_code == 404
    assert f'href="{recall_of(PACKED)}">' in answer.text


def test_a_recall_at_an_earlier_time_knows_less_and_stays_there(client: httpx.Client) -> None:
    path = f"{recall_of(PACKED)}&as_of=2020-01-01T00:00:00Z"
    answer = get(client, path, Accept_Language="en")
    assert answer.status_code == 404
    assert "No event in the ledger names" in words(answer.text)
    html = english(client, f"{recall_of(PACKED)}&as_of=2030-01-01T00:00:00Z")
    assert 'name="as_of" value="2030-01-01T00:00:00Z"' in html
    assert "As the ledger knew it at 1 Jan 2030, 07:00" in words(html)


def test_a_recall_of_nothing_asks_for_a_lot(client: httpx.Client) -> None:
    html = english(client, "/recall")
    assert "Name a lot that is suspected." in words(html)
    assert get(client, "/recall.json").json() == {
        "type": "epcisException:QueryParameterException",
        "title": "A recall needs at least one object: id=…",
        "status": 400,
    }


def test_a_long_recall_says_how_much_more_there_is(small: httpx.Client) -> None:
    numbers = (str(number) for number in range(9506000134000, 9506000134310))
    products = [digits + check_digit(digits) for digits in numbers]
    outputs = [f"https://id.gs1.org/01/{gtin}/10/P" for gtin in products]
    event = made([lot("A")], outputs, readPoint={"id": SITE}, bizStep="commissioning")
    event["inputQuantityList"] = [quantity(lot("A"), 10)]
    event["outputQuantityList"] = [quantity(one, 1) for one in outputs]
    send(small, booked("commissioning", 1, quantity(lot("A"), 10), action="ADD"), event)
    html = english(small, recall_of(lot("A")))
    assert len(rows(html, "affected")) == 300 + 1
    assert "10 more rows; the JSON has all." in section(html, "affected")
    assert "and 300 more" in section(html, "calls")


def test_amounts_that_nobody_knows_are_said_to_be_unknown(small: httpx.Client) -> None:
    send(
        small,
        booked("commissioning", 1, quantity(lot("A"), None, None), action="ADD"),
        booked(
            "shipping", 2, quantity(lot("A"), None, None), action="OBSERVE", **between(FARM, SHOP)
        ),
    )
    html = english(small, recall_of(lot("A")))
    assert "Was sent and does not account for, nobody knows how much:" in section(html, "calls")
    (got,) = rows(html, "customers")
    assert got[2:] == ["not known", "0 items", "0 items", "not known"]


# Balance


def test_the_balance_stands_on_the_page_of_the_lot(client: httpx.Client) -> None:
    html = english(client, f"/trace?id={PACKED}")
    assert "Amounts are numbers of items (cases, boxes, animals …)." in section(html, "balance")
    assert rows(html, "balance") == [
        ["Hợp tác xã nho Đồi Nắng Nhà đóng gói Đồi Nắng", "30", "0", "0", "30", "0", "0", "0"],
        ["Kho lạnh Cầu Vồng Xám Kho Thủ Đức Cầu Vồng Xám", "0", "30", "20", "10", "0", "0", "0"],
        ["Siêu thị mini Bến Gạch", "0", "10", "0", "8", "2", "0", "0"],
    ]
    # used 20, shipped 10
    assert 'class="b-used" x="0.0" y="0" width="66.67"' in html


def test_the_unit_of_a_balance_stands_in_words(client: httpx.Client) -> None:
    assert "Amounts in: kilogram (kg)." in english(client, f"/trace?id={LANDED}")
    vietnamese = get(client, f"/trace?id={LANDED}", Accept_Language="vi").text
    assert "Đơn vị tính: kilôgam (kg)." in vietnamese


def test_what_is_unaccounted_for_stands_out(client: httpx.Client) -> None:
    html = english(client, f"/trace?id={BOXES}")
    alarms = re.findall(r'<td class="amount alarm" data-label="([^"]*)"><div>(.*?)</div>', html)
    assert alarms == [("Unaccounted for", "58")]
    assert "Unaccounted for: shipped from here, but nobody recorded that it arrived." in words(html)


def test_the_page_of_an_item_has_the_balance_of_its_lot(client: httpx.Client) -> None:
    html = english(client, f"/trace?id={CASE}")
    assert "Balance of Nước mắm Cà Ná 40 độ đạm, thùng 12 chai 500 ml, lot SC261004JP" in section(
        html, "balance"
    )
    assert [row[1:] for row in rows(html, "balance")] == [
        ["24", "0", "0", "24", "0", "0", "0"],
        ["0", "24", "0", "10", "1", "13", "0"],
    ]


def test_what_is_not_known_is_said_and_explained(small: httpx.Client) -> None:
    send(
        small,
        booked("commissioning", 1, quantity(lot("A"), 10), action="ADD"),
        booked("destroying", 2, quantity(lot("A"), None, None), action="DELETE"),
    )
    html = english(small, f"/trace?id={quote(lot('A'), safe='')}")
    assert rows(html, "balance")[0][1:] == [
        "10", "0", "0", "0", "not known", "not known", "0",
    ]  # fmt: skip
    assert "Not known is not zero." in section(html, "balance")
    vietnamese = get(small, f"/trace?id={quote(lot('A'), safe='')}", Accept_Language="vi").text
    assert "không rõ" in section(vietnamese, "balance")


def test_more_going_out_than_came_is_told_in_both_languages(small: httpx.Client) -> None:
    send(
        small,
        booked("commissioning", 1, quantity(lot("A"), 10), action="ADD"),
        booked("destroying", 2, quantity(lot("A"), 12.5), action="DELETE"),
        booked("commissioning", 1, quantity(lot("B"), 10), action="ADD"),
        booked("destroying", 2, quantity(lot("B"), 1, "LTR"), action="DELETE"),
    )
    html = english(small, f"/trace?id={quote(lot('A'), safe='')}")
    assert rows(html, "balance")[0][1:] == ["10", "0", "0", "0", "12.5", "-2.5", "0"]
    assert "Below zero: more left this place than came there on record." in words(html)
    gaps = {
        "en": [
            "More of GTIN 09506000134352, lot A went out than there was.",
            "The units of GTIN 09506000134352, lot B cannot be compared.",
        ],
        "vi": [
            "Số lượng GTIN 09506000134352, lô A đi ra nhiều hơn số lượng có.",
            "Các đơn vị đo của GTIN 09506000134352, lô B không so được với nhau.",
        ],
    }
    for language, sentences in gaps.items():
        page = words(get(small, "/gaps", Accept_Language=language).text)
        for sentence in sentences:
            assert sentence in page


def test_the_trace_leads_to_the_balance(client: httpx.Client) -> None:
    html = english(client, f"/trace?id={PACKED}")
    link = f"/balance?id={quote(PACKED, safe='')}"
    assert f'href="{link}">Open the balance: each number with the records behind it</a>' in html
    shown = get(client, f"/balance?id={PACKED}", Accept="application/json")
    assert shown.json()["rows"][0]["produced"] == "30"


# The trace


def test_the_trace_leads_to_the_recall(client: httpx.Client) -> None:
    html = english(client, f"/trace?id={PACKED}")
    assert f'href="{recall_of(PACKED)}">Recall this lot</a>' in html


def test_the_trace_tells_what_was_packed_in_what_and_when(client: httpx.Client) -> None:
    html = english(client, f"/trace?id={PACKED}")
    table = rows(html, "packing")
    assert [
        "Nho đỏ Cardinal xô, lot GC260310-L1 (25 kg)",
        "was inside",
        "returnable crate SO0001",
        "10 Mar 2026, 05:50",
        "11 Mar 2026, 08:30",
    ] in table
    assert [
        "Nho đỏ Ninh Thuận hộp 500 g, lot CV260313 (58 items)",
        "was inside",
        "cargo unit SSCC 189349070000400030",
        "13 Mar 2026, 13:20",
        "no end recorded",
    ] in table
    assert ["GIAI 89350991TL0042", "was attached to"] in [row[:2] for row in table]


def test_items_of_one_load_stand_together(client: httpx.Client) -> None:
    trace = get(client, f"/trace.json?id={EXPORT}").json()
    packed = [link for link in trace["links"] if link["kind"] == "containment"]
    html = english(client, f"/trace?id={EXPORT}")
    assert len(packed) > len(rows(html, "packing"))
    assert any(cells[0].endswith("+ 21") for cells in rows(html, "packing"))


# Gaps


def test_gaps_stand_by_sort_with_counts_and_explanations(client: httpx.Client) -> None:
    html = english(client, "/gaps")
    codes = [gap["code"] for gap in get(client, "/gaps.json").json()]
    assert f"{len(codes)} gaps." in words(html)
    assert re.findall(r'href="#(\w+)"><span class="name">', html) == list(dict.fromkeys(codes))
    told = section(html, "shipped_not_received")
    assert told.strip() == (
        "Shipped, not received 1 The goods may be under way, may have arrived without a record, or "
        "may be lost. Call the receiver. Kho lạnh Cầu Vồng Xám recorded shipping Nho đỏ Ninh "
        "Thuận hộp 500 g, lot CV260313 to Quầy trái cây Hẻm Mười Hai on 14 Mar 2026; Quầy trái "
        "cây Hẻm Mười Hai recorded no receipt. Nho đỏ Ninh Thuận hộp 500 g, lot CV260313 "
        "Shipping, 14 Mar 2026"
    )
    assert f'href="/trace?id={quote(BOXES, safe="")}"' in html


def test_a_gap_names_who_used_what_it_never_had_and_what_it_may_have_meant(
    client: httpx.Client,
) -> None:
    for path in ("/gaps", f"/gaps?id={SLIP}"):
        html = english(client, path)
        told = section(html, "used_not_received")
        assert (
            "Cửa hàng thịt Ba Bậc Thềm used or shipped Sườn cừu Ninh Thuận khay 500 g, lot "
            "CM261008-SU0NKHO without having recorded making or receiving it. It may be: Sườn cừu "
            "Ninh Thuận khay 500 g, lot CM261008-SUONKHO"
        ) in told


def test_an_event_that_was_withdrawn_is_named_by_what_it_said(client: httpx.Client) -> None:
    assert re.search(
        r"was withdrawn by its sender\..* 2026 $", section(english(client, "/gaps"), "retracted")
    )


def test_the_gaps_of_one_lot_are_those_of_its_trace(client: httpx.Client) -> None:
    html = english(client, f"/gaps?id={SAUCE}")
    number = len(get(client, f"/trace.json?id={SAUCE}").json()["gaps"])
    assert f"{number} gaps." in words(html)
    assert "lot SC261005-40" in words(html)
    none = english(client, f"/gaps?id={LAMB}")
    assert "No gaps or contradictions in the records sent." in words(none)


def test_many_gaps_are_counted_and_the_first_listed(small: httpx.Client) -> None:
    named = [quantity(lot(f"N{number:03}"), 1) for number in range(320)]
    send(small, booked("inspecting", 1, *named, action="OBSERVE"))
    html = english(small, "/gaps")
    told = section(html, "no_origin")
    assert told.startswith(" Origin not recorded 320 ")
    assert told.count("Nobody recorded where") == 300
    assert "310 more" in told
    assert "20 more rows; the JSON has all." in told


def test_a_ledger_too_large_for_one_look_says_so(client: httpx.Client) -> None:
    html = english(client, "/gaps?max_objects=1")
    assert "there may be more gaps than these" in words(html)
    assert 'id="truncated"' not in html


def test_a_ledger_without_gaps_says_so(small: httpx.Client) -> None:
    assert "No gaps or contradictions in the records sent." in words(english(small, "/gaps"))


def test_home_and_menu_lead_to_the_inspectors_pages(client: httpx.Client) -> None:
    html = english(client, "/")
    assert html.count('href="/recall"') == 2
    assert html.count('href="/gaps"') == 2
