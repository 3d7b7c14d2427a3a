"""Whether the sources answer."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import date

from bot.diagnosis.finding import Finding, ok, warning
from bot.errors import SourceError
from bot.sources.arxiv import ArxivClient
from bot.sources.kinds import ARXIV, HUGGING_FACE
from bot.sources.source import Source

API = "arXiv's API"

_PAPER = "2509.21240"
_REMEDY = (
    "Check this machine's connection and its proxy (HTTPS_PROXY), and the setting {setting}. The bot "
    "asks again by itself."
)


async def source_findings(
    names: Iterable[str], find: Callable[[str], Source | None], arxiv: ArxivClient, day: date
) -> list[Finding]:
    """Return whether each source gives a list, and whether arXiv's API answers."""
    findings = [
        await _finding(name, _listed(source, day), _setting(name)) for name in names if (source := find(name))
    ]
    return [*findings, await _finding(API, _asked(arxiv), "ARXIV_API_URL")]


async def _finding(name: str, answer: Awaitable[str], setting: str) -> Finding:
    try:
        return ok(name, await answer)
    except SourceError as error:
        return warning(name, str(error), _REMEDY.format(setting=setting))


async def _listed(source: Source, day: date) -> str:
    listed = await source.fetch(day)
    return f"It lists {len(listed.papers)} papers for {listed.day}."


async def _asked(arxiv: ArxivClient) -> str:
    found = await arxiv.papers([_PAPER])
    return "It knows a paper's details." if found else "It answers."


def _setting(name: str) -> str:
    if HUGGING_FACE.includes(name):
        return "HF_BASE_URL"
    return "ARXIV_FEED_URL" if ARXIV.includes(name) else "the source's address"
