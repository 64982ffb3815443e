"""The reference of the HTTP API, from the OpenAPI document that the server itself answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

Node: TypeAlias = Mapping[str, Any]
_USUAL = ("Successful Response", "Validation Error")

_HEAD = """# HTTP API

Made from the server's own OpenAPI document: [openapi.json](openapi.json) here, `/api` on a server,
and `/docs` there to try it. Errors are `application/problem+json` (RFC 9457) and say what was
expected, what came, and the next step.
"""


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document of a server without any town; nothing is written."""
    from geoml.api.app import create_app
    from geoml.api.settings import Settings

    return create_app(Settings(home=Path("no-home"))).openapi()


def as_json() -> str:
    """The document as a file."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def page() -> str:
    """Every operation with its parameters, body and answers, in Markdown, by tag."""
    tags: dict[str, list[str]] = {}
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or ["other"])[0]
            tags.setdefault(tag, []).append("\n".join(_operation(method, path, operation)))
    sections = (f"\n## {tag.capitalize()}\n{''.join(parts)}" for tag, parts in tags.items())
    return _HEAD + "".join(sections)


def _operation(method: str, path: str, operation: Node) -> Iterator[str]:
    yield f"\n### {operation.get('summary', path)}\n"
    yield f"```http\n{method.upper()} {path}\n```\n"
    if told := operation.get("description"):
        yield f"{told}\n"
    if parameters := operation.get("parameters"):
        yield "| parameter | where | type | what it is |\n|---|---|---|---|"
        yield "\n".join(_parameter(one) for one in parameters) + "\n"
    if body := _json_schema(operation.get("requestBody", {})):
        yield from _fields("what is sent", body)
    answers = operation["responses"]
    if answer := _json_schema(answers.get("200", {})):
        yield from _fields("what comes back", answer)
    told = {code: one["description"] for code, one in answers.items()}
    if rows := [f"| {code} | {told[code]} |" for code in told if told[code] not in _USUAL]:
        yield "| status | answer |\n|---:|---|"
        yield "\n".join(rows) + "\n"


def _parameter(one: Node) -> str:
    name = f"`{one['name']}`" + ("" if one.get("required") else " *(optional)*")
    told = one.get("description") or one["schema"].get("description", "")
    return f"| {name} | {one['in']} | {_kind(one['schema'])} | {_cell(told)} |"


def _json_schema(part: Node) -> Node:
    """The schema of a JSON body that is an object or a list of such objects, else nothing."""
    schema = _seen(part.get("content", {}).get("application/json", {}).get("schema", {}))
    for one in (schema, *map(_seen, schema.get("oneOf", ()))):
        if one.get("properties"):
            return one
    return {}


def _fields(what: str, schema: Node) -> Iterator[str]:
    yield f"| {what} | type | meaning |\n|---|---|---|"
    yield (
        "\n".join(
            f"| `{name}` | {_kind(one)} | {_cell(_seen(one).get('description', ''))} |"
            for name, one in schema["properties"].items()
        )
        + "\n"
    )


def _kind(schema: Node) -> str:
    """Type and range of a value in words: ``number, -1 to 1, or null``."""
    schema = _seen(schema)
    if choices := schema.get("anyOf"):
        return ", or ".join(dict.fromkeys(_kind(one) for one in choices))
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " or ".join(f"`{one}`" for one in values)
    words = [str(schema.get("type", "any"))]
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None or high is not None:
        words.append(f"{'' if low is None else low} to {'' if high is None else high}".strip())
    if "maxLength" in schema:
        words.append(f"at most {schema['maxLength']} characters")
    if "default" in schema:
        words.append(f"default {schema['default']}")
    return ", ".join(words) + (", or null" if schema.get("nullable") else "")


def _seen(schema: Node) -> Node:
    """The schema itself, or the one that it refers to."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return document()["components"]["schemas"][name] if name else schema


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
