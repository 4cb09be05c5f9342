"""The command line: what it explains, and what it never shows."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fairlead.cli import main
from fairlead.foundation import config
from fairlead.foundation.config import Config


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The exit code of a command, run in this process."""
    monkeypatch.setattr(sys, "argv", ["fairlead", *words])
    config.load.cache_clear()
    try:
        main.main()
    except SystemExit as ended:
        return int(ended.code or 0)
    finally:
        config.load.cache_clear()
    return 0


@pytest.mark.parametrize("name", main.COMMANDS)
def test_each_command_shows_examples_and_where_data_goes(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, name, "--help") == 0
    shown = capsys.readouterr().out
    assert f"\n  fairlead {name}" in shown
    assert "--data DIR" in shown


@pytest.mark.parametrize("words", [[], ["fly"], ["up", "--port", "x"], ["user", "create"]])
def test_a_wrong_call_is_told_and_exits_with_2(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, *words) == 2
    assert "usage: fairlead" in capsys.readouterr().err


def refused(*words: str) -> str:
    """What a command that should end at once says; by itself, for it would otherwise run for ever."""
    command = [sys.executable, "-P", "-m", "fairlead", *words]
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE")}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, env=surroundings, check=False)
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (1, "", 1)
    return ended.stderr


@pytest.mark.parametrize("name", ["worker", "serve", "token", "migrate"])
def test_where_there_is_no_fairlead_one_line_says_so(name: str, tmp_path: Path) -> None:
    assert "There is no Fairlead in" in refused(name, "--data", str(tmp_path / "nope"))


@pytest.mark.parametrize(("name", "port"), [("up", "0"), ("up", "99999"), ("serve", "-1")])
def test_what_is_no_port_is_told_before_anything_is_made(name: str, port: str, tmp_path: Path) -> None:
    told = refused(name, f"--port={port}", "--data", str(tmp_path / "new"))
    assert told == f"fairlead: There is no port {port}: choose a --port from 1 to 65535.\n"
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("email", ["nonsense", "", "a@b", "a b@example.com", "a" * 250 + "@example.com"])
def test_who_is_made_has_an_e_mail_address(
    email: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "user", "create", f"--email={email}", "--organization", "Acme") == 1
    assert capsys.readouterr().err.startswith("fairlead: --email: Give an e-mail address")


@pytest.mark.parametrize("words", ["settings", "settings --markdown", "settings --help", "doctor --rules"])
def test_a_reader_that_has_seen_enough_hears_no_complaint(words: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-P", "-m", "fairlead", *words.split()]
    told = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert told.stderr == b""
    assert told.returncode in (0, 128 + signal.SIGPIPE)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    monkeypatch.setenv("FAIRLEAD_SECRET_KEY", "hush")
    monkeypatch.setenv("DATABASE_URL", "postgresql://boss:hush@db/crm")
    monkeypatch.setenv("FAIRLEAD_WEB_WORKERS", "7")
    assert run(monkeypatch, "settings", "--json") == 0
    text = capsys.readouterr().out
    assert "hush" not in text
    rows: list[dict[str, Any]] = json.loads(text)
    return rows


def test_every_setting_is_listed_with_its_meaning(shown: list[dict[str, Any]]) -> None:
    assert len(shown) == len(Config.model_fields)
    assert all(row["variable"] and row["type"] and row["meaning"] for row in shown)


def test_a_setting_shows_its_value_and_a_secret_only_that_it_is_set(shown: list[dict[str, Any]]) -> None:
    values = {row["variable"]: (row["default"], row["value"]) for row in shown}
    assert values["FAIRLEAD_WEB_WORKERS"] == ("2", "7")
    assert values["FAIRLEAD_SECRET_KEY"] == ("(not set)", "(set)")
    assert values["DATABASE_URL"] == ("(not set)", "(set)")


def test_the_table_is_for_people(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "settings") == 0
    assert "FAIRLEAD_WEB_WORKERS\n    Web processes.\n    int, default 2; now 2\n" in capsys.readouterr().out
