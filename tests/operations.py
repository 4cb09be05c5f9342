"""Every operation of the API, from its own description: what the generated tests go through."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests import contract
from tests.world import Answer, Api

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One method at one path."""

    method: str
    path: str
    details: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_public(self) -> bool:
        return not self.details["security"]

    @property
    def action(self) -> str:
        """The row of the policy that it is."""
        return str(self.details["x-action"])

    @property
    def path_parameters(self) -> list[str]:
        return [one["name"] for one in self.details["parameters"] if one["in"] == "path"]

    @property
    def query_parameters(self) -> list[dict[str, Any]]:
        return [one for one in self.details["parameters"] if one["in"] == "query"]

    @property
    def headers(self) -> set[str]:
        return {one["name"] for one in self.details["parameters"] if one["in"] == "header"}

    @property
    def body_schema(self) -> Mapping[str, Any] | None:
        """The schema of its JSON body, its own properties in hand."""
        content = self.details.get("requestBody", {}).get("content", {}).get("application/json")
        return resolve(content["schema"]) if content else None

    @property
    def takes_file(self) -> bool:
        return "multipart/form-data" in self.details.get("requestBody", {}).get("content", {})

    def address(self, ids: Mapping[str, str]) -> str:
        """Its path with these ids in it."""
        return self.path.format_map(ids)

    def call(self, api: Api, ids: Mapping[str, str], query: str = "", **more: Any) -> Answer:
        """Call it with the body of its own example, unless `json` or `files` give another."""
        if self.takes_file:
            more.setdefault("files", {name: picture() for name in self._parts()})
        elif self.body_schema is not None:
            more.setdefault("json", self.example())
        return api.call(self.method, self.address(ids) + query, **more)

    def example(self) -> Any:
        """The body that the description shows."""
        return self.details["requestBody"]["content"]["application/json"]["example"]

    def _parts(self) -> list[str]:
        schema = resolve(self.details["requestBody"]["content"]["multipart/form-data"]["schema"])
        return [*schema["properties"]]


def every() -> list[Operation]:
    """All of them, in the order of the description."""
    return [
        Operation(method.upper(), path, details)
        for path, methods in contract.description()["paths"].items()
        for method, details in methods.items()
    ]


def resolve(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself, where it is only referred to."""
    while "$ref" in schema or len(schema.get("allOf", ())) == 1:
        inner = schema["allOf"][0] if "allOf" in schema else schema
        schema = contract.description()["components"]["schemas"][inner["$ref"].rsplit("/", 1)[-1]]
    return schema


def picture() -> io.BytesIO:
    """A PNG of one pixel, which every upload takes."""
    file = io.BytesIO(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da6364f80f00"
            "01050101270e1a5a0000000049454e44ae426082"
        )
    )
    file.name = "pixel.png"
    return file
