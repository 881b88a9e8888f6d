"""The settings of a server are those that docs/operate.md lists, and each works where it says."""

import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from click import Command, Context, Parameter

from api.base_address import BaseAddress, read_networks
from api.cli import Commands
from api.clock import now
from api.server_file import find
from epcis_core.store.bookkeeping import Bookkeeping
from epcis_core.store.registry.entries import link_for
from tests.api.conftest import Run, environment
from tests.api.operating import rows_below

SERVE: Command = Commands(name="epcis").get_command(None, "serve")
OPTIONS: list[Parameter] = [one for one in SERVE.params if one.name != "help"]
GIVEN = {
    "ledger": ["farm.duckdb"],
    "host": ["::1"],
    "port": ["8080"],
    "base_address": ["https://truy-xuat.example/so-cai"],
    "trusted_proxy": ["127.0.0.1", "10.0.0.0/8"],
    "limit": ["file_size=4G", "members=50"],
    "daily_quota": ["5G"],
    "allow_outward": ["10.20.0.0/16", "erp.example"],
    "outward_port": ["443", "9443"],
    "origin": ["farm.example/log"],
    "checkpoint_to": ["https://buyer.example/a", "https://province.example/b"],
    "checkpoint_file": ["/mnt/usb/log"],
    "witness": ["witness.example+1a2b3c4d+AQ", "other.example+1a2b3c4d+AQ"],
    "open_id_issuer": ["https://sso.example"],
    "open_id_client": ["so-cai"],
    "open_id_secret_file": ["/etc/epcis-ledger/sso"],
    "open_id_name": ["Cổng tỉnh"],
    "portal": ["/etc/epcis-ledger/portal"],
    "mail_host": ["mail.example"],
    "mail_port": ["2525"],
    "mail_tls": ["tls"],
    "mail_user": ["so-cai"],
    "mail_password_file": ["/etc/epcis-ledger/mail"],
    "mail_sender": ["thu-hoi@tinh.example"],
    "log": ["info"],
}


def shown(default: Any) -> str:
    """Return a default as the table has it."""
    return "" if default in {None, ""} else f"`{default}`"


def test_the_table_lists_every_option_with_its_variable_and_its_default() -> None:
    listed = [row[:3] for row in rows_below("Settings")]
    for row in listed:
        if row[2] in {"`ledger.duckdb` here", "its host"}:  # no defaults of the options'
            row[2] = ""
    assert listed == [
        [f"`{one.opts[0]}`", f"`{one.envvar}`", shown(one.default)] for one in OPTIONS
    ]


def test_the_name_of_each_variable_is_that_of_its_option() -> None:
    assert [one.envvar for one in OPTIONS] == [
        f"EPCIS_{one.opts[0].removeprefix('--').upper().replace('-', '_')}" for one in OPTIONS
    ]


@pytest.mark.parametrize("option", OPTIONS, ids=[str(one.name) for one in OPTIONS])
def test_a_variable_says_what_the_option_says(
    option: Parameter, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, values = str(option.name), GIVEN[str(option.name)]
    for one in OPTIONS:
        monkeypatch.delenv(str(one.envvar), raising=False)
    by_option = read([word for value in values for word in (option.opts[0], value)])[name]
    monkeypatch.setenv(str(option.envvar), " ".join(values))
    assert read([])[name] == by_option != option.default


def read(words: list[str]) -> dict[str, Any]:
    """Return what the command would be called with."""
    context: Context = SERVE.make_context("serve", words)
    return context.params


def test_a_server_is_set_by_its_environment_alone(tmp_path: Path) -> None:
    kept = tmp_path / "checkpoint.txt"
    ledger = tmp_path / "farm.duckdb"
    variables = {
        "EPCIS_LEDGER": str(ledger),
        "EPCIS_PORT": "0",
        "EPCIS_BASE_ADDRESS": "https://truy-xuat.example/so-cai/",
        "EPCIS_ORIGIN": "farm.example/log",
        "EPCIS_CHECKPOINT_FILE": str(kept),
        "EPCIS_LOG": "info",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "api.cli", "serve"],
        cwd=tmp_path,
        env={**environment(), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            while (found := find(ledger)) is None:
                assert server.poll() is None
                time.sleep(0.1)
            note = httpx.get(f"{found.address}/checkpoint", timeout=60).text
            while not kept.exists():
                time.sleep(0.05)
        finally:
            server.terminate()
        told, logged = server.communicate(timeout=30)
    assert found.address.endswith("/so-cai")
    assert note.splitlines()[0] == "farm.example/log"
    assert kept.read_text(encoding="utf-8") == note
    assert f"Serving farm.duckdb at {found.address} for https://truy-xuat.example/so-cai" in told
    pattern = r"^https://truy-xuat\.example/so-cai/set-up/([\w-]{43})$"
    (secret,) = re.findall(pattern, told, re.MULTILINE)
    with Bookkeeping(ledger) as books:
        assert link_for(books, secret, now()) == ("set_up", None)
    assert '"route": "/checkpoint"' in logged


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        (
            "--open-id-issuer",
            "http://sso.example",
            "Expected an address like https://sso.example, got 'http://sso.example'.",
        ),
        (
            "--base-address",
            "truy-xuat.example",
            "Expected an address like https://truy-xuat.example/so-cai, got 'truy-xuat.example'.",
        ),
        ("--trusted-proxy", "nginx", "'nginx' does not appear to be an IPv4 or IPv6 network"),
    ],
)
def test_a_setting_that_is_none_is_said(epcis: Run, option: str, value: str, told: str) -> None:
    done = epcis("serve", option, value, COLUMNS="400")
    assert done.code == 2
    assert f"Invalid value for {option}: {told}" in done.err


def test_an_address_that_other_machines_reach_is_refused(epcis: Run) -> None:
    done = epcis("serve", EPCIS_HOST="0.0.0.0")  # noqa: S104 - it must not be listened on
    assert done.code == 2
    assert " ".join(done.err.split()) == (
        "Refused: 0.0.0.0 can be reached from other machines, and passwords would go there "
        "without TLS. Use 127.0.0.1, and a proxy on this machine that brings TLS."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://truy-xuat.example", BaseAddress("https", "truy-xuat.example", "")),
        ("HTTPS://Truy-Xuat.example:443/", BaseAddress("https", "truy-xuat.example", "")),
        ("http://ledger.lan:8080/a/b/", BaseAddress("http", "ledger.lan:8080", "/a/b")),
        ("http://[::1]:80/x", BaseAddress("http", "[::1]", "/x")),
    ],
)
def test_base_addresses_that_are_alike_are_the_same(text: str, expected: BaseAddress) -> None:
    assert BaseAddress.read(text) == expected
    assert BaseAddress.read(str(expected)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/so-cai",
        "ftp://truy-xuat.example",
        "https://",
        "https://user@truy-xuat.example",
        "https://truy-xuat.example:99999",
        "https://truy-xuat.example/a?b=c",
        "https://truy-xuat.example/#a",
        "https://truy-xuat.example/a//b",
        "https://truy-xuat.example/../a",
        "https://truy-xuat.example/s%E1%BB%95",
        "https://truy-xuat.example/a b",
    ],
)
def test_what_is_no_base_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="address"):
        BaseAddress.read(text)


def test_networks_of_proxies_are_read() -> None:
    assert [str(one) for one in read_networks(["127.0.0.1", "10.0.0.0/8", "::1"])] == [
        "127.0.0.1/32",
        "10.0.0.0/8",
        "::1/128",
    ]
