"""The text of a paper: from HTML, from a PDF, or why not; and what of it is kept."""

import asyncio
import json
import os
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from random import Random

import httpx
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PageObject, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NullObject,
    StreamObject,
)

from bot.errors import SourceAnswerError
from bot.sources.arxiv import ArxivClient
from bot.sources.extracted_text import PaperText, is_other_file
from bot.sources.full_text import FullText, FullTexts, KeptTexts, Limits, NoFullText
from bot.sources.http import Fetcher, web_client
from bot.sources.paper_reader import PaperFormat, ReaderLimits, _read, _result, read_in_process
from bot.sources.paper_text import text_of_html, text_of_pdf
from storage.records import Paper
from tests.support.clocks import SimulatedClock
from tests.support.endless_answers import EndlessAnswers
from tests.support.waiting import PATIENCE
from tests.support.web_server import Answer, Service, cut_off, redirecting, saying, serving

# --- Papers made for the purpose -------------------------------------------------------------------------

PAGE = """<!DOCTYPE html><html><head><title>T</title><style>.x{}</style></head><body>
<header>Report an issue</header><nav class="ltx_TOC">1 Introduction</nav>
<article class="ltx_document"><h1 class="ltx_title ltx_title_document">Gardens of
 graphs</h1>
<div class="ltx_authors">Ada Lovelace, ada@example.org</div>
<div class="ltx_abstract"><h6>Abstract</h6><p class="ltx_p">We grow graphs.</p></div>
<section class="ltx_section"><h2><span class="ltx_tag">1 </span>Introduction</h2>
<p class="ltx_p">Growth is <math alttext="1{,}024\\times 2\\%"><semantics><mn>1</mn>
<annotation>1{,}024</annotation></semantics></math> a day<span class="ltx_note"><sup
 class="ltx_note_mark">1</sup><span class="ltx_note_outer"><span class="ltx_note_content"><sup
 class="ltx_note_mark">1</sup>In the sun.</span></span></span>, <em>as
 planned</em>.</p>
<table class="ltx_tabular"><tr class="ltx_tr"><th class="ltx_td">Soil</th><th class="ltx_td">Yield</th></tr>
<tr class="ltx_tr"><td class="ltx_td">Clay</td><td class="ltx_td">78.1</td></tr></table>
<script>alert(1)</script></section>
{end}</article><footer class="ltx_page_footer">Made by LaTeXML</footer></body></html>"""
TEXT_OF_PAGE = """Gardens of graphs
Abstract
We grow graphs.
1 Introduction
Growth is 1,024× 2% a day (In the sun.) , as planned.
Soil | Yield
Clay | 78.1"""

BODY = [f"Sentence number {number} says that graphs grow well in the sun." for number in range(40)]
REFERENCES = ["References", "[1] A. Lovelace. Engines. 1843.", "[2] B. Babbage. More engines. 1864."]


def page(*paragraphs: str) -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    references = '<section class="ltx_bibliography"><h2>References</h2></section>'
    return (
        f'<article class="ltx_document"><section><h2>1 Growth</h2>{text}</section>{references}</article>'
        "</html>"
    )


def pdf(*pages: list[str]) -> bytes:
    """Make a PDF with these lines on its pages."""
    writer = PdfWriter()
    for lines in pages:
        shown = "".join(f"({line}) Tj T*\n" for line in lines)
        add_page(writer, f"BT /F1 10 Tf 12 TL 40 800 Td\n{shown}ET".encode())
    return written(writer)


def add_page(writer: PdfWriter, content: bytes) -> PageObject:
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    fonts = DictionaryObject({NameObject("/F1"): DictionaryObject(names(font))})
    stream = DecodedStreamObject()
    stream.set_data(content)
    blank = writer.add_blank_page(600, 840)
    blank[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    blank[NameObject("/Contents")] = writer._add_object(stream)
    return blank


def names(entries: dict[str, str]) -> dict[NameObject, NameObject]:
    return {NameObject(key): NameObject(name) for key, name in entries.items()}


def written(writer: PdfWriter) -> bytes:
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def raw_pdf(content: bytes) -> bytes:
    """Make a PDF of one page by hand, with this content, deflated."""
    # Runs of a byte are what a bomb is made of, and this strategy is the quickest for them.
    packer = zlib.compressobj(strategy=zlib.Z_RLE)
    packed = packer.compress(content) + packer.flush()
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</Font<</F1 %b>>>>/Contents 4 0 R>>" % font,
        b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed),
    ]
    body, starts = b"%PDF-1.5\n", []
    for number, entry in enumerate(objects, 1):
        starts.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, entry)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    head = b"xref\n0 5\n0000000000 65535 f \n"
    return body + head + table + b"trailer<</Root 1 0 R/Size 5>>\nstartxref\n%d\n%%%%EOF" % len(body)


def slow_pdf() -> bytes:
    return raw_pdf(b"BT /F1 9 Tf " + b"[(a) -1 (b)] TJ " * 200_000 + b"ET")


# --- HTML ------------------------------------------------------------------------------------------------

BACK_MATTER = [
    '<section class="ltx_bibliography"><h2>References</h2><ul><li>[1] 1843</li></ul></section>',
    '<section class="ltx_appendix"><h2>Appendix A Proofs</h2><p>It holds.</p></section>',
    "<section><h2><span>7 </span>References</h2><p>[1]</p></section><section><h2>More</h2></section>",
    "<section><h2>Appendix</h2><p>It holds.</p></section><section><h2>B Proofs</h2></section>",
    "<h2>Bibliography</h2><p>[1] Engines, 1843.</p><p>[2] More, 1864.</p>",
]


@pytest.mark.parametrize("end", ["", *BACK_MATTER])
def test_a_page_of_latexml_gives_its_text_without_references_and_appendices(end: str) -> None:
    assert text_of_html(PAGE.replace("{end}", end).encode()) == PaperText(
        TEXT_OF_PAGE, "Gardens of graphs", has_references="References" in end or "Bibliography" in end
    )


@pytest.mark.parametrize("body", ["", "Rate exceeded.", "<html><body><form>Log in</form></body></html>"])
def test_a_page_that_is_no_paper_is_none(body: str) -> None:
    with pytest.raises(SourceAnswerError, match="HTML page is not a paper"):
        text_of_html(body.encode())


@given(st.text(), st.binary())
def test_whatever_a_page_holds_comes_as_text_that_can_be_kept(text: str, junk: bytes) -> None:
    found = text_of_html(page(text).encode("utf-8", "replace") + junk).text

    assert found.encode()
    assert found == "\n".join(filter(None, (" ".join(line.split()) for line in found.split("\n"))))


# --- PDF -------------------------------------------------------------------------------------------------


def test_a_pdf_gives_its_text_without_stamp_hyphens_references_and_what_follows() -> None:
    stamp = "arXiv:2509.00001v1  [cs.CL]  25 Sep 2025"
    front = [stamp, "Gardens", "Contents", "References 9", "They are culti-", "vated."]

    assert text_of_pdf(pdf([*front, *BODY], [*REFERENCES, "A Proofs", "It holds."]), 10).text == "\n".join(
        ["Gardens", "Contents", "References 9", "They are cultivated.", *BODY]
    )


@pytest.mark.parametrize(
    "heading",
    "REFERENCES|7 References|VII. REFERENCES|Bibliography|References:|Literature Cited".split("|"),
)
def test_references_are_known_by_their_heading_and_their_years(heading: str) -> None:
    assert text_of_pdf(pdf([*BODY, heading, *REFERENCES[1:]]), 10).text == "\n".join(BODY)


@pytest.mark.parametrize(
    "heading",
    "Appendix|Appendix A|A Appendix|Appendix A. Proofs|APPENDIX B|Supplementary Material|B. Appendix".split(
        "|"
    ),
)
def test_appendices_are_known_by_their_heading(heading: str) -> None:
    assert text_of_pdf(pdf([*BODY, heading, "It holds."]), 10).text == "\n".join(BODY)


@pytest.mark.parametrize(
    "line",
    [
        "References",
        "References are counted.",
        "Appendix B shows more of it.",
        "appendix and so on",
        "See Appendix A",
    ],
)
def test_a_sentence_is_no_heading(line: str) -> None:
    lines = [*BODY, line, *BODY]

    assert text_of_pdf(pdf(lines[:50], lines[50:]), 10).text == "\n".join(lines)


def test_a_pdf_with_too_many_pages_is_given_up() -> None:
    with pytest.raises(SourceAnswerError, match="has 11 pages, more than 10"):
        text_of_pdf(pdf(*[["a line"]] * 11), 10)


def spoilt_pdf_with(lines: list[str]) -> bytes:
    """Make a PDF of these lines, on the first of two pages, and a page that cannot be read."""
    shown = "".join(f"({line}) Tj T*\n" for line in lines)
    writer = PdfWriter()
    add_page(writer, f"BT /F1 10 Tf 12 TL 40 800 Td\n{shown}ET".encode())
    spoil(add_page(writer, b""), writer)
    return written(writer)


def spoil(page: PageObject, writer: PdfWriter) -> None:
    stream = DecodedStreamObject()
    stream.set_data(b"no deflate at all")
    stream[NameObject("/Filter")] = NameObject("/NoSuchFilter")
    page[NameObject("/Contents")] = writer._add_object(stream)


def spoilt_pdf(pages: int, *broken: int) -> bytes:
    """Make a PDF of these pages of which the content of some cannot be read."""
    writer = PdfWriter()
    for number in range(1, pages + 1):
        added = add_page(writer, f"BT /F1 10 Tf 40 800 Td (We are on page {number}.) Tj ET".encode())
        if number in broken:
            spoil(added, writer)
    return written(writer)


def test_a_page_of_a_pdf_that_cannot_be_read_costs_itself_and_is_named() -> None:
    read = text_of_pdf(spoilt_pdf(3, 2), 10)

    assert read.is_broken
    assert read.text.splitlines() == [
        "We are on page 1.",
        "[Page 2 of 3 cannot be read.]",
        "We are on page 3.",
    ]


def test_a_pdf_most_of_whose_pages_cannot_be_read_is_none() -> None:
    with pytest.raises(SourceAnswerError, match=r"its PDF cannot be read: NotImplementedError"):
        text_of_pdf(spoilt_pdf(3, 1, 2), 10)


def deflated_pdf(change: Callable[[PdfWriter], object], pages: int = 4) -> bytes:
    """Make a PDF of these pages, the content of each deflated, and change it."""
    writer = PdfWriter()
    for number in range(1, pages + 1):
        lines = "".join(f"(Line {line} of page {number}.) Tj T*\n" for line in range(20))
        content = f"BT /F1 10 Tf 12 TL 40 800 Td\n{lines}ET"
        pack(add_page(writer, b""), writer, zlib.compress(content.encode()))
    change(writer)
    return written(writer)


def pack(page: PageObject, writer: PdfWriter, packed: bytes) -> None:
    stream = StreamObject.initialize_from_dictionary(
        {NameObject("/Filter"): NameObject("/FlateDecode"), "__streamdata__": packed}
    )
    page[NameObject("/Contents")] = writer._add_object(stream)


def second_page(packed: Callable[[bytes], bytes]) -> Callable[[PdfWriter], None]:
    def change(writer: PdfWriter) -> None:
        content = writer.pages[1]["/Contents"].get_object()
        assert isinstance(content, StreamObject)
        pack(writer.pages[1], writer, packed(content._data))

    return change


PICTURE = zlib.compress(b"q 9 0 0 9 0 0 cm 0 0 1 1 re f Q")


@pytest.mark.parametrize(
    ("packed", "is_read"),
    [
        (lambda whole: bytes(len(whole)), False),
        (lambda whole: b"junk" + whole[4:], None),
        (lambda whole: whole[:40] + b"\xff\x00\xff" + whole[43:], None),
        (lambda whole: whole[:-20], None),
    ],
    ids="zeroed head middle cut".split(),
)
def test_a_page_whose_content_is_damaged_is_told(
    packed: Callable[[bytes], bytes], *, is_read: bool | None
) -> None:
    read = text_of_pdf(deflated_pdf(second_page(packed)), 10)

    assert read.is_broken
    assert "age 2 of 4 cannot be read.]" in read.text
    assert "Line 19 of page 3." in read.text
    assert is_read is None or ("of page 2." in read.text) is is_read


@pytest.mark.parametrize(
    "packed",
    [
        lambda whole: whole,
        lambda whole: whole + b"\r\n",
        lambda whole: whole[:-3],
        lambda _: PICTURE,
        lambda _: zlib.compress(b""),
    ],
    ids="whole newline checksum picture blank".split(),
)
def test_a_page_whose_content_is_whole_is_not_broken(packed: Callable[[bytes], bytes]) -> None:
    read = text_of_pdf(deflated_pdf(second_page(packed)), 10)

    assert not read.is_broken
    assert "cannot be read" not in read.text


def without_a_page(writer: PdfWriter) -> None:
    kids(writer)[2] = NullObject()


def kids(writer: PdfWriter) -> ArrayObject:
    found = page_tree(writer)["/Kids"]
    assert isinstance(found, ArrayObject)
    return found


def page_tree(writer: PdfWriter) -> DictionaryObject:
    found = writer.root_object["/Pages"].get_object()
    assert isinstance(found, DictionaryObject)
    return found


def without_any_page(writer: PdfWriter) -> None:
    del page_tree(writer)["/Kids"]


@pytest.mark.parametrize("change", [without_a_page, without_any_page])
def test_a_pdf_without_pages_that_it_should_have_is_broken(change: Callable[[PdfWriter], None]) -> None:
    assert text_of_pdf(deflated_pdf(change), 10).is_broken


@pytest.mark.parametrize("body", [b"", b"<html>Log in</html>", b"%PDF-1.5\njunk", pdf(BODY)[:300]])
async def test_what_is_no_pdf_is_told_in_a_sentence(body: bytes) -> None:
    with pytest.raises(SourceAnswerError, match="PDF"):
        await read_in_process("pdf", body, ReaderLimits())


# --- In a process of its own -----------------------------------------------------------------------------


async def test_what_is_read_in_process_is_what_is_read_here() -> None:
    body = pdf(BODY, REFERENCES)

    assert await read_in_process("pdf", body, ReaderLimits()) == text_of_pdf(body, 10)
    assert await read_in_process("html", PAGE.encode(), ReaderLimits()) == text_of_html(PAGE.encode())


async def test_a_page_that_never_ends_is_ended() -> None:
    with pytest.raises(SourceAnswerError, match=r"PDF takes more than 0\.5 seconds"):
        await read_in_process("pdf", slow_pdf(), ReaderLimits(seconds=0.5))


@pytest.mark.skipif(os.name != "posix", reason="this system has no limit on a process's memory")
async def test_a_reader_that_wants_too_much_memory_is_ended() -> None:
    body = b"<article class=ltx_document>" + b"<p><b>" * 3_000_000

    with pytest.raises(SourceAnswerError, match=r"its HTML|ended with status"):
        await read_in_process("html", body, ReaderLimits(memory_bytes=256 * 1024 * 1024))


async def test_a_text_without_end_is_given_up() -> None:
    with pytest.raises(SourceAnswerError, match="longer than 100 characters"):
        await read_in_process("html", page(*BODY).encode(), ReaderLimits(characters=100))


async def test_a_reader_ends_with_the_one_who_waits_for_it() -> None:
    async with reading_for_long() as children:
        pass

    assert not children.keys() & readers().keys()


@asynccontextmanager
async def reading_for_long() -> AsyncIterator[dict[str, bytes]]:
    """Give up, at the end of the block, a reading that is still under way; yield the readers of it."""
    reading = asyncio.create_task(read_in_process("pdf", slow_pdf(), ReaderLimits()))
    while not (children := readers()):
        assert not reading.done()
        await asyncio.sleep(0)
    yield children
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading


def readers() -> dict[str, bytes]:
    """Return the environment of each reader that this process has started and that still runs."""
    path = Path(f"/proc/self/task/{os.getpid()}/children")
    if not path.exists():
        pytest.skip("this system does not list the children of a process under /proc")
    found = {}
    for child in path.read_text().split():
        with suppress(FileNotFoundError, ProcessLookupError):
            if b"paper_reader" in Path(f"/proc/{child}/cmdline").read_bytes():
                found[child] = Path(f"/proc/{child}/environ").read_bytes()
    return found


async def test_a_reader_does_not_see_the_tokens_of_the_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    async with reading_for_long() as seen:
        (environment,) = seen.values()

    assert b"PATH=" in environment
    assert b"SLACK" not in environment


# --- From arXiv ------------------------------------------------------------------------------------------

LONG_PAGE = page(*BODY)
LONG_TEXT = "\n".join(["1 Growth", *BODY])
NOW = datetime(2025, 9, 29, tzinfo=UTC)
LIMITS = Limits(
    html_bytes=100_000,
    pdf_bytes=300_000,
    seconds=PATIENCE,
    doubtful_characters=2_000,
    reader=ReaderLimits(seconds=PATIENCE, pages=10),
)


async def read_here(form: PaperFormat, body: bytes, limits: ReaderLimits) -> PaperText:
    """Read as the process does, but in this one: what is tested here is what becomes of the text."""
    return _result(form, json.dumps(_read(form, body, limits)).encode(), status=0)


@dataclass
class Library:
    """A local arXiv with papers, on simulated time, and the texts that are read from it."""

    service: Service
    texts: FullTexts
    clock: SimulatedClock

    def has(
        self, html: Answer | None = None, pdf: Answer | None = None, paper_id: str = "2509.00001"
    ) -> None:
        for form, answer in (("html", html), ("pdf", pdf)):
            if answer:
                self.service.answers[f"/{form}/{paper_id}"] = answer

    @property
    def asked(self) -> list[str]:
        return [request.path for request in self.service.requests]


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    clock = SimulatedClock(NOW)
    async with serving({}) as service, web_client() as http:
        arxiv = ArxivClient(Fetcher(http), clock, contact="me", random=Random(1), content_url=service.address)
        texts = FullTexts(arxiv, tmp_path / "texts", limits=LIMITS, reader=read_here)
        yield Library(service, texts, clock)


def text_of(found: FullText | NoFullText) -> tuple[str, str]:
    assert isinstance(found, FullText), found
    return found.source, found.text


async def test_the_text_comes_from_the_html_where_there_is_one(library: Library) -> None:
    library.has(html=saying(LONG_PAGE), pdf=saying(pdf(BODY)))
    found = await library.texts.read("2509.00001")

    assert text_of(found) == ("html", LONG_TEXT)
    assert library.asked == ["/html/2509.00001"]


@pytest.mark.parametrize(
    "html",
    [
        saying("No HTML for it", 404),
        saying("<html>Log in</html>"),
        saying(page("Conversion failed.")),
        saying(page(*["x" * 1000] * 101)),
        redirecting("https://login.example/"),
        cut_off(LONG_PAGE.encode(), promised=100_000),
    ],
    ids="missing not-a-paper failed too-large elsewhere cut-off".split(),
)
async def test_else_from_the_pdf_three_seconds_later(library: Library, html: Answer) -> None:
    library.has(html=html, pdf=saying(pdf(BODY)))
    began = library.clock.now()

    assert text_of(await library.texts.read("2509.00001")) == ("pdf", "\n".join(BODY))
    assert library.asked == ["/html/2509.00001", "/pdf/2509.00001"]
    assert (library.clock.now() - began).total_seconds() == 3


async def bomb(request: web.Request) -> web.StreamResponse:
    return await saying(raw_pdf(bytes(80_000_000)))(request)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (saying("", 404), "arXiv has no PDF of it"),
        (saying(pdf([])), "its PDF holds 0 characters of text"),
        (bomb, "its PDF cannot be read: Limit reached while"),
        (saying(pdf(*[["a"]] * 11)), "its PDF has 11 pages, more than 10"),
        (saying(b"%PDF-1.5" + bytes(300_000)), "The answer of 127.0.0.1 is larger than 300000 bytes"),
        (saying("<html>Log in</html>"), "arXiv's file is not a PDF"),
    ],
    ids="missing scan bomb pages large login".split(),
)
async def test_a_paper_without_a_text_has_a_reason(library: Library, answer: Answer, reason: str) -> None:
    library.has(pdf=answer)
    none = await library.texts.read("2509.00001")

    assert isinstance(none, NoFullText)
    assert none.is_lasting
    assert none.reason.startswith(
        f"The text of 2509.00001 is not available: arXiv has no HTML of it; {reason}"
    )


async def test_a_refusal_that_may_end_is_told_as_one_for_now(library: Library) -> None:
    library.has(html=saying("Rate exceeded.", 429))
    none = await library.texts.read("2509.00001")

    assert isinstance(none, NoFullText)
    assert not none.is_lasting
    assert {*library.asked} == {"/html/2509.00001"}


async def test_a_server_that_fails_at_the_html_is_asked_for_the_pdf(library: Library) -> None:
    library.has(html=saying("", 503), pdf=saying(pdf(BODY)))
    library.has(html=saying("", 500), paper_id="2509.00002")
    found = await library.texts.read("2509.00001")
    none = await library.texts.read("2509.00002")

    assert text_of(found) == ("pdf", "\n".join(BODY))
    assert isinstance(none, NoFullText)
    assert not none.is_lasting


# --- Whether it is the paper -----------------------------------------------------------------------------

NOTICE = '<span class="ltx_ERROR">Conversion had a fatal error; this page may be incomplete.</span>'
GARDENS = Paper(
    "2509.00001",
    "On Growing Graphs",
    abstract="We measure whether sentences about graphs grow longer in gardens or in sunny greenhouses.",
)
CHECKLIST = ["Did you describe each limitation? Yes.", "Did you get consent? Not applicable."] * 30


def titled(title: str, *paragraphs: str, end: str = "") -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = f'<h1 class="ltx_title ltx_title_document">{title}</h1>' if title else ""
    return f'<html><body><article class="ltx_document">{head}{text}{end}</article></body></html>'


def half_of(whole: str) -> str:
    return whole.partition("Sentence number 25")[0]


@pytest.mark.parametrize(
    "html",
    [
        titled("On growing graphs", *BODY[:20], end=NOTICE),
        titled("On growing graphs", *BODY[:20], end=f'<div class="ltx_document">{NOTICE}</div>'),
        titled("On growing graphs", *BODY[:20]),
        half_of(titled("On growing graphs", *BODY)),
        titled("Responsible research checklist", *CHECKLIST),
        titled("", "Checklist", *CHECKLIST),
        titled("Supplementary material for On Growing Graphs", *BODY),
        titled("", "Appendix", *BODY),
        titled("Author guidelines", *CHECKLIST * 2),
    ],
    ids="error notice unfinished cut checklist untitled supplement appendix guidelines".split(),
)
async def test_a_page_that_is_not_the_whole_paper_gives_way_to_the_pdf(library: Library, html: str) -> None:
    library.has(html=saying(html), pdf=saying(pdf(BODY)))
    found = await library.texts.read("2509.00001", GARDENS)

    assert text_of(found) == ("pdf", "\n".join(BODY))
    assert isinstance(found, FullText)
    assert found.is_whole


@pytest.mark.parametrize(
    ("html", "text", "is_whole"),
    [
        (titled("On growing graphs", *BODY[:20], end=NOTICE), BODY[:20], False),
        (half_of(titled("On growing graphs", *BODY)), BODY[:25], False),
        (titled("On growing graphs", *BODY[:20]), BODY[:20], True),
    ],
)
async def test_without_a_pdf_a_page_that_broke_off_is_a_part(
    library: Library, html: str, text: list[str], *, is_whole: bool
) -> None:
    library.has(html=saying(html))
    found = await library.texts.read("2509.00001", GARDENS)

    assert isinstance(found, FullText)
    assert found.text.splitlines()[1:] == text
    assert found.is_whole is is_whole
    assert await library.texts.read("2509.00001", GARDENS) == found


def test_a_pdf_with_a_page_that_cannot_be_read_tells_so() -> None:
    assert text_of_pdf(spoilt_pdf(3, 2), 10).is_broken
    assert not text_of_pdf(pdf(BODY), 10).is_broken


async def test_another_file_is_never_read_as_the_paper(library: Library) -> None:
    library.has(html=saying(titled("Responsible research checklist", *CHECKLIST)))
    none = await library.texts.read("2509.00001", GARDENS)

    assert isinstance(none, NoFullText)
    assert none.is_lasting
    assert "its HTML is of another file of the submission" in none.reason


async def test_a_short_page_that_is_as_long_as_its_pdf_is_the_paper(library: Library) -> None:
    library.has(html=saying(titled("On growing graphs", *BODY)), pdf=saying(pdf(BODY)))
    found = await library.texts.read("2509.00001", GARDENS)

    assert text_of(found)[0] == "html"


def test_notices_before_the_article_are_not_the_article() -> None:
    notices = '<div class="package-alerts ltx_document"><p>These packages are not supported: x.</p></div>'
    whole = titled("On growing graphs", *BODY)

    assert text_of_html(whole.replace("<body>", f"<body>{notices}").encode()) == text_of_html(whole.encode())


ARTICLE = '<article class="ltx_document"><p>Graphs grow.</p>'
REST = "<p>They need sun.</p></article>"


@pytest.mark.parametrize(
    "html",
    [
        f"<html><!-- </html> --><body>{ARTICLE}",
        f"<html><body><script>x = '</body>'</script>{ARTICLE}",
        f'<html><body><article class="note">x</article>{ARTICLE}',
        f"<html><body>{ARTICLE}</body></html>",
        f"<html><body>{ARTICLE}<!-- {REST}</body></html>",
        f'<html><body>{ARTICLE}<p title="{REST}</body></html>',
        f"<html><body>{ARTICLE}<table><tr><td>Clay",
        f"<html><body>{ARTICLE}<math><mi>x</body></html>",
        f"<html><body>{ARTICLE}{REST}{NOTICE}</body></html>",
    ],
)
def test_a_page_whose_article_has_no_end_breaks_off(html: str) -> None:
    assert text_of_html(html.encode()).is_broken


@pytest.mark.parametrize(
    "html",
    [
        ARTICLE + REST,
        f"<html><body>{ARTICLE}{REST}<footer>x",
        f"<html><body><article>x</article>{ARTICLE}<table><tr><td><p><b>Clay</table>{REST}</body></html>",
        f"<html><body><div>{ARTICLE}<math><mi>x</mi></math>{REST}</div></body></html>\n<!-- made today -->\n",
    ],
)
def test_a_page_whose_article_has_an_end_is_whole(html: str) -> None:
    assert not text_of_html(html.encode()).is_broken


def test_notices_within_the_article_are_not_its_text() -> None:
    notice = '<div class="package-alerts ltx_document"><p>This package is not supported: x.</p></div>'

    assert text_of_html(
        f"{ARTICLE}{notice}<p>They grow in gardens, and in sunny places.</p>{REST}".encode()
    ) == (text_of_html(f"{ARTICLE}<p>They grow in gardens, and in sunny places.</p>{REST}".encode()))


async def test_a_broken_page_and_a_broken_pdf_are_both_parts(library: Library) -> None:
    library.has(
        html=saying(half_of(titled("On growing graphs", *BODY))), pdf=saying(spoilt_pdf_with(BODY[:20]))
    )
    found = await library.texts.read("2509.00001", GARDENS)

    assert isinstance(found, FullText)
    assert not found.is_whole


@pytest.mark.parametrize(
    ("title", "text", "is_other"),
    [
        ("On Growing Graphs", "Anything.", False),
        ("Growing graphs, revisited", "Anything.", False),
        ("A new title", "We measure whether sentences about graphs grow longer in greenhouses.", False),
        ("A new title", "Something about engines.", True),
        ("", "On growing graphs\nAnything.", False),
        ("A Appendix", "We measure sentences about graphs in gardens and greenhouses.", True),
        ("NeurIPS Paper Checklist", "On Growing Graphs", True),
    ],
)
def test_a_page_is_compared_with_the_papers_title_and_abstract(
    title: str, text: str, *, is_other: bool
) -> None:
    assert is_other_file(PaperText(text, title), GARDENS) is is_other
    assert not is_other_file(PaperText(text, "A new title"), replace(GARDENS, abstract=None))


TREES = Paper(
    "2509.00002",
    "Quiet Trees for Wide-Area Forests",
    abstract="Pruned branches survive winter storms; orchards recover quickly after careful shaping.",
)


@pytest.mark.parametrize(
    "title",
    [
        "Quiet Trees for Wide-Area Forests: Appendix",
        "Quiet Trees for Wide-Area Forests -- Supplementary Material",
        "Quiet Trees for Wide-Area Forests Supplementary Material",
        "Quiet Trees for Wide-Area Forests Appendix",
        "Electronic Supplementary Material",
        "Cover Letter",
        "Proofs of the Main Theorems",
        "附录",
        "Quiet Trees for Wide-Area Forests (Appendix B)",
        "Quiet Trees: Supporting Information",
        "Quiet Trees - Author Response",
        "Proofs for Quiet Trees",
        "Further Results for Wide-Area Forests",
        "Reviewer Responses for Quiet Trees",
        "Wide Area",
        "Engines for Looms",
    ],
)
def test_a_page_with_a_part_of_the_papers_title_may_be_another_file(title: str) -> None:
    assert is_other_file(PaperText("Something about engines.", title), TREES)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Quiet Trees in Wide-Area Forests", "Anything."),
        ("Quiet Trees", TREES.abstract),
        ("Wide Forests: A Survey with Appendix", TREES.abstract),
    ],
)
def test_a_page_with_a_changed_title_may_be_the_paper(title: str, text: str) -> None:
    assert not is_other_file(PaperText(text, title), TREES)


def test_a_paper_about_supplements_is_itself() -> None:
    title = "Vitamin D: Supplementation"

    assert not is_other_file(PaperText("Anything.", title), replace(TREES, title=title))


async def test_a_text_that_was_kept_before_pages_were_told_apart_is_fetched_anew(
    library: Library, tmp_path: Path
) -> None:
    library.has(html=saying(LONG_PAGE))
    first = await library.texts.read("2509.00001")
    (file,) = (tmp_path / "texts").iterdir()
    file.write_text(file.read_text().replace(', "is_whole": true', ""))

    assert await library.texts.read("2509.00001") == first
    assert library.asked == ["/html/2509.00001"] * 2


async def test_a_text_that_was_kept_of_another_version_is_fetched_once_more(library: Library) -> None:
    library.has(html=saying(LONG_PAGE))
    first = await library.texts.read("2509.00001")
    again = [await library.texts.read("2509.00001", None, version) for version in (2, 2, None, 3)]

    assert isinstance(first, FullText)
    assert again == [replace(first, version=version) for version in (2, 2, 2, 3)]
    assert library.asked == ["/html/2509.00001"] * 3


@pytest.mark.parametrize("piece", [b"", b" " * 10], ids=["silent", "slow"])
async def test_an_answer_that_does_not_end_in_time_may_do_so_later(tmp_path: Path, piece: bytes) -> None:
    endless = EndlessAnswers(piece, pause=0.01)
    async with httpx.AsyncClient(transport=endless) as http:
        arxiv = ArxivClient(Fetcher(http), SimulatedClock(NOW), contact="me", random=Random(1))
        none = await FullTexts(arxiv, tmp_path, limits=replace(LIMITS, seconds=0.05)).read("2509.00001")

    assert isinstance(none, NoFullText)
    assert not none.is_lasting
    assert "did not answer within 0.05 seconds" in none.reason
    assert [request.url.path for request in endless.requests] == ["/html/2509.00001"]


async def test_an_arxiv_that_refuses_everything_stalls_no_day(library: Library) -> None:
    ids = [f"2509.{number:05}" for number in range(50)]
    for paper_id in ids:
        library.has(html=saying("Rate exceeded.\n", 429), paper_id=paper_id)
    began = library.clock.now()
    found = [await library.texts.read(paper_id) for paper_id in ids]

    assert all(isinstance(none, NoFullText) and not none.is_lasting for none in found)
    assert len(library.asked) == 4
    assert (library.clock.now() - began).total_seconds() < 200


@pytest.mark.parametrize("paper_id", ["../../etc/passwd", "", "2509.00001v2", "2509.00001/../x", "no id"])
async def test_what_is_no_id_is_not_asked_for(library: Library, paper_id: str) -> None:
    none = await library.texts.read(paper_id)

    assert isinstance(none, NoFullText)
    assert none.is_lasting
    assert library.asked == []


# --- On disk ---------------------------------------------------------------------------------------------


async def test_a_text_is_fetched_once(library: Library) -> None:
    library.has(html=saying(LONG_PAGE), paper_id="hep-th/9901001")
    first = await asyncio.gather(*[library.texts.read("hep-th/9901001") for _ in range(5)])
    again = await library.texts.read("hep-th/9901001")

    assert {*first, again} == {again}
    assert text_of(again) == ("html", LONG_TEXT)
    assert library.asked == ["/html/hep-th/9901001"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"number 7", b"number 8"),
        lambda content: content.replace(b"2509.00001", b"2509.00002"),
        lambda _: b"",
        lambda _: b"[1]",
        lambda _: b"\xff\x00",
        lambda content: content.replace(b'"text": "', b'"text": 5, "x": "'),
    ],
    ids="cut changed other empty list binary shape".split(),
)
async def test_a_damaged_file_is_fetched_anew(
    library: Library, tmp_path: Path, damage: object, caplog: pytest.LogCaptureFixture
) -> None:
    assert callable(damage)
    library.has(html=saying(LONG_PAGE))
    first = await library.texts.read("2509.00001")
    (file,) = (tmp_path / "texts").iterdir()
    file.write_bytes(damage(file.read_bytes()))

    assert [await library.texts.read("2509.00001") for _ in range(2)] == [first, first]
    assert library.asked == ["/html/2509.00001"] * 2
    assert [record.message.endswith("is fetched again.") for record in caplog.records] == [True]


def kept_text(paper_id: str, size: int = 1000) -> FullText:
    text = "x" * size
    return FullText(paper_id, text, "pdf", sha256(text.encode()).hexdigest())


def test_the_oldest_texts_go_where_all_are_too_large(tmp_path: Path) -> None:
    kept = KeptTexts(tmp_path, most_bytes=4_000)
    ids = [f"2509.{number:05}" for number in (5, 1, 4, 2, 3)]
    for age, paper_id in enumerate(ids):
        kept.put(kept_text(paper_id))
        os.utime(tmp_path / f"{paper_id}.json", (age, age))
    (tmp_path / "left-by-a-crash.part").write_bytes(bytes(900))
    os.utime(tmp_path / "left-by-a-crash.part", (0, 0))
    kept.put(kept_text("2509.00009"))

    assert [paper_id for paper_id in [*ids, "2509.00009"] if kept.get(paper_id)] == [*ids[3:], "2509.00009"]
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 4_000


def test_a_folder_that_cannot_be_written_costs_no_text(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    kept = KeptTexts(tmp_path / "file", most_bytes=1)
    kept.put(kept_text("2509.00001"))

    assert kept.get("2509.00001") is None
    assert "cannot be cached" in caplog.records[0].message
