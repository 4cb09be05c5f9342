"""CONTRIBUTING.md shows how a kind of record is added: done here to a copy of the project, whose tests must pass."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# A block of code that says which file it is of.
BLOCK = re.compile(r"```python (\S+)\n(.*?)```", re.DOTALL)
# Behind which the row of a file that is there already goes.
_ROWS = "RECORDS: dict[str, dict[str, Any]] = {\n"
MOST_FILES = 5
TESTS = (
    "tests/api/test_records.py",
    "tests/structure/test_operations.py",
)


def _blocks() -> dict[str, str]:
    chapter = (ROOT / "CONTRIBUTING.md").read_text().partition("## Add a kind of record")[2]
    return dict(BLOCK.findall(chapter.partition("\n## ")[0]))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project with what CONTRIBUTING.md says done to it."""
    for name in ("fairlead", "tests", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "CONTRIBUTING.md"):
        shutil.copy(ROOT / name, tmp_path)
    for name, text in _blocks().items():
        file = tmp_path / name
        before, begins, after = file.read_text().partition(_ROWS) if file.exists() else ("", "", "")
        file.write_text(before + begins + text + after)
    return tmp_path


def test_a_kind_of_record_takes_five_files_and_is_whole(copy: Path) -> None:
    before = _files(copy)
    _run(copy, "django", "makemigrations", "crm", "--name", "competitor")
    made = _files(copy) - before
    assert {str(one.relative_to(copy)) for one in made} == {"fairlead/crm/migrations/0002_competitor.py"}
    assert len(_blocks()) + len(made) <= MOST_FILES
    said = _run(copy, "pytest", *TESTS, "-k", "competitor", "-n", "0", "-q", "--no-header")
    assert re.search(r"\d{2,} passed", said), said


def _files(folder: Path) -> set[Path]:
    return {one for one in folder.rglob("*.py") if "__pycache__" not in one.parts}


def _run(folder: Path, *words: str) -> str:
    """Run a module in the copy, of which alone it knows. Returns what it said."""
    of_tests = ("PYTEST", "FAIRLEAD", "DATABASE", "DJANGO")
    ours = {name: value for name, value in os.environ.items() if not name.startswith(of_tests)}
    settings = {
        "DJANGO_SETTINGS_MODULE": "fairlead.settings",
        "FAIRLEAD_SECRET_KEY": "nobody needs to know this one, for it signs nothing",
        "DATABASE_URL": "postgresql://nobody:nothing@127.0.0.1:1/none",
    }
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", *words],
        cwd=folder,
        env=ours | {"PYTHONPATH": str(folder)} | (settings if words[0] == "django" else {}),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    return ran.stdout
