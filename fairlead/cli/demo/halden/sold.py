"""What Halden Works has sold: its bills hang on that."""

from fairlead.cli.demo.dealings import Deal, Go, Win
from fairlead.cli.demo.story import Attach, Say

RETAINERS = "Retainers"

SOLD = (
    Deal(
        429, "bergmann-optik", "Brand workshop and positioning", "4730", ("Hanna Bergmann", "Torben Lüders"),
        (Win(2),), stage="Negotiation", bills=("Markenworkshop und Positionierung",), tags=("Rebrand",),
    ),
    Deal(
        428, "aalto-timber", "Brand identity, both phases", "34000", ("Mika Lehtonen",),
        (
            Go(6, "Negotiation"),
            Say(6, "sales", "Mika wants one price for both phases. I offered 750 off the second."),
            Win(14),
        ),
        stage="Proposal", bills=("Brand identity, first phase", "Brand identity, second phase"), tags=("Rebrand",),
    ),
    Deal(
        427, "granit-bau", "Company website, relaunch", "19500", ("Sabine Maurer",),
        (Go(9, "Negotiation"), Win(30)),
        stage="Proposal", bills=("Relaunch der Unternehmensseite",), tags=("Website",),
    ),
    Deal(
        425, "eirene-health", "Visual identity and charter", "15500", ("Claire Fontanel",),
        (
            Go(21, "Proposal"),
            Say(30, "sales", "Antoine asked whether two routes would do instead of three. Said yes."),
            Win(39),
        ),
        bills=("Identité visuelle et charte graphique",), tags=("Rebrand",),
        source="referral", type="new business",
    ),
    Deal(
        424, "fenwickrowe", "Firm website", "23500", ("Priya Raman", "Edmund Rowe"),
        (Go(29, "Proposal"), Win(45)),
        bills=("Firm website, design and build",), tags=("Website",),
        source="partner", type="new business", by="admin",
    ),
    Deal(
        402, "stadtmuseum-wernitz", "Catalogue “Fluss und Feld”", "10200", ("Judith Seidel",),
        (Go(12, "Proposal"), Win(35)),
        bills=("Ausstellungskatalog „Fluss und Feld“",), tags=("Culture",), source="referral", type="new business",
    ),
    Deal(
        398, "vondelpoort", "Covers of the series “Noordzee”", "5950", ("Annelies de Graaf",),
        (
            Go(24, "Proposal"),
            Say(31, "sales", "They compare us with an illustrator in Antwerp. Annelies is on our side."),
            Win(44),
        ),
        bills=("Cover series “Noordzee”",), tags=("Culture",), source="email", type="new business",
    ),
    Deal(
        390, "tidewater-robotics", "Trade fair booth", "3400", ("Denise Halloran",),
        (Go(21, "Proposal"), Win(46)),
        bills=("Trade fair booth graphics, delivered to Chicago",), source="call", type="new business", by="admin",
    ),
    Deal(
        346, "ionos-marine", "Charter booking site", "19600", ("Stavros Kallergis",),
        (
            Go(22, "Proposal"), Win(36),
            Say(258, "admin", "Phase three would be another 20,000. Not before the design is paid."),
        ),
        bills=("Charter booking site, discovery", "Charter booking site, design"), tags=("Website",),
        source="referral", type="new business",
    ),
    Deal(
        345, "bergmann-optik", "Hosting and care of the site", "5700", ("Torben Lüders",),
        (Go(20, "Offer"), Win(38)),
        pipeline=RETAINERS, bills=("Hosting und Wartung, {quarter}",), tags=("Retainer",),
    ),
    Deal(
        340, "juniperfoods", "Hosting and support of the recipe platform", "17400", ("Megan Castellano",),
        (Go(12, "Offer"), Win(40)),
        pipeline=RETAINERS, bills=("Managed hosting and support, {month}",), tags=("Retainer",),
    ),
    Deal(
        326, "hallmark-dental", "Care plan for the practice sites", "11100", ("Amelia Thorne",),
        (
            Go(6, "Offer"),
            Say(20, "admin", "Amelia has the signature of seven practices. Bristol and Bath decide last."),
            Win(36),
        ),
        pipeline=RETAINERS, bills=("Website care plan, {quarter}",), tags=("Retainer",),
        lead="Care of nine practice websites", source="website", type="new business",
    ),
    Deal(
        322, "bodegas-altamira", "Labels of the new vintage", "5900", ("Íñigo Salazar",),
        (Go(15, "Proposal"), Win(25)),
        bills=("Diseño de etiquetas, añada nueva",), tags=("Packaging",),
        lead="New labels for four wines", source="referral", type="new business",
    ),
    Deal(
        302, "eirene-health", "Care of the site", "12500", ("Claire Fontanel",),
        (Go(14, "Offer"), Go(22, "Trial month"), Win(42)),
        pipeline=RETAINERS, bills=("Maintenance du site, {month}",), tags=("Retainer",),
    ),
    Deal(
        300, "kaiserhof-roesterei", "Packaging of the house blend", "4560", ("Magdalena Hofstätter",),
        (Go(20, "Proposal"), Win(31)),
        bills=("Verpackung Hausmischung",), tags=("Packaging",),
        lead="Coffee bags for a roastery in Vienna", source="website", type="new business",
    ),
    Deal(
        270, "casaverde", "Product photography, every season", "12800", ("Pilar Montaner",),
        (Go(5, "Offer"), Go(15, "Trial month"), Win(36)),
        pipeline=RETAINERS, bills=("Fotografía y contenidos, {month}",), tags=("Retainer",),
        lead="Photos of fabrics, some 50 a month", source="campaign", type="new business",
    ),
    Deal(
        262, "maison-tavernier", "Online shop, whole", "24500", ("Camille Tavernier",),
        (
            Go(18, "Proposal"), Go(28, "Negotiation"),
            Say(35, "admin", "Camille and I agreed on a round sum, whatever the lines come to."),
            Win(36),
        ),
        bills=("Boutique en ligne",), tags=("Website",),
        lead="Online shop for kitchen ware from Lyon", source="partner", type="new business",
    ),
    Deal(
        212, "tidewater-robotics", "Product site for the crawler", "28000", ("Denise Halloran",),
        (Go(18, "Proposal"), Win(30)),
        bills=("Product site for the harbour crawler",), tags=("Website",), by="admin",
    ),
    Deal(
        198, "stadtmuseum-wernitz", "Audio guide", "10800", ("Judith Seidel",),
        (Go(13, "Proposal"), Win(32)), bills=("Audioguide für die Dauerausstellung",), tags=("Culture",),
    ),
    Deal(
        181, "juniperfoods", "Recipe platform, second release", "14600", ("Tyler Okafor", "Megan Castellano"),
        (Go(10, "Proposal"), Win(27)), bills=("Recipe platform, second release",), tags=("Website",),
    ),
    Deal(
        148, "casaverde", "Online shop in two deliveries", "16000", ("Vicent Ferrando", "Pilar Montaner"),
        (
            Go(19, "Proposal"),
            Say(22, "sales", "Pilar pays in parts, as always. I would not split it into more than two deliveries."),
            Win(33),
        ),
        bills=("Tienda en línea, primera entrega", "Tienda en línea, segunda entrega"), tags=("Website",),
    ),
    Deal(
        132, "hallmark-dental", "Rebrand of the practices", "22500", ("Gareth Pugh", "Amelia Thorne"),
        (
            Go(7, "Workshop"), Attach(12, "sales", "palette-practices.png", "palette"),
            Go(17, "Proposal"), Go(26, "Negotiation"), Win(34),
        ),
        bills=("Rebrand of nine practices",), tags=("Rebrand",), by="admin",
    ),
    Deal(
        96, "lumen-studio", "Trade fair film", "7600", ("Carla Nowak",),
        (Go(9, "Proposal"), Win(24)), bills=("Messefilm, 60 Sekunden",),
    ),
    Deal(
        84, "granit-bau", "Site diary as an app", "24000", ("Yusuf Demir", "Sabine Maurer"),
        (
            Go(9, "Workshop"), Go(22, "Proposal"),
            Say(30, "sales", "Yusuf tried the prototype on site, with gloves on. Bigger buttons, and we have it."),
            Win(40),
        ),
        bills=("Bautagebuch, App für die Polierinnen und Poliere",),
        lead="Paper diaries on building sites",
    ),
    Deal(
        78, "bodegas-altamira", "Press campaign", "5000", ("Íñigo Salazar",),
        (Go(11, "Proposal"), Win(27)), bills=("Campaña para la prensa",),
    ),
    Deal(
        75, "aalto-timber", "Dealer portal, first release", "19500", ("Jari Koskinen", "Mika Lehtonen"),
        (Go(9, "Workshop"), Go(28, "Proposal"), Go(41, "Negotiation"), Win(53)),
        bills=("Dealer portal, first release",), tags=("Website",),
    ),
    Deal(
        63, "fenwickrowe", "Client portal, design sprint", "10800", ("Priya Raman",),
        (Go(8, "Workshop"), Attach(9, "admin", "wireframe-portal.png", "wireframe"), Go(15, "Proposal"), Win(27)),
        bills=("Client portal, design sprint",), tags=("Website",), lead="A place where clients find their papers",
    ),
    Deal(
        60, "eirene-health", "Design system", "5500", ("Nadia Belkacem", "Claire Fontanel"),
        (Go(12, "Proposal"), Win(30)), bills=("Système de design et gabarits",), tags=("Website",),
    ),
    Deal(
        58, "lac-bleu", "Booking site, concept", "5600", ("Élodie Favre", "Marc Rochat"),
        (Go(14, "Workshop"), Go(29, "Proposal"), Win(45)),
        bills=("Site de réservation, conception",), tags=("Website",),
    ),
    Deal(
        49, "bergmann-optik", "Appointments online", "8500", ("Malte Brodersen", "Hanna Bergmann"),
        (
            Go(9, "Workshop"), Go(20, "Proposal"),
            Say(33, "sales", "Twelve branches, maybe ten. The price is per branch, so let us not wait for the two."),
            Win(38),
        ),
        bills=("Online-Terminvergabe für zwölf Filialen",), tags=("Website",),
        lead="Booking an eye test online",
    ),
    Deal(
        44, "juniperfoods", "Gift box campaign", "5000", ("Beth Lindqvist",),
        (Go(9, "Proposal"), Win(27)), bills=("Gift box campaign, photography",), tags=("Packaging",),
    ),
)  # fmt: skip
