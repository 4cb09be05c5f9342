"""Currencies and rounding. Amounts are `Decimal`, never binary floating point."""

from decimal import ROUND_HALF_UP, Context, Decimal

# ISO 4217 list one: the minor units of the currencies that do not have two.
_DIGITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
# ISO 4217 list one without funds, precious metals, testing and "no currency" codes.
CURRENCIES = frozenset(
    """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF
    CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG
    HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA
    MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
    RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
    USD UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG""".split()
)
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


def digits(currency: str) -> int:
    """How many decimals an amount of this ISO 4217 currency has (EUR 2, JPY 0, KWD 3). Raises `KeyError` if unknown."""
    if currency not in CURRENCIES:
        raise KeyError(currency)
    return _DIGITS.get(currency, 2)


def round_money(amount: Decimal, places: int) -> Decimal:
    """Round half away from zero to `places` decimals; the result bears exactly that many (−0.125 → −0.13)."""
    rounded = amount.quantize(Decimal(1).scaleb(-places), context=_EXACT)
    return rounded or abs(rounded)


def plain(number: Decimal) -> str:
    """The shortest decimal text without exponent: `40.00` → `40`, `12.50` → `12.5`."""
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def pad(number: Decimal, places: int) -> Decimal:
    """The same number with at least `places` decimals, nothing cut: a rate of `150` EUR is `150.00`."""
    has = -int(number.as_tuple().exponent)
    return number if has >= places else number.quantize(Decimal(1).scaleb(-places), context=_EXACT)
