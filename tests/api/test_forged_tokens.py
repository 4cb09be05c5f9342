"""Access tokens that somebody else made: each is refused, whichever way it was forged."""

import base64
import hmac
import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import jwt
import pytest

from fairlead.foundation.clock import now
from fairlead.tenancy import authentication
from tests.world import Person, World, api

pytestmark = pytest.mark.promise(32)

Claims = dict[str, Any]


def _part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _signed(claims: Claims, header: Claims | None = None, key: bytes | None = None) -> str:
    """A token with any header, signed by HMAC-SHA256 with our key or another."""
    head = {"alg": "HS256", "typ": "JWT", **(header or {})}
    body = f"{_part(head)}.{_part(claims)}"
    return (
        f"{body}.{_part(hmac.digest(authentication._key() if key is None else key, body.encode(), 'sha256'))}"
    )


def _unsigned(claims: Claims, algorithm: str) -> str:
    return f"{_part({'alg': algorithm, 'typ': 'JWT'})}.{_part(claims)}."


def _without(claims: Claims, *names: str) -> Claims:
    return {name: value for name, value in claims.items() if name not in names}


_KEY_HEADERS: dict[str, Claims] = {
    "kid as a path": {"kid": "../../../../dev/null"},
    "kid as SQL": {"kid": "x' UNION SELECT 'key"},
    "kid as a command": {"kid": "| echo key"},
    "jku": {"jku": "https://evil.example/keys.json"},
    "jwk": {"jwk": {"kty": "oct", "k": "c2VjcmV0"}},
    "x5u": {"x5u": "https://evil.example/cert.pem"},
    "x5c": {"x5c": ["MIIB"]},
    "crit": {"crit": ["exp"]},
}
_WEAK_KEYS = ["", "secret", "fairlead", "key", "\0" * 32, "None"]


def _family(
    names: Iterable[str], forge: Callable[[Claims, str], str], what: str
) -> dict[str, Callable[[Claims], str]]:
    return {what.format(name): partial(_swapped, forge, name) for name in names}


def _swapped(forge: Callable[[Claims, str], str], name: str, claims: Claims) -> str:
    return forge(claims, name)


def _mixed(claims: Claims) -> str:
    """One token's claims under another's signature."""
    return f"{_signed(claims).rpartition('.')[0]}.{_signed({}).rpartition('.')[2]}"


_ALGORITHMS = ("none", "HS384", "HS512", "RS256", "ES256", "PS256", "EdDSA", "hs256", "HS256 ")
FORGERIES: dict[str, Callable[[Claims], str]] = {
    **_family(("none", "None", "NONE", "nOnE", ""), _unsigned, "alg {}"),
    **_family(_ALGORITHMS, lambda claims, name: _signed(claims, {"alg": name}), "alg {} with our key"),
    **_family(_KEY_HEADERS, lambda claims, name: _signed(claims, _KEY_HEADERS[name], b"another key"), "{}"),
    **_family(_WEAK_KEYS, lambda claims, name: _signed(claims, key=name.encode()), "weak key {!r}"),
    "rightly signed by HS384": lambda claims: jwt.encode(claims, authentication._key(), "HS384"),
    "rightly signed by HS512": lambda claims: jwt.encode(claims, authentication._key(), "HS512"),
    "no signature": lambda claims: _signed(claims).rpartition(".")[0] + ".",
    "signature cut": lambda claims: _signed(claims)[:-4],
    "signature of another token": _mixed,
    "claims changed": lambda claims: _swap(_signed(claims), _part({**claims, "sub": str(uuid4())})),
    "expired": lambda claims: _signed({**claims, "exp": now().timestamp() - 1}),
    "expired long ago": lambda claims: _signed({**claims, "exp": 0}),
    "no expiry": lambda claims: _signed(_without(claims, "exp")),
    "expiry as text": lambda claims: _signed({**claims, "exp": "never"}),
    "not yet": lambda claims: _signed({**claims, "nbf": now().timestamp() + 3600}),
    "made in the future": lambda claims: _signed({**claims, "iat": now().timestamp() + 3600}),
    "another audience": lambda claims: _signed({**claims, "aud": "another"}),
    "no audience": lambda claims: _signed(_without(claims, "aud")),
    "no type": lambda claims: _signed(_without(claims, "typ")),
    "a refresh token": lambda claims: _signed({**claims, "typ": "refresh", "gen": 1}),
    "no session": lambda claims: _signed(_without(claims, "sid")),
    "another's session": lambda claims: _signed({**claims, "sub": str(uuid4())}),
    "a session that never was": lambda claims: _signed({**claims, "sid": str(uuid4())}),
    "session as SQL": lambda claims: _signed({**claims, "sid": "' OR 1=1 --"}),
    "session as a list": lambda claims: _signed({**claims, "sid": []}),
    "subject as a number": lambda claims: _signed({**claims, "sub": 1}),
    "claims that are a list": lambda claims: _signed([claims]),  # type: ignore[arg-type]
    "claims that are no JSON": lambda claims: _swap(_signed(claims), _part(b"{")),
    "a header that is no JSON": lambda claims: f"{_part(b'{')}.{_part(claims)}.{_part(b'x')}",
    "five parts": lambda claims: f"{_signed(claims)}.a.b",
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_token_is_refused(forge: Callable[[Claims], str], world: World) -> None:
    assert _reads(_signed(_claims(world.owner))) == 200, "the same, made by us, is good"
    assert _reads(forge(_claims(world.owner))) == 401


def test_there_are_forty_of_them(figure: Any) -> None:
    assert len(FORGERIES) >= 40
    figure("forgeries refused", f"{len(FORGERIES)}/{len(FORGERIES)}")


def test_the_public_half_of_a_key_pair_signs_nothing(world: World) -> None:
    """HS/RS confusion: a token signed with what a verifier would take for a public key."""
    public = b"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n"
    assert _reads(_signed(_claims(world.owner), key=public)) == 401


def test_an_access_token_does_not_refresh(world: World) -> None:
    assert api().post("/api/auth/refresh-token/", {"refresh": world.owner.token}).status == 401
    forged = _signed({**_claims(world.owner), "typ": "refresh", "gen": "x"})
    assert api().post("/api/auth/refresh-token/", {"refresh": forged}).status == 401


def test_a_token_says_nothing_but_whose_and_how_long(world: World) -> None:
    assert {*_claims(world.owner)} == {"sub", "sid", "aud", "iat", "typ", "exp"}
    lasts = _claims(world.owner)["exp"] - _claims(world.owner)["iat"]
    assert timedelta(seconds=lasts) == timedelta(minutes=15)


def _claims(person: Person) -> Claims:
    claims: Claims = jwt.decode(person.token, options={"verify_signature": False})
    return claims


def _swap(token: str, claims: str) -> str:
    head, _, signature = token.split(".")
    return f"{head}.{claims}.{signature}"


def _reads(token: str) -> int:
    return api().get("/api/profile/", headers={"Authorization": f"Bearer {token}"}).status
