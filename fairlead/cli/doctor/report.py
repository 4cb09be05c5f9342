"""What the doctor says: to people, to programs, and on the page of the rules."""

from itertools import groupby
from typing import Any

from fairlead.cli.doctor.examination import RULES, Finding, Verdict
from fairlead.cli.doctor.rule import Rule

_SHOWN = 10
_HEAD = "| rule | asked of each | green means | red: what to do |\n| --- | --- | --- | --- |\n"
_PAGE = """# The doctor

`bin/fairlead doctor` asks the database and the files of a running Fairlead whether they are sound, and changes nothing.
It asks as the role that serves, each organization by itself, so it needs no more rights than the server has. With
`--json` it answers programs; the exit code is 0 where every rule is green and 1 where one is red.

A red rule names up to ten findings, by numbers and ids, and what to do. Each question is one statement, so what is
written meanwhile is seen whole or not at all.

This page is made by `bin/fairlead doctor --rules`.
"""


def line(verdict: Verdict) -> str:
    """A rule, green or red; red with what was found and what to do."""
    rule = verdict.rule
    if verdict.holds:
        return f"green  {rule.name:<20} {rule.means}"
    shown = [f"           {_place(finding)}{finding.found}" for finding in verdict.findings[:_SHOWN]]
    if verdict.count > len(shown):
        shown.append(f"           and {verdict.count - len(shown)} more")
    return "\n".join(
        [f"red    {rule.name:<20} Not so: {rule.means}", *shown, f"       What to do: {rule.do}"]
    )


def summary(verdicts: list[Verdict], organizations: int, seconds: float) -> str:
    """One line for all of it."""
    red = [verdict.rule.name for verdict in verdicts if not verdict.holds]
    state = f"{len(red)} red ({', '.join(red)})" if red else "all green"
    return f"{len(verdicts)} rules, {organizations} organizations, {seconds:.1f} s: {state}."


def as_json(verdicts: list[Verdict]) -> dict[str, Any]:
    """{holds, rules: [{rule, scope, holds, means, do, count, findings: [{organization, found}]}]}."""
    return {"holds": all(verdict.holds for verdict in verdicts), "rules": [_row(one) for one in verdicts]}


def page() -> str:
    """docs/doctor.md."""
    return "".join([_PAGE, *(_chapter(noun, list(rules)) for noun, rules in groupby(RULES, _noun))])


def _noun(rule: Rule) -> str:
    return rule.name.split(".")[0]


def _chapter(noun: str, rules: list[Rule]) -> str:
    rows = (f"| `{rule.name}` | {rule.scope} | {rule.means} | {rule.do} |\n" for rule in rules)
    return f"\n## {noun.capitalize()}\n\n{_HEAD}{''.join(rows)}"


def _row(verdict: Verdict) -> dict[str, Any]:
    rule = verdict.rule
    return {
        "rule": rule.name,
        "scope": rule.scope,
        "holds": verdict.holds,
        "means": rule.means,
        "do": rule.do,
        "count": verdict.count,
        "findings": [
            {"organization": finding.organization and str(finding.organization), "found": finding.found}
            for finding in verdict.findings
        ],
    }


def _place(finding: Finding) -> str:
    return f"{finding.organization}: " if finding.organization else ""
