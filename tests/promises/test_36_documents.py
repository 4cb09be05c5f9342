"""Row 36: text of a tenant is never code, wherever it is printed, and no document takes the renderer down."""

import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
import typst
from pypdf import PdfReader

from fairlead.documents import fonts, pdf
from fairlead.documents.presentation import Unprintable
from tests import printed_documents as printed
from tests.hostile_documents import FIELDS, LARGEST, document_of, render
from tests.hostile_texts import PAYLOADS
from tests.invoicing import INVOICES, body, lined, make, path, unchanged
from tests.printed_documents import Json
from tests.world import World, api

MEGABYTE = 1024**2
MOST_MEMORY = 512 * MEGABYTE


def assert_literal(number: int) -> int:
    """The document can be set, and says what was written, letter for letter; returns how many texts that are."""
    document, written = document_of(number)
    said = _text(render(document))
    assert [text for text in written if _bare(text) not in said] == []
    assert "root:x:" not in said
    return len(written)


@pytest.mark.promise(36)
def test_no_text_is_code_in_any_field(figure: Any) -> None:
    assert len(set(PAYLOADS)) >= 150
    assert len(FIELDS) >= 30
    texts = sum(assert_literal(number) for number in range(0, len(PAYLOADS), 25))
    figure("payloads and fields", f"{len(PAYLOADS)} and {len(FIELDS)}, {texts} texts literal")


@pytest.mark.promise(36)
@pytest.mark.long
def test_no_text_is_code_in_any_field_whichever_it_is(figure: Any) -> None:
    texts = sum(assert_literal(number) for number in range(len(PAYLOADS)))
    figure("every payload in every field", f"{texts:,} texts literal")


@pytest.mark.promise(36)
def test_through_the_api_too(world: World) -> None:
    texts = iter(PAYLOADS)
    names = ("name", "invoice_title", "notes", "terms", "purchase_order", "buyer_reference")
    fields = {name: next(texts) for name in names}
    lines = [{"description": text, "rate": "1.00"} for text in texts]
    invoice = make(world.owner, lined() | fields | {"lines": lines}, status="Sent")
    said = _text(api(world.owner).get(path(invoice, "download")).body)
    assert [text for text in PAYLOADS if _bare(text) not in said] == []


@pytest.mark.promise(36)
@pytest.mark.parametrize(
    ("changes", "statuses"),
    [
        ({"notes": "x" * MEGABYTE}, (400, 413, 422)),
        ({"name": "x" * MEGABYTE}, (400, 413, 422)),
        ({"notes": "x" * 900_000}, (400,)),
        ({"lines": [{"description": "x" * 900_000, "rate": "1.00"}]}, (400,)),
        ({"lines": [{"description": "x", "rate": "1.00"}] * 5_000}, (400,)),
    ],
    ids=["1 MB of notes", "1 MB of name", "900 KB of notes", "900 KB in a line", "5,000 lines"],
)
def test_what_is_too_much_is_refused_and_leaves_nothing(
    changes: Json, statuses: tuple[int, ...], world: World
) -> None:
    given = body(**changes)
    if "lines" in changes:
        del given["quantity"], given["rate"]
    with unchanged(world.acme.id):
        assert api(world.owner).post(INVOICES, json=given).status in statuses


@pytest.mark.promise(36)
def test_the_renderer_refuses_what_it_could_not_set_in_good_time() -> None:
    lines = [printed.line("x")] * 5_000
    pages = [printed.line("x" + "\n" * 1_999)] * 190
    for changes in (
        {"lines": lines},
        {"lines": pages},
        {"notes": "x" * MEGABYTE},
        {"terms": "x\n" * MEGABYTE},
    ):
        with pytest.raises(Unprintable):
            render(printed.document(**changes))


_RENDER = r"""
import re, sys, time
from pathlib import Path
from tests import printed_documents as printed
from tests.hostile_documents import LARGEST, render
render(printed.document())
began = time.monotonic()
made = render(printed.document(**LARGEST[sys.argv[1]]))
took = time.monotonic() - began
most = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]
print(len(made), int(most) * 1024, took)
"""


@pytest.mark.promise(36)
@pytest.mark.long
@pytest.mark.parametrize("kind", LARGEST)
def test_the_largest_that_is_taken_fits_into_memory(kind: str, figure: Any) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _RENDER, kind], stdout=subprocess.PIPE, text=True, check=True
    )
    size, memory, seconds = map(float, done.stdout.split())
    figure(f"largest by {kind}", f"{seconds:.1f} s, {memory / MEGABYTE:.0f} MiB")
    assert size > 0
    assert memory < MOST_MEMORY


_RENDER_ALL = """
import os
from tests.hostile_documents import PAYLOADS, document_of, render
render(document_of(0)[0])
os.path.exists("/the-documents-begin")
for number in range(len(PAYLOADS)):
    render(document_of(number)[0])
os.path.exists("/the-documents-end")
"""


@pytest.mark.promise(36)
@pytest.mark.long
def test_the_renderer_opens_no_file_and_no_connection(tmp_path: Path, figure: Any) -> None:
    """As the kernel sees it, while every payload is set; of files it may look at its own templates."""
    strace, calls = shutil.which("strace"), tmp_path / "calls"
    watch = [strace, "-f", "-o", str(calls), "-e", "trace=%file,%network"] if strace else []
    subprocess.run([*watch, sys.executable, "-c", _RENDER_ALL], check=True)
    if not strace:
        figure("files and connections", "not watched: there is no strace here")
        return
    inside = calls.read_text().partition("/the-documents-begin")[2].partition("/the-documents-end")[0]
    during = inside.splitlines()[1:-1]
    assert [line for line in during if re.search(r"\b(socket|connect|sendto)\(", line)] == []
    paths = {found[1] for line in during if (found := re.search(r'"([^"]*)"', line))}
    templates = str(pdf.TEMPLATES)
    assert [one for one in paths if not (one.startswith(templates) or templates.startswith(one))] == []
    figure(
        "files and connections", f"{len(PAYLOADS)} documents, {len(during)} calls, all within the templates"
    )


@pytest.mark.promise(36, sabotage="notes are written into the source of the template")
def test_text_that_is_pasted_into_the_source_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_compiled", _pasting(tmp_path))
    assert render(printed.document()), "what nobody means to be code comes out as before"
    notes = FIELDS.index(("notes",))
    for payload in ("#(6*7)", "#[*bold*]", "#hide[x]"):
        with pytest.raises(AssertionError):
            assert_literal((PAYLOADS.index(payload) - notes * 4) % len(PAYLOADS))


def _pasting(folder: Path) -> Callable[..., bytes]:
    def compiled(template: str, inputs: dict[str, str], at: int, standards: Any) -> bytes:
        source, notes = (pdf.TEMPLATES / f"{template}.typ").read_text(), json.loads(inputs["view"])["notes"]
        pasted = source.replace("width: 76%, view.notes)", f"width: 76%)[{notes}]")
        assert pasted != source
        file = folder / "pasted.typ"
        file.write_text(pasted)
        compiler = typst.Compiler(root=str(folder), font_paths=fonts.loaded())
        return cast(bytes, compiler.compile(str(file), format="pdf", sys_inputs=inputs))

    return compiled


def _text(made: bytes) -> str:
    return _bare("".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages))


def _bare(text: str) -> str:
    """Without spaces and places to break, which depend on the layout."""
    return "".join(text.replace("\u200b", "").split())
