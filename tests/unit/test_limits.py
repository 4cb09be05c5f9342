"""Which network a caller is in, and what a limit says."""

import pytest
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from fairlead.foundation.errors import LimitReached
from fairlead.tenancy.limits import Limit, network


def network_of(address: str, **headers: str) -> str:
    return network(RequestFactory(headers=headers).get("/", REMOTE_ADDR=address))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("", "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_the_network_of_an_address(address: str, expected: str) -> None:
    assert network_of(address) == expected


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "192.0.2.0/24"),
        (1, "203.0.113.9", "203.0.113.0/24"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.0/24"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.0/24"),
        (2, "203.0.113.9", "192.0.2.0/24"),
        (1, "", "192.0.2.0/24"),
    ],
)
def test_only_own_proxies_are_believed(
    proxies: int, forwarded: str, expected: str, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert network_of("192.0.2.7", **({"X-Forwarded-For": forwarded} if forwarded else {})) == expected


def test_a_limit_tells_what_is_left_and_how_long_to_wait() -> None:
    limit = Limit(3, 60)
    assert limit.check(1)["RateLimit"].startswith('"default";r=2;t=')
    assert limit.check(3)["RateLimit"].startswith('"default";r=0;t=')
    with pytest.raises(LimitReached) as reached:
        limit.check(4)
    assert 1 <= int(reached.value.headers["Retry-After"]) <= 60
