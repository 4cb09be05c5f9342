"""The PDF of a document: Typst, tagged, PDF/A-3a and PDF/UA-1, the same bytes for the same input.

Fonts are opened once a process, a compiler once a thread. Never compile and then fork: the child would hang.
"""

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import structlog
import typst

from fairlead.documents import branding, fonts, payment_code, presentation
from fairlead.documents.presentation import Unprintable
from fairlead.documents.view import Mark

log = structlog.get_logger(__name__)

TEMPLATES = Path(__file__).parent / "templates"
_STANDARDS: "tuple[list[typst.PDFStandard], ...]" = (["a-3a", "ua-1"], ["a-3b"])
_of_thread = threading.local()


def render(document: Mapping[str, Any], *, logo: bytes | None, mark: Mark | None, at: datetime) -> bytes:
    """The document as a PDF.

    `document` is the canonical JSON that billing freezes, `logo` a PNG, JPEG, WebP or GIF, `mark` prints a draft's
    mark or a stamp, `at` (aware) is the time that the file bears. Raises `Unprintable`.
    """
    template = _template(document)
    try:
        view = presentation.present(document, mark)
        code = "" if mark == "draft" else payment_code.svg(document)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise Unprintable(
            f"The document is not in the form of its template: {type(error).__name__}."
        ) from error
    inputs = {
        "view": json.dumps(view, ensure_ascii=False),
        "families": json.dumps(fonts.families()),
        "logo": branding.logo(logo) if logo else "",
        "code": code,
    }
    return _compile(template, inputs, int(at.timestamp()))


def warm_up() -> None:
    """Open the fonts and compile once, so that the first reader does not wait. Never before a fork."""
    fonts.coverage()
    _compile(
        "invoice/1", {"view": "null", "families": json.dumps(fonts.families()), "logo": "", "code": ""}, 0
    )


def _template(document: Mapping[str, Any]) -> str:
    """The name of a template that we have; `invoice/1` is the file `templates/invoice/1.typ`."""
    known = {file.relative_to(TEMPLATES).with_suffix("").as_posix() for file in TEMPLATES.glob("*/*.typ")}
    if (name := document.get("template")) not in known:
        raise Unprintable(f"template: There is no template called {name!r}.")
    return str(name)


def _compile(template: str, inputs: dict[str, str], at: int) -> bytes:
    for standards in _STANDARDS:
        try:
            return _compiled(template, inputs, at, standards)
        except typst.TypstError as error:
            # What follows the first quotation mark may be a customer's name.
            log.error(
                "pdf_refused", standards=standards, reason=error.message.partition("`")[0].strip()[:120]
            )
    raise Unprintable("The document can't be set. Look for unusual characters in its texts.")


def _compiled(template: str, inputs: dict[str, str], at: int, standards: "list[typst.PDFStandard]") -> bytes:
    pdf = _compiler().compile(
        input=str(TEMPLATES / f"{template}.typ"),
        format="pdf",
        pdf_standards=standards,
        timestamp=datetime.fromtimestamp(at, UTC),
        sys_inputs=inputs,
    )
    return cast(bytes, pdf)


def _compiler() -> typst.Compiler:
    if not hasattr(_of_thread, "compiler"):
        _of_thread.compiler = typst.Compiler(root=str(TEMPLATES), font_paths=fonts.loaded())
    compiler: typst.Compiler = _of_thread.compiler
    return compiler
