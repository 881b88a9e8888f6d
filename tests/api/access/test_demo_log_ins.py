"""The demo prints its log-ins, and each of them shows what its role sees."""

import re
import subprocess
import sys
import time
from pathlib import Path

from api.server_file import find
from tests.api.conftest import GRAPE_LOT, environment
from tests.api.subscriptions.servers import until
from tests.served import client_of

NO_NAME = "422: Thiếu tên sản phẩm (no product name)"
ACCOUNT = re.compile(r"^  (\w+@demo\.example)  (\w+)", re.MULTILINE)


def test_the_log_ins_of_the_demo_let_in_and_show_what_each_sees(tmp_path: Path) -> None:
    ledger = tmp_path / "demo.duckdb"
    log = tmp_path / "log"
    with (
        log.open("wb") as out,
        subprocess.Popen(
            [sys.executable, "-m", "api.cli", "demo", "--ledger", str(ledger), "--port", "0"],
            cwd=tmp_path,
            env=environment(),
            stdout=out,
            stderr=subprocess.STDOUT,
        ) as server,
    ):
        try:
            while (found := find(ledger)) is None:
                assert server.poll() is None, log.read_text(encoding="utf-8")
                time.sleep(0.1)
            printed = log.read_text(encoding="utf-8")
            password = printed.partition("Password of all of them: ")[2].splitlines()[0]
            accounts = dict(ACCOUNT.findall(printed))
            assert sorted(accounts.values()) == [
                *("admin", "business", "business", "connector", "inspector", "province")
            ]
            with client_of(found.address, Accept="text/html") as anybody:
                assert password in anybody.get("/log-in").text
                assert anybody.get("/trace", params={"id": GRAPE_LOT}).status_code == 200
            events = {}
            for email, role in accounts.items():
                with client_of(found.address, Origin=found.address) as browser:
                    form = {"email": email, "password": password}
                    assert browser.post("/log-in", data=form).status_code == 303
                    answer = browser.get("/index.json")
                    assert (answer.status_code == 403) == (role == "inspector")  # without a case
                    if role != "inspector":
                        events[email.partition("@")[0]] = answer.json()["contents"]["events"]
            with client_of(found.address) as anybody:
                until(lambda: anybody.get("/portal.json").json()[0]["lots"] == 48, seconds=60)
                [told] = anybody.get("/portal.json").json()
        finally:
            server.terminate()
    assert events["admin"] == events["province"] == events["connector"] == 280
    assert told["title"] == "Cổng giả lập của bản dùng thử"
    assert [one["reason"] for one in told["parked"]] == [NO_NAME] * 3
    [held] = told["holding_up"]
    assert (held["lot"].rpartition("/")[2], held["lots"]) == ("M0925", 8)
    assert 0 < events["grower"] < events["packhouse"] < 122  # of the grapes
