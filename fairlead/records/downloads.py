"""How a stored file goes to a browser: to be saved, never shown, so that nothing in it can run on our origin."""

from django.utils.http import content_disposition_header


def headers(file_name: str, content_type: str, size: int) -> dict[str, str]:
    """The headers of an answer whose body is the file. `file_name` may hold any character (RFC 6266, RFC 8187)."""
    return {
        "Content-Type": content_type,
        "Content-Length": str(size),
        "Content-Disposition": content_disposition_header(True, file_name) or "attachment",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    }
