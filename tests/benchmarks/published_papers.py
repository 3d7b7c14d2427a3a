"""Papers with their full texts and published summaries, out of public forks of daily-paper-reader.

Nothing of theirs is kept here: they are read from git directories whose paths an environment variable gives,
with what the system has between paths between them.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.summaries.evidence import NumberedText
from bot.summaries.excerpt import excerpt
from bot.summaries.grounding import SourceText
from storage.records import Paper

PLACE = "PAPER_ROUND_PUBLISHED_PAPERS"
"""The environment variable with the paths of the forks' git directories."""

_LEAST_TEXT = 5_000
_MOST_TOKENS = 200_000
_FIELD = re.compile(r'^(title|tldr|motivation|method|result|conclusion): "?(.*?)"?$', re.MULTILINE)
_PARTS = {
    "tldr": "tldr",
    "motivation": "problem",
    "method": "method",
    "result": "results",
    "conclusion": "takeaway",
}
_ABSTRACT = re.compile(r"^## Abstract\n(.+?)(?:\n\n---|\n## |\Z)", re.MULTILINE | re.DOTALL)
_TRANSLATION = re.compile(r"^## 摘要\n(.+?)(?:\n\n---|\n## |\Z)", re.MULTILINE | re.DOTALL)
_VERSION = re.compile(r"v[0-9]+-.*$")
_BLOCK = re.compile(r"\n\s*\n")
_ENDED = re.compile(r"[.!?:]\W*$")


@dataclass(frozen=True)
class PublishedPaper:
    """A paper and its published summary in Chinese."""

    id: str
    title: str
    abstract: str
    full_text: str
    #: The abstract in Chinese.
    translation: str
    #: By our names of parts.
    parts: Mapping[str, str]

    @cached_property
    def given(self) -> NumberedText:
        """The whole text by number, as a model would be given it."""
        chosen = excerpt(Paper(self.id, self.title, abstract=self.abstract), self.full_text, _MOST_TOKENS)
        assert chosen
        return chosen.numbered

    @cached_property
    def source(self) -> SourceText:
        """All of it, as the checks look through it."""
        return SourceText("\n\n".join([self.title, self.abstract, self.full_text]))


def published_papers(*git_directories: Path) -> Iterator[PublishedPaper]:
    """Yield each paper once that has a full text and a summary."""
    seen: set[str] = set()
    for git_directory in git_directories:
        yield from _unseen_papers(git_directory, seen)


def _unseen_papers(git_directory: Path, seen: set[str]) -> Iterator[PublishedPaper]:
    listed = _git(git_directory, "ls-tree", "-r", "--name-only", "HEAD", "docs").splitlines()
    names = set(listed)
    wanted = [name for name in listed if name.endswith(".md") and f"{name[:-3]}.txt" in names]
    for name in wanted:
        paper_id = _VERSION.sub("", Path(name).stem)
        if paper_id in seen:
            continue
        if paper := _read(git_directory, name, paper_id):
            seen.add(paper_id)
            yield paper


def git_directories() -> list[Path]:
    """Return the directories that the environment names."""
    return [Path(path) for path in os.environ.get(PLACE, "").split(os.pathsep) if path]


def _read(git_directory: Path, name: str, paper_id: str) -> PublishedPaper | None:
    page = _git(git_directory, "show", f"HEAD:{name}")
    text = _git(git_directory, "show", f"HEAD:{name[:-3]}.txt").partition("Markdown Content:")[2]
    fields = {field: value.replace('\\"', '"') for field, value in _FIELD.findall(page.partition("\n---")[0])}
    abstract, translation = _ABSTRACT.search(page), _TRANSLATION.search(page)
    if len(text) < _LEAST_TEXT or not abstract or not fields.get("result"):
        return None
    parts = {ours: fields[theirs] for theirs, ours in _PARTS.items() if fields.get(theirs)}
    return PublishedPaper(
        paper_id,
        fields.get("title", ""),
        " ".join(abstract[1].split()),
        _unwrapped(text),
        " ".join(translation[1].split()) if translation else "",
        parts,
    )


def _unwrapped(text: str) -> str:
    """Return a text whose printed lines are paragraphs of their own with its paragraphs joined."""
    blocks = [block.strip() for block in _BLOCK.split(text) if block.strip()]
    unended = sum(not _ENDED.search(block[-8:]) for block in blocks)
    return "\n".join(blocks) if 2 * unended > len(blocks) else "\n\n".join(blocks)


def _git(git_directory: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "--git-dir", str(git_directory), *arguments],  # noqa: S607
        capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout.decode("utf-8", "replace")
