"""The settings of an installation, as its environment and its data folder give them."""

import json
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict
from pydantic import ValidationError

from fairlead.foundation.config import Config, derive_app_address

OWNER = "postgresql://boss:s%2Fcret@db.example:5433/crm?sslmode=require"


def test_nothing_started_means_no_database(tmp_path: Path) -> None:
    config = Config(data=tmp_path)
    assert config.is_embedded
    assert config.database("app")["NAME"] == ""
    assert config.signing_key() == ""


def test_the_data_folder_tells_where_the_embedded_server_is(tmp_path: Path) -> None:
    app = "postgresql://fl_app:pw@/fairlead?host=%2Fsrv%2Frun"
    (tmp_path / "database.json").write_text(json.dumps({"app": app}))
    (tmp_path / "secret_key").write_text("kept\n")
    config = Config(data=tmp_path)
    found = config.database("app")
    assert (found["USER"], found["PASSWORD"], found["NAME"], found["HOST"]) == (
        "fl_app",
        "pw",
        "fairlead",
        "/srv/run",
    )
    assert config.signing_key() == "kept"


def test_a_given_database_wins_over_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "database.json").write_text(
        json.dumps({"app": "postgresql:///old", "owner": "postgresql:///old"})
    )
    monkeypatch.setenv("DATABASE_URL", OWNER)
    monkeypatch.setenv("DATABASE_APP_URL", "postgresql://clerk:pw@db.example/crm")
    config = Config(data=tmp_path)
    assert not config.is_embedded
    assert (config.database("owner")["USER"], config.database("app")["USER"]) == ("boss", "clerk")


def test_options_of_the_address_reach_the_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", OWNER + "&options=-c%20search_path%3Dcrm")
    options = Config(data=tmp_path).database("owner")["OPTIONS"]
    assert options["sslmode"] == "require"
    assert options["options"].endswith("-c search_path=crm")


def test_an_app_role_is_derived_from_the_owner_and_tells_nothing_of_its_password() -> None:
    derived = conninfo_to_dict(derive_app_address(OWNER))
    assert derived["user"] == "crm_app"
    assert derived["host"] == "db.example"
    assert derived["sslmode"] == "require"
    assert "s/cret" not in str(derived)
    assert derive_app_address(OWNER) == derive_app_address(OWNER)
    assert derive_app_address(OWNER.replace("s%2Fcret", "other")) != derive_app_address(OWNER)


def test_no_app_role_is_derived_from_an_owner_without_password() -> None:
    assert derive_app_address("postgresql://boss@db.example/crm") == ""


def test_requests_do_not_wait_for_ever(tmp_path: Path) -> None:
    options = Config(data=tmp_path).database("app")["OPTIONS"]["options"]
    for limit in ("statement_timeout=", "lock_timeout=", "idle_in_transaction_session_timeout="):
        assert limit in options


def test_a_secret_does_not_show() -> None:
    assert "hush" not in repr(Config(secret_key="hush", smtp_url="smtp://u:hush@h"))


@pytest.mark.parametrize(
    ("name", "value"), [("WEB_WORKERS", "0"), ("MAX_BODY_BYTES", "lots"), ("LOG_LEVEL", "LOUD")]
)
def test_a_wrong_value_is_refused_by_name(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"FAIRLEAD_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Config()
