"""Whom Globex supplies."""

from fairlead.cli.demo.story import Customer, Tax

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
