"""The tables of the CRM."""

from fairlead.crm.models.account import Account
from fairlead.crm.models.contact import AccountContact, Contact
from fairlead.crm.models.handle import Handle
from fairlead.crm.models.lead import Lead, WebForm
from fairlead.crm.models.mergeable import Merge, Mergeable
from fairlead.crm.models.opportunity import Opportunity, OpportunityContact, OpportunityLine, StageChange
from fairlead.crm.models.pipeline import Pipeline, Stage
from fairlead.foundation import modules

__all__ = [
    "Account",
    "AccountContact",
    "Contact",
    "Handle",
    "Lead",
    "Merge",
    "Mergeable",
    "Opportunity",
    "OpportunityContact",
    "OpportunityLine",
    "Pipeline",
    "Stage",
    "StageChange",
    "WebForm",
]

# A table is one by standing here, also where nobody else needs its name.
_ALL = [*modules.of(__name__)]
