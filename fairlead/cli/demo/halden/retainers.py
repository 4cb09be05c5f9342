"""What Halden Works bills again and again: care of the sites that it has built."""

from fairlead.cli.demo.halden.customers import BERGMANN, CASA_VERDE, EIRENE, HALLMARK, JUNIPER, LUMEN
from fairlead.cli.demo.story import (
    DAYS,
    HOURS,
    ISSUE,
    MONTHS,
    PIECES,
    Bill,
    Line,
    MonthEnd,
    Pay,
    QuarterEnd,
    Say,
    Step,
    Turn,
)


def _eirene(ago: int, hours: str, *steps: Step) -> Bill:
    return Bill(
        MonthEnd(ago),
        EIRENE,
        "Maintenance du site, {month}",
        (
            Line("Maintenance et surveillance, forfait mensuel", "1", "690.00", unit=MONTHS),
            Line("Assistance éditoriale et corrections, {month}", hours, "92.00", unit=HOURS),
        ),
        (ISSUE, *steps),
        by="billing",
        assigned_to=("sales",),
        teams=("Billing",),
    )


def _juniper(ago: int, extra: str, *steps: Step) -> Bill:
    return Bill(
        MonthEnd(ago),
        JUNIPER,
        "Managed hosting and support, {month}",
        (
            Line("Managed hosting, recipe platform, {month}", "1", "1450.00", unit=MONTHS),
            Line("Support beyond the plan, {month}", extra, "135.00", unit=HOURS, discount_percent="10"),
        ),
        (ISSUE, *steps),
        by="billing",
        assigned_to=(),
        teams=("Billing",),
    )


def _bergmann(ago: int, *steps: Step) -> Bill:
    return Bill(
        QuarterEnd(ago),
        BERGMANN,
        "Hosting und Wartung, {quarter}",
        (
            Line("Hosting in Frankfurt, zwei Server mit täglicher Sicherung", "3", "145.00", unit=MONTHS),
            Line("Wartung und Sicherheitsupdates", "3", "320.00", unit=MONTHS),
            Line("Domains und Zertifikate", "4", "6.90", unit=PIECES),
        ),
        (ISSUE, *steps),
        by="billing",
        assigned_to=("sales",),
        teams=("Billing",),
        purchase_order="RV-4471",
    )


def _hallmark(ago: int, *steps: Step) -> Bill:
    return Bill(
        QuarterEnd(ago),
        HALLMARK,
        "Website care plan, {quarter}",
        (
            Line("Care plan for nine practice sites", "3", "780.00", unit=MONTHS),
            Line("Booking widget licence, per practice", "9", "48.00", unit=PIECES),
        ),
        (ISSUE, *steps),
        by="billing",
        assigned_to=(),
        teams=("Billing",),
        purchase_order="HDG-2207",
    )


def _casa_verde(ago: int, shots: str, *steps: Step) -> Bill:
    return Bill(
        MonthEnd(ago),
        CASA_VERDE,
        "Fotografía y contenidos, {month}",
        (
            Line("Fotografía de producto en estudio, por imagen", shots, "38.50", unit=PIECES),
            Line("Retoque y recorte", shots, "6.25", unit=PIECES),
            Line("Redacción de fichas para la tienda en línea", "12", "64.00", unit=HOURS),
        ),
        (ISSUE, *steps),
    )


RETAINERS = (
    _eirene(8, "3.5", Pay(24)),
    _eirene(6, "6", Pay(27)),
    _eirene(4, "2.25", Pay(22)),
    _eirene(
        2,
        "9.5",
        Say(1, "sales", "Most of the extra hours are the vaccination campaign pages. Claire knows about it."),
        Pay(29),
    ),
    _eirene(1, "4"),
    _juniper(9, "2", Pay(13, method="ACH")),
    _juniper(6, "5.5", Pay(12, method="ACH")),
    _juniper(3, "3", Pay(14, method="ACH")),
    _juniper(1, "7", Pay(15, method="ACH")),
    _bergmann(3, Pay(16, method="SEPA direct debit")),
    _bergmann(2, Pay(15, method="SEPA direct debit")),
    _bergmann(1, Pay(16, method="SEPA direct debit")),
    _hallmark(
        3,
        Pay(51),
        Say(51, "billing", "Three weeks late again, but in full. They pay when they pay, whatever we print."),
    ),
    _hallmark(1, Turn(4, "Pending")),
    _casa_verde(7, "46", Pay(31)),
    _casa_verde(3, "62", Pay(33)),
    Bill(
        MonthEnd(5),
        LUMEN,
        "Schnitt und Farbkorrektur, {month}",
        (
            Line("Schnitt Imagefilm, Fassung 90 s und 30 s", "4", "720.00", unit=DAYS),
            Line("Farbkorrektur", "1.5", "720.00", unit=DAYS),
            Line("Musiklizenz, einmalige Nutzung", "1", "180.00", vat_rate="7"),
        ),
        (ISSUE, Pay(11)),
    ),
)
