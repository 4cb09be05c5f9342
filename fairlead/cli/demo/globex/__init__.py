"""Globex: a maker of test equipment in Ohio, which knows nothing of Halden Works."""

from fairlead.cli.demo import pictures
from fairlead.cli.demo.company import Company, Person
from fairlead.cli.demo.globex.customers import BAYOU, KEWEENAW, MESA, OLENTANGY, SCIOTO
from fairlead.cli.demo.globex.sales import SALES
from fairlead.cli.demo.story import (
    HOURS,
    ISSUE,
    PIECES,
    Amount,
    Attach,
    Bill,
    Days,
    Line,
    MonthEnd,
    Pay,
    Say,
    Turn,
)


def _calibration(ago: int, instruments: str, *steps: Pay) -> Bill:
    return Bill(
        MonthEnd(ago),
        OLENTANGY,
        "Calibration on site, {month}",
        (
            Line("Calibration of pressure and flow instruments", instruments, "118.00", unit=PIECES),
            Line("Certificates traceable to NIST", instruments, "22.50", unit=PIECES),
        ),
        (ISSUE, *steps),
        purchase_order="OP-5518",
    )


COMPANY = Company(
    domain="globex.example",
    settings={
        "name": "Globex",
        "legal_name": "Globex Corporation",
        "address": {
            "address_line": "1200 Goodale Boulevard",
            "street": "Suite 400",
            "city": "Columbus",
            "state": "OH",
            "postcode": "43212",
            "country": "US",
        },
        "email": "accounting@globex.example",
        "phone": "+1 614 555 0137",
        "website": "globex.example",
        "currency": "USD",
        "language": "en",
        "time_zone": "America/New_York",
        "payment_terms": 30,
        "accent_color": "#b4531f",
    },
    people=(Person("admin", "Dana Whitfield"),),
    author="admin",
    bookkeeper="admin",
    assigned_to=(),
    teams=(),
    logo=pictures.globe,
    sales=SALES,
    number_series={"pattern": "GX-{year}-{number:03d}", "restart": "yearly"},
    notes={"en": "Thank you for your business."},
    terms={
        "en": "Please pay by ACH to the account on file, or by check payable to Globex Corporation. Late balances bear "
        "interest of 1% a month."
    },
    bills=(
        Bill(
            Days(402),
            KEWEENAW,
            "Tensile tester TT-50",
            (
                Line("Tensile tester TT-50, 50 kN", "1", "28450.00", unit=PIECES),
                Line("Wedge grips, pair", "2", "1680.00", unit=PIECES),
                Line("Installation and acceptance test", "12", "145.00", unit=HOURS),
            ),
            (ISSUE, Attach(3, "admin", "acceptance-tt-50.pdf", "acceptance"), Pay(31, method="Wire")),
            charges=(Amount("Freight, insured", amount="940.00"),),
            purchase_order="KC-10482",
        ),
        Bill(
            Days(316),
            SCIOTO,
            "Leak testers for the bottling line",
            (
                Line("Leak tester LT-8", "4", "3975.00", unit=PIECES, discount_percent="7.5"),
                Line("Spare seals", "600", "42.00", unit=PIECES, price_base="100"),
            ),
            (ISSUE, Pay(29, method="Check", reference="4471")),
            purchase_order="2213-B",
        ),
        _calibration(8, "26", Pay(24, method="ACH")),
        Bill(
            Days(188),
            MESA,
            "Fatigue rig, engineering",
            (
                Line("Requirements and design review", "46", "168.00", unit=HOURS),
                Line("Finite element model of the wing rib fixture", "72", "168.00", unit=HOURS),
            ),
            (
                ISSUE,
                Say(40, "admin", "They pay half on the design review and half on the model."),
                Pay(41, amount="9912.00", method="Wire"),
            ),
            purchase_order="MVA-77015",
        ),
        _calibration(4, "31", Pay(26, method="ACH")),
        Bill(
            Days(96),
            BAYOU,
            "Moisture analyzer MA-3",
            (
                Line("Moisture analyzer MA-3", "2", "5240.00", unit=PIECES),
                Line("Commissioning", "9", "145.00", unit=HOURS),
            ),
            (Turn(3, "Cancelled", reason="Ordered twice by mistake."),),
        ),
        Bill(
            Days(61),
            SCIOTO,
            "Repair of leak tester LT-8",
            (
                Line("Repair and recalibration", "7", "145.00", unit=HOURS),
                Line("Pressure sensor", "1", "389.00", unit=PIECES),
            ),
        ),
        Bill(
            Days(33),
            KEWEENAW,
            "Service contract, second year",
            (Line("Service contract TT-50, twelve months", "1", "3600.00"),),
            (Turn(0, "Pending"),),
            purchase_order="KC-10977",
        ),
        _calibration(1, "28"),
        Bill(
            Days(4),
            MESA,
            "Fatigue rig, build",
            (
                Line("Load frame and actuators", "1", "64800.00"),
                Line("Control cabinet and software", "1", "23150.00"),
                Line("Assembly at our works", "160", "132.00", unit=HOURS),
            ),
            (),
        ),
    ),
)
