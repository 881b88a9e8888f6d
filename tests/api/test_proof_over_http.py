"""Checkpoints and proofs over HTTP and by commands: what anybody can ask, and verify."""

import base64
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from api.app import create_app
from epcis_core.proof.checks import (
    is_consistent,
    is_included,
    leaf_of,
    read_checkpoint,
    read_key,
    read_note,
    read_proof,
    signers,
)
from epcis_core.proof.verdict import verdict_of
from epcis_core.store.ledger import Ledger
from epcis_core.store.log import log_entries
from epcis_core.store.view import EVERYTHING
from tests.api.bundles import fill, unpacked
from tests.api.conftest import GRAPE_LOT, GRAPES, Run
from tests.core.proof import naive_tree
from tests.ingest.documents import captured, document, item, lot, observed
from tests.served import client_of, served

TEXT = {"Accept": "text/plain"}


@pytest.fixture
def client(ledger: Ledger) -> Iterator[httpx.Client]:
    fill(ledger)
    with (
        served(create_app(ledger)) as address,
        client_of(address) as opened,
    ):
        yield opened


def test_a_checkpoint_is_signed_by_the_key_of_the_log(client: httpx.Client) -> None:
    answer = client.get("/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    key = read_key(client.get("/checkpoint/key").text)
    assert signers(answer.text, [key]) == [(key, None)]
    assert read_checkpoint(read_note(answer.text)[0]).size == 10


def test_a_log_that_grows_proves_that_it_only_grew(client: httpx.Client, ledger: Ledger) -> None:
    old = read_checkpoint(read_note(client.get("/checkpoint").text)[0])

    captured(ledger, document(observed(item("new"), eventID="urn:x:new")))
    found = client.get("/checkpoint/consistency", params={"from": old.size}).json()
    new = read_checkpoint(read_note(found["checkpoint"])[0])
    assert (found["from"], found["to"], new.size) == (10, 12, 12)
    path = [base64.b64decode(one) for one in found["path"]]
    assert is_consistent(10, 12, path, old.root, new.root)
    between = client.get("/checkpoint/consistency", params={"from": 3, "to": 10}).json()
    leaves = [entry.leaf for entry in log_entries(ledger, EVERYTHING)][:10]
    assert [base64.b64decode(one) for one in between["path"]] == naive_tree.proof(3, [*leaves])
    assert (between["from"], between["to"]) == (3, 10)


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ({"from": 11}, "Expected `from` and `to` in order and at most 10, got 11 and 10."),
        ({"from": 3, "to": 2}, "Expected `from` and `to` in order and at most 10, got 3 and 2."),
        ({"from": 3, "to": 11}, "Expected `from` and `to` in order and at most 10, got 3 and 11."),
        ({}, "query.from: Field required"),
        ({"from": -1}, "query.from: Input should be greater than or equal to 0"),
    ],
    ids=["later than the log", "backwards", "to later than the log", "nothing", "negative"],
)
def test_what_the_log_never_was_cannot_be_asked(
    client: httpx.Client, asked: dict[str, int], title: str
) -> None:
    answer = client.get("/checkpoint/consistency", params=asked)
    assert (answer.status_code, answer.json()["title"]) == (400, title)


def test_the_records_of_an_event_are_given_with_their_proofs(client: httpx.Client) -> None:
    found = client.get("/proof/urn:x:1").json()
    checkpoint = read_checkpoint(read_note(found["checkpoint"])[0])
    assert found["event_id"] == "urn:x:1"
    kinds = [(one["kind"], one["declares"], one["sequence"]) for one in found["records"]]
    assert kinds == [("event", False, 0), ("receipt", False, 4)]
    for one in found["records"]:
        leaf = leaf_of(
            bytes.fromhex(one["salt"]),
            one["reading"].encode(),
            one["content"].encode(),
            one["metadata"].encode(),
        )
        assert leaf.hex() == one["leaf"]
        path = [base64.b64decode(step) for step in one["path"]]
        assert is_included(leaf, one["sequence"], checkpoint.size, path, checkpoint.root)
        assert read_proof(one["proof"]) == (one["sequence"], path, found["checkpoint"])


def test_a_correction_is_among_the_records_and_an_erased_text_is_not(client: httpx.Client) -> None:
    corrected = client.get("/proof/urn:x:2").json()["records"]
    assert [one["declares"] for one in corrected] == [False, True]
    (erased,) = client.get("/proof/urn:x:3").json()["records"]
    assert (erased["content"], erased["salt"], erased["reading"]) == (None, None, None)


def test_the_proof_of_one_record_is_text(client: httpx.Client) -> None:
    found = client.get("/proof/urn:x:2").json()
    original, declared = found["records"]
    assert client.get("/proof/urn:x:2", headers=TEXT).text == original["proof"]
    asked = {"sequence": declared["sequence"]}
    assert client.get("/proof/urn:x:2", headers=TEXT, params=asked).text == declared["proof"]


def test_an_event_that_is_not_there_has_no_proof(client: httpx.Client) -> None:
    for asked in ({}, {"sequence": 99}):
        path = "/proof/urn:x:none" if not asked else "/proof/urn:x:1"
        answer = client.get(path, params=asked)
        assert answer.status_code == 404
    title = client.get(f"/proof/{quote('https://x.example/1', safe='')}").json()["title"]
    assert title == "The ledger holds no event 'https://x.example/1'."


def test_the_proof_of_a_lot_is_a_zip(client: httpx.Client, tmp_path: Path) -> None:
    answer = client.get("/proof.zip", params={"id": lot("L1"), "from": [2, 3]})
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="proof-https---id-gs1-org-01-09506000134352-10-L1.zip"'
    )
    path = tmp_path / "proof.zip"
    path.write_bytes(answer.content)
    verdict = verdict_of(path, [read_key(client.get("/checkpoint/key").text)])
    assert (verdict.is_proven, verdict.unchanged) == (True, [0, 1, 4, 6, 8])
    assert b'"size": 2' in unpacked(answer.content)["manifest.json"]


def test_a_lot_that_is_not_known_has_no_proof(client: httpx.Client) -> None:
    answer = client.get("/proof.zip", params={"id": lot("NONE")})
    assert (answer.status_code, answer.json()["title"]) == (
        404,
        f"The ledger knows nothing of {lot('NONE')!r}.",
    )
    answer = client.get("/proof.zip", params={"id": lot("L1"), "from": 99})
    assert (answer.status_code, answer.json()["title"]) == (
        400,
        "Expected a size from 0 to 10, got 99.",
    )


def test_commands_prove_and_verify_beside_a_server_and_alone(
    epcis: Run, serving: object, tmp_path: Path
) -> None:
    path = tmp_path / "grapes.duckdb"
    assert epcis("capture", GRAPES, "--ledger", path).code == 0
    first = epcis("checkpoint", "--ledger", path).out
    key = epcis("checkpoint", "--key", "--ledger", path).out.strip()
    (tmp_path / "first.txt").write_text(first, encoding="utf-8")
    assert epcis("proof", GRAPE_LOT, "-o", "alone.zip", "--ledger", path).code == 0
    assert callable(serving)
    serving(path)
    assert epcis("checkpoint", "--ledger", path).out == first
    assert epcis("checkpoint", "--key", "--ledger", path).out.strip() == key
    assert epcis("proof", GRAPE_LOT, "-o", "served.zip", "--ledger", path).code == 0
    assert (tmp_path / "alone.zip").read_bytes() == (tmp_path / "served.zip").read_bytes()
    done = epcis("verify", "served.zip", "--checkpoint", "first.txt", "--key", key)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0] == "PROVEN."
    assert "The checkpoint from elsewhere agrees: its " in done.out
    unknown = epcis("proof", "(01)08936099141015(10)NONE", "-o", "none.zip", "--ledger", path)
    assert (unknown.code, unknown.err) == (
        1,
        "Nothing is known of (01)08936099141015(10)NONE\n",
    )
    assert sorted(one.name for one in tmp_path.glob("*.zip*")) == ["alone.zip", "served.zip"]


def test_verify_tells_a_damaged_proof_and_wrong_usage(epcis: Run, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(b"PK")
    done = epcis("verify", damaged)
    assert done.code == 1
    assert done.out.splitlines()[:2] == [
        "NOT PROVEN. Do not rely on this proof; ask for a new one.",
        "The proof cannot be read: BadZipFile: File is not a zip file.",
    ]
    told = epcis("verify", damaged, EPCIS_LANGUAGE="vi").out.splitlines()[0]
    assert told.startswith("KHÔNG CHỨNG MINH ĐƯỢC.")
    found = epcis("verify", damaged, "--json")
    assert '"proven": false' in found.out
    assert epcis("verify", "nowhere.zip").code == 2
    assert epcis("verify", damaged, "--key", "none").code == 2


def test_an_id_with_slashes_stands_encoded_in_the_path(
    client: httpx.Client, ledger: Ledger
) -> None:
    event_id = "https://x.example/a%20b/1"
    captured(ledger, document(observed(item("new"), eventID=event_id)))
    found = client.get(f"/proof/{quote(event_id, safe='')}").json()
    assert (found["event_id"], found["records"][0]["sequence"]) == (event_id, 10)
