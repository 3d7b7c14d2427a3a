"""Reads the full text of papers, from arXiv's HTML or else the PDF, and caches it on disk.

Reading always ends, with a text or a reason: bytes, seconds, memory and pages are bounded.
"""

import asyncio
import json
import logging
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import get_args
from weakref import WeakValueDictionary

import httpx

from bot.arxiv_id import find_arxiv_id
from bot.errors import SourceAnswerError, SourceError, SourceRefusedError
from bot.private_files import PRIVATE_FOLDER
from bot.sources.arxiv import ArxivClient
from bot.sources.paper_reader import PaperFormat, ReaderLimits, read_in_process

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
    ) -> None:
        self._arxiv = arxiv
        self._kept = KeptTexts(folder, most_bytes)
        self._limits = limits or Limits()
        self._reading: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def read(self, paper_id: str) -> FullText | NoFullText:
        """Return the paper's text from disk or arXiv; concurrent calls fetch it once."""
        if find_arxiv_id(paper_id) != paper_id:
            return NoFullText(f"“{paper_id[:40]}” is not the id of a paper on arXiv.", is_lasting=True)
        async with self._reading.setdefault(paper_id, asyncio.Lock()):
            kept = await asyncio.to_thread(self._kept.get, paper_id)
            if kept is not None:
                return kept
            fetched = await self._fetch(paper_id)
            if isinstance(fetched, FullText):
                await asyncio.to_thread(self._kept.put, fetched)
            return fetched

    async def kept(self, paper_id: str) -> FullText | None:
        """Return the paper's text if it is on disk, without fetching it."""
        return await asyncio.to_thread(self._kept.get, paper_id)

    async def _fetch(self, paper_id: str) -> FullText | NoFullText:
        reasons = []
        for form in get_args(PaperFormat):
            try:
                return await self._fetch_form(form, paper_id)
            except SourceRefusedError as refusal:
                if refusal.status not in _LASTING:
                    return _none(paper_id, [str(refusal)], is_lasting=False)
                reasons.append(f"arXiv has no {form.upper()} of it")
            except SourceAnswerError as error:
                reasons.append(str(error).rstrip("."))
            except SourceError as error:
                return _none(paper_id, [str(error)], is_lasting=False)
        return _none(paper_id, reasons, is_lasting=True)

    async def _fetch_form(self, form: PaperFormat, paper_id: str) -> FullText:
        limits = self._limits
        most_bytes = limits.html_bytes if form == "html" else limits.pdf_bytes
        fetched = await self._arxiv.content(form, paper_id, most_bytes=most_bytes, seconds=limits.seconds)
        text = await read_in_process(form, fetched.body, limits.reader)
        if len(text) < limits.least_characters:
            raise SourceAnswerError(f"its {form.upper()} holds {len(text)} characters of text")
        return FullText(paper_id, text, form, _hash(text))


def _none(paper_id: str, reasons: list[str], *, is_lasting: bool) -> NoFullText:
    return NoFullText(
        f"The text of {paper_id} is not available: {'; '.join(reasons)}.".replace("..", "."), is_lasting
    )


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
            kept = FullText(**json.loads(path.read_bytes()))
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
