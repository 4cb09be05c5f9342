"""The tables of the CRM."""

from fairlead.crm.models.account import Account

__all__ = ["Account"]
