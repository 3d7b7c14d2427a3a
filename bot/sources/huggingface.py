"""Hugging Face's daily papers: what its community lists on one UTC day, most votes first.

`GET /api/daily_papers?date=YYYY-MM-DD&limit=100&p=0` answers with a JSON list (https://huggingface.co/docs/hub/api).
Only a few fields are on every paper, and their shapes have changed over the years. So a paper is skipped only
for an unreadable id or title; any other unreadable field counts as not known.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated, TypeVar

import httpx
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from bot.errors import SourceAnswerError
from bot.sources.bounds import paper_from_source
from bot.sources.broken_json import Unreadable, read_json
from bot.sources.http import Fetcher
from bot.sources.source import DailyList
from bot.text.arxiv_id import find_arxiv_id
from bot.text.mrkdwn import cut
from bot.text.numbers import count_of
from storage.records import Paper

# The service's default of 50 cuts real days, which have had up to 73 papers.
_PAPERS_A_PAGE = 100
_MOST_PAGES = 20
_MOST_BYTES = 16 * 1024 * 1024
_SHOWN = 80


async def fetch_day(fetcher: Fetcher, base_url: str, day: date) -> DailyList:
    """Return what is listed for the UTC day so far; weekends and holidays are empty.

    Raises SourceAnswerError for anything but a list of papers, and what `Fetcher.get` raises. The service
    refuses a future day with status 400.
    """
    host = httpx.URL(base_url).host
    papers: dict[str, Paper] = {}
    skipped: list[str] = []
    seen = 0
    for page in range(_MOST_PAGES):
        listed = await _fetch_page(fetcher, base_url, day, page, seen + 1)
        seen += len(listed.papers) + len(listed.skipped)
        count = len(papers)
        for paper in listed.papers:
            papers.setdefault(paper.id, paper)
        # A short page need not be the last one: the service may lower its limit.
        if len(papers) == count:
            whole = DailyList(day, tuple(papers.values()), skipped=(*skipped, *listed.skipped))
            return _plausible(whole, host)
        skipped += listed.skipped
    raise SourceAnswerError(f"{host} listed {len(papers)} papers for one day without an end.")


def _plausible(listed: DailyList, host: str) -> DailyList:
    """Return the list; raises SourceAnswerError where no entry is readable, as that is no empty day."""
    if listed.skipped and not listed.papers:
        raise SourceAnswerError(f"No entry of {host} can be read. {listed.skipped[0]}")
    return listed


async def _fetch_page(fetcher: Fetcher, base_url: str, day: date, page: int, first_number: int) -> DailyList:
    fetched = await fetcher.get(
        f"{base_url.rstrip('/')}/api/daily_papers",
        params={"date": day.isoformat(), "limit": _PAPERS_A_PAGE, "p": page},
        most_bytes=_MOST_BYTES,
        is_polled=True,
    )
    try:
        return read_page(fetched.body, day, first_number)
    except SourceAnswerError as error:
        raise SourceAnswerError(f"{httpx.URL(base_url).host} {error}") from error


# --- The answer's shape -----------------------------------------------------------------------------------

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[^\s<>|\"\\^`{}\x00-\x1f]*)?")
_LONGEST_ADDRESS = 2000

_Value = TypeVar("_Value")


# Those that are no white space.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f]")


def _line(text: str) -> str:
    """Return the text on one line, without control characters.

    Half an emoji, which no database stores, becomes a replacement mark.
    """
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return " ".join(_CONTROLS.sub("", whole).split())


def _not_blank(text: str) -> str:
    line = _line(text)
    if not line:
        raise ValueError("is blank")
    return line


def _arxiv_id(text: str) -> str:
    paper_id = find_arxiv_id(text)
    if paper_id is None:
        raise ValueError("is no arXiv id")
    return paper_id


def _linkable_url(text: str) -> str:
    """Return the URL; raises ValueError for one that could break out of a link in a message."""
    if len(text) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(text):
        raise ValueError("is no web address")
    return text


def _utc_date(text: object) -> date:
    moment = datetime.fromisoformat(str(text))
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()


def _if_readable(value: object, read: ValidatorFunctionWrapHandler) -> object:
    try:
        return read(value)
    except (ValidationError, OverflowError):
        return None


def _readable_ones(values: Iterable[_Value | None] | None) -> tuple[_Value, ...]:
    return tuple(value for value in values or () if value is not None)


_IfReadable = WrapValidator(_if_readable)
_Text = Annotated[Annotated[str, AfterValidator(_not_blank)] | None, _IfReadable]
_Address = Annotated[Annotated[str, AfterValidator(_linkable_url)] | None, _IfReadable]
_Count = Annotated[int | None, BeforeValidator(count_of)]
_Day = Annotated[Annotated[date, BeforeValidator(_utc_date)] | None, _IfReadable]


class _Author(BaseModel):
    name: Annotated[str, AfterValidator(_not_blank)]
    hidden: Annotated[bool | None, _IfReadable] = None


class _Organization(BaseModel):
    fullname: _Text = None
    name: _Text = None


_Authors = Annotated[list[Annotated[_Author | None, _IfReadable]] | None, _IfReadable]
_Texts = Annotated[list[_Text] | None, _IfReadable]
_ItsOrganization = Annotated[_Organization | None, _IfReadable]


class _Paper(BaseModel):
    id: Annotated[str, AfterValidator(_arxiv_id)]
    title: _Text = None
    authors: _Authors = None
    summary: _Text = None
    published_at: _Day = Field(None, alias="publishedAt")
    upvotes: _Count = None
    github_repo: _Address = Field(None, alias="githubRepo")
    github_stars: _Count = Field(None, alias="githubStars")
    organization: _ItsOrganization = None
    ai_summary: _Text = None
    ai_keywords: _Texts = None


class _Entry(BaseModel):
    paper: _Paper
    title: _Text = None
    summary: _Text = None
    num_comments: _Count = Field(None, alias="numComments")
    organization: _ItsOrganization = None
    thumbnail: _Address = None

    @model_validator(mode="after")
    def _has_a_title(self) -> "_Entry":
        if not (self.paper.title or self.title):
            raise ValueError("has no title")
        return self


# --- From bytes to papers; pure ---------------------------------------------------------------------------


def read_page(body: bytes, day: date, first_number: int = 1) -> DailyList:
    """Return the papers of one page; sentences count its entries from `first_number`.

    Raises SourceAnswerError for anything but a JSON list, in words that follow the service's name.
    """
    papers: list[Paper] = []
    skipped: list[str] = []
    for number, entry in enumerate(_entries(body), first_number):
        if isinstance(entry, Unreadable):
            skipped.append(f"Entry {number} was skipped: it is not valid JSON.")
            continue
        try:
            papers.append(_paper(_Entry.model_validate(entry)))
        except ValidationError as error:
            skipped.append(_why(number, entry, error))
    return DailyList(day, tuple(papers), skipped=tuple(skipped))


def _entries(body: bytes) -> list[object]:
    try:
        # json accepts half an emoji, for which other parsers reject the whole list.
        entries = read_json(body, "paper")
    except (ValueError, RecursionError) as error:
        raise SourceAnswerError(f"answered with something other than JSON: {_beginning(body)}.") from error
    if not isinstance(entries, list):
        raise SourceAnswerError(f"answered with JSON that is not a list of papers: {_beginning(body)}.")
    return entries


def _beginning(body: bytes) -> str:
    text = _line(body[: 4 * _SHOWN].decode(errors="replace"))
    return f"“{cut(text, _SHOWN)}”" if text else "it is empty"


_REASONS = {"missing": "is missing", "model_type": "is no JSON object", "string_type": "is no text"}


def _why(number: int, entry: object, error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(map(str, first["loc"])) or "it"
    reason = _REASONS.get(first["type"], first["msg"].removeprefix("Value error, "))
    return f"Entry {number}{_name(entry)} was skipped: {place} {reason}."


def _name(entry: object) -> str:
    """Return an unreadable entry's own id in brackets, or nothing."""
    paper = entry.get("paper") if isinstance(entry, dict) else None
    said = paper.get("id") if isinstance(paper, dict) else None
    return f" (“{cut(_line(said[: 2 * _SHOWN]), _SHOWN)}”)" if isinstance(said, str) else ""


def _paper(entry: _Entry) -> Paper:
    paper = entry.paper
    organisation = paper.organization or entry.organization
    listed = Paper(
        id=paper.id,
        # The entry's own title is the same one in LaTeX.
        title=paper.title or entry.title or "",
        authors=tuple(author.name for author in _readable_ones(paper.authors) if not author.hidden),
        abstract=paper.summary or entry.summary,
        votes=paper.upvotes,
        code_url=paper.github_repo,
        code_stars=paper.github_stars,
        comments=entry.num_comments,
        organisation=(organisation.fullname or organisation.name) if organisation else None,
        community_summary=paper.ai_summary,
        community_keywords=tuple(dict.fromkeys(_readable_ones(paper.ai_keywords))),
        thumbnail_url=entry.thumbnail,
        published=paper.published_at,
    )
    return paper_from_source(listed)
