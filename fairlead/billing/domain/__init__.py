"""The rules of billing as pure functions on values: no Django, no clock, no database."""
