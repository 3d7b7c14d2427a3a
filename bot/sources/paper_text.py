"""Converts a paper's HTML or PDF to plain text, without references and appendices; pure.

A line is a heading, a paragraph, a caption, or a table row with ` | ` between its cells; from a PDF it is a
printed line. Formulas are LaTeX where the source has it.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.errors import SourceAnswerError
from bot.sources.extracted_text import PaperText

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

# --- HTML ------------------------------------------------------------------------------------------------

# Private-use characters that mark line and cell ends, which an element's text does not show.
_LINE, _CELL = "\ue000", "\ue001"
_LEFT_OUT = frozenset(
    "script style noscript template nav header footer svg img button "
    "ltx_page_header ltx_page_footer ltx_TOC ltx_authors ltx_bibliography ltx_appendix ltx_index "
    "ltx_note_mark ltx_tag_note ltx_note_type ltx_ERROR".split()
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_AROUND = {
    **dict.fromkeys("p div section tr li dt dd figure figcaption blockquote ltx_tr".split(), (_LINE, _LINE)),
    **dict.fromkeys(_HEADINGS, (_LINE, _LINE)),
    **dict.fromkeys(("td", "th", "ltx_td", "ltx_th"), ("", _CELL)),
    "ltx_note_content": (" (", ") "),
}


def text_of_html(body: bytes) -> PaperText:
    """Return the text of a page by LaTeXML, as arXiv's are; raises SourceAnswerError for any other.

    The class names are documented at https://math.nist.gov/~BMiller/LaTeXML/manual/schema/
    """
    source = body.decode("utf-8", "replace").replace(_LINE, " ").replace(_CELL, " ")
    # Where the page breaks off within the article, the parser takes the mark for a part of that, or of a
    # comment, script or tag.
    page = LexborHTMLParser(f"{source}<{_END}>")
    article = _article(page)
    if article is None:
        raise SourceAnswerError("its HTML page is not a paper")
    title = article.css_first(".ltx_title_document")
    return PaperText(
        text=_tidy(map(_row, " ".join("".join(_pieces(article)).split()).split(_LINE))),
        title=_heading_text(title) if title else "",
        is_broken=not _is_closed(article, page) or any(map(_says_it_broke, page.css(".ltx_ERROR"))),
        has_references=article.css_first(".ltx_bibliography") is not None or _has_references(article),
    )


_END = "end-of-the-page"
_BROKE = re.compile(r"fatal error|exited|br(?:oke|eaks|oken) off|truncated|incomplete|damaged", re.IGNORECASE)


def _article(page: LexborHTMLParser) -> LexborNode | None:
    """Return the article; notices about the page may be elements of the same class, and come first."""
    found = page.css("article.ltx_document") or page.css(".ltx_document")
    return max(found, key=lambda each: len(each.text()), default=None)


def _is_closed(article: LexborNode, page: LexborHTMLParser) -> bool:
    return bool(page.css(_END)) and not article.css(_END)


def _says_it_broke(notice: LexborNode) -> bool:
    return _BROKE.search(notice.text()) is not None


def _has_references(article: LexborNode) -> bool:
    headings = article.css(", ".join(sorted(_HEADINGS)))
    return any(_REFERENCES.fullmatch(_heading_text(each)) for each in headings)


def _heading_text(heading: LexborNode) -> str:
    return " ".join(heading.text().split())


def _pieces(article: LexborNode) -> Iterator[str]:
    """Yield the article's text in order, up to the references or an appendix."""
    most_of_a_notice = len(article.text()) / 2
    ahead: list[LexborNode | str] = [article]
    while ahead:
        node = ahead.pop()
        if isinstance(node, str):
            yield node
        elif node.is_text_node:
            yield node.text_content or ""
        elif node.tag == "math":
            yield f" {readable_formula(node.attributes.get('alttext') or '')} "
        elif node.is_element_node:
            names = {node.tag or "", *(node.attributes.get("class") or "").split()}
            is_notice = "ltx_document" in names and len(node.text()) < most_of_a_notice
            if is_notice or names & _LEFT_OUT:
                continue
            if "section" in names and _is_back_matter(node):
                return
            before, after = next((_AROUND[name] for name in names if name in _AROUND), ("", ""))
            yield before
            ahead += [after, *_children_backwards(node)]


def _children_backwards(node: LexborNode) -> Iterator[LexborNode]:
    child = node.last_child
    while child is not None:
        yield child
        child = child.prev


def _is_back_matter(section: LexborNode) -> bool:
    heading = next((each for each in section.iter() if each.tag in _HEADINGS), None)
    return heading is not None and _BACK_MATTER.fullmatch(_heading_text(heading)) is not None


def _row(line: str) -> str:
    return " | ".join(cell.strip() for cell in line.split(_CELL)).strip(" |")


_READABLE = (
    (r"\%", "%"),
    (r"\,", " "),
    (r"\;", " "),
    (r"\!", ""),
    (r"\times", "×"),
    (r"\pm", "±"),
    ("{,}", ","),
)


def readable_formula(tex: str) -> str:
    r"""Return a formula's LaTeX with its figures as in a sentence: `1{,}024\%` becomes `1,024%`."""
    for mark, sign in _READABLE:
        tex = tex.replace(mark, sign)
    return tex


# --- PDF -------------------------------------------------------------------------------------------------

_STAMP = re.compile(r"arXiv:\S{1,40}v[0-9]+\s+\[[\w.-]+\]\s+[0-9]{1,2} \w{3} [0-9]{4}")
_HYPHEN = re.compile(r"(?<=[a-z]{2})-\n(?=[a-z]{2})")
_LIGATURE = re.compile("[\ufb00-\ufb06]")


@dataclass(frozen=True, slots=True)
class _Page:
    """What was read of a page, and why it is not all of it."""

    text: str
    loss: str = ""


def text_of_pdf(body: bytes, most_pages: int) -> PaperText:
    """Return the text of a PDF; raises SourceAnswerError for an unreadable or too long one.

    A page that cannot be read is named in its place, up to half of them.
    """
    # Most papers come as HTML, and this import takes longer than reading one.
    from pypdf import PdfReader  # noqa: PLC0415 -- see above
    from pypdf.errors import PyPdfError  # noqa: PLC0415 -- see above

    if b"%PDF-" not in body[:1024]:
        raise SourceAnswerError("arXiv's file is not a PDF")
    try:
        reader = PdfReader(BytesIO(body))
        if len(reader.pages) > most_pages:
            raise SourceAnswerError(f"its PDF has {len(reader.pages)} pages, more than {most_pages}")
        read = [_read_page(reader.pages, number) for number in range(len(reader.pages))]
        is_broken = any(page.loss for page in read) or len(read) < _promised_pages(reader)
    except PyPdfError as error:
        raise SourceAnswerError(f"its PDF cannot be read: {error}") from error
    lost = [page.loss for page in read if page.loss and not page.text]
    if len(lost) > len(read) / 2:
        raise SourceAnswerError(f"its PDF cannot be read: {lost[0]}")
    text = "\n".join(_with_loss(page, f"{number} of {len(read)}") for number, page in enumerate(read, 1))
    lines = _LIGATURE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text).splitlines()
    return PaperText(_tidy(line for line in lines if not _STAMP.search(line)), is_broken=is_broken)


def _promised_pages(reader: "PdfReader") -> int:
    """Return how many pages a PDF says it has: at least one."""
    pages: Any = reader.root_object["/Pages"].get_object()
    count = pages.get("/Count")
    return max(count, 1) if isinstance(count, int) else 1


def _with_loss(page: _Page, number: str) -> str:
    if not page.loss:
        return page.text
    if not page.text:
        return f"[Page {number} cannot be read.]"
    return f"{page.text}\n[A part of page {number} cannot be read.]"


def _read_page(pages: Sequence["PageObject"], number: int) -> _Page:
    try:
        page = pages[number]
        return _Page(page.extract_text().strip(), _loss(page))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - pypdf raises anything on a broken page
        return _Page("", _reason(error))


def _loss(page: "PageObject") -> str:
    """Return why a page's content is not whole: pypdf only logs it, and reads what it can.

    A page without text is no loss: it may be blank, or show a picture.
    """
    if "/Contents" not in page:
        return ""
    content: Any = page["/Contents"].get_object()
    streams = [each.get_object() for each in content] if isinstance(content, list) else [content]
    return "" if all(map(_is_whole, streams)) else "its content is damaged"


def _is_whole(stream: object) -> bool:
    from pypdf.generic import EncodedStreamObject, StreamObject  # noqa: PLC0415 -- see above

    if not isinstance(stream, StreamObject):
        return False
    if isinstance(stream, EncodedStreamObject) and stream.get("/Filter") in _DEFLATED:
        return _is_whole_deflate(stream._data)  # noqa: SLF001 -- the packed data are nowhere else
    data = stream.get_data()
    return not data or bool(data.strip(b"\0"))


_DEFLATED: tuple[object, ...] = ("/FlateDecode", ["/FlateDecode"])


def _is_whole_deflate(data: bytes) -> bool:
    """Tell whether the data unpack to their end; a part of the checksum behind it may be missing."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        unpacked = unpacker.decompress(data[_ZLIB_HEAD:], _MOST_OF_A_PAGE)
    except zlib.error:
        return False
    checksum = zlib.adler32(unpacked).to_bytes(_CHECKSUM)
    return unpacker.eof and checksum.startswith(unpacker.unused_data[:_CHECKSUM].rstrip(b"\r\n"))


_ZLIB_HEAD, _CHECKSUM = 2, 4
# As much as pypdf unpacks.
_MOST_OF_A_PAGE = 75_000_000


def _reason(error: Exception) -> str:
    from pypdf.errors import PyPdfError  # noqa: PLC0415 -- see above

    return str(error) if isinstance(error, PyPdfError) else type(error).__name__


# --- Both ------------------------------------------------------------------------------------------------

_NUMBER = r"(?:(?:[0-9]{1,2}|[A-Z]|[IVX]{1,5})[.:]?\s+)?"
_REFERENCES = re.compile(
    rf"{_NUMBER}(?:references(?: and notes)?|bibliography|literature cited|works cited)\s*[.:]?",
    re.IGNORECASE,
)
_APPENDIX = re.compile(
    rf"{_NUMBER}(?:(?i:appendix|(?:technical )?appendices|supplement(?:ary|al) (?:materials?|information))"
    r"(?:\s+[A-Z0-9]{1,2})?\s*[.:]?(?:\s+[A-Z][^.,;]{0,60})?)"
)
_BACK_MATTER = re.compile(f"{_REFERENCES.pattern}|{_APPENDIX.pattern}", re.IGNORECASE)
_YEAR = re.compile(r"(?<![0-9])(?:1[89]|20)[0-9]{2}(?![0-9])")
_LINES_OF_A_LIST = 12
_FRONT = 0.2


def _tidy(lines: Iterator[str]) -> str:
    """Return the visible text of the lines, up to the references or the first appendix."""
    whole = "\n".join(filter(None, (" ".join(_visible(line).split()) for line in lines)))
    kept = _HYPHEN.sub("", whole).split("\n")
    ends = chain(_reference_lists(kept), _appendices(kept), [len(kept)])
    return "\n".join(kept[: min(ends)])


def _visible(line: str) -> str:
    """Return the line without control characters and surrogates, which break files and models."""
    return "".join(each if unicodedata.category(each) not in {"Cc", "Cs", "Co"} else " " for each in line)


def _reference_lists(lines: list[str]) -> Iterator[int]:
    """Yield where references begin: years follow the heading, unlike in a table of contents."""
    for at, line in enumerate(lines):
        if _REFERENCES.fullmatch(line):
            below = " ".join(lines[at + 1 : at + 1 + _LINES_OF_A_LIST])
            if len(_YEAR.findall(below)) > 1:
                yield at


def _appendices(lines: list[str]) -> Iterator[int]:
    """Yield where an appendix begins; early in a paper the word belongs to the table of contents."""
    for at, line in enumerate(lines):
        if at > _FRONT * len(lines) and _APPENDIX.fullmatch(line):
            yield at
