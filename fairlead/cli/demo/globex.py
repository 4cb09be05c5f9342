"""Globex: a maker of test equipment in Ohio, which knows nothing of Halden Works."""

from fairlead.cli.demo import pictures
from fairlead.cli.demo.story import (
    HOURS,
    ISSUE,
    PIECES,
    Amount,
    Attach,
    Bill,
    Company,
    Customer,
    Days,
    Line,
    MonthEnd,
    Pay,
    Person,
    Say,
    Tax,
    Turn,
)

OHIO = Tax(rate="8")
ELSEWHERE = Tax()


def _customer(name: str, email: str, address: str, tax: Tax, contact: str = "") -> Customer:
    """`address` is street, city, state and ZIP code, in one line."""
    street, city, state, postcode = address.split(", ")
    parts = {"address_line": street, "street": "", "city": city, "state": state, "postcode": postcode}
    return Customer(name, email, {**parts, "country": "US"}, tax, currency="USD", contact=contact)


SCIOTO = _customer(
    "Scioto Valley Dairy Co-op",
    "payables@sciotodairy.example",
    "611 W Water Street, Chillicothe, OH, 45601",
    OHIO,
)
OLENTANGY = _customer(
    "Olentangy Plastics, LLC", "ap@olentangyplastics.example", "2290 Fisher Road, Columbus, OH, 43204", OHIO
)
KEWEENAW = _customer(
    "Keweenaw Castings, Inc.",
    "invoices@keweenawcastings.example",
    "400 Quincy Street, Hancock, MI, 49930",
    ELSEWHERE,
    contact="Ray Halvorsen",
)
MESA = _customer(
    "Mesa Verde Aerostructures",
    "accounting@mesaverdeaero.example",
    "1875 E Main Street, Cortez, CO, 81321",
    ELSEWHERE,
)
BAYOU = _customer(
    "Bayou Teche Rice Mill",
    "office@techericemill.example",
    "310 E Main Street, New Iberia, LA, 70560",
    ELSEWHERE,
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
