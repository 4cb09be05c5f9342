"""Fairlead: a CRM and invoicing system for many organizations."""
