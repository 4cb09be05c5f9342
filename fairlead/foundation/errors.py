"""Errors that a caller can mend. Each door turns them into its own form; see `api/problems.py`."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

FieldErrors = Mapping[str, Sequence[str]]


class DomainError(Exception):
    """The request could not be carried out"""

    slug: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        detail: str,
        *,
        errors: FieldErrors | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = {path: list(messages) for path, messages in (errors or {}).items()}
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    @classmethod
    def of(cls, field: str, message: str) -> "DomainError":
        """An error about one field, which says the same in `detail` and in `errors`."""
        return cls(f"{field}: {message}", errors={field: [message]})

    @property
    def title(self) -> str:
        """The first line of the class's docstring."""
        return (type(self).__doc__ or "").strip().splitlines()[0]


class MalformedRequest(DomainError):
    """The request is not in the expected form"""

    slug = "malformed-request"
    status = 400


class NotAuthenticated(DomainError):
    """Sign-in is needed"""

    slug = "not-authenticated"
    status = 401


class NotPermitted(DomainError):
    """You may see this, but not do that"""

    slug = "not-permitted"
    status = 403


class NotFound(DomainError):
    """There is nothing here that you may see"""

    slug = "not-found"
    status = 404

    def __init__(
        self, detail: str = "Nothing with this address exists, or you may not see it.", **more: Any
    ) -> None:
        super().__init__(detail, **more)


class MethodNotAllowed(DomainError):
    """This address does not take that method"""

    slug = "method-not-allowed"
    status = 405


class Conflict(DomainError):
    """Somebody else was there first"""

    slug = "conflict"
    status = 409


class StaleVersion(DomainError):
    """The record has changed since you read it"""

    slug = "stale-version"
    status = 412


class TooLarge(DomainError):
    """The request is too large"""

    slug = "too-large"
    status = 413


class UnsupportedMediaType(DomainError):
    """The content type is not the one that this operation takes"""

    slug = "unsupported-media-type"
    status = 415


class InvalidInput(DomainError):
    """The request is well-formed, but against a rule"""

    slug = "invalid-input"
    status = 422


class InvalidTransition(InvalidInput):
    """The status cannot change that way"""

    slug = "invalid-transition"


class LimitReached(DomainError):
    """Too many requests"""

    slug = "limit-reached"
    status = 429


class InternalError(DomainError):
    """Something went wrong on our side"""

    slug = "internal-error"
    status = 500


class UpstreamFailed(DomainError):
    """A service that this needs did not answer as it should"""

    slug = "upstream-failed"
    status = 502
    retryable = True


class DatabaseUnavailable(DomainError):
    """The database is away"""

    slug = "database-unavailable"
    status = 503
    retryable = True


class Overloaded(DomainError):
    """There is more to do than can be done just now"""

    slug = "overloaded"
    status = 503
    retryable = True


class NoRoom(DomainError):
    """There is no room for the file"""

    slug = "no-room"
    status = 507
