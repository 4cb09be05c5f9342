"""Accounts, contacts, leads and opportunities: whom one sells to, and what becomes of it."""
