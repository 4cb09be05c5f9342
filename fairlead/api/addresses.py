"""The API's addresses as a tree: Django tries patterns one by one, and there is one for each operation."""

from collections.abc import Iterable, Iterator

from django.urls import URLPattern, URLResolver, include, path


def by_noun(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[URLPattern | URLResolver]:
    """The same patterns, those that begin with the same name below it, in their order; the largest name first."""
    nouns: dict[str, list[URLPattern | URLResolver]] = {}
    for pattern in patterns:
        nouns.setdefault(_noun(pattern), []).append(pattern)
    rest = nouns.pop("", [])
    for noun, group in sorted(nouns.items(), key=lambda one: -len(one[1])):
        yield path(noun, include([_below(noun, pattern) for pattern in group]))
    yield from rest


def _noun(pattern: URLPattern | URLResolver) -> str:
    """Such as `invoices/`; empty where the pattern has no fixed name in front."""
    noun, slash, _ = str(pattern.pattern).partition("/")
    return noun + slash if slash and "<" not in noun else ""


def _below(noun: str, pattern: URLPattern | URLResolver) -> URLPattern:
    if not isinstance(pattern, URLPattern):
        raise TypeError("Ninja made a pattern of patterns: see whether it sorts them by itself now.")
    return path(str(pattern.pattern).removeprefix(noun), pattern.callback, name=pattern.name)
