"""Words, amounts, numbers and dates in the language of a document, as the country of its seller writes them."""

import copy
import json
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.languages import get_official_languages
from babel.numbers import NumberPattern

from fairlead.foundation import money

# The country whose habits hold where the seller's country does not speak the document's language.
_HOMES = {"en": "GB", "de": "DE", "fr": "FR", "es": "ES"}
LANGUAGES = tuple(_HOMES)

_LETTER_BEFORE_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")
_MINUS, _NO_BREAK_SPACE = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"

# UN/ECE Rec 20 codes that are written alike in every language; C62 ("one") is not written at all.
_SYMBOLS = {
    "C62": "", "KGM": "kg", "GRM": "g", "TNE": "t", "LTR": "l", "MLT": "ml", "MTR": "m", "KMT": "km", "CMT": "cm",
    "MMT": "mm", "MTK": "m²", "MTQ": "m³", "HAR": "ha", "KWH": "kWh", "MWH": "MWh", "P1": "%", "E34": "GB",
}  # fmt: skip


@dataclass(frozen=True)
class Localization:
    """How one document speaks: `labels` is the parsed file of its language, `country` the seller's (may be empty)."""

    locale: Locale
    labels: dict[str, Any]
    country: str

    def label(self, name: str, /, **values: str) -> str:
        """The text called `name` (dotted where nested), its `{placeholders}` filled in."""
        found: Any = self.labels
        for part in name.split("."):
            found = found[part]
        return str(found).format(**values)

    def label_of(self, name: str, country: str, /, **values: str) -> str:
        """The text called `name` as it is said in `country`, or else generally."""
        choices: dict[str, str] = self.labels[name]
        return choices.get(country, choices[""]).format(**values)

    @property
    def tax(self) -> str:
        """What the tax is called: VAT, GST, USt., TVA …"""
        return self.label_of("tax", self.country)

    def money(self, amount: str, currency: str) -> str:
        """An amount with its currency, in exactly that currency's decimals unless the amount has more."""
        pattern = self.locale.currency_formats["standard"]
        text = self._apply(pattern, _padded(amount, currency), currency=currency)
        return _signed(amount, _LETTER_BEFORE_DIGIT.sub(_NO_BREAK_SPACE, text))

    def amount(self, amount: str, currency: str) -> str:
        """The same without the currency, for columns."""
        return _signed(amount, self._apply(self.locale.decimal_formats[None], _padded(amount, currency)))

    def number(self, number: str) -> str:
        """A number with the decimals it needs."""
        return _signed(number, self._apply(self.locale.decimal_formats[None], _shortest(number)))

    def percent(self, rate: str) -> str:
        """`19` as `19%`, `8.875` as `8,875 %`."""
        pattern, shortest = self.locale.percent_formats[None], _shortest(rate)
        return self._apply(pattern, shortest.scaleb(-2), decimals=_decimals(shortest))

    def date(self, iso: str) -> str:
        """`2026-11-22` as `22 November 2026`."""
        text: str = format_date(date.fromisoformat(iso), "long", locale=self.locale)
        return text

    def territory(self, country: str) -> str:
        """The name of an ISO 3166 country, or the code itself."""
        return str(self.locale.territories.get(country, country))

    def counted(self, name: str, number: str) -> str:
        """The singular or the plural of the pair called `name`."""
        pair: list[str] = self.labels[name]
        return self._of_pair(pair, number)

    def unit(self, code: str, quantity: str) -> str:
        """The name of a UN/ECE Rec 20 unit beside a quantity; the code itself if it is none that we know."""
        pair: list[str] | None = self.labels["units"].get(code)
        return self._of_pair(pair, quantity) if pair else _SYMBOLS.get(code, code)

    def _of_pair(self, pair: list[str], number: str) -> str:
        return pair[self.locale.plural_form(abs(Decimal(number))) != "one"]

    def _apply(
        self, pattern: NumberPattern, number: Decimal, currency: str = "", decimals: int | None = None
    ) -> str:
        exact = copy.copy(pattern)
        exact.frac_prec = (_decimals(number) if decimals is None else decimals,) * 2
        text: str = exact.apply(abs(number), self.locale, currency=currency, currency_digits=False)
        return text


@cache
def of(language: str, country: str) -> Localization:
    """The localization for a BCP 47 language (English if we have none) and the seller's ISO 3166 country."""
    base = language.replace("_", "-").split("-")[0].lower()
    known = base if base in _HOMES else "en"
    return Localization(_locale(known, country), _labels(known), country)


def _locale(language: str, country: str) -> Locale:
    spoken = get_official_languages(country, regional=True, de_facto=True) if country else ()
    return Locale.parse(f"{language}_{country if language in spoken else _HOMES[language]}")


@cache
def _labels(language: str) -> dict[str, Any]:
    text = files(__package__).joinpath("labels", f"{language}.json").read_text(encoding="utf-8")
    labels: dict[str, Any] = json.loads(text)
    return labels


def _padded(amount: str, currency: str) -> Decimal:
    return money.pad(_shortest(amount), money.digits(currency))


def _shortest(number: str) -> Decimal:
    return Decimal(money.plain(Decimal(number)))


def _decimals(number: Decimal) -> int:
    return max(0, -int(number.as_tuple().exponent))


def _signed(number: str, text: str) -> str:
    return f"{_MINUS}{text}" if Decimal(number) < 0 else text
