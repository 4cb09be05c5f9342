"""The page that shows the API: everything on it comes from here, and nothing in it is a script of its own."""

import re
from html.parser import HTMLParser

from django.test import Client


class Parts(HTMLParser):
    """What a page loads, and what it would run by itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.run: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.loaded += [given[name] for name in ("src", "href") if name in given]
        self.run += [name for name in given if name.startswith("on") or name == "style"]
        if tag == "style" or (
            tag == "script" and "src" not in given and given.get("type") != "application/json"
        ):
            self.run.append(tag)


def test_the_root_leads_to_the_page() -> None:
    answer = Client().get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/api/docs/")


def test_the_page_passes_its_own_policy() -> None:
    answer = Client().get("/api/docs/")
    parts = Parts(answer.content.decode())
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert parts.run == []
    assert len(parts.loaded) >= 4
    for address in parts.loaded:
        assert re.match(r"/static/[\w./-]+$", address), address
        loaded = Client().get(address)
        assert loaded.status_code == 200, address
        assert len(b"".join(loaded.streaming_content)) > 200  # type: ignore[attr-defined]


def test_the_description_is_there_for_everybody() -> None:
    answer = Client().get("/api/openapi.json")
    assert answer.json()["info"]["title"] == "Fairlead"
