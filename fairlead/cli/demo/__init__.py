"""The demo: two organizations that know nothing of each other, made through the commands that everybody uses."""

from fairlead.cli.demo.making import ensure_demo

__all__ = ["ensure_demo"]
