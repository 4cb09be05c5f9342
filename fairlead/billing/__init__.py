"""Invoices, payments and numbers: commands by noun, their rules in `domain`, their state in `models`."""
