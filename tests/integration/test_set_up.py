"""The set-up that the commands in bin/ share: which uv it trusts, and that two at once take turns."""

import os
import subprocess
import time
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
HEAD = f"root={CHECKOUT}; . {CHECKOUT}/bin/set-up.sh; "


def sh(script: str, folder: Path, **variables: str) -> subprocess.Popen[str]:
    """Run a script with the set-up loaded and only `folder` and the system's programs to be found."""
    surroundings = {"PATH": f"{folder}:{os.defpath}", "HOME": str(folder), **variables}
    return subprocess.Popen(
        ["sh", "-euc", HEAD + script],
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_an_uv_that_does_not_answer_is_passed_over(tmp_path: Path) -> None:
    program(tmp_path / "uv", "echo 'uv: command not found' >&2; exit 127")
    program(tmp_path / ".local/bin/uv", "echo uv 1.2.3")
    with sh("find_uv", tmp_path) as found:
        assert found.communicate()[0] == f"{tmp_path}/.local/bin/uv\n"


def test_without_any_uv_none_is_found(tmp_path: Path) -> None:
    program(tmp_path / "uv", "exit 1")
    with sh("find_uv || echo none", tmp_path) as found:
        assert found.communicate()[0] == "none\n"


def test_a_python_that_does_not_answer_is_passed_over(tmp_path: Path) -> None:
    program(tmp_path / "python3", "echo 'pyenv: python3: command not found' >&2; exit 127")
    with sh("find_python", tmp_path) as found:
        assert "python3" in found.communicate()[0]
        assert found.returncode == 0


def test_the_choice_of_a_shim_that_called_us_does_not_reach_ours(tmp_path: Path) -> None:
    program(tmp_path / "uv", 'echo "${PYENV_VERSION-none} ${PYENV_DIR-none}"')
    script = f"level=run venv={tmp_path}/venv uv=uv; sync"
    with sh(script, tmp_path, PYENV_VERSION="3.9.1", PYENV_DIR="/") as synced:
        assert synced.communicate()[1] == "none none\n"


@pytest.mark.parametrize("level", ["run", "dev"])
def test_each_level_has_every_typeface(tmp_path: Path, level: str) -> None:
    program(tmp_path / "uv", 'echo "$*"')
    with sh(f"level={level} venv={tmp_path}/venv uv=uv; sync", tmp_path) as synced:
        assert "--extra cjk" in synced.communicate()[1]


def test_two_at_once_take_turns_and_a_killed_one_lets_go(tmp_path: Path) -> None:
    script = f"exec 9>{tmp_path}/lock; lock; date +%s.%N; sleep 1.5; date +%s.%N"
    with sh(script, tmp_path) as first:
        assert first.stdout
        first.stdout.readline()
        with sh(script, tmp_path) as second:
            begin = float(second.communicate()[0].split()[0])
            assert begin >= float(first.communicate()[0])
    with sh(f"exec 9>{tmp_path}/lock; lock; echo held; exec sleep 60", tmp_path) as holder:
        assert holder.stdout
        holder.stdout.readline()
        holder.kill()
    start = time.monotonic()
    with sh(f"exec 9>{tmp_path}/lock; lock", tmp_path) as next_one:
        next_one.communicate()
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("level", ["run", "dev"])
def test_what_is_set_up_is_set_up_for_less_too(tmp_path: Path, level: str) -> None:
    program(tmp_path / "venv/bin/python", "exit 0")
    (tmp_path / "venv/fairlead-set-up").write_text(f"{level} {CHECKOUT} 1 2\n")
    script = (
        f"venv={tmp_path}/venv wanted='1 2'; for level in run dev; do is_set_up && echo $level; done; true"
    )
    with sh(script, tmp_path) as asked:
        assert asked.communicate()[0].split() == (["run", "dev"] if level == "dev" else ["run"])


def test_another_lock_of_packages_asks_for_another_set_up(tmp_path: Path) -> None:
    program(tmp_path / "venv/bin/python", "exit 0")
    (tmp_path / "venv/fairlead-set-up").write_text(f"dev {CHECKOUT} 1 2\n")
    with sh(f"venv={tmp_path}/venv wanted='3 4' level=run; is_set_up || echo stale", tmp_path) as asked:
        assert asked.communicate()[0] == "stale\n"


@pytest.mark.parametrize("name", ["up", "fairlead", "test", "check", "set-up.sh"])
def test_a_posix_shell_understands_it(name: str) -> None:
    assert subprocess.run(["sh", "-n", CHECKOUT / "bin" / name], check=False).returncode == 0


def test_a_command_does_not_outlive_the_set_up(tmp_path: Path) -> None:
    with sh(f"echo $$; watched sh -c 'echo $$ >{tmp_path}/child; exec sleep 60'", tmp_path) as parent:
        while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text():
            time.sleep(0.02)
        parent.terminate()
        assert parent.wait(5) == 143
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{child}").exists()
