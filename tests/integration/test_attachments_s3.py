"""Files in a bucket: boto3 as it is, against moto's S3."""

from collections.abc import Iterator
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest
from django.db import transaction
from moto import mock_aws
from pydantic import SecretStr

from fairlead.foundation.config import Config
from fairlead.foundation.errors import UpstreamFailed
from fairlead.records import attachments, files
from fairlead.tenancy.context import organization
from tests.file_store import KIND, a_record, attach, content_of, large, rows_of, small
from tests.mail_server import free_port
from tests.world import World

pytestmark = pytest.mark.usefixtures("own_database")

BUCKET = "fairlead-files"


def storage(**more: str) -> dict[str, Any]:
    """The storage as the settings describe it."""
    config = Config(
        s3_bucket=BUCKET,
        s3_folder="install-1",
        s3_region="eu-central-1",
        s3_access_key_id="key",
        s3_secret_access_key=SecretStr("secret"),
        **more,  # type: ignore[arg-type]
    )
    return config.file_storage()


@pytest.fixture
def bucket(settings: Any) -> Iterator[Any]:
    with mock_aws():
        settings.STORAGES = {**settings.STORAGES, "default": storage()}
        made = boto3.resource("s3", region_name="eu-central-1").Bucket(BUCKET)
        made.create(CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield made


def keys(bucket: Any) -> list[str]:
    return [item.key for item in bucket.objects.all()]


@pytest.mark.parametrize("upload", [small, large])
def test_a_file_is_stored_read_and_removed(world: World, bucket: Any, upload: Any) -> None:
    record_id, content = a_record(), bytes(range(256)) * 40_000  # several parts
    attachment = attach(world.clerk, record_id, upload(content))
    assert keys(bucket) == [f"install-1/{attachment.storage_key}"]
    assert content_of(world.clerk, attachment) == content

    with organization(world.acme.id, world.clerk.actor):
        attachments.remove(KIND, attachment.id)
        assert len(keys(bucket)) == 1
    assert keys(bucket) == []
    assert rows_of(world.clerk, record_id) == []


def test_a_rollback_leaves_no_file(world: World, bucket: Any) -> None:
    with files.settled(), organization(world.acme.id, world.clerk.actor):
        attachments.add(KIND, a_record(), small())
        assert len(keys(bucket)) == 1
        transaction.set_rollback(True)
    assert keys(bucket) == []


def test_the_daily_job_finds_what_no_row_names(
    world: World, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = attach(world.clerk, a_record())
    with organization(world.acme.id):
        files.store(files.new_key(attachments.FOLDER), b"orphan")
    assert attachments.remove_orphans() == 0
    monkeypatch.setattr(files, "ORPHAN_AFTER", -files.ORPHAN_AFTER)
    assert attachments.remove_orphans() == 1
    assert keys(bucket) == [f"install-1/{kept.storage_key}"]


def test_a_bucket_that_is_not_there_is_told(world: World, bucket: Any) -> None:
    attachment = attach(world.clerk, a_record())
    bucket.objects.all().delete()
    with pytest.raises(UpstreamFailed):
        content_of(world.clerk, attachment)
    bucket.delete()
    record_id = a_record()
    with pytest.raises(UpstreamFailed):
        attach(world.clerk, record_id)
    assert rows_of(world.clerk, record_id) == []


def test_a_service_that_does_not_answer_is_told(world: World, settings: Any) -> None:
    away = storage(s3_endpoint_url=f"http://127.0.0.1:{free_port()}")
    settings.STORAGES = {**settings.STORAGES, "default": away}
    record_id = a_record()
    with pytest.raises(UpstreamFailed):
        attach(world.clerk, record_id)
    assert rows_of(world.clerk, record_id) == []
