"""Events in words, in both languages."""

from typing import Any, ClassVar

import pytest

from api.web.contacts import contact_of
from api.web.naming import Namer
from api.web.texts import Texts
from api.web.words import declaration, sentence
from epcis_core.findings import Language
from epcis_core.model.references import Role
from epcis_core.model.times import microseconds
from epcis_core.provenance.facts import EventFacts, Named

LOT = "https://id.gs1.org/01/08936099141015/10/DN260311"
HARVEST = "https://id.gs1.org/01/08931004017010/10/GC260310-L1"
PALLET = "https://id.gs1.org/00/389360991426031110"
FARM = "https://id.gs1.org/417/8931004017003"
PACKHOUSE = "https://id.gs1.org/417/8936099140001"
SHED = "https://id.gs1.org/414/8936099140018"
LOGGER = "https://id.gs1.org/8004/8936099140T01"


class Book:
    """Names of the invented grape chain."""

    names: ClassVar = {
        FARM: "Trang trại nho Gió Cát",
        PACKHOUSE: "Hợp tác xã nho Đồi Nắng",
        SHED: "Nhà đóng gói",
        "08936099141015": "Nho đỏ thùng 5 kg",
        "08931004017010": "Nho đỏ xô",
    }

    def party(self, key: str) -> dict[str, Any]:
        return {"name": self.names[key]} if key in self.names else {}

    place = product = party

    def owners(self) -> dict[str, str]:
        return {SHED: PACKHOUSE}


def facts(kind: str, **more: Any) -> EventFacts:
    known: dict[str, Any] = {
        "sequence": 0,
        "event_id": "urn:uuid:1",
        "type": kind,
        "time": microseconds("2026-03-11T07:20:00Z"),
        "offset": "+07:00",
        "action": None,
        "biz_step": None,
        "disposition": None,
        "read_point": SHED,
        "biz_location": None,
        "transformation_id": None,
        "transactions": (),
        "sources": (),
        "destinations": (),
        "named": (),
        "memberships": (),
        "attributes": (),
        "organisation": "operator",
    }
    return EventFacts(**{**known, **more})


def items(number: int) -> tuple[Named, ...]:
    return tuple(
        Named(f"https://id.gs1.org/01/08936099141015/21/{at}", Role.CHILD) for at in range(number)
    )


CASES = [
    pytest.param(
        facts(
            "ObjectEvent",
            action="ADD",
            biz_step="packing",
            named=(Named(LOT, Role.EPC, "30"),),
        ),
        "Ngày 11 tháng 3 năm 2026 lúc 14:20 (+07:00), Hợp tác xã nho Đồi Nắng đóng gói "
        "30 × Nho đỏ thùng 5 kg, lô DN260311 tại Nhà đóng gói.",
        "On 11 March 2026 at 14:20 (+07:00), Hợp tác xã nho Đồi Nắng packed "
        "30 × Nho đỏ thùng 5 kg, lot DN260311 at Nhà đóng gói.",
        id="packing",
    ),
    pytest.param(
        facts(
            "ObjectEvent",
            action="OBSERVE",
            biz_step="receiving",
            named=(Named(HARVEST, Role.EPC, "62.5", "KGM"),),
            sources=(f"owning_party {FARM}",),
            destinations=(f"owning_party {PACKHOUSE}",),
        ),
        "Ngày 11 tháng 3 năm 2026 lúc 14:20 (+07:00), Hợp tác xã nho Đồi Nắng nhận "
        "62,5 kg Nho đỏ xô, lô GC260310-L1 từ Trang trại nho Gió Cát tại Nhà đóng gói.",
        "On 11 March 2026 at 14:20 (+07:00), Hợp tác xã nho Đồi Nắng received "
        "62.5 kg Nho đỏ xô, lot GC260310-L1 from Trang trại nho Gió Cát at Nhà đóng gói.",
        id="receiving",
    ),
    pytest.param(
        facts(
            "TransformationEvent",
            biz_step="packing",
            named=(Named(HARVEST, Role.INPUT, "175", "KGM"), Named(LOT, Role.OUTPUT, "30")),
        ),
        "Ngày 11 tháng 3 năm 2026 lúc 14:20 (+07:00), Hợp tác xã nho Đồi Nắng dùng 175 kg "
        "Nho đỏ xô, lô GC260310-L1 làm ra 30 × Nho đỏ thùng 5 kg, lô DN260311 tại Nhà đóng gói.",
        "On 11 March 2026 at 14:20 (+07:00), Hợp tác xã nho Đồi Nắng made 175 kg Nho đỏ xô, "
        "lot GC260310-L1 into 30 × Nho đỏ thùng 5 kg, lot DN260311 at Nhà đóng gói.",
        id="transformation",
    ),
    pytest.param(
        facts(
            "AggregationEvent",
            action="ADD",
            biz_step="packing",
            named=(Named(PALLET, Role.PARENT), *items(12)),
        ),
        "Ngày 11 tháng 3 năm 2026 lúc 14:20 (+07:00), Hợp tác xã nho Đồi Nắng đóng gói: xếp "
        "12 × Nho đỏ thùng 5 kg vào kiện SSCC 389360991426031110 tại Nhà đóng gói.",
        "On 11 March 2026 at 14:20 (+07:00), Hợp tác xã nho Đồi Nắng packed: put "
        "12 × Nho đỏ thùng 5 kg into cargo unit SSCC 389360991426031110 at Nhà đóng gói.",
        id="packing into a pallet",
    ),
    pytest.param(
        facts(
            "AggregationEvent",
            action="DELETE",
            biz_step="unpacking",
            named=(Named(PALLET, Role.PARENT),),
        ),
        "Ngày 11 tháng 3 năm 2026 lúc 14:20 (+07:00), Hợp tác xã nho Đồi Nắng mở kiện: lấy tất cả "
        "ra khỏi kiện SSCC 389360991426031110 tại Nhà đóng gói.",
        "On 11 March 2026 at 14:20 (+07:00), Hợp tác xã nho Đồi Nắng unpacked: took everything "
        "out of cargo unit SSCC 389360991426031110 at Nhà đóng gói.",
        id="unpacking all",
    ),
    pytest.param(
        facts(
            "AssociationEvent",
            action="ADD",
            named=(Named(PALLET, Role.PARENT), Named(LOGGER, Role.CHILD)),
        ),
        "Ngày 11 tháng 3 năm 2026 lúc 14:20 (+07:00), Hợp tác xã nho Đồi Nắng gắn "
        "GIAI 8936099140T01 vào kiện SSCC 389360991426031110 tại Nhà đóng gói.",
        "On 11 March 2026 at 14:20 (+07:00), Hợp tác xã nho Đồi Nắng attached "
        "GIAI 8936099140T01 to cargo unit SSCC 389360991426031110 at Nhà đóng gói.",
        id="a logger on a pallet",
    ),
    pytest.param(
        facts(
            "ObjectEvent",
            action="OBSERVE",
            biz_step="https://ns.example.vn/traceability/BizStep-vat_filling",
            named=(Named(HARVEST, Role.EPC), Named(LOT, Role.EPC)),
            offset="+09:00",
            read_point=None,
        ),
        "Ngày 11 tháng 3 năm 2026 lúc 16:20 (+09:00), một bên chưa rõ thực hiện bước "
        "“vat filling” với "
        "Nho đỏ xô, lô GC260310-L1 và Nho đỏ thùng 5 kg, lô DN260311.",
        "On 11 March 2026 at 16:20 (+09:00), an unknown party recorded “vat filling” of "
        "Nho đỏ xô, lot GC260310-L1 and Nho đỏ thùng 5 kg, lot DN260311.",
        id="a foreign step, nobody and nowhere, another zone",
    ),
    pytest.param(
        facts("https://ns.example.vn/HatchEvent"),
        "Ngày 11 tháng 3 năm 2026 lúc 14:20 (+07:00), Hợp tác xã nho Đồi Nắng ghi một sự kiện loại "
        "https://ns.example.vn/HatchEvent tại Nhà đóng gói.",
        "On 11 March 2026 at 14:20 (+07:00), Hợp tác xã nho Đồi Nắng recorded an event of type "
        "https://ns.example.vn/HatchEvent at Nhà đóng gói.",
        id="an extension event",
    ),
]


@pytest.mark.parametrize(("event", "vietnamese", "english"), CASES)
def test_what_happened_in_words(event: EventFacts, vietnamese: str, english: str) -> None:
    assert sentence(event, Namer(Book(), Texts("vi"))) == vietnamese
    assert sentence(event, Namer(Book(), Texts("en"))) == english


@pytest.mark.parametrize(
    ("language", "reason", "expected"),
    [
        pytest.param(
            "en",
            "did_not_occur",
            "On 12 March 2026 at 08:00 (+07:00), operator declared this event wrong: "
            "Did not occur.",
            id="with a reason",
        ),
        pytest.param(
            "vi",
            None,
            "Ngày 12 tháng 3 năm 2026 lúc 08:00 (+07:00), operator báo sự kiện này sai.",
            id="without",
        ),
    ],
)
def test_an_error_declaration_in_words(
    language: Language, reason: str | None, expected: str
) -> None:
    declared = facts("ObjectEvent", action="ADD", retracts=True, reason=reason)
    told = declaration(declared, Namer(Book(), Texts(language)), declared_at="2026-03-12T01:00:00Z")
    assert told == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param(["a"], "a", id="one"),
        pytest.param(["a", "b"], "a and b", id="two"),
        pytest.param(["a", "b", "c"], "a, b and c", id="three"),
        pytest.param(list("abcdefg"), "a, b, c and 4 more", id="many"),
    ],
)
def test_names_in_a_row(parts: list[str], expected: str) -> None:
    assert Namer(Book(), Texts("en")).joined(parts) == expected


def test_a_name_cannot_turn_the_direction_of_what_stands_behind_it() -> None:
    class Turning(Book):
        names: ClassVar = {FARM: "Trang trại\u202e Gió\u2066 Cát\u2069"}

    assert Namer(Turning(), Texts("vi")).party(FARM) == "Trang trại Gió Cát"


@pytest.mark.parametrize(
    ("language", "stated", "told"),
    [
        ("vi", "retailer", "cửa hàng bán lẻ"),
        ("vi", "Fish sauce house", "nhà thùng nước mắm"),
        ("en", "landing dealer", "landing dealer"),
        ("vi", "Tổ hợp tác", "Tổ hợp tác"),
        ("vi", "", None),
    ],
)
def test_the_role_of_a_party_is_told_in_the_language_of_the_page_where_it_is_known(
    language: Language, stated: str, told: str | None
) -> None:
    namer = Namer(Book(), Texts(language))
    assert contact_of(FARM, {"role": stated}, namer).role == told
