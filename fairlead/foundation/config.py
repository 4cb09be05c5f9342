"""The settings of an installation: typed, from the environment, with the data folder filling in what it made itself."""

import hashlib
import hmac
import json
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Role = Literal["owner", "app"]

Folder = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


def _require_address(url: SecretStr) -> SecretStr:
    try:
        conninfo_to_dict(url.get_secret_value())
    except ProgrammingError:
        # Not psycopg's words: they repeat what may be a password.
        raise ValueError("should be like postgresql://user:password@host/database") from None
    return url


DatabaseUrl = Annotated[SecretStr, AfterValidator(_require_address)]

LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]


def variable(name: str) -> str:
    """The environment variable of a setting, given by its name or by the variable itself."""
    field = Config.model_fields.get(name)
    alias = field.validation_alias if field else name
    return str(alias or f"FAIRLEAD_{name.upper()}")


def default_data_folder() -> Path:
    """`var/` of the checkout, or of the working folder where Fairlead is installed as a package."""
    checkout = Path(__file__).resolve().parents[2]
    home = checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()
    return home / "var"


class Config(BaseSettings):
    """Every setting of Fairlead. The variable's name is FAIRLEAD_ and the field's name, unless it says otherwise."""

    model_config = SettingsConfigDict(
        env_prefix="FAIRLEAD_", frozen=True, extra="ignore", populate_by_name=True
    )

    data: Folder = Field(
        default_factory=default_data_folder,
        description="Folder of the embedded database, uploaded files, mails without SMTP, logs and secrets.",
    )
    database_url: DatabaseUrl = Field(
        default=SecretStr(""),
        validation_alias="DATABASE_URL",
        description="PostgreSQL 15 to 18 as the role that migrates. Empty: the embedded server in the data folder.",
    )
    database_app_url: DatabaseUrl = Field(
        default=SecretStr(""),
        validation_alias="DATABASE_APP_URL",
        description="The same database as the role that serves: no superuser, no BYPASSRLS, not the owner. "
        "Empty: a role that the owner makes.",
    )
    statement_timeout_ms: int = Field(
        default=15_000, ge=0, description="Longest database statement of a request."
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="Key that signs tokens. Empty: a random one kept in the data folder.",
    )
    debug: bool = Field(
        default=False, description="Show errors with their source. Never where others can reach it."
    )
    allowed_hosts: list[str] = Field(
        default=LOCAL_HOSTS, description='Host names that are answered, as JSON: ["crm.example.com"].'
    )
    trusted_proxies: int = Field(
        default=0, ge=0, description="Reverse proxies in front, whose X-Forwarded-For is believed."
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000", description="Address of this installation, for links."
    )
    smtp_url: SecretStr = Field(
        default=SecretStr(""),
        description="smtps://user:password@host:465, smtp+starttls://…:587 or smtp://host:25. "
        "Empty: mails are written to the data folder.",
    )
    mail_from: str = Field(
        default="no-reply@localhost",
        pattern=r"^[^\s<>@]+@[^\s<>@]+$",
        description="Sender address of mails, without a name.",
    )
    max_body_bytes: int = Field(default=1024**2, gt=0, description="Largest body of a request, files apart.")
    max_attachment_bytes: int = Field(default=25 * 1024**2, gt=0, description="Largest attachment.")
    s3_bucket: str = Field(default="", description="Bucket for files. Empty: they lie in the data folder.")
    s3_folder: str = Field(default="", description="Folder within the bucket.")
    s3_endpoint_url: str = Field(default="", description="Address of the S3 service; empty: Amazon's.")
    s3_region: str = Field(default="", description="Region of the bucket.")
    s3_access_key_id: str = Field(
        default="",
        description="Key to the bucket. Empty: boto looks where it always does, such as the machine's role.",
    )
    s3_secret_access_key: SecretStr = Field(default=SecretStr(""), description="Secret of that key.")
    access_token_minutes: int = Field(default=15, gt=0, description="How long an access token is good.")
    refresh_token_days: int = Field(default=30, gt=0, description="How long an unused refresh token is good.")
    requests_per_minute: int = Field(default=6_000, gt=0, description="Requests of one token each minute.")
    web_leads_per_minute: int = Field(
        default=30, gt=0, description="Leads that a web form's key may bring each minute."
    )
    failed_sign_ins_per_account: int = Field(
        default=10, gt=0, description="Failed sign-ins of an account in 15 minutes before it is slowed."
    )
    failed_sign_ins_per_network: int = Field(
        default=100, gt=0, description="Failed sign-ins from a network in 15 minutes before it is slowed."
    )
    web_workers: int = Field(default=2, ge=1, description="Web processes.")
    web_threads: int = Field(default=8, ge=1, description="Requests that a web process handles at once.")
    job_concurrency: int = Field(
        default=2, ge=1, description="Jobs that the worker runs at once, mails and other work apart."
    )
    job_listen: bool = Field(
        default=True, description="Whether the worker is woken by the database. Off: it asks each second."
    )
    job_stalled_seconds: int = Field(
        default=30,
        ge=3,
        description="Silence after which a worker counts as dead and its jobs are done again.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least level logged."
    )

    @property
    def is_embedded(self) -> bool:
        """Whether the database is the embedded server of the data folder."""
        return not self.database_url.get_secret_value() and not self.database_app_url.get_secret_value()

    @property
    def connections_file(self) -> Path:
        """Where the start of the embedded server leaves the URL of each role."""
        return self.data / "database.json"

    def database(self, role: Role) -> dict[str, Any]:
        """Django's description of the database as `role`; without address while nothing has been started yet."""
        return _describe(self.database_address(role), self._options(role))

    def database_address(self, role: Role) -> str:
        """Where the database is, as `role`: by the environment, else by the data folder, else empty."""
        owner, app = self.database_url.get_secret_value(), self.database_app_url.get_secret_value()
        if self.is_embedded:
            return self._kept_addresses().get(role, "")
        return owner if role == "owner" else app or derive_app_address(owner)

    def file_storage(self) -> dict[str, Any]:
        """Django's description of where files lie: in a bucket where one is named, else in the data folder."""
        if not self.s3_bucket:
            return {"BACKEND": "fairlead.records.storage.Folder"}
        options = {
            "bucket_name": self.s3_bucket,
            "location": self.s3_folder,
            "endpoint_url": self.s3_endpoint_url or None,
            "region_name": self.s3_region or None,
            "access_key": self.s3_access_key_id or None,
            "secret_key": self.s3_secret_access_key.get_secret_value() or None,
        }
        return {"BACKEND": "fairlead.records.bucket.Bucket", "OPTIONS": options}

    def signing_key(self) -> str:
        """The secret key: from the environment, else the data folder, else empty (Django then refuses to use it)."""
        given = self.secret_key.get_secret_value()
        return given or _read(self.data / "secret_key").strip()

    def _kept_addresses(self) -> dict[str, str]:
        kept = _read(self.connections_file)
        addresses: dict[str, str] = json.loads(kept) if kept else {}
        return addresses

    def _options(self, role: Role) -> str:
        if role == "owner":
            return "-c lock_timeout=30s"
        settings = {
            "statement_timeout": self.statement_timeout_ms,
            "lock_timeout": 3_000,
            "idle_in_transaction_session_timeout": 30_000,
            # On the disks of today an index is worth its use; else a large organization's rows are counted by reading
            # those of all others too. And no request takes the cores of another.
            "random_page_cost": 1.1,
            "max_parallel_workers_per_gather": 0,
        }
        return " ".join(f"-c {name}={value}" for name, value in settings.items())


def derive_app_address(owner_address: str) -> str:
    """The app role that the owner makes when it is given none: the same on every machine that knows the owner.

    Its name is the database's with `_app`, its password a one-way hash of the owner's. Empty without such a password.
    """
    owner = conninfo_to_dict(owner_address)
    name, password = f"{owner.get('dbname') or owner.get('user')}_app", owner.get("password")
    if not password:
        return ""
    derived = hmac.new(str(password).encode(), name.encode(), hashlib.sha256).hexdigest()
    return make_conninfo(owner_address, user=name, password=derived)


@cache
def load() -> Config:
    """The configuration of this process, read once."""
    return Config()


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, NotADirectoryError):
        return ""


def _describe(address: str, options: str) -> dict[str, Any]:
    parts = {name: str(value) for name, value in conninfo_to_dict(address).items()}
    given = parts.pop("options", "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, **parts, "options": f"{options} {given}".strip()},
    }
