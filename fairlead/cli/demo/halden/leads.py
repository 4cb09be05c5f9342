"""Who may buy from Halden Works: those that became customers or nearly so, and all the others of the year."""

from fairlead.cli.demo.dealings import Lead, Work
from fairlead.cli.demo.story import Say


def _work(after: int, follow_up: int | None = None) -> Work:
    return Work(after, "in process", follow_up)


def _close(after: int) -> Work:
    return Work(after, "closed")


def _recycle(after: int, follow_up: int | None = None) -> Work:
    return Work(after, "recycled", follow_up)


CONVERTED = (
    Lead(
        336, "Care of nine practice websites", "Amelia Thorne", "Hallmark Dental Group Ltd", "hallmark-dental",
        "Marketing manager", rating="hot", from_form=True,
        says="Our nine practices each have a website that nobody looks after. Could you?", steps=(_work(2),),
    ),
    Lead(
        331, "New labels for four wines", "Íñigo Salazar", "Bodegas Altamira, S.L.", "bodegas-altamira",
        "Director comercial", source="referral", rating="hot", amount="6000", steps=(_work(3),),
    ),
    Lead(
        310, "Coffee bags for a roastery in Vienna", "Magdalena Hofstätter", "Kaiserhof Rösterei GmbH",
        "kaiserhof-roesterei", "Inhaberin", rating="warm", from_form=True,
        says="Wir rösten seit drei Jahren und verkaufen in weißen Tüten. Das soll anders werden.",
        steps=(_work(1), Say(4, "admin", "Nice people, small budget. Four coffees, one design in four colours.")),
    ),
    Lead(
        281, "Photos of fabrics, some 50 a month", "Pilar Montaner", "Casa Verde Interiores, S.L.", "casaverde",
        "Gerente", source="campaign", rating="warm", amount="12000", steps=(_work(4),),
    ),
    Lead(
        274, "Online shop for kitchen ware from Lyon", "Camille Tavernier", "Maison Tavernier SARL",
        "maison-tavernier", "Gérante", source="partner", rating="hot", amount="20000", steps=(_work(2),), by="admin",
    ),
    Lead(
        181, "Site pour un atelier de lampes", "Thibault Delannoy", "Verre & Lumière SARL", "verre-et-lumiere",
        "Gérant", rating="warm", phone="+33 3 53 01 22 40", from_form=True,
        says="Nous fabriquons des lampes à la main et cherchons un site simple, avec de belles images.",
        steps=(_work(3),),
    ),
    Lead(
        116, "A site for the autumn list", "Annelies de Graaf", "Uitgeverij Vondelpoort B.V.", "vondelpoort",
        "Art director", source="existing customer", rating="warm", amount="7000", steps=(_work(2),),
    ),
    Lead(
        93, "Paper diaries on building sites", "Yusuf Demir", "GRANIT BAU GMBH & CO. KG", "granit-bau", "Bauleiter",
        source="existing customer", rating="hot", phone="+49 171 3920047",
        steps=(_work(1), Say(3, "sales", "He showed me a diary with coffee on it and a page missing.")),
    ),
    Lead(
        72, "A place where clients find their papers", "Priya Raman", "Fenwick & Rowe LLP", "fenwickrowe",
        "Practice manager", rating="hot", from_form=True,
        says="Ines, Jonas, it is me. Clients keep asking for letters they have had already. Ideas?", steps=(_work(1),),
    ),
    Lead(
        70, "Vélos en libre-service : une application", "Yannick Pittet", "Vélo Rhône Sàrl", "velo-rhone", "Associé",
        rating="warm", from_form=True, says="Deux cents vélos, six stations, et une application qui nous fait honte.",
        steps=(_work(2),),
    ),
    Lead(
        63, "Prospectus for three schools", "Miriam Adeyemi", "Larkfield Schools Trust", "larkfield-trust",
        "Director of admissions", rating="warm", phone="+44 113 496 0311", from_form=True,
        says="Three schools that have joined, and three prospectuses that look as if they had not.", steps=(_work(2),),
    ),
    Lead(
        57, "Etiketten für Honiggläser", "Jule Rombach", "Imkerei Sonnenhang", "imkerei-sonnenhang", "Inhaberin",
        rating="warm", from_form=True, says="Sechs Sorten Honig, ein Hofladen, und gern ein kleiner Versand.",
        steps=(_work(3),),
    ),
    Lead(
        57, "Booking an eye test online", "Malte Brodersen", "Bergmann Optik GmbH", "bergmann-optik",
        "Leiter Filialen", rating="hot", phone="+49 171 3920012", from_form=True,
        says="Frau Bergmann meinte, ich soll einfach schreiben: Termine online, für alle Filialen.", steps=(_work(1),),
    ),
    Lead(
        43, "Four hotels, one name", "Femke Verhoeven", "Grachtenhuis Hotels B.V.", "grachtenhuis", "Head of brand",
        source="partner", rating="hot", amount="40000", steps=(_work(1),), by="admin",
    ),
    Lead(
        26, "Latas para una gama nueva", "Uxía Barreiro", "Conservas Ría Alta, S.L.", "ria-alta", "Marca",
        rating="warm", from_form=True, says="Mejillones, sardinas y berberechos, en latas que se quieran guardar.",
        steps=(_work(2),),
    ),
)  # fmt: skip

LET_GO = (
    Lead(418, "Logo for a start-up", "Kevin Radtke", "", "radtke", source="email", rating="cold", steps=(_close(3),)),
    Lead(403, "Wedding photography", "Ilka Brunner", "", "brunner-ilka", from_form=True, rating="cold",
         says="Machen Sie auch Hochzeiten?", steps=(_close(1),)),
    Lead(379, "Annual report of a savings bank", "Holger Stamm", "Sparbank Oderland", "sparbank-oderland",
         "Vorstandsbüro", "call", "warm", steps=(_recycle(30, 60),)),
    Lead(356, "Menu boards in six languages", "Dimitra Alexiou", "Taverna Group", "taverna-group", "Owner", "referral",
         "cold", steps=(_close(20),)),
    Lead(341, "Search engine offers", "Rank Booster", "", "rankbooster", from_form=True, rating="cold",
         says="We put your website on page one of every search engine, guaranteed.", steps=(_close(0),)),
    Lead(320, "App for a choir", "Benedikt Thaler", "Donauchor", "donauchor", "Chorleiter", "public relations", "cold",
         steps=(_close(12),)),
    Lead(295, "Showroom in Helsinki", "Aino Salmela", "Lumo Interiors Oy", "lumo-interiors", "Buyer", "partner", "warm",
         "9000", steps=(_recycle(44, 35),)),
    Lead(268, "Stand at a book fair", "Quentin Roussel", "Éditions du Tilleul", "editions-tilleul", "Éditeur",
         "campaign", "warm", steps=(_recycle(31, 90),)),
    Lead(247, "Rebrand of a dental laboratory", "Owen Hartley", "Hartley Dental Lab", "hartley-dental", "Owner",
         "referral", "warm", "5500", "GBP", "+44 117 496 0215", steps=(_close(26),)),
    Lead(229, "Packaging for dog biscuits", "Marisol Quintero", "Galletas Can, S.L.", "galletas-can", "Gerente",
         "website", "cold", steps=(_close(40),)),
    Lead(214, "Placement agency", "Lars Engel", "Engel Personal", "engel-personal", "Berater", "call", "cold",
         says="Wanted to sell us designers, not to buy design.", steps=(_close(0),)),
    Lead(199, "Catalogue of garden furniture", "Chantal Aubry", "Jardins d’Aubry", "jardins-aubry", "Directrice",
         "campaign", "warm", "7800", steps=(_recycle(52, 21),)),
    Lead(186, "Website of a parish", "Pfarrer Lorenz", "", "pfarrei-lorenz", from_form=True, rating="cold",
         says="Unsere Gemeinde braucht eine neue Seite. Wir können wenig zahlen, aber es gibt Kuchen.",
         steps=(Say(1, "admin", "Sent them to the design school. They do one such site every term."), _close(1))),
    Lead(172, "Trade fair in Boston", "Skyler Banks", "Harbor Sensors, Inc.", "harbor-sensors", "Marketing", "referral",
         "warm", "15000", "USD", "+1 617 555 0188", steps=(_recycle(37, 44),)),
    Lead(158, "Illustrations for a school book", "Mirjam Visser", "Lesboek Uitgevers", "lesboek", "Redacteur", "email",
         "cold", steps=(_close(9),)),
    Lead(147, "Signs for a hiking trail", "Christoph Danner", "Tourismus Mühltal", "tourismus-muehltal", "Leiter",
         "public relations", "warm", "11000", steps=(_recycle(61, 14),)),
    Lead(131, "Site for a sailing school", "Petros Melas", "Melas Sailing", "melas-sailing", "Owner", "website", "cold",
         steps=(_close(33),)),
    Lead(119, "Corporate film, ten minutes", "Gerd Ahrens", "Ahrens Fördertechnik", "ahrens-foerdertechnik",
         "Prokurist", "call", "warm", "18000", phone="+49 171 3920055", steps=(_recycle(45, -4),)),
    Lead(102, "Label printer wanted", "Sofía Prado", "", "prado-sofia", from_form=True, rating="cold",
         says="¿Imprimen ustedes etiquetas? Necesito mil para el lunes.", steps=(_close(0),)),
    Lead(94, "Invitation cards of an embassy", "Aurélie Simonet", "", "simonet-aurelie", "Attachée", "referral", "warm",
         steps=(_recycle(29, 5),)),
    Lead(77, "Logo animation", "Dario Conti", "Conti Audio", "conti-audio", "Produzent", "email", "cold",
         steps=(_close(17),)),
    Lead(61, "Trainee wanted", "Nina Albers", "", "albers-nina", from_form=True, rating="cold",
         says="Ich suche ein Praktikum ab Herbst.", steps=(_close(2),)),
)  # fmt: skip

WORKED_ON = (
    Lead(54, "Rebrand of a chain of bakeries", "Tanja Hilpert", "Backhaus Hilpert", "backhaus-hilpert",
         "Geschäftsführerin", "referral", "hot", "26000", phone="+49 171 3920070",
         steps=(_work(3), Say(15, "sales", "23 shops, three logos. She knows our work for Kaiserhof."), _work(40, 1))),
    Lead(52, "Reservation system of a spa", "Gaël Morvan", "Thermes de Kerlouan", "thermes-kerlouan",
         "Directeur", "campaign", "warm", "14000", phone="+33 2 61 91 55 30", steps=(_work(5, -7),)),
    Lead(48, "Brochure for a vineyard hotel", "Teresa Larrea", "Hotel Viña Larrea", "vina-larrea", "Propietaria",
         "referral", "warm", "4800", steps=(_work(4, -3),)),
    Lead(45, "Website of a law firm in Leeds", "Imogen Clarke", "Clarke Barraclough LLP", "clarke-barraclough",
         "Partner", "referral", "hot", "19000", "GBP", "+44 113 496 0345", steps=(_work(2, 2),)),
    Lead(42, "Product pages for pellet stoves", "Timo Heikkinen", "Tulisija Oy", "tulisija", "Export manager",
         "partner", "warm", "8500", steps=(_work(3, 6),)),
    Lead(39, "Packaging for olive oil soap", "Zoe Markaki", "Kreta Soap Works", "kreta-soap", "Founder", from_form=True,
         rating="warm", says="Six soaps, one box, shops all over Europe. We love what you did for coffee.",
         steps=(_work(2, -1),)),
    Lead(37, "Signage for a bicycle garage", "Hendrik Jansen", "Stalling Centraal", "stalling-centraal", "Beheerder",
         "call", "warm", "6400", steps=(_work(5, 9),)),
    Lead(35, "Concert posters, whole season", "Ulrike Sandner", "Kammerorchester Enns", "kammerorchester-enns",
         "Geschäftsstelle", "public relations", "warm", "5200", steps=(_work(6, 3),)),
    Lead(33, "Online shop for ski boots", "Beat Zurbriggen", "Zurbriggen Sport AG", "zurbriggen-sport", "Inhaber",
         "website", "hot", "32000", "CHF", steps=(_work(1, 0), Say(9, "sales", "Wants it before the first snow."))),
    Lead(31, "Annual report, print and web", "Cornelia Wendt", "Wohnbau Spreetal eG", "wohnbau-spreetal",
         "Kommunikation", "email", "warm", "12500", phone="+49 30 23125 815", steps=(_work(4, -9),)),
    Lead(29, "Food truck lettering", "Marcus Bell", "Bell & Brine", "bell-and-brine", "Owner", "referral", "cold",
         "1900", "USD", "+1 503 555 0177", steps=(_work(3, 12),)),
    Lead(27, "Exhibition on tiles", "Joana Vidal", "Museu de la Rajola", "museu-rajola", "Conservadora",
         "public relations", "warm", "16000", steps=(_work(5, 4),)),
    Lead(24, "Rebrand of a veterinary practice", "Steffi Kahl", "Tierarztpraxis Kahl", "tierarzt-kahl", "Tierärztin",
         from_form=True, rating="warm", says="Unser Logo ist ein Dackel, und wir behandeln vor allem Pferde.",
         steps=(_work(1, 0),)),
    Lead(22, "Instructions without words", "Arne Fiedler", "Fiedler Möbelbau", "fiedler-moebelbau", "Produktleiter",
         "existing customer", "hot", "9800", phone="+49 171 3920088", steps=(_work(2, 1),)),
    Lead(19, "Portal for tenants", "Margot Lacombe", "Habitat Garonne", "habitat-garonne", "Chargée de projet",
         "partner", "warm", "28000", steps=(_work(6, 7),), by="admin"),
    Lead(16, "Spirits for a distillery", "Fergus Talbot", "Talbot & Daughters Ltd", "talbot-daughters", "Distiller",
         "referral", "warm", "13500", "GBP", "+44 20 7946 0612", steps=(_work(2, 15),)),
)  # fmt: skip

NEW = (
    Lead(23, "Museum shop, new range", "Hilde Roth", "Naturkundehaus Lohr", "naturkundehaus-lohr", "Shopleitung",
         "public relations", "warm", "5600", follow_up=-5),
    Lead(21, "Website for a ferry museum", "Kostas Rigas", "Maritime Archive Syros", "archive-syros", "Director",
         "email", "cold", follow_up=-2),
    Lead(18, "Corporate design of a foundation", "Leonie Hartwig", "Hartwig-Stiftung", "hartwig-stiftung", "Vorstand",
         "referral", "hot", "21000", follow_up=0, by="admin"),
    Lead(17, "Two short films on timber", "Eero Laine", "Pohjola Sawmills Oy", "pohjola-sawmills", "Communications",
         "partner", "warm", "11500", follow_up=3),
    Lead(14, "Packaging for chocolate", "Noémie Clerc", "Chocolaterie Clerc", "chocolaterie-clerc", "Gérante",
         "campaign", "warm", "7200", "CHF", follow_up=2),
    Lead(13, "Ein neuer Auftritt für unsere Kita", "Birte Osterloh", "Kita Wolkenschaf", "kita-wolkenschaf", "Leitung",
         from_form=True, says="Ein kleiner Träger, drei Häuser, viele Eltern, die alles am Telefon fragen."),
    Lead(12, "Dealer catalogue", "Pete Sorensen", "Cascade Kayaks, LLC", "cascade-kayaks", "Sales director",
         "referral", "warm", "9400", "USD", "+1 503 555 0191", follow_up=5),
    Lead(11, "Tasting room, signs and menus", "Blanca Oteiza", "Sidrería Oteiza", "sidreria-oteiza", "Dueña",
         "existing customer", "warm", "3800", follow_up=1),
    Lead(10, "Our shop is slow", "Harriet Cole", "Cole’s Yarn", "coles-yarn", "Owner", from_form=True,
         says="It takes nine seconds to show a ball of wool. Is that design or is that something else?"),
    Lead(9, "Fleet lettering", "Bram Dekker", "Dekker Verhuizingen", "dekker-verhuizingen", "Directeur", "call", "warm",
         "6800", follow_up=4),
    Lead(8, "Campaign for blood donors", "Ruth Feldkamp", "Blutspende Elbtal", "blutspende-elbtal", "Presse",
         "public relations", "hot", "17500", phone="+49 171 3920094", follow_up=6),
    Lead(7, "Refonte du site d’une école de cuisine", "Loïc Besnard", "École des Saveurs", "ecole-saveurs", "Directeur",
         from_form=True, says="Nos élèves trouvent tout, sauf le bouton pour s’inscrire."),
    Lead(6, "Trade fair stand for lenses", "Agnes Pohl", "Pohl Präzisionsoptik", "pohl-optik", "Vertrieb", "referral",
         "warm", "15500", phone="+49 40 66969 240", follow_up=8),
    Lead(5, "Cookbook of a cooperative", "Inés Barrachina", "Cooperativa La Huerta", "la-huerta", "Comunicación",
         "campaign", "cold", "8200", follow_up=11),
    Lead(4, "Gin label", "Toby Marsh", "Marsh & Fen Distillers", "marsh-and-fen", "Founder", from_form=True,
         says="Hello! One gin, one label, and it should look like fog."),
    Lead(3, "Wayfinding of a campus", "Jörg Haberland", "Fachschule Elster", "fachschule-elster", "Bauleitung", "email",
         "warm", "24000", follow_up=10),
    Lead(2, "Photos para una tienda de cerámica", "Lucía Serrano", "Cerámica Serrano", "ceramica-serrano", "Dueña",
         from_form=True, says="Tengo ochenta piezas y un teléfono viejo. ¿Cuánto costaría hacerlo bien?"),
)  # fmt: skip

LEADS = (*CONVERTED, *LET_GO, *WORKED_ON, *NEW)
