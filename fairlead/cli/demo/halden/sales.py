"""Whom Halden Works deals with, and how it sells."""

from fairlead.cli.demo.dealings import Pipeline, Sales
from fairlead.cli.demo.halden.firms import FIRMS
from fairlead.cli.demo.halden.leads import LEADS
from fairlead.cli.demo.halden.prospects import PROSPECTS
from fairlead.cli.demo.halden.sold import RETAINERS, SOLD
from fairlead.cli.demo.halden.unsold import LOST, OPEN

SALES = Sales(
    seller="sales",
    firms=(*FIRMS, *PROSPECTS),
    leads=LEADS,
    deals=(*SOLD, *OPEN, *LOST),
    tags={
        "Key account": "#b45309",
        "Rebrand": "#7c3aed",
        "Website": "#2f5bd7",
        "Packaging": "#15803d",
        "Culture": "#be185d",
        "Retainer": "#0f766e",
        "Slow payer": "#b91c1c",
    },
    pipelines=(
        Pipeline(
            "Projects",
            (
                {"name": "Enquiry", "probability": 10, "color": "#64748b", "rotting_days": 10},
                {"name": "Workshop", "probability": 30, "color": "#2f5bd7", "rotting_days": 14},
                {"name": "Proposal", "probability": 50, "color": "#7c3aed", "rotting_days": 21},
                {"name": "Negotiation", "probability": 75, "color": "#b45309", "rotting_days": 14},
                {"name": "Won", "kind": "won", "color": "#15803d"},
                {"name": "Lost", "kind": "lost", "color": "#b91c1c"},
            ),
        ),
        Pipeline(
            RETAINERS,
            (
                {"name": "Idea", "probability": 15, "color": "#64748b", "rotting_days": 30},
                {"name": "Offer", "probability": 50, "color": "#2f5bd7", "rotting_days": 21},
                {"name": "Trial month", "probability": 80, "color": "#b45309", "rotting_days": 35},
                {"name": "Signed", "kind": "won", "color": "#15803d"},
                {"name": "Declined", "kind": "lost", "color": "#b91c1c"},
            ),
        ),
    ),
    teams=("Sales",),
    teams_of_billed=("Sales", "Billing"),
    form="Contact",
    in_turn=("admin", "sales"),
)
