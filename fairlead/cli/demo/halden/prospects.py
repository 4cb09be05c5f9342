"""The accounts of those who may become customers of Halden Works, or would not."""

from fairlead.cli.demo.dealings import Firm, Meet
from fairlead.cli.demo.halden.customers import at
from fairlead.cli.demo.halden.firms import DECIDES, LEADS, PAYS, USES
from fairlead.cli.demo.story import Address, Say


def _firm(
    ago: int,
    key: str,
    name: str,
    address: Address,
    about: tuple[str, str, int],
    *people: Meet | Say,
    currency: str = "EUR",
    tags: tuple[str, ...] = (),
    by: str = "",
) -> Firm:
    """`about` is the language in which one writes to them, their industry, and how many they are."""
    language, industry, employees = about
    fields = {
        "name": name,
        "email": f"office@{key}.example",
        "website": f"https://www.{key}.example",
        "billing_address": dict(address),
        "language": language,
        "industry": industry,
        "number_of_employees": employees,
    }
    return Firm(ago, key, fields, people, currency, tags, by=by)


PROSPECTS = (
    _firm(
        333, "nordlicht-reederei", "Nordlicht Reederei GmbH", at("Am Germaniahafen 12", "24143", "Kiel", "DE"),
        ("de", "Shipping", 85),
        Meet(0, "Wiebke Thomsen", "Marketing", LEADS, "+49 171 3920033"),
        Meet(14, "Hinrich Paulsen", "Geschäftsführer", DECIDES),
        Say(40, "sales", "Gone to an agency around the corner. Wiebke wants to stay in touch, ask again in autumn."),
        tags=("Website",),
    ),
    _firm(
        253, "alpenblick-hotels", "Alpenblick Hotels AG", at("Bahnhofplatz 9", "7000", "Chur", "CH"),
        ("de", "Hospitality", 190),
        Meet(0, "Reto Caviezel", "Leiter Marketing", LEADS),
        Meet(12, "Ursina Derungs", "Direktorin", DECIDES),
        currency="CHF",
    ),
    _firm(
        243, "ateliers-beaurivage", "Ateliers Beaurivage SAS", at("3 quai des Antilles", "44200", "Nantes", "FR"),
        ("fr", "Furniture", 40),
        Meet(0, "Solène Guivarch", "Directrice artistique", LEADS, "+33 2 61 91 40 12"),
        Meet(8, "Bastien Lemoine", "Président", DECIDES),
    ),
    _firm(
        208, "thalassa-ferries", "Thalassa Ferries S.A.", at("Leoforos Nearchou 2", "712 02", "Heraklion", "GR"),
        ("en", "Shipping", 350),
        Meet(0, "Manolis Daskalakis", "Commercial director", DECIDES),
        Meet(0, "Ioanna Xenaki", "Ticketing", USES, do_not_call=True),
    ),
    _firm(
        184, "polderfiets", "Polderfiets B.V.", at("Vredenburgkade 41", "3511 WC", "Utrecht", "NL"),
        ("en", "Bicycles", 55),
        Meet(0, "Sanne Kuipers", "Brand manager", LEADS),
        Meet(10, "Joost van der Laan", "Founder", DECIDES),
        tags=("Rebrand",),
    ),
    _firm(
        166, "verre-et-lumiere", "Verre & Lumière SARL", at("27 rue de la Clef", "59800", "Lille", "FR"),
        ("fr", "Lighting", 9),
        Meet(0, "Thibault Delannoy", "Gérant", DECIDES, "+33 3 53 01 22 40"),
    ),
    _firm(
        153, "librairie-des-quais", "Librairie des Quais SARL", at("19 quai Richelieu", "33000", "Bordeaux", "FR"),
        ("fr", "Retail", 7),
        Meet(0, "Maëlle Castaing", "Libraire", DECIDES, "+33 5 36 49 18 05"),
        Say(2, "sales", "Met at the book fair. No budget this year, but she knows everybody in Bordeaux."),
        tags=("Culture",),
    ),
    _firm(
        123, "brauhaus-kessel", "Brauhaus Kessel KG", at("Obere Sandstraße 30", "96049", "Bamberg", "DE"),
        ("de", "Beverages", 32),
        Meet(0, "Anton Kessel", "Braumeister", DECIDES),
        Meet(4, "Resi Kessel", "Vertrieb", LEADS, "+49 171 3920064"),
        tags=("Packaging",),
    ),
    _firm(
        98, "sierra-clara", "Aceites Sierra Clara, S.A.", at("Calle del Molino, 16", "23001", "Jaén", "ES"),
        ("es", "Food", 64),
        Meet(0, "Rocío Almagro", "Directora de marketing", DECIDES),
        Meet(21, "Julián Cobo", "Tienda", USES),
        tags=("Retainer",),
    ),
    _firm(
        91, "theater-am-wehr", "Theater am Wehr gGmbH", at("Neckarhalde 5", "72070", "Tübingen", "DE"),
        ("de", "Culture", 45),
        Meet(0, "Friederike Holl", "Intendantin", DECIDES),
        tags=("Culture",),
    ),
    _firm(
        83, "klinikum-havelaue", "Klinikum Havelaue gGmbH", at("Templiner Straße 88", "14473", "Potsdam", "DE"),
        ("de", "Health", 620),
        Meet(0, "Henrike Wolters", "Kommunikation", LEADS, "+49 30 23125 702"),
        Meet(11, "Matthias Brückner", "Kaufmännischer Direktor", DECIDES, salutation="Dr."),
        Meet(30, "Gabi Nehls", "Rechnungswesen", PAYS, do_not_call=True),
        Say(30, "sales", "Public purse: they need three offers, and an invoice by XRechnung."),
        by="admin",
    ),
    _firm(
        75, "feinwerk-lindner", "Feinwerk Lindner GmbH", at("Saalbahnhofstraße 21", "07743", "Jena", "DE"),
        ("de", "Machinery", 110),
        Meet(0, "Katrin Lindner", "Geschäftsführerin", DECIDES),
        Meet(6, "Ole Steinbach", "Vertriebsleiter", LEADS, "+49 171 3920090"),
    ),
    _firm(
        73, "saimaa-saunas", "Saimaa Saunas Oy", at("Satamatie 4", "53900", "Lappeenranta", "FI"),
        ("en", "Construction", 26),
        Meet(0, "Heli Räsänen", "Marketing", LEADS),
    ),
    _firm(
        69, "pennine-cycles", "Pennine Cycle Works Ltd", at("12 Kelham Island", "S3 8RY", "Sheffield", "GB"),
        ("en", "Bicycles", 38),
        Meet(0, "Callum Ashworth", "Head of e-commerce", LEADS, "+44 114 496 0231"),
        Meet(9, "Ruth Ollerton", "Managing director", DECIDES, "+44 114 496 0230"),
        currency="GBP", tags=("Website",),
    ),
    _firm(
        61, "cobalt-ridge", "Cobalt Ridge Outfitters, LLC",
        at("2010 Pearl Street", "80302", "Boulder", "US", state="CO"),
        ("en", "Retail", 75),
        Meet(0, "Jolene Mercer", "Creative director", DECIDES, "+1 303 555 0162"),
        Meet(0, "Dwight Sandoval", "Catalog manager", LEADS, "+1 303 555 0165"),
        Meet(15, "Paige Nakamura", "Accounts payable", PAYS, "+1 303 555 0168"),
        currency="USD",
    ),
    _firm(
        58, "velo-rhone", "Vélo Rhône Sàrl", at("Rue de Lyon 77", "1203", "Genève", "CH"),
        ("fr", "Bicycles", 14),
        Meet(0, "Yannick Pittet", "Associé", DECIDES),
        Meet(11, "Laure Monnier", "Exploitation", USES),
        currency="CHF", tags=("Website",),
    ),
    _firm(
        51, "larkfield-trust", "Larkfield Schools Trust", at("60 Otley Road", "LS6 4BA", "Leeds", "GB"),
        ("en", "Education", 210),
        Meet(0, "Miriam Adeyemi", "Director of admissions", LEADS, "+44 113 496 0311"),
        Meet(8, "Stephen Garside", "Bursar", DECIDES, "+44 113 496 0314"),
        currency="GBP",
    ),
    _firm(
        46, "imkerei-sonnenhang", "Imkerei Sonnenhang", at("Schlierbergweg 3", "79100", "Freiburg", "DE"),
        ("de", "Food", 4),
        Meet(0, "Jule Rombach", "Inhaberin", DECIDES, "+49 176 04069038"),
        tags=("Packaging",),
    ),
    _firm(
        44, "haus-morgenstern", "Stiftung Haus Morgenstern", at("Belvederer Allee 14", "99425", "Weimar", "DE"),
        ("de", "Culture", 15),
        Meet(0, "Albrecht von Thal", "Vorstand", DECIDES),
        tags=("Culture",), by="admin",
    ),
    _firm(
        33, "donauklang", "Donauklang Festival GmbH", at("Untere Donaulände 28", "4020", "Linz", "AT"),
        ("de", "Culture", 11),
        Meet(0, "Valerie Aigner", "Festivalleitung", DECIDES),
        tags=("Culture", "Rebrand"),
    ),
    _firm(
        31, "grachtenhuis", "Grachtenhuis Hotels B.V.", at("Herengracht 555", "1017 BW", "Amsterdam", "NL"),
        ("en", "Hospitality", 120),
        Meet(0, "Femke Verhoeven", "Head of brand", LEADS),
        Meet(7, "Pieter Wolffers", "CEO", DECIDES),
        tags=("Rebrand",),
    ),
    _firm(
        15, "ria-alta", "Conservas Ría Alta, S.L.", at("Avenida de Beiramar, 51", "36202", "Vigo", "ES"),
        ("es", "Food", 58),
        Meet(0, "Uxía Barreiro", "Marca", LEADS),
        tags=("Packaging",),
    ),
)  # fmt: skip
