"""Kinds of files, told by their names as Slack does (docs: reference/objects/file-object)."""

from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class FileKind:
    """A kind: Slack's `filetype`, the MIME type, and its name for people."""

    filetype: str
    mimetype: str
    pretty_type: str


_TEXT = FileKind("text", "text/plain", "Plain Text")
_BINARY = FileKind("binary", "application/octet-stream", "Binary")
_ZIP = FileKind("zip", "application/zip", "Zip")
_KINDS: dict[str, FileKind] = {
    "csv": FileKind("csv", "text/csv", "CSV"),
    "gif": FileKind("gif", "image/gif", "GIF"),
    "htm": FileKind("html", "text/html", "HTML"),
    "html": FileKind("html", "text/html", "HTML"),
    "jpeg": FileKind("jpg", "image/jpeg", "JPEG"),
    "jpg": FileKind("jpg", "image/jpeg", "JPEG"),
    "json": FileKind("json", "application/json", "JSON"),
    "md": FileKind("markdown", "text/markdown", "Markdown"),
    "pdf": FileKind("pdf", "application/pdf", "PDF"),
    "png": FileKind("png", "image/png", "PNG"),
    "py": FileKind("python", "text/x-python", "Python"),
    "tex": FileKind("latex", "application/x-latex", "LaTeX/sTeX"),
    "tsv": FileKind("tsv", "text/tab-separated-values", "TSV"),
    "txt": _TEXT,
    "xlsx": FileKind(
        "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel Spreadsheet"
    ),
    "xml": FileKind("xml", "application/xml", "XML"),
    "zip": _ZIP,
}
SNIPPET_TYPES = frozenset(
    (
        "text applescript boxnote c clojure coffeescript cpp csharp css csv dart diff dockerfile "
        "erlang fsharp fortran go groovy haml handlebars haskell haxe html java javascript json "
        "kotlin latex lisp lua markdown matlab objc ocaml pascal perl php pig powershell puppet "
        "python r ruby rust sass scala scheme shell smalltalk sql swift tsv vb vbscript velocity "
        "verilog xml yaml"
    ).split()
)
"""The values of `snippet_type` (docs: reference/objects/file-object, types)."""


def kind_of(name: str, content: bytes) -> FileKind:
    """Return the kind of the file called `name`; an unknown ending is text if `content` is UTF-8."""
    known = _KINDS.get(ending_of(name))
    if known is not None:
        return known
    return _TEXT if _is_text(content) else _BINARY


def ending_of(name: str) -> str:
    """Return the ending of a file name in lower case, without its dot; empty if it has none."""
    return PurePosixPath(name).suffix.removeprefix(".").lower()


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in content
