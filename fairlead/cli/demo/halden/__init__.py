"""Halden Works: a design studio in Berlin that works for customers in nine countries."""

from fairlead.cli.demo import pictures
from fairlead.cli.demo.company import Company, Person
from fairlead.cli.demo.halden.projects import PROJECTS
from fairlead.cli.demo.halden.recent import RECENT
from fairlead.cli.demo.halden.retainers import RETAINERS
from fairlead.cli.demo.halden.sales import SALES

COMPANY = Company(
    domain="halden.example",
    settings={
        "name": "Halden Works",
        "legal_name": "Halden Works GmbH",
        "address": {
            "address_line": "Linienstraße 42",
            "street": "",
            "city": "Berlin",
            "state": "",
            "postcode": "10119",
            "country": "DE",
        },
        "vat_id": "DE314159262",
        "registration_id": "HRB 187402 B",
        "email": "billing@halden.example",
        "phone": "+49 30 23125 420",
        "website": "halden.example",
        "bank_accounts": [
            {
                "iban": "DE02120300000000202051",
                "bic": "BYLADEM1001",
                "account_holder": "Halden Works GmbH",
                "bank_name": "",
                "currency": None,
            }
        ],
        "currency": "EUR",
        "language": "en",
        "time_zone": "Europe/Berlin",
        "payment_terms": 30,
        "accent_color": "#3457c9",
    },
    people=(
        Person("admin", "Ines Moreau"),
        Person("sales", "Jonas Reuter", "Sales", "Talks with customers and makes the invoices."),
        Person("billing", "Leyla Aksoy", "Billing", "Sends them out and sees that they are paid."),
    ),
    author="sales",
    bookkeeper="billing",
    assigned_to=("billing",),
    teams=("Sales",),
    logo=pictures.feather,
    bills=(*PROJECTS, *RETAINERS, *RECENT),
    sales=SALES,
    notes={
        "en": "Thank you. Please quote the invoice number with your payment.",
        "de": "Vielen Dank für Ihren Auftrag. Leistungszeitraum: {month}.",
        "fr": "Merci de votre confiance. Veuillez indiquer le numéro de facture lors du paiement.",
        "es": "Gracias por su confianza. Indique el número de factura al pagar.",
    },
    terms={
        "en": "Payable without deduction. Rights of use pass to you once the invoice is paid in full.",
        "de": "Zahlbar ohne Abzug. Nutzungsrechte gehen mit vollständiger Zahlung über.",
        "fr": "Paiement sans escompte. Les droits d’utilisation sont cédés au paiement intégral de la facture.",
        "es": "Pago sin descuento. Los derechos de uso se ceden con el pago íntegro de la factura.",
    },
)
