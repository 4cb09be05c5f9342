"""Stored files of a backup, out of a bucket and into one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest
from moto import mock_aws
from pydantic import SecretStr

from fairlead.cli import archive, file_copy
from fairlead.cli.trouble import Trouble
from fairlead.foundation.config import Config
from fairlead.records import files

CONTENT = {"org/documents/ab/one": bytes(range(256)) * 20_000, "org/attachments/cd/two": b"2"}


@pytest.fixture
def bucket(settings: Any) -> Iterator[Any]:
    config = Config(
        s3_bucket="fairlead-files",
        s3_folder="install-1",
        s3_region="eu-central-1",
        s3_access_key_id="key",
        s3_secret_access_key=SecretStr("secret"),
    )
    with mock_aws():
        settings.STORAGES = {**settings.STORAGES, "default": config.file_storage()}
        made = boto3.resource("s3", region_name="eu-central-1").Bucket("fairlead-files")
        made.create(CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield made


@pytest.fixture
def saved(bucket: Any, tmp_path: Path) -> Path:
    """A backup of these files; the bucket is empty again."""
    for key, content in CONTENT.items():
        files.store(key, content)
    with archive.written(tmp_path / "backup.tar") as backup:
        assert file_copy.add_new(backup) == 2
        files.store("org/attachments/ef/late", b"late")
        assert file_copy.add_new(backup) == 1
        backup.finish({"version": "7"})
    bucket.objects.all().delete()
    return tmp_path / "backup.tar"


def test_files_come_back_as_they_were(saved: Path) -> None:
    file_copy.require_empty()
    with archive.opened(saved) as backup, file_copy.restored(backup):
        pass
    assert {key: files.read(key) for key in files.all_keys()} == CONTENT | {
        "org/attachments/ef/late": b"late"
    }
    with pytest.raises(Trouble, match="holds files already"):
        file_copy.require_empty()


def test_a_failure_afterwards_takes_them_out_again(saved: Path) -> None:
    with pytest.raises(ZeroDivisionError), archive.opened(saved) as backup, file_copy.restored(backup):
        1 // (len(list(files.all_keys())) - 3)
    assert list(files.all_keys()) == []
