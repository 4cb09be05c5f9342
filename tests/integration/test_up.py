"""`fairlead up` as a tree of real processes: it starts, serves, mends itself, and leaves nothing behind."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.installation import Installation, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("up")]

# What a container is given to end.
PROMISED_SECONDS = 10
CHECKOUT = Path(__file__).parents[2]
PASSWORD = "a long enough passphrase"


def test_once_it_says_so_all_parts_are_ready(running: Installation) -> None:
    assert running.ask("/readyz/") == {
        "status": "ready",
        "parts": {"database": "ok", "migrations": "ok", "jobs": "ok", "sending": "ok"},
    }


def test_a_second_start_with_the_same_data_is_refused_and_harms_nothing(running: Installation) -> None:
    refused = running.run("up", "--port", "1", "--no-demo")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        f"fairlead: Fairlead already runs with the data in {running.data}: stop it, or choose another --data.\n"
    )
    assert running.is_whole()


def test_beside_a_running_server_people_are_made_and_get_tokens(running: Installation) -> None:
    person = ["--email", "ada@acme.example", "--organization", "Acme"]
    made = running.run("user", "create", *person, "--password-stdin", input=f"{PASSWORD}\n")
    assert (made.returncode, made.stderr) == (0, "")
    again = running.run("user", "create", *person, "--password-stdin", input=f"{PASSWORD}\n")
    assert again.returncode == 1
    assert "already" in again.stderr
    token = json.loads(running.run("token", "--email", "ada@acme.example", "--json").stdout)
    assert set(token) == {"url", "access_token", "organization_id", "user_id", "email"}
    assert (token["url"], token["email"]) == (f"http://127.0.0.1:{running.port}", "ada@acme.example")
    assert running.ask("/api/profile/", token["access_token"])["email"] == "ada@acme.example"
    assert all(secret not in running.logs() for secret in [PASSWORD, token["access_token"]])


def test_the_example_of_the_readme_runs_on_any_python(running: Installation) -> None:
    email = ["--email", "bea@acme.example"]
    running.run("user", "create", *email, "--organization", "Bea", "--password-stdin", input=f"{PASSWORD}\n")
    [example] = re.findall(r"```python\n(.*?)```", (CHECKOUT / "README.md").read_text(), re.DOTALL)
    token = '["bin/fairlead", "token", "--json"]'
    assert token in example
    script = example.replace(token, repr(running.command("token", "--json", *email))) + "print(pdf[:5])"
    # -S: without the packages of any environment.
    ended = subprocess.run([sys.executable, "-S", "-c", script], capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.stderr) == ("b'%PDF-'\n", "")


def test_migrating_beside_a_running_server_changes_nothing(running: Installation) -> None:
    assert running.run("migrate").stdout == "The database is up to date.\n"
    assert running.is_whole()


def test_secrets_are_readable_by_their_owner_alone_and_in_no_log(running: Installation) -> None:
    for name in ("secret_key", "database.json"):
        assert (running.data / name).stat().st_mode & 0o077 == 0
    kept = json.loads((running.data / "database.json").read_text())
    passwords = [kept[f"{role}_password"] for role in ("superuser", "owner", "app")]
    for secret in [(running.data / "secret_key").read_text().strip(), *passwords]:
        assert secret not in running.logs() + running.text()
    assert (running.data / "mail").stat().st_mode & 0o077 == 0


def test_web_and_jobs_log_one_event_a_line(running: Installation) -> None:
    running.ask("/healthz/")
    for name, event in (("web", "request"), ("worker", "worker.started")):
        lines = (running.data / "log" / f"{name}.log").read_text().splitlines()
        assert event in [json.loads(line)["event"] for line in lines]


@pytest.mark.parametrize("part", ["fairlead worker", "fairlead serve", "bin/postgres"])
def test_what_dies_is_started_again(running: Installation, part: str) -> None:
    victim = min(running.processes(part))
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: set(running.processes(part)) - {victim}, 20)
    wait_for(running.is_whole, 20)
    assert running.has_said("is started again")


def test_told_to_end_it_leaves_nothing(running: Installation) -> None:
    assert running.end(signal.SIGTERM) < PROMISED_SECONDS
    assert running.status == 0
    assert running.logs().rstrip().endswith("database system is shut down")


def test_without_a_server_a_token_says_what_to_start(stopped: Installation, tmp_path: Path) -> None:
    assert "start it with `fairlead up` first" in stopped.run("token").stderr
    never = Installation(tmp_path).run("token")
    assert never.returncode == 1
    assert "There is no Fairlead in" in never.stderr


def test_ctrl_c_reaches_the_whole_group_and_ends_it_cleanly(stopped: Installation) -> None:
    stopped.start()
    assert stopped.end(signal.SIGINT, group=True) < PROMISED_SECONDS
    assert stopped.status == 0


def test_nothing_outlives_a_killed_launcher_and_the_next_start_works_at_once(stopped: Installation) -> None:
    stopped.start()
    stopped.kill()
    stopped.start()  # while the last ones may still be ending
    assert stopped.end(signal.SIGKILL) < PROMISED_SECONDS


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    new = Installation(tmp_path)
    with socket.create_server(("127.0.0.1", new.port)):
        refused = new.run("up", "--port", str(new.port))
    assert refused.returncode == 1
    assert f"Port {new.port} of 127.0.0.1 is in use" in refused.stderr
    assert not (new.data / "postgres").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that the server's user cannot enter")
def test_below_a_private_folder_of_root_the_database_goes_elsewhere(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    private = Installation(tmp_path)
    try:
        private.start()
        home = Path(json.loads((private.data / "database.json").read_text())["home"])
        assert private.has_said(f"The database itself is in {home}")
        assert (home / "pg18").stat().st_uid != 0
        assert private.end(signal.SIGTERM) < PROMISED_SECONDS
        assert tmp_path.stat().st_mode & 0o777 == 0o700
    finally:
        private.clean_up()
    shutil.rmtree(home)


@pytest.mark.parametrize(
    ("variable", "value"), [("DATABASE_URL", "nonsense:hush"), ("FAIRLEAD_WEB_WORKERS", "many")]
)
def test_a_wrong_setting_is_named_but_not_repeated(tmp_path: Path, variable: str, value: str) -> None:
    refused = Installation(tmp_path).run("up", env=os.environ | {variable: value})
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"fairlead: {variable}: ")
    assert "hush" not in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize("place", ["data", "/proc/data", "/dev/null/data"])
def test_a_data_folder_that_cannot_be_is_told_in_one_line(tmp_path: Path, place: str) -> None:
    (tmp_path / "data").write_text("a file is in the way")
    new = Installation(tmp_path)
    new.data = tmp_path / place
    refused = new.run("up")
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1
    assert "choose another --data" in refused.stderr
