"""The QR code of a SEPA credit transfer, as the European Payments Council lays it down (EPC069-12, version 2)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import segno

_LEAST, _MOST = Decimal("0.01"), Decimal("999999999.99")
_LONGEST_NAME, _LONGEST_REFERENCE, _LONGEST_PAYLOAD = 70, 140, 331
_QUIET_ZONE = 4


def svg(document: Mapping[str, Any]) -> str:
    """The code as SVG; empty where the standard has none: no IBAN, another currency, an amount out of bounds."""
    payload = content(document)
    if not 0 < len(payload) <= _LONGEST_PAYLOAD:
        return ""
    return _drawing(segno.make_qr(payload, error="m", boost_error=False, encoding=None))


def content(document: Mapping[str, Any]) -> bytes:
    """What the code says, UTF-8; empty where the standard has none."""
    payment = document["payment"] or {}
    amount = Decimal(document["total_amount"])
    if not payment.get("iban") or document["currency"] != "EUR" or not _LEAST <= amount <= _MOST:
        return b""
    holder = payment["account_holder"] or document["seller"]["name"]
    return "\n".join(_fields(payment, holder, amount)).encode(errors="replace")


def _fields(payment: Mapping[str, Any], holder: str, amount: Decimal) -> list[str]:
    name, reference = _one_line(holder, _LONGEST_NAME), _one_line(payment["reference"], _LONGEST_REFERENCE)
    iban, bic = "".join(payment["iban"].split()), "".join(payment["bic"].split())
    # Service tag, version, UTF-8, credit transfer, … purpose and structured reference stay empty.
    return ["BCD", "002", "1", "SCT", bic, name, iban, f"EUR{amount:.2f}", "", "", reference]


def _one_line(text: str, longest: int) -> str:
    return " ".join(text.split())[:longest].rstrip()


def _drawing(code: segno.QRCode) -> str:
    """One filled path, a rectangle for each run of dark modules: strokes would leave seams between the rows."""
    width, height = code.symbol_size(border=_QUIET_ZONE)
    runs = "".join(
        f"M{start} {y}h{length}v1h-{length}z"
        for y, row in enumerate(code.matrix_iter(border=_QUIET_ZONE))
        for start, length in _dark_runs(row)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"><path d="{runs}"/></svg>'


def _dark_runs(row: Any) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for x, module in enumerate(row):
        if not module:
            continue
        if runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((x, 1))
    return runs
