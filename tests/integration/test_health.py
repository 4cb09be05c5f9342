"""What a load balancer learns."""

import pytest
from django.db import OperationalError, connection
from django.test import Client


def test_a_process_that_answers_is_alive(client: Client) -> None:
    assert client.get("/healthz/").json() == {"status": "alive"}


def test_without_a_worker_requests_are_served_all_the_same(client: Client) -> None:
    answer = client.get("/readyz/")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "degraded",
        "parts": {"database": "ok", "migrations": "ok", "jobs": "no worker", "sending": "ok"},
    }


def test_without_a_database_it_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
    try:
        answer = client.get("/readyz/")
    finally:
        connection.close()
    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"
    assert OperationalError.__name__ not in answer.content.decode()
