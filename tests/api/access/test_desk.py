"""The province's desk: figures, its own lists, and the reports of years and quarters."""

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from api.reports.desk import dues
from api.reports.layout import NAMES, layouts
from api.reports.periods import current, period_of, quarter, year
from epcis_core.access.roles import Role
from epcis_core.store.figures import figures
from epcis_core.store.registry.judged_lots import JudgedLot, forget_judged, keep_judged
from tests.api.access.members import Members, members

JSON = {"Accept": "application/json"}
LATER = 4_000_000_000_000_000
TRAINING = {
    "action": "save",
    "day": "12/05/2026",
    "title": "=Ghi nhật ký",
    "topic": "records",
    "people": "50",
}


def instant(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    with members(tmp_path_factory.mktemp("desk")) as site:
        yield site


@pytest.fixture
def province(site: Members) -> Iterator[httpx.Client]:
    with site.browser(Role.PROVINCE) as browser:
        yield browser


def sent(browser: httpx.Client, key: str, form: dict[str, str], **files: Any) -> httpx.Response:
    """Send a form of a list as browsers do, with its file."""
    parts = {name: (None, value) for name, value in form.items()} | files
    return browser.post(f"/desk/{key}", files=parts, headers=JSON)


def numbers(report: dict[str, Any]) -> dict[str, int]:
    return {key: one["number"] for key, one in report["figures"].items()}


@pytest.mark.parametrize(
    ("moment", "in_year", "in_quarter"),
    [
        ("2026-12-31T23:59:59.999999+07:00", "2026", "2026-Q4"),
        ("2026-12-31T17:00:00Z", "2027", "2027-Q1"),
        ("2026-03-31T16:59:59Z", "2026", "2026-Q1"),
        ("2026-04-01T00:00:00+07:00", "2026", "2026-Q2"),
        ("2028-02-29T18:00:00Z", "2028", "2028-Q1"),
    ],
)
def test_an_instant_is_of_the_year_and_quarter_in_viet_nam(
    moment: str, in_year: str, in_quarter: str
) -> None:
    found = [str(current("year", instant(moment))), str(current("quarter", instant(moment)))]
    assert found == [in_year, in_quarter]
    for name in found:
        period = period_of(name)
        assert period is not None
        between = period.between(LATER)
        assert between.since <= instant(moment) < between.until


def test_periods_follow_each_other_without_a_hole() -> None:
    for begin in (year(2025), quarter(2025, 1)):
        one = begin
        for _ in range(9):
            assert one.between(LATER).until == one.next.between(LATER).since
            assert one.next.before == one
            one = one.next


def test_reports_are_due_before_15_december_and_the_25th_of_the_last_month_of_a_quarter() -> None:
    assert layouts()["annual"].due(year(2026)).isoformat() == "2026-12-15"
    due = [layouts()["quarterly"].due(quarter(2026, n)).isoformat() for n in (1, 2, 3, 4)]
    assert due == ["2026-03-25", "2026-06-25", "2026-09-25", "2026-12-25"]
    late = dues(instant("2026-12-20T00:00:00+07:00"))
    assert [(one.name, one.left) for one in late] == [("annual", -5), ("quarterly", 5)]


def test_every_figure_stands_in_a_report_and_every_report_has_figures_that_exist() -> None:
    named = [key for name in NAMES for one in layouts()[name].sections for key in one.figures]
    assert set(named) == set(figures())


def test_a_training_counts_in_the_report_of_its_year_alone(province: httpx.Client) -> None:
    assert sent(province, "trainings", TRAINING).json() == {"saved": 1}
    report = province.get("/reports/annual.json?period=2026").json()
    assert (numbers(report)["trainings"], numbers(report)["trainees"]) == (1, 50)
    assert report["figures"]["trainees_by_topic"]["groups"] == {"records": 50}
    before = province.get("/reports/annual.json?period=2025").json()
    assert (numbers(before)["trainees"], before["whole"], before["due"]) == (0, True, "2025-12-15")
    (line,) = province.get("/desk/trainings.json").json()
    changed = {**TRAINING, "number": str(line["number"]), "people": "60"}
    assert sent(province, "trainings", changed).json() == {"saved": 1}
    retired = {"action": "retire", "number": str(line["number"])}
    assert numbers(province.get("/reports/annual.json?period=2026").json())["trainees"] == 60
    assert sent(province, "trainings", retired).status_code == 303
    assert numbers(province.get("/reports/annual.json?period=2026").json())["trainees"] == 0
    assert sent(province, "trainings", retired).status_code == 404


def test_what_is_wrong_in_a_form_is_said_beside_its_field_and_nothing_is_saved(
    province: httpx.Client,
) -> None:
    wrong = {**TRAINING, "people": "12,5", "topic": "cooking", "title": ""}
    answer = sent(province, "trainings", wrong)
    assert answer.status_code == 422
    assert {one["where"]["pointer"]: one["code"] for one in answer.json()["findings"]} == {
        "/people": "count_not_whole",
        "/topic": "sheet_choice_unknown",
        "/title": "sheet_cell_missing",
    }
    page = province.post(
        "/desk/trainings", files={name: (None, value) for name, value in wrong.items()}
    )
    assert page.status_code == 422
    assert "Expected a whole number up to 1000000, got 12.5." in page.text


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_list_goes_out_as_a_sheet_and_comes_back_once(
    province: httpx.Client, ending: str
) -> None:
    for name in ("HTX táo", "+Cơ sở gốm"):
        form = {"day": "2026-04-02", "name": f"{name} {ending}", "barcodes": "no", "wish": "stamps"}
        assert sent(province, "surveys", {"action": "save", **form}).status_code == 200
    sheet = province.get(f"/desk/surveys.{ending}").content
    file = ("surveys." + ending, sheet)
    assert sent(province, "surveys", {"action": "sheet"}, sheet=file).json() == {"saved": 0}
    lines = province.get("/desk/surveys.json").json()
    for line in lines:
        sent(province, "surveys", {"action": "retire", "number": str(line["number"])})
    in_use = [one for one in lines if one["retired"] is None]
    assert sent(province, "surveys", {"action": "sheet"}, sheet=file).json() == {
        "saved": len(in_use)
    }
    names = {one["name"] for one in province.get("/desk/surveys.json").json()}
    assert f"+Cơ sở gốm {ending}" in names


def test_of_several_who_send_the_same_sheet_at_once_one_adds_its_lines(
    province: httpx.Client,
) -> None:
    text = "Ngày;Đơn vị;Đã có mã số mã vạch;Nhu cầu chính\n"
    text += "".join(f"03/04/2026;HTX cùng lúc {n};Có;Tem\n" for n in range(20))

    def send(_: int) -> int:
        file = ("s.csv", text.encode())
        answer = sent(province, "surveys", {"action": "sheet"}, sheet=file)
        return int(answer.json()["saved"])

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, range(4))) == [0, 0, 0, 20]


def test_a_wrong_cell_of_a_sheet_keeps_all_of_it_out(province: httpx.Client) -> None:
    text = "Ngày;Đơn vị;Đã có mã số mã vạch;Nhu cầu chính\n02/04/2026;HTX A;Có;Tem\n;HTX B;Có;Tem\n"
    file = ("s.csv", text.encode())
    before = len(province.get("/desk/surveys.json").json())
    answer = sent(province, "surveys", {"action": "sheet"}, sheet=file)
    (found,) = answer.json()["findings"]
    assert (answer.status_code, found["code"], found["where"]["cell"]) == (
        422,
        "sheet_cell_missing",
        "A3",
    )
    assert len(province.get("/desk/surveys.json").json()) == before


def test_the_report_has_the_same_figures_as_page_spreadsheet_and_pdf(
    province: httpx.Client,
) -> None:
    words = "Đạt yêu cầu. #set page(fill: red) $x$ ]"
    asked = "?period=2026&lang=vi"
    kept = province.post(f"/reports/annual{asked}", data={"results": words})
    assert kept.headers["location"] == "/reports/annual?period=2026&saved=true"
    report = province.get("/reports/annual.json?period=2026").json()
    assert report["remarks"] == {"results": words}
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(province.get(f"/reports/annual.xlsx{asked}").content)
    )
    rows = book.get_sheet_by_name("Số liệu").to_python()
    in_sheet = {row[1]: row[2] for row in rows[1:] if len(row) > 2 and row[2] != "Số lượng"}
    told = {one["name"]["vi"]: one["number"] for one in report["figures"].values()}
    assert {name: in_sheet[name] for name in told} == told
    asked_of = {row[0]: row[2] for row in book.get_sheet_by_name("Cách tính số liệu").to_python()}
    assert asked_of[figures()["events"].vi] == figures()["events"].sql.strip()
    pdf = pypdfium2.PdfDocument(province.get(f"/reports/annual.pdf{asked}").content)
    text = " ".join(" ".join(page.get_textpage().get_text_range() for page in pdf).split())
    assert "Báo cáo năm về truy xuất nguồn gốc sản phẩm, hàng hóa" in text
    assert words in text
    assert f"{figures()['organisations'].vi} {told[figures()['organisations'].vi]}" in text
    page = province.get(f"/reports/annual{asked}").text
    assert figures()["organisations"].vi in page


def test_of_two_who_write_remarks_at_once_neither_loses_a_word(province: httpx.Client) -> None:
    address = "/reports/annual?period=2024"

    def shown() -> dict[str, str]:
        page = province.get(address).text
        fields = re.findall(r'name="(\w+)-before" value="(\w+)"', page)
        texts = re.findall(r'<textarea id="(\w+)"[^>]*>([^<]*)</textarea>', page)
        return {f"{name}-before": mark for name, mark in fields} | dict(texts)

    def save(key: str, text: str, before: dict[str, str]) -> httpx.Response:
        return province.post(address, data=before | {key: text})

    first = shown()
    assert save("results", "Đạt.", first).status_code == 303
    assert save("difficulties", "Thiếu người.", first).status_code == 303
    clash = save("results", "Chưa đạt.", first)
    assert clash.status_code == 409
    assert ">Chưa đạt.</textarea>" in clash.text
    assert '<p class="kept">Đạt.</p>' in clash.text
    told = province.get("/reports/annual.json?period=2024").json()["remarks"]
    assert told == {"results": "Đạt.", "difficulties": "Thiếu người."}
    assert save("results", "Đạt một nửa.", shown()).status_code == 303
    assert save("results", "", shown()).status_code == 303
    told = province.get("/reports/annual.json?period=2024").json()["remarks"]
    assert told == {"results": "", "difficulties": "Thiếu người."}


@pytest.mark.parametrize(
    ("path", "period"),
    [
        ("/desk.json", "26"),
        ("/reports/quarterly.json", "2026"),
        ("/reports/annual.json", "2026-Q3"),
    ],
)
def test_of_a_period_that_is_none_a_report_says_how_one_is_written(
    province: httpx.Client, path: str, period: str
) -> None:
    answer = province.get(path, params={"period": period})
    assert answer.status_code == 400
    assert answer.json()["title"] == (
        f"{period} is no period of this report. Write a year or a quarter, such as 2026 or 2026-Q3."
    )


@pytest.mark.parametrize("role", [Role.BUSINESS, Role.INSPECTOR, Role.CONNECTOR])
@pytest.mark.parametrize(
    "path", ["/desk", "/desk.json", "/desk/surveys", "/desk/surveys.csv", "/reports/annual.pdf"]
)
def test_the_desk_is_the_provinces_alone(site: Members, role: Role, path: str) -> None:
    with site.browser(role) as client:
        assert client.get(path, headers=JSON).status_code == 403


def test_what_another_release_called_profiles_and_gaps_is_told_as_it_is_written(
    site: Members, province: httpx.Client
) -> None:
    judged = JudgedLot("urn:x:1", "", {"vn-old-law": (1, 1)}, ("an_old_gap",), 1)
    keep_judged(site.books, judged)
    try:
        desk = province.get("/desk")
        report = province.get("/reports/annual", params={"period": "2023"})
    finally:
        forget_judged(site.books, judged.lot)
    assert (desk.status_code, report.status_code) == (200, 200)
    assert "an_old_gap" in desk.text
    assert {"an_old_gap", "vn-old-law"} <= set(re.split(r"[<>\s]+", report.text))
