"""Whom Globex deals with: the customers whom it supplies, and a few who ask."""

from fairlead.cli.demo.dealings import Deal, Go, Lead, Lose, Meet, Pipeline, Sales, Win, Work, customer
from fairlead.cli.demo.globex.customers import BAYOU, KEWEENAW, MESA, OLENTANGY, SCIOTO
from fairlead.cli.demo.story import Say

_FIRMS = (
    customer(
        420, KEWEENAW, "Foundry", 160,
        Meet(0, "Ray Halvorsen", "Quality manager", "Technical", "+1 906 555 0134"),
    ),
    customer(
        330, SCIOTO, "Food", 240,
        Meet(0, "Marlene Fitch", "Plant engineer", "Technical", "+1 740 555 0116"),
        Meet(0, "Gus Petrakis", "Purchasing", "Invoices", "+1 740 555 0119"),
    ),
    customer(290, OLENTANGY, "Plastics", 85, Meet(0, "Shonda Ellery", "Maintenance", "Technical", "+1 614 555 0162")),
    customer(
        240, MESA, "Aerospace", 310, Meet(0, "Victor Lujan", "Test engineering", "Technical", "+1 970 555 0147"),
        tags=("Aerospace",),
    ),
    customer(110, BAYOU, "Food", 60, Meet(0, "Odile Broussard", "Mill manager", "Technical", "+1 337 555 0128")),
)  # fmt: skip

_LEADS = (
    Lead(
        302, "Calibration under one contract", "Shonda Ellery", "Olentangy Plastics, LLC", "olentangyplastics",
        "Maintenance", "call", "warm", "12000", "USD", "+1 614 555 0162", steps=(Work(2, "in process"),),
    ),
    Lead(160, "Hardness testers", "Neil Vance", "Vance Forge, Inc.", "vanceforge", "Owner", "referral", "cold",
         steps=(Work(6, "closed"),)),
    Lead(38, "Burst tests of hoses", "Carmen Ibarra", "Gulf Hose & Fitting", "gulfhose", "Lab lead", "campaign", "warm",
         "22500", "USD", "+1 337 555 0173", steps=(Work(4, "in process", 2),)),
    Lead(12, "Used tensile tester, trade-in", "Leroy Banks", "Banks Wire", "bankswire", "Buyer", "email", "warm",
         follow_up=-3),
    Lead(5, "Moisture of seed corn", "Greta Nilsen", "Prairie Seed Co-op", "prairieseed", "Agronomist", "referral",
         "warm", "10500", "USD", "+1 614 555 0185", follow_up=4),
)  # fmt: skip

_DEALS = (
    Deal(
        416, "keweenawcastings", "Tensile tester", "33600", ("Ray Halvorsen",), (Go(5, "Proposal"), Win(10)),
        bills=("Tensile tester TT-50",),
    ),
    Deal(
        294, "olentangyplastics", "Calibration on site", "12000", ("Shonda Ellery",),
        (Go(9, "Proposal"), Win(18)), bills=("Calibration on site, {month}",),
        lead="Calibration under one contract", source="call", type="new business",
    ),
    Deal(
        235, "mesaverdeaero", "Fatigue rig", "129000", ("Victor Lujan",),
        (
            Go(12, "Needs analysis"), Go(25, "Proposal"),
            Say(30, "admin", "Two steps: engineering first, the build once they have their funding."),
            Win(42),
        ),
        bills=("Fatigue rig, engineering", "Fatigue rig, build"), tags=("Aerospace",),
    ),
    Deal(
        106, "techericemill", "Second moisture analyzer", "5300", ("Odile Broussard",),
        (Go(4, "Proposal"), Lose(17, "Ordered twice by mistake: they need neither now.")),
    ),
    Deal(
        47, "sciotodairy", "Leak testers for the second line", "15900", ("Marlene Fitch",),
        (Go(11, "Needs analysis"), Go(25, "Proposal")), closes=36, probability=60,
    ),
)  # fmt: skip

SALES = Sales(
    seller="admin",
    firms=_FIRMS,
    leads=_LEADS,
    deals=_DEALS,
    tags={"Aerospace": "#2f5bd7"},
    pipelines=(Pipeline("Sales"),),
)
