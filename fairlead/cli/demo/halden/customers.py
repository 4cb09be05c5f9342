"""Who Halden Works works for."""

from fairlead.cli.demo.story import Address, Customer, Tax

GERMAN = Tax(rate="19")
REVERSE = Tax(category="AE")
GOODS_WITHIN_EU = Tax(category="K")
GOODS_ABROAD = Tax(category="G")
ABROAD = Tax(
    category="O",
    reason="Not taxable in Germany: services to a business are taxed where it is established (§ 3a (2) UStG).",
)


def at(line: str, postcode: str, city: str, country: str, *, more: str = "", state: str = "") -> Address:
    return {
        "address_line": line,
        "street": more,
        "city": city,
        "state": state,
        "postcode": postcode,
        "country": country,
    }


BERGMANN = Customer(
    "Bergmann Optik GmbH",
    "rechnungen@bergmann-optik.example",
    at("Große Bleichen 18", "20354", "Hamburg", "DE"),
    GERMAN,
    language="de",
    vat_id="DE281604179",
)
GRANIT = Customer(
    "Granit Bau GmbH & Co. KG",
    "buchhaltung@granit-bau.example",
    at("Industriestraße 7", "70565", "Stuttgart", "DE"),
    GERMAN,
    language="de",
    vat_id="DE136720437",
)
LUMEN = Customer(
    "Lumen Studio GmbH",
    "office@lumen-studio.example",
    at("Venloer Straße 210", "50823", "Köln", "DE", more="Hinterhaus, 2. Etage"),
    GERMAN,
    language="de",
    vat_id="DE294518801",
    terms=14,
)
MORGENROT = Customer(
    "Café Morgenrot, Inh. Svenja Petersen",
    "svenja@cafe-morgenrot.example",
    at("Karl-Heine-Straße 61", "04229", "Leipzig", "DE"),
    GERMAN,
    language="de",
    terms=14,
    prices_include_tax=True,
)
MUSEUM = Customer(
    "Stadtmuseum Wernitz",
    "verwaltung@stadtmuseum-wernitz.example",
    at("Am Markt 1", "15517", "Fürstenwalde", "DE"),
    GERMAN,
    language="de",
    buyer_reference="120670440124-20417-80",
    contact="Dr. Judith Seidel",
)
EIRENE = Customer(
    "Eirene Health SAS",
    "comptabilite@eirene-health.example",
    at("14 rue des Lilas", "75011", "Paris", "FR"),
    REVERSE,
    language="fr",
    vat_id="FR40303265045",
    phone="+33 1 99 00 42 18",
)
TAVERNIER = Customer(
    "Maison Tavernier SARL",
    "factures@maison-tavernier.example",
    at("8 quai Saint-Antoine", "69002", "Lyon", "FR"),
    REVERSE,
    language="fr",
    vat_id="FR06439172057",
    contact="Camille Tavernier",
)
LAC_BLEU = Customer(
    "Hôtel du Lac Bleu SA",
    "compta@lac-bleu.example",
    at("Avenue de Rhodanie 30", "1007", "Lausanne", "CH"),
    Tax(
        category="O",
        reason="Prestation non imposable en Allemagne : lieu de prestation en Suisse (§ 3a al. 2 UStG).",
    ),
    language="fr",
)
CASA_VERDE = Customer(
    "Casa Verde Interiores, S.L.",
    "facturas@casaverde.example",
    at("Carrer de Dalt 22", "46003", "Valencia", "ES"),
    REVERSE,
    language="es",
    vat_id="ESB96417209",
)
ALTAMIRA = Customer(
    "Bodegas Altamira, S.L.",
    "administracion@bodegas-altamira.example",
    at("Camino de la Ermita, 4", "26300", "Nájera", "ES", state="La Rioja"),
    REVERSE,
    language="es",
    vat_id="ESB26083204",
)
AALTO = Customer(
    "Aalto Timber Oy",
    "invoices@aalto-timber.example",
    at("Satamakatu 11 B", "33200", "Tampere", "FI"),
    REVERSE,
    vat_id="FI20714430",
    contact="Mika Lehtonen",
)
IONOS = Customer(
    "Ionos Marine S.A.",
    "accounts@ionos-marine.example",
    at("Akti Miaouli 85", "185 38", "Piraeus", "GR"),
    REVERSE,
    vat_id="EL094512785",
)
VONDEL = Customer(
    "Uitgeverij Vondelpoort B.V.",
    "crediteuren@vondelpoort.example",
    at("Prinsengracht 739", "1017 JX", "Amsterdam", "NL"),
    REVERSE,
    vat_id="NL856214905B01",
)
KAISERHOF = Customer(
    "Kaiserhof Rösterei GmbH",
    "rechnung@kaiserhof-roesterei.example",
    at("Zieglergasse 29", "1070", "Wien", "AT"),
    REVERSE,
    language="de",
    vat_id="ATU61274383",
)
HALLMARK = Customer(
    "Hallmark Dental Group Ltd",
    "payables@hallmark-dental.example",
    at("27 Queen Charlotte Street", "BS1 4HQ", "Bristol", "GB"),
    ABROAD,
    currency="GBP",
    vat_id="GB284617337",
    phone="+44 117 496 0182",
)
FENWICK = Customer(
    "Fenwick & Rowe LLP",
    "finance@fenwickrowe.example",
    at("4 Bedford Row", "WC1R 4DF", "London", "GB"),
    ABROAD,
    currency="GBP",
    vat_id="GB917204401",
    phone="+44 20 7946 0341",
)
JUNIPER = Customer(
    "Juniper Foods, Inc.",
    "ap@juniperfoods.example",
    at("1420 NW Lovejoy Street", "97209", "Portland", "US", more="Suite 300", state="OR"),
    ABROAD,
    currency="USD",
    phone="+1 503 555 0142",
    terms=15,
)
TIDEWATER = Customer(
    "Tidewater Robotics, Inc.",
    "accounts.payable@tidewater-robotics.example",
    at("88 Drydock Avenue", "02210", "Boston", "US", state="MA"),
    ABROAD,
    currency="USD",
    phone="+1 617 555 0119",
    terms=45,
)
