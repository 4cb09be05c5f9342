"""docs/settings.md tells what the program takes, and nothing else."""

from pathlib import Path

from fairlead.cli.commands import settings
from fairlead.foundation import config
from fairlead.foundation.config import Config

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_page_is_the_one_that_the_settings_make() -> None:
    assert PAGE.read_text() == settings.page(), "bin/fairlead settings --markdown > docs/settings.md"


def test_every_setting_is_on_it_and_says_what_it_means() -> None:
    rows = [line for line in settings.page().splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == [config.variable(name) for name in Config.model_fields]
    assert all(not row.endswith("|  |") for row in rows)


def test_it_is_the_same_on_every_machine() -> None:
    assert str(Path.cwd()) not in settings.page()
    assert str(Path.home()) not in settings.page()
