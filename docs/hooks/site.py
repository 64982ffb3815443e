"""What MkDocs asks while it builds the site: pages from the code, links, formulas.

Everything that the code already says is generated from it: the methods of the services that are
found, the command, the HTTP API, the Python API. Nothing here or in ``mkdocs.yml`` lists a service.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import command
import formulas
import http_api
import links
import navigation
import notebook
import picture
import python_api
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
BOOKS = tuple(sorted((ROOT / "notebooks").glob("*.ipynb")))


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is generated, then spell out the wildcards of the navigation."""
    homes = copies()
    for origin, uri in homes.items():
        files.append(File.generated(config, uri, abs_src_path=str(ROOT / origin)))
    for uri, text in written().items():
        files.append(File.generated(config, uri, content=text))
    books = {f"notebooks/{path.name}": f"notebooks/{path.stem}.md" for path in BOOKS}
    config.extra["homes"] = homes | books
    config.nav = navigation.expanded(config.nav or [], [file.src_uri for file in files])
    return files


def copies() -> dict[str, str]:
    """Files that live beside the code -> the page that they become."""
    methods = {
        path.relative_to(ROOT).as_posix(): f"method/{path.parent.name}.md"
        for path in sorted(ROOT.glob("geoml/services/*/method.md"))
    }
    return methods | {
        "CHANGELOG.md": "changelog.md",
        "CONTRIBUTING.md": "contributing.md",
        "benchmarks/RESULTS.md": "benchmarks.md",
        "maps/public/favicon.svg": "assets/favicon.svg",
    }


def written() -> dict[str, str]:
    """Pages that are made from the code, by path."""
    pages = {
        "reference/command.md": command.page(),
        "reference/http.md": http_api.page(),
        "reference/openapi.json": http_api.as_json(),
    }
    books = {f"notebooks/{path.stem}.md": notebook.page(path) for path in BOOKS}
    return pages | python_api.pages(ROOT) | books


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, **_: Any) -> str:  # noqa: ANN401
    """Point links into the repository at the page that shows a file, else at the repository."""
    if page.parent is None:  # no neighbours to list beside it: the text takes the room
        page.meta.setdefault("hide", []).append("navigation")
    homes: dict[str, str] = config.extra["homes"]
    uri = page.file.src_uri
    origin = next((one for one, home in homes.items() if home == uri), f"docs/{uri}")
    return links.spaced(links.resolved(markdown, origin, uri, homes, ROOT))


def on_page_content(html: str, **_: Any) -> str:  # noqa: ANN401 - MkDocs' own
    """Turn formulas into MathML and put the drawing of the house into the page."""
    return picture.inlined(formulas.as_mathml(html), ROOT / "docs")
