"""Reads the full text of papers, from arXiv's HTML or else the PDF, and caches it on disk.

The HTML may be broken off or of another file; where that is doubtful, the PDF decides.
Reading always ends, with a text or a reason: bytes, seconds, memory and pages are bounded.
"""

import asyncio
import json
import logging
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from weakref import WeakValueDictionary

import httpx

from bot.errors import SourceAnswerError, SourceError, SourceRefusedError
from bot.files import PRIVATE_FOLDER
from bot.sources.arxiv import ArxivClient
from bot.sources.extracted_text import PaperText, is_other_file
from bot.sources.paper_reader import PaperFormat, Reader, ReaderLimits, read_in_process
from bot.text.arxiv_id import find_arxiv_id
from storage.records import Paper

_logger = logging.getLogger(__name__)

_LASTING = frozenset({httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND, httpx.codes.GONE})


@dataclass(frozen=True, slots=True)
class FullText:
    """A paper's text, without references and appendices."""

    paper_id: str
    text: str
    #: What the text was read from.
    source: PaperFormat
    #: Of the text.
    sha256: str
    #: Whether it is the text of the whole paper; there may be no more of it to read.
    is_whole: bool = True
    #: The version of the paper that was asked for; `None` where any would do.
    version: int | None = None


@dataclass(frozen=True, slots=True)
class NoFullText:
    """Why a paper has no text."""

    #: A sentence.
    reason: str
    #: Whether a later try is pointless.
    is_lasting: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits for fetching and reading a paper."""

    html_bytes: int = 24 * 1024 * 1024
    pdf_bytes: int = 50 * 1024 * 1024
    #: For fetching one format.
    seconds: float = 120.0
    #: A shorter text is what is left of a scan, or of a page that failed.
    least_characters: int = 1_000
    #: A shorter text of an HTML page is compared with the PDF's.
    doubtful_characters: int = 8_000
    reader: ReaderLimits = field(default_factory=ReaderLimits)


class FullTexts:
    """Reads papers, and caches their texts in `folder` up to `most_bytes`."""

    def __init__(
        self,
        arxiv: ArxivClient,
        folder: Path,
        *,
        most_bytes: int = 1024 * 1024 * 1024,
        limits: Limits | None = None,
        reader: Reader = read_in_process,
    ) -> None:
        self._arxiv = arxiv
        self._kept = KeptTexts(folder, most_bytes)
        self._limits = limits or Limits()
        self._reader = reader
        self._reading: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def read(
        self, paper_id: str, paper: Paper | None = None, version: int | None = None
    ) -> FullText | NoFullText:
        """Return the paper's text from disk or arXiv; concurrent calls fetch it once.

        What is known of the paper tells its page from that of another file. With a version, a text that was
        kept for an earlier one is fetched again: arXiv gives the latest.
        """
        if find_arxiv_id(paper_id) != paper_id:
            return NoFullText(f"“{paper_id[:40]}” is not the id of a paper on arXiv.", is_lasting=True)
        async with self._reading.setdefault(paper_id, asyncio.Lock()):
            kept = await asyncio.to_thread(self._kept.get, paper_id)
            if kept is not None and version in (None, kept.version):
                return kept
            fetched = await self._fetch(paper_id, paper)
            if isinstance(fetched, FullText):
                fetched = replace(fetched, version=version)
                await asyncio.to_thread(self._kept.put, fetched)
            return fetched

    async def kept(self, paper_id: str) -> FullText | None:
        """Return the paper's text if it is on disk, without fetching it."""
        return await asyncio.to_thread(self._kept.get, paper_id)

    async def _fetch(self, paper_id: str, paper: Paper | None) -> FullText | NoFullText:
        page = await self._read("html", paper_id)
        if isinstance(page, _Missing) and page.is_arxiv_down:
            return _none(paper_id, page)
        if isinstance(page, PaperText):
            if paper and is_other_file(page, paper):
                page = _Missing("its HTML is of another file of the submission")
            elif not self._is_doubtful(page):
                return _full(paper_id, "html", page)
        return _better(paper_id, page, await self._read("pdf", paper_id))

    def _is_doubtful(self, page: PaperText) -> bool:
        is_short = len(page.text) < self._limits.doubtful_characters
        return page.is_broken or is_short or not page.has_references

    async def _read(self, form: PaperFormat, paper_id: str) -> "PaperText | _Missing":
        try:
            return await self._fetch_form(form, paper_id)
        except SourceRefusedError as refusal:
            if refusal.status in _LASTING:
                return _Missing(f"arXiv has no {form.upper()} of it")
            # A server that fails at the HTML may still have the PDF; one that limits its rate is left alone.
            is_down = refusal.status < httpx.codes.INTERNAL_SERVER_ERROR
            return _Missing(str(refusal).rstrip("."), is_lasting=False, is_arxiv_down=is_down)
        except SourceAnswerError as error:
            return _Missing(str(error).rstrip("."))
        except SourceError as error:
            return _Missing(str(error).rstrip("."), is_lasting=False, is_arxiv_down=True)

    async def _fetch_form(self, form: PaperFormat, paper_id: str) -> PaperText:
        limits = self._limits
        most_bytes = limits.html_bytes if form == "html" else limits.pdf_bytes
        fetched = await self._arxiv.content(form, paper_id, most_bytes=most_bytes, seconds=limits.seconds)
        read = await self._reader(form, fetched.body, limits.reader)
        if len(read.text) < limits.least_characters:
            raise SourceAnswerError(f"its {form.upper()} holds {len(read.text)} characters of text")
        return read


@dataclass(frozen=True, slots=True)
class _Missing:
    """Why one format of a paper cannot be had."""

    #: The rest of a sentence.
    reason: str
    is_lasting: bool = True
    #: Whether the other format is not to be had either.
    is_arxiv_down: bool = False


_MUCH_LONGER = 1.2


def _better(paper_id: str, page: PaperText | _Missing, pdf: PaperText | _Missing) -> FullText | NoFullText:
    """Return the PDF's text, or that of a doubtful page where the PDF has no more of it.

    A page that broke off counts as a part without a PDF to compare it with, and waits for one that may come.
    """
    if isinstance(page, _Missing):
        return _of_pdf(paper_id, pdf) if isinstance(pdf, PaperText) else _none(paper_id, page, pdf)
    if isinstance(pdf, PaperText):
        is_longer = len(pdf.text) > _MUCH_LONGER * len(page.text)
        if is_longer:
            return _of_pdf(paper_id, pdf)
        return _full(paper_id, "html", page, is_whole=not (page.is_broken and pdf.is_broken))
    if page.is_broken and not pdf.is_lasting:
        return _none(paper_id, _Missing("its HTML breaks off"), pdf)
    return _full(paper_id, "html", page, is_whole=not page.is_broken)


def _of_pdf(paper_id: str, pdf: PaperText) -> FullText:
    return _full(paper_id, "pdf", pdf, is_whole=not pdf.is_broken)


def _full(paper_id: str, form: PaperFormat, read: PaperText, *, is_whole: bool = True) -> FullText:
    return FullText(paper_id, read.text, form, _hash(read.text), is_whole)


def _none(paper_id: str, *missing: _Missing) -> NoFullText:
    reasons = "; ".join(each.reason for each in missing)
    is_lasting = all(each.is_lasting for each in missing)
    return NoFullText(f"The text of {paper_id} is not available: {reasons}.", is_lasting)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


# --- On disk ---------------------------------------------------------------------------------------------


class KeptTexts:
    """A cache of texts in a folder, one JSON file each, of at most `most_bytes` together.

    With a full or broken disk papers are fetched again, but no text is lost.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes

    def get(self, paper_id: str) -> FullText | None:
        """Return the cached text, or `None` where there is none or its file is damaged."""
        path = self._path(paper_id)
        about = {"action": "read text", "paper": paper_id, "path": path}
        try:
            fields = json.loads(path.read_bytes())
            if isinstance(fields, dict) and fields and "is_whole" not in fields:
                # It was kept before a page of another file was told from the paper.
                return None
            kept = FullText(**fields)
            if (kept.paper_id, kept.sha256) == (paper_id, _hash(kept.text)):
                return kept
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, AttributeError) as error:
            _logger.warning("The cached text cannot be read: %s. It is fetched again.", error, extra=about)
            return None
        _logger.warning("The cached text is damaged. It is fetched again.", extra=about)
        return None

    def put(self, text: FullText) -> None:
        """Cache the text, and remove the oldest ones beyond the limit."""
        try:
            self._folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            self._write(self._path(text.paper_id), json.dumps(asdict(text)).encode())
            self._remove_oldest()
        except OSError as error:
            about = {"action": "cache text", "paper": text.paper_id, "path": self._folder}
            _logger.warning("The text cannot be cached: %s", error, extra=about)

    def _path(self, paper_id: str) -> Path:
        return self._folder / f"{paper_id.replace('/', '_')}.json"

    def _write(self, path: Path, content: bytes) -> None:
        with NamedTemporaryFile(dir=self._folder, prefix=path.stem, suffix=".part", delete=False) as part:
            try:
                part.write(content)
                part.close()
                Path(part.name).replace(path)
            except OSError:
                part.close()
                Path(part.name).unlink(missing_ok=True)
                raise

    def _remove_oldest(self) -> None:
        files: list[tuple[int, str, int]] = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.endswith((".json", ".part")):
                    status = entry.stat()
                    files.append((status.st_mtime_ns, entry.path, status.st_size))
        total = sum(size for _, _, size in files)
        for _, path, size in sorted(files):
            if total <= self._most_bytes:
                return
            with suppress(FileNotFoundError):
                Path(path).unlink()
            total -= size
