"""The demo's portal runs as long as who started it, however that ends."""

import os
import signal
import socket
import subprocess
import sys

from api.commands.demo_portal import demo_portal, demo_target
from api.portal.sample_portal import HERE
from tests.api.conftest import environment
from tests.api.subscriptions.servers import until
from tests.portal.carrying import ROOT
from tests.served import client_of

KILLED = (
    "from api.commands.demo_portal import demo_portal\n"
    "import time\n"
    "with demo_portal() as said:\n"
    "    print(said.readline(), end='', flush=True)\n"
    "    time.sleep(60)\n"
)


def is_there(address: str) -> bool:
    with socket.socket() as trying:
        return trying.connect_ex((HERE, int(address.rpartition(":")[2]))) == 0


def test_it_is_a_target_and_ends_with_the_demo() -> None:
    with demo_portal() as said:
        target = demo_target(said)
        assert target.name == "cong-gia-lap"
        assert target.authentication.kind == "none"
        assert is_there(target.address)
    assert not is_there(target.address)


def test_it_ends_where_the_demo_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        address = demo.stdout.readline().strip()
        assert is_there(address)
        os.kill(demo.pid, signal.SIGKILL)
    until(lambda: not is_there(address))


def test_it_takes_a_lot_once_and_rejects_one_without_a_name() -> None:
    lot = {"maSanPham": "1", "soLo": "L/1", "tenSanPham": "Nho"}

    def key(number: int) -> dict[str, str]:
        return {"Idempotency-Key": f"k{number}"}

    with demo_portal() as said, client_of(demo_target(said).address) as client:
        answers = [client.post("/lots", json=lot, headers=key(1)) for _ in range(2)]
        assert [one.status_code for one in answers] == [200, 409]
        assert client.get("/lots/1/L%2F1").json() == {"key": "k1"}
        changed = client.put("/lots/1/L%2F1", json=lot, headers=key(2))
        assert (changed.status_code, changed.json()) == (200, {"id": "MAU-2"})
        assert client.delete("/lots/1/L%2F1", headers=key(3)).status_code == 200
        assert client.get("/lots/1/L%2F1").status_code == 404
        refused = client.post("/lots", json={**lot, "tenSanPham": ""}, headers=key(4))
        assert (refused.status_code, refused.json()) == (
            422,
            {"code": "no_name", "message": "Thiếu tên sản phẩm (no product name)"},
        )
