"""What a source is: the table of the kinds of source, in their order of precedence."""

import re
from dataclasses import dataclass

from bot.sources.categories import feed_name, read_category

_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z]+(?:-[a-z]+)*)?")


@dataclass(frozen=True, slots=True)
class SourceKind:
    """One kind of source: its name, what people call it, and what it can do."""

    #: Every source of this kind is named so, followed by `:` and categories where it has them.
    name: str
    #: What people call it in any language; empty where that differs.
    title: str = ""
    #: The key of what people call it, in the text catalogue, where that differs by language.
    title_key: str = ""
    #: Whether its sources are named by categories, such as `arxiv:cs.CL+cs.LG`.
    has_categories: bool = False
    #: Whether the bot fetches its lists over the network; those of the others are imported.
    is_fetched: bool = True
    #: Whether the list of an earlier day can still be fetched.
    has_past: bool = True
    #: Whether it lists nothing on Saturdays and Sundays.
    rests_on_weekends: bool = False
    #: The sources that a channel can choose whether or not they have listed anything yet.
    offered: tuple[str, ...] = ()

    @property
    def pattern(self) -> str:
        """How its sources are named, for a person."""
        return f"{self.name}:CATEGORY" if self.has_categories else self.name

    def includes(self, source: str) -> bool:
        """Tell whether this is the well-formed name of one of its sources."""
        if not self.has_categories:
            return source == self.name
        name, _, categories = source.partition(":")
        return name == self.name and all(map(is_category, categories.split("+")))

    def read(self, typed: str) -> str | None:
        """Return the name of one of its sources, from what a person typed; `None` for another kind's.

        `arXiv:cs.cl` is `arxiv:cs.CL`. Raises `UnknownCategoryError` for what arXiv does not have.
        """
        name, _, rest = "".join(typed.split()).partition(":")
        categories = list(filter(None, rest.split("+")))
        if name.casefold() != self.name or bool(categories) != self.has_categories:
            return None
        read = dict.fromkeys(feed_name(read_category(each)) for each in categories)
        return f"{self.name}:{'+'.join(read)}" if read else self.name


DIGEST_FILE = SourceKind(
    "digest-file",
    title_key="source.digest_file",
    is_fetched=False,
    has_past=False,
    offered=("digest-file",),
)

HUGGING_FACE = SourceKind(
    "huggingface", title="Hugging Face", rests_on_weekends=True, offered=("huggingface",)
)

ARXIV = SourceKind(
    "arxiv",
    title="arXiv",
    has_categories=True,
    has_past=False,
    rests_on_weekends=True,
    offered=("arxiv:cs.AI", "arxiv:cs.CL", "arxiv:cs.CV", "arxiv:cs.LG", "arxiv:stat.ML"),
)

SOURCE_KINDS = (DIGEST_FILE, HUGGING_FACE, ARXIV)
"""All kinds; where several list a day, the first of them that has papers stands for it."""

OFFERED_SOURCES = tuple(source for kind in SOURCE_KINDS for source in kind.offered)
"""The sources that can be chosen whether or not they have listed anything yet."""


def kind_of(source: str) -> SourceKind:
    """Return the kind of a source; a name that the table lacks is a kind of its own."""
    name = source.partition(":")[0]
    return next((kind for kind in SOURCE_KINDS if kind.name == name), SourceKind(source, title=source))


def source_from(typed: str) -> str | None:
    """Return the name of a source of any kind, from what a person typed; `None` where it names none.

    Raises `UnknownCategoryError` for a category that arXiv does not have.
    """
    return next(filter(None, (kind.read(typed) for kind in SOURCE_KINDS)), None)


def precedence(source: str) -> int:
    """Return the rank of a source among those that list the same day, 0 for the first."""
    kind = kind_of(source)
    return SOURCE_KINDS.index(kind) if kind in SOURCE_KINDS else len(SOURCE_KINDS)


def categories_of(source: str) -> tuple[str, ...]:
    """Return the categories in the name of a source, none where its kind has no categories."""
    _, _, categories = source.partition(":")
    return tuple(categories.split("+")) if categories else ()


def is_category(text: str) -> bool:
    """Tell whether a category may be named so; `read_category` knows those that arXiv has.

    A source that was chosen before names were checked is still fetched: arXiv says what is wrong with it.
    """
    return _CATEGORY.fullmatch(text) is not None
