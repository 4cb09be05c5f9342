"""Organizations and their settings."""

import io
import random
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from fairlead.foundation.ids import new_id
from fairlead.tenancy.context import organization
from fairlead.tenancy.models import Logo, Organization, User
from tests.world import Answer, Person, World, api, join

FULL = {
    "name": "Acme",
    "legal_name": "Acme GmbH",
    "address": {
        "address_line": "Linienstraße 42",
        "street": "2nd floor",
        "city": "Berlin",
        "state": "",
        "postcode": "10119",
        "country": "DE",
    },
    "vat_id": "DE136695976",
    "registration_id": "HRB 123456 B",
    "electronic_address": {"scheme": "0204", "id": "991-12345-67"},
    "email": "office@acme.example",
    "phone": "+49 30 1234567",
    "website": "https://acme.example",
    "bank_accounts": [
        {
            "iban": "DE02120300000000202051",
            "bic": "BYLADEM1001",
            "account_holder": "Acme GmbH",
            "bank_name": "DKB",
            "currency": "EUR",
        }
    ],
    "currency": "CHF",
    "language": "de",
    "time_zone": "Europe/Zurich",
    "payment_terms": 14,
    "accent_color": "#2f5bd7",
}


def address(world: World) -> str:
    return f"/api/org/{world.acme.id}/"


def test_founding_one_makes_its_admin(world: World) -> None:
    made = api(world.clerk).post("/api/org/", FULL)
    assert made.status == 201
    assert made.json["role"] == "ADMIN"
    assert {name: made.json[name] for name in FULL} == FULL
    listed = api(world.clerk).get("/api/org/?ordering=created_on").json["results"]
    assert [(one["name"], one["role"]) for one in listed] == [("Acme", "USER"), ("Acme", "ADMIN")]
    headers = {"organization-id": made.json["id"]}
    assert api(world.clerk).post("/api/teams/", {"name": "Mine"}, headers=headers).status == 201


def test_a_name_is_enough(world: World) -> None:
    made = api(world.clerk).post("/api/org/", {"name": "Initech"}).json
    assert (made["currency"], made["language"], made["time_zone"]) == ("EUR", "en", "UTC")
    assert made["address"]["country"] == ""


def test_every_setting_is_kept_and_read_back(world: World) -> None:
    assert api(world.owner).put(address(world), FULL).status == 200
    seen = api(world.clerk).get(address(world)).json
    assert {name: seen[name] for name in FULL} == FULL


def test_getting_then_putting_changes_nothing(world: World) -> None:
    api(world.owner).put(address(world), FULL)
    before = api(world.owner).get(address(world))
    after = api(world.owner).put(address(world), before.json)
    assert (after.status, after.json, after.headers["ETag"]) == (200, before.json, before.headers["ETag"])


def test_only_what_is_given_changes(world: World) -> None:
    api(world.owner).put(address(world), FULL)
    seen = api(world.owner).put(address(world), {"phone": "+49 30 7654321"}).json
    assert {name: seen[name] for name in FULL} == FULL | {"phone": "+49 30 7654321"}


def test_null_clears(world: World) -> None:
    api(world.owner).put(address(world), FULL)
    cleared = {"vat_id": None, "electronic_address": None, "payment_terms": None, "legal_name": None}
    seen = api(world.owner).put(address(world), cleared).json
    assert (seen["vat_id"], seen["electronic_address"], seen["payment_terms"], seen["legal_name"]) == (
        "",
        None,
        None,
        "",
    )
    assert api(world.owner).put(address(world), {"name": None}).status == 400


def test_an_address_or_a_list_of_accounts_is_replaced_whole(world: World) -> None:
    api(world.owner).put(address(world), FULL)
    change = {
        "address": {"city": "Wien", "country": "AT"},
        "bank_accounts": [{"iban": "AT611904300234573201"}],
    }
    seen = api(world.owner).put(address(world), change).json
    assert (seen["address"]["city"], seen["address"]["street"]) == ("Wien", "")
    assert [(one["iban"], one["bic"]) for one in seen["bank_accounts"]] == [("AT611904300234573201", "")]


def test_a_code_is_kept_in_one_spelling(world: World) -> None:
    given = {"accent_color": "#2F5BD7", "bank_accounts": [{"iban": "de02 1203 0000 0000 2020 51"}]}
    seen = api(world.owner).put(address(world), given).json
    assert (seen["accent_color"], seen["bank_accounts"][0]["iban"]) == ("#2f5bd7", "DE02120300000000202051")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"currency": "eur"}, "three letters"),
        ({"accent_color": "red"}, "#2f5bd7"),
        ({"vat_id": "DE 136695976"}, "without spaces"),
        ({"bank_accounts": [{"iban": "12"}]}, "Give an IBAN"),
        ({"bank_accounts": [{"iban": "DE02120300000000202051", "bic": "x"}]}, "Give a BIC"),
        ({"electronic_address": {"scheme": "x", "id": "1"}}, "by its code"),
    ],
)
def test_what_is_not_of_its_form_is_asked_for_in_words(
    given: dict[str, Any], says: str, world: World
) -> None:
    answer = api(world.owner).put(address(world), given)
    assert answer.status == 400
    assert says in answer.json["detail"]


def test_the_numbers_of_invoices_are_set_here(world: World) -> None:
    before = api(world.owner).get(address(world))
    assert before.json["number_series"] == {
        "pattern": "INV-{number:03d}",
        "restart": "never",
        "number_on": "create",
    }
    series = {"pattern": "{year}-{number:04d}", "restart": "yearly", "number_on": "issue"}
    after = api(world.owner).put(address(world), {"number_series": series})
    assert after.json["number_series"] == series
    assert after.headers["ETag"] != before.headers["ETag"]
    part = api(world.owner).put(address(world), {"number_series": {"restart": "yearly"}})
    assert (part.json["number_series"], part.headers["ETag"]) == (series, after.headers["ETag"])


@pytest.mark.parametrize(
    ("given", "status", "field"),
    [
        ({"vat_id": "DE136695977"}, 422, "vat_id"),
        ({"vat_id": "de136695976"}, 400, "vat_id"),
        ({"bank_accounts": [{"iban": "DE03120300000000202051"}]}, 422, "bank_accounts.0.iban"),
        (
            {"bank_accounts": [{"iban": "DE02120300000000202051", "bic": "ZZZZZZZZ"}]},
            422,
            "bank_accounts.0.bic",
        ),
        ({"bank_accounts": [{"bic": "BYLADEM1001"}]}, 400, "bank_accounts.0.iban"),
        ({"time_zone": "Europe/Atlantis"}, 422, "time_zone"),
        ({"time_zone": "localtime"}, 422, "time_zone"),
        ({"address": {"country": "XX"}}, 422, "address.country"),
        ({"currency": "XXX"}, 422, "currency"),
        ({"language": "it"}, 400, "language"),
        ({"accent_color": "red"}, 400, "accent_color"),
        ({"payment_terms": -1}, 400, "payment_terms"),
        ({"electronic_address": {"scheme": "0204"}}, 400, "electronic_address.id"),
        ({"email": "office"}, 400, "email"),
        ({"role": "USER"}, 422, "role"),
        ({"logo": "/x/"}, 422, "logo"),
        ({"number_series": {"pattern": "INV"}}, 422, "number_series.pattern"),
    ],
)
def test_a_wrong_setting_is_named_and_nothing_changes(
    given: dict[str, Any], status: int, field: str, world: World
) -> None:
    before = api(world.owner).get(address(world))
    answer = api(world.owner).put(address(world), {"phone": "+49 30 7654321", **given})
    assert (answer.status, [*answer.json["errors"]]) == (status, [field])
    after = api(world.owner).get(address(world))
    assert (after.json, after.headers["ETag"]) == (before.json, before.headers["ETag"])


def test_a_stale_version_is_refused(world: World) -> None:
    etag = api(world.owner).get(address(world)).headers["ETag"]
    api(world.owner).put(address(world), {"phone": "1"}, headers={"If-Match": etag})
    answer = api(world.owner).put(address(world), {"phone": "2"}, headers={"If-Match": etag})
    assert answer.status == 412
    assert api(world.owner).get(address(world)).json["phone"] == "1"


@pytest.mark.parametrize("given", ["3", "x", '"x"', 'W/"1"', '"1', '"-1"', '"١"', '"99999999999999999999"'])
def test_an_etag_that_was_never_given_matches_nothing(given: str, world: World) -> None:
    answer = api(world.owner).put(address(world), {"phone": "1"}, headers={"If-Match": given})
    assert answer.status in (400, 412)
    assert api(world.owner).get(address(world)).json["phone"] == ""


def test_any_version_will_do_with_a_star(world: World) -> None:
    assert api(world.owner).put(address(world), {"phone": "1"}, headers={"If-Match": "*"}).status == 200


def test_the_path_names_the_organization_whatever_the_header_says(world: World) -> None:
    there = join(User.objects.get(id=world.owner.user_id), world.globex)
    headers = {"organization-id": str(world.acme.id)}
    assert api(there).get(f"/api/org/{world.globex.id}/", headers=headers).json["role"] == "USER"
    refused = api(there).put(f"/api/org/{world.globex.id}/", {"phone": "1"}, headers=headers)
    assert refused.status == 403
    assert Organization.objects.get(id=world.globex.id).phone == ""


def test_only_so_many_organizations(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairlead.tenancy.organizations.MOST_OF_ONE_PERSON", 1)
    assert api(world.clerk).post("/api/org/", {"name": "Initech"}).status == 422


# The logo


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 32), mode: str = "RGB") -> bytes:
    target = io.BytesIO()
    Image.new(mode, size, 1 if mode == "1" else None).save(target, kind)
    return target.getvalue()


def upload(person: Person, world: World, content: bytes, name: str = "logo.png") -> Answer:
    file = io.BytesIO(content)
    file.name = name
    return api(person).call("POST", f"{address(world)}logo/", files={"logo": file})


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_logo_is_kept_as_png(kind: str, world: World) -> None:
    assert upload(world.owner, world, picture(kind), "whatever.exe").json["logo"] == f"{address(world)}logo/"
    seen = api(world.clerk).get(f"{address(world)}logo/")
    assert seen.headers["Content-Type"] == "image/png"
    with Image.open(io.BytesIO(seen.body)) as image:
        assert (image.format, image.size) == ("PNG", (64, 32))


@pytest.mark.promise(34)
def test_nothing_of_the_upload_but_its_pixels_is_kept(world: World) -> None:
    target = io.BytesIO()
    image = Image.new("RGB", (8, 8))
    image.save(target, "JPEG", comment=b"<script>alert(1)</script>", exif=b"Exif\0\0secret place")
    upload(world.owner, world, target.getvalue() + b"<html>")
    seen = api(world.owner).get(f"{address(world)}logo/").body
    assert not any(word in seen for word in (b"script", b"secret", b"<html>"))


def test_a_large_logo_is_made_smaller(world: World) -> None:
    upload(world.owner, world, picture(size=(2000, 1000)))
    with Image.open(io.BytesIO(api(world.owner).get(f"{address(world)}logo/").body)) as image:
        assert image.size == (1200, 600)


def test_removing_the_logo_keeps_it_for_what_bears_it(world: World) -> None:
    upload(world.owner, world, picture())
    assert api(world.owner).delete(f"{address(world)}logo/").json["logo"] is None
    assert api(world.owner).get(f"{address(world)}logo/").status == 404
    with organization(world.acme.id):
        assert Logo.objects.count() == 1


# Made when they are sent: the large ones take a second.
_BAD: dict[str, tuple[bytes | Callable[[], bytes], int]] = {
    "nothing": (b"", 422),
    "text": (b"hello", 422),
    "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", 422),
    "PDF": (b"%PDF-1.7", 422),
    "cut": (picture()[:60], 422),
    "BMP": (picture("BMP"), 422),
    "TIFF": (picture("TIFF"), 422),
    "EPS": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", 422),
    "too many bytes": (lambda: picture() + b"\0" * 400_000, 413),
    "a bomb": (lambda: picture(size=(30_000, 30_000), mode="1"), 413),
    "a longer bomb": (lambda: picture(size=(60_000, 70), mode="1"), 413),
}


@pytest.mark.promise(34)
@pytest.mark.parametrize(("content", "status"), _BAD.values(), ids=_BAD)
def test_what_is_no_logo_leaves_nothing(
    content: bytes | Callable[[], bytes], status: int, world: World
) -> None:
    answer = upload(world.owner, world, content() if callable(content) else content)
    assert answer.status == status
    assert [*answer.json["errors"]] == ["logo"]
    with organization(world.acme.id):
        assert not Logo.objects.exists()
    assert api(world.owner).get(address(world)).json["logo"] is None


@pytest.mark.promise(34)
def test_damaged_pictures_are_refused_or_harmless(world: World) -> None:
    chance = random.Random(7)
    for kind in ("PNG", "JPEG", "WEBP", "GIF"):
        whole = picture(kind, (40, 40))
        for _ in range(25):
            damaged = bytearray(whole)
            for _ in range(chance.randint(1, 6)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            assert upload(world.owner, world, bytes(damaged)).status in (200, 413, 422)


def test_a_missing_or_repeated_part_is_named(world: World) -> None:
    missing = api(world.owner).call("POST", f"{address(world)}logo/", files={"other": io.BytesIO(picture())})
    assert (missing.status, [*missing.json["errors"]]) == (400, ["other"])
    two = [io.BytesIO(picture()), io.BytesIO(picture())]
    repeated = api(world.owner).call("POST", f"{address(world)}logo/", files={"logo": two})
    assert (repeated.status, [*repeated.json["errors"]]) == (400, ["logo"])
    unknown = api(world.owner).get(f"/api/org/{new_id()}/logo/")
    assert unknown.status == 404
