"""What Halden Works may sell yet, and what it has not sold."""

from fairlead.cli.demo.dealings import Deal, Go, Lose
from fairlead.cli.demo.halden.sold import RETAINERS
from fairlead.cli.demo.story import DAYS, HOURS, PIECES, Line, Say

OPEN = (
    Deal(
        118, "brauhaus-kessel", "Bottle labels, six beers", "7400", ("Anton Kessel",),
        (
            Go(12, "Workshop"), Go(40, "Proposal"), Go(75, "Negotiation"),
            Say(76, "sales", "Anton likes it, Resi likes it. Their bank has to like it too."),
            Say(101, "sales", "No answer to three mails. I drive there when I am in Nuremberg."),
        ),
        closes=-6, tags=("Packaging",), source="referral", type="new business", probability=40,
    ),
    Deal(
        87, "theater-am-wehr", "Season brochure", "6200", ("Friederike Holl",),
        (Go(20, "Workshop"), Go(55, "Proposal")),
        closes=19, tags=("Culture",), source="public relations", type="new business",
    ),
    Deal(
        90, "sierra-clara", "Contents of the shop, every month", "16800", ("Rocío Almagro",),
        (
            Go(24, "Offer"), Go(76, "Trial month"),
            Say(80, "sales", "First week of the trial: 40 texts, two corrections. She is content."),
        ),
        closes=12, pipeline=RETAINERS, tags=("Retainer",), source="campaign", type="new business",
    ),
    Deal(
        79, "klinikum-havelaue", "Wayfinding of the new building", "", ("Henrike Wolters",),
        (
            Go(18, "Workshop"), Go(40, "Proposal"),
            Say(52, "admin", "The offers are opened in public. Ours is neither the cheapest nor the dearest."),
        ),
        closes=62, source="public relations", type="new business",
        lines=(
            Line("Konzept und Wegeplan", "12", "980.00", unit=DAYS),
            Line("Gestaltung der Schilder, je Typ", "18", "320.00", unit=PIECES),
            Line("Prüfung auf Barrierefreiheit", "24", "95.00", unit=HOURS),
            Line("Begleitung der Montage", "5", "880.00", unit=DAYS, discount_percent="10"),
        ),
        by="admin",
    ),
    Deal(
        71, "feinwerk-lindner", "Product configurator", "31500", ("Katrin Lindner",),
        (
            Go(15, "Workshop"), Go(33, "Proposal"), Go(60, "Negotiation"),
            Say(62, "sales", "Katrin wants the source code in escrow. Ines looks at the clause."),
        ),
        closes=24, tags=("Website",), source="referral", type="new business",
    ),
    Deal(
        69, "saimaa-saunas", "Brand film", "9000", ("Heli Räsänen",), (), closes=90,
        source="email", type="new business",
    ),
    Deal(
        65, "pennine-cycles", "Online shop", "", ("Callum Ashworth",),
        (Go(20, "Workshop"), Go(52, "Proposal")),
        closes=48, tags=("Website",), source="website", type="new business",
        lines=(
            Line("Discovery and content plan", "4", "860.00", unit=DAYS),
            Line("Design of the shop", "11", "860.00", unit=DAYS),
            Line("Build, payment and shipping", "19", "860.00", unit=DAYS),
            Line("Product photography, per bicycle", "34", "62.00", unit=PIECES),
        ),
    ),
    Deal(
        62, "velo-rhone", "App for shared bicycles", "38000", ("Yannick Pittet",), (Go(44, "Workshop"),),
        closes=81, tags=("Website",), lead="Vélos en libre-service : une application", source="website",
        type="new business",
    ),
    Deal(
        57, "cobalt-ridge", "Autumn catalogue", "18900", ("Jolene Mercer", "Dwight Sandoval"),
        (Go(14, "Workshop"), Go(37, "Proposal")),
        closes=33, source="referral", type="new business", probability=65,
    ),
    Deal(
        55, "larkfield-trust", "Prospectus and website", "", ("Miriam Adeyemi",),
        (
            Go(15, "Workshop"), Go(46, "Proposal"),
            Say(47, "sales", "The bursar decides after half-term. Miriam sent our proposal on with a good word."),
        ),
        closes=55, tags=("Website",), lead="Prospectus for three schools", source="website", type="new business",
        lines=(
            Line("Prospectus, 48 pages", "48", "64.00", unit=PIECES),
            Line("Website for three schools", "16", "860.00", unit=DAYS),
            Line("Photography", "3", "1150.00", unit=DAYS),
        ),
    ),
    Deal(
        50, "imkerei-sonnenhang", "Honey jars and a small shop", "3900", ("Jule Rombach",),
        (Go(12, "Workshop"), Go(36, "Proposal")),
        closes=28, tags=("Packaging",), lead="Etiketten für Honiggläser", source="website", type="new business",
    ),
    Deal(
        40, "maison-tavernier", "Loyalty programme", "4400", ("Camille Tavernier", "Hugo Perrin"),
        (Go(9, "Workshop"), Go(21, "Proposal"), Go(31, "Negotiation")),
        closes=12, bills=("Boutique en ligne, programme de fidélité",), by="admin",
    ),
    Deal(
        40, "haus-morgenstern", "Identity of the anniversary", "14000", ("Albrecht von Thal",), (), closes=75,
        tags=("Culture",), source="referral", type="new business", by="admin",
    ),
    Deal(
        36, "grachtenhuis", "Rebrand of four houses", "42000", ("Femke Verhoeven",),
        (Go(24, "Workshop"), Say(25, "admin", "Workshop went well. Pieter came for an hour and stayed all day.")),
        closes=96, tags=("Rebrand",), lead="Four hotels, one name", source="partner", type="new business",
    ),
    Deal(
        29, "donauklang", "Festival identity", "11500", ("Valerie Aigner",), (Go(20, "Workshop"),),
        closes=110, tags=("Culture", "Rebrand"), source="referral", type="new business",
    ),
    Deal(
        26, "bodegas-altamira", "Photography through the seasons", "7200", ("Begoña Ruiz",), (), closes=70,
        pipeline=RETAINERS, tags=("Retainer",),
    ),
    Deal(
        20, "ria-alta", "Tins for a new range", "8600", ("Uxía Barreiro",), (Go(13, "Workshop"),),
        closes=104, tags=("Packaging",), lead="Latas para una gama nueva", source="website", type="new business",
    ),
    Deal(
        15, "aalto-timber", "Care of the dealer portal", "9600", ("Jari Koskinen",), (Go(6, "Offer"),),
        closes=40, pipeline=RETAINERS, tags=("Retainer",),
    ),
    Deal(
        7, "juniperfoods", "Recipe platform, third release", "22000", ("Tyler Okafor",), (), closes=117,
        tags=("Website",),
        says="Meal plans for a week, and a voice that reads the steps. Tyler has a budget from the next quarter on.",
    ),
)  # fmt: skip

LOST = (
    Deal(
        329, "nordlicht-reederei", "Website of the fleet", "16500", ("Wiebke Thomsen",),
        (Go(24, "Proposal"), Lose(37, "They chose an agency in Kiel, which is closer.")),
        tags=("Website",), source="campaign", type="new business",
    ),
    Deal(
        249, "alpenblick-hotels", "Winter campaign", "21000", ("Reto Caviezel",),
        (Go(12, "Proposal"), Lose(41, "The budget of the year was cut after the summer.")),
        source="referral", type="new business",
    ),
    Deal(
        239, "ateliers-beaurivage", "Catalogue of chairs", "8800", ("Solène Guivarch",),
        (Go(16, "Workshop"), Lose(33, "They do it themselves now: a designer has joined them.")),
        source="email", type="new business",
    ),
    Deal(
        204, "thalassa-ferries", "Ferry tickets in an app", "120000", ("Manolis Daskalakis",),
        (
            Say(9, "sales", "Eleni of Ionos gave them our name. It is four times what we have ever built."),
            Lose(13, "Too large for us. We told them so, and named two others.", by="admin"),
        ),
        source="referral", type="new business",
    ),
    Deal(
        194, "stadtmuseum-wernitz", "Care of the audio guide", "2400", ("Bernd Kossack",),
        (Go(44, "Offer"), Lose(71, "The town’s own IT sees to it.")), pipeline=RETAINERS, tags=("Retainer",),
    ),
    Deal(
        180, "polderfiets", "New brand", "27000", ("Sanne Kuipers",),
        (Go(30, "Proposal"), Go(48, "Negotiation"),
         Lose(66, "Price: another studio was a third below ours.")),
        tags=("Rebrand",), source="public relations", type="new business",
    ),
    Deal(
        170, "verre-et-lumiere", "Website for lamps", "5200", ("Thibault Delannoy",),
        (Go(11, "Proposal"), Lose(62, "No answer since the proposal.")),
        tags=("Website",), lead="Site pour un atelier de lampes", source="website", type="new business",
    ),
    Deal(
        170, "aalto-timber", "Trade fair stand", "12500", ("Mika Lehtonen",),
        (Go(11, "Proposal"), Go(30, "Negotiation"), Lose(43, "They skip the fair this year.")),
        bills=("Trade fair stand, sketches",),
    ),
    Deal(
        140, "fenwickrowe", "Care plan", "4800", ("Tessa Marlow",),
        (Go(9, "Offer"), Lose(38, "They have somebody in the house for that.")),
        pipeline=RETAINERS, tags=("Retainer",), by="admin",
    ),
    Deal(
        108, "vondelpoort", "Site for the autumn list", "6700", ("Annelies de Graaf",),
        (Go(20, "Proposal"), Lose(39, "Put off to next year: the list came too late.")),
        tags=("Website",), lead="A site for the autumn list",
    ),
)  # fmt: skip
