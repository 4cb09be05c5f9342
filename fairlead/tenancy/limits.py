"""Rate limits that hold over all processes: fixed windows in an unlogged table, counted by one statement."""

import ipaddress
import time
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from fairlead.foundation.errors import LimitReached
from fairlead.tenancy.models import RateBucket

_DAY = 86_400
COUNT_SQL = """
    INSERT INTO tenancy_ratebucket AS b (key, window_start, count) VALUES (%s, %s, 1)
    ON CONFLICT (key) DO UPDATE SET window_start = excluded.window_start,
        count = CASE WHEN b.window_start = excluded.window_start THEN b.count + 1 ELSE 1 END
    RETURNING count"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` in each window of `seconds`."""

    most: int
    seconds: int

    def window(self) -> int:
        """The present window's start, in Unix seconds."""
        return int(time.time()) // self.seconds * self.seconds

    def check(self, count: int) -> dict[str, str]:
        """The `RateLimit` headers for this count. Raises `LimitReached`, with `Retry-After`, above the limit."""
        wait = max(1, self.window() + self.seconds - int(time.time()))
        headers = {"RateLimit": f'"default";r={max(0, self.most - count)};t={wait}'}
        if count > self.most:
            detail = f"More than {self.most} in {self.seconds} seconds: try again in {wait} seconds."
            raise LimitReached(detail, headers={**headers, "Retry-After": str(wait)})
        return headers


def count(key: str, limit: Limit) -> int:
    """Count one more under this key and return how many there are in the present window.

    Call it outside of a transaction: a refused request is counted too, and the row is not held locked.
    """
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SQL, [key, limit.window()])
        row = cursor.fetchone()
    return int(row[0])


def give_back(key: str, limit: Limit) -> None:
    """Take back one count that turned out not to matter, such as a sign-in that succeeded."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tenancy_ratebucket SET count = count - 1 WHERE key = %s AND window_start = %s AND count > 0",
            [key, limit.window()],
        )


def forget_old() -> int:
    """A day's job: forget the counts of windows that ended a day ago; returns how many."""
    return RateBucket.objects.filter(window_start__lt=int(time.time()) - _DAY).delete()[0]


def network(request: HttpRequest) -> str:
    """The caller's network: /24 for IPv4, /64 for IPv6. Forwarded headers count only behind that many own proxies."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if settings.TRUSTED_PROXIES and len(hops) >= settings.TRUSTED_PROXIES:
        address = hops[-settings.TRUSTED_PROXIES]
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    # A server that listens on both families sees IPv4 callers so; all of them share one /64.
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 64}", strict=False))
