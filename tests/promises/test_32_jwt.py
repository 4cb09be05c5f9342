"""Row 32: what the proofs in tests/api/test_forged_tokens.py would see, were a check of tokens missing."""

from types import SimpleNamespace
from typing import Any

import jwt
import pytest

from fairlead.tenancy import authentication
from tests.api.test_forged_tokens import FORGERIES
from tests.api.test_forged_tokens import test_a_forged_token_is_refused as forgery_is_refused
from tests.world import World


def _whatever_algorithm(token: str, key: bytes, **options: Any) -> Any:
    algorithm = jwt.get_unverified_header(token)["alg"]
    if algorithm.lower() == "none":
        return jwt.decode(token, options={"verify_signature": False})
    return jwt.decode(token, key, **options | {"algorithms": [algorithm]})


def _whoever_signed(token: str, key: bytes, **options: Any) -> Any:
    return jwt.decode(token, options={"verify_signature": False})


def _whomever_for(token: str, key: bytes, **options: Any) -> Any:
    del options["audience"]
    options["options"] = {"verify_aud": False}
    return jwt.decode(token, key, **options)


@pytest.mark.promise(
    32, sabotage="whatever algorithm the token names, a signature or an audience that nobody checks"
)
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize(
    ("forgery", "decode"),
    [
        ("alg none", _whatever_algorithm),
        ("rightly signed by HS512", _whatever_algorithm),
        ("weak key 'secret'", _whoever_signed),
        ("another audience", _whomever_for),
        ("no expiry", _whomever_for),
    ],
)
def test_a_check_that_is_missing_is_seen(
    forgery: str, decode: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty = SimpleNamespace(decode=decode, encode=jwt.encode, PyJWTError=jwt.PyJWTError)
    monkeypatch.setattr(authentication, "jwt", faulty)
    with pytest.raises(AssertionError):
        forgery_is_refused(FORGERIES[forgery], world)
