"""Postal addresses as the country they are in writes them."""

from collections.abc import Mapping
from typing import Any

_PARTS = ("address_line", "street", "city", "state", "postcode", "country")
_CODE_THEN_CITY = "{postcode} {city}"
_CITY_STATE_CODE = "{city}, {state} {postcode}"
# Universal Postal Union, addressing systems: the line of the city where it is not the code and then the city.
_CITY_LINES = {
    **dict.fromkeys(["US", "CA", "IN", "TH", "KR", "TW", "CN"], _CITY_STATE_CODE),
    **dict.fromkeys(["AU", "NZ"], "{city} {state} {postcode}"),
    **dict.fromkeys(["GB", "IE"], "{city}\n{state}\n{postcode}"),
    **dict.fromkeys(["SG", "BN"], "{city} {postcode}"),
    **dict.fromkeys(["IT", "BR", "MX"], "{postcode} {city} {state}"),
    "JP": "{state} {city} {postcode}",
}


def lines(address: Mapping[str, Any] | None, country_name: str) -> list[str]:
    """The lines of an address, empty ones left out, closing with the country's name unless that is empty."""
    if not address:
        return []
    known = {name: str(address.get(name) or "") for name in _PARTS}
    place = _CITY_LINES.get(known["country"], _CODE_THEN_CITY).format_map(known)
    parts = [known["address_line"], known["street"], *place.split("\n"), country_name]
    return [line for line in (_tidy(part) for part in parts) if line]


def _tidy(line: str) -> str:
    return " ".join(line.split()).strip(" ,").replace(" ,", ",")
