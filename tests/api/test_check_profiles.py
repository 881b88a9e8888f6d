"""`epcis check --profile`: what a law asks for, at the terminal."""

import json
from pathlib import Path
from typing import Any

from epcis_core.rules.profiles import profiles
from tests.api.conftest import GRAPES, Finished, Run

PACKHOUSE = GRAPES / "03-packhouse-doi-nang-march.jsonld"
DECREE = "vn-decree-37-2026"


def findings(done: Finished) -> list[dict[str, Any]]:
    (report,) = json.loads(done.out)
    found: list[dict[str, Any]] = report["findings"]
    return found


def test_what_a_law_asks_for_is_told_and_the_document_stays_valid(epcis: Run) -> None:
    done = epcis("check", PACKHOUSE, "--profile", DECREE, "--json")
    assert done.code == 0
    (report,) = json.loads(done.out)
    assert report["valid"] is True
    assert {one["code"] for one in report["findings"]} == {"profile_requirement"}
    assert {one["severity"] for one in report["findings"]} == {"warning", "info"}
    images = [one for one in report["findings"] if ", product_image:" in one["message"]]
    assert images[0] == {
        "code": "profile_requirement",
        "severity": "warning",
        "message": "vn-decree-37-2026, product_image: A product has an image. Nothing says so for "
        "https://id.gs1.org/01/08936099141015/10/DN260311.",
        "where": {
            "pointer": "/epcisBody/eventList/11/outputQuantityList/0/epcClass",
            "line": 616,
            "column": 25,
        },
        "reference": "Decree 37/2026/NĐ-CP, Article 23(5)(b), 23(7)",
    }


def test_without_a_profile_no_law_is_asked(epcis: Run) -> None:
    assert findings(epcis("check", PACKHOUSE, "--json")) == []


def test_the_law_is_told_in_the_readers_language(epcis: Run) -> None:
    done = epcis("check", PACKHOUSE, "--profile", DECREE, "--json", LANG="vi_VN.UTF-8")
    assert (
        "vn-decree-37-2026, product_image: Sản phẩm phải có hình ảnh. Chưa có thông tin này cho "
        "https://id.gs1.org/01/08936099141015/10/DN260311."
    ) in [one["message"] for one in findings(done)]


def test_lenient_mode_changes_nothing_of_a_profile(epcis: Run) -> None:
    strict = epcis("check", PACKHOUSE, "--profile", DECREE, "--json")
    lenient = epcis("check", PACKHOUSE, "--profile", DECREE, "--json", "--lenient")
    assert findings(strict) == findings(lenient)


def test_a_person_reads_it_too(epcis: Run) -> None:
    done = epcis("check", PACKHOUSE, "--profile", DECREE)
    assert done.code == 0
    assert done.out.startswith(f"valid {PACKHOUSE}: 22 events, 9 of master data\n")
    assert "vn-decree-37-2026, origin: A product has an origin." in done.out


def test_master_data_may_stand_behind_the_events(epcis: Run, tmp_path: Path) -> None:
    document = json.loads(PACKHOUSE.read_text(encoding="utf-8"))
    document["epcisHeader"] = document.pop("epcisHeader")
    assert list(document)[-2:] == ["epcisBody", "epcisHeader"]
    file = tmp_path / "header-last.jsonld"
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    again = findings(epcis("check", file, "--profile", DECREE, "--json"))
    first = findings(epcis("check", PACKHOUSE, "--profile", DECREE, "--json"))
    assert [one["message"] for one in again] == [one["message"] for one in first]


def test_an_unknown_profile_is_an_error_of_usage_that_names_the_known_ones(epcis: Run) -> None:
    done = epcis("check", PACKHOUSE, "--profile", "decree-37")
    assert done.code == 2
    assert done.out == ""
    told = " ".join(done.err.replace("│", " ").split())
    assert f"There is no profile 'decree-37'; there are {', '.join(profiles())}." in told
