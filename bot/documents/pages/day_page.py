"""A day's papers as a page; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from xml.etree.ElementTree import Element

from bot.cards.digest import source_name
from bot.cards.entry import Entry
from bot.cards.paper import LABELLED_PARTS, PART_LABELS, authors_line, shown_title, withdrawn_line
from bot.cards.provenance import MARK, doubted_line, missing_line, not_found, origin, with_marks
from bot.cards.sources import notes
from bot.documents.pages.frame import Place, page, spoken_language
from bot.documents.pages.markup import Node, element, marked
from bot.locale import Words
from bot.text.arxiv_id import abstract_url, discussion_url, has_discussion, pdf_url
from bot.text.language import language_of, primary_language
from bot.text.mrkdwn import clean_line
from storage.records import FROM_ABSTRACT, Evidence, Figure, Listing, Paper, Summary

_WEB = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Day:
    """A day's papers for readers of one language."""

    listing: Listing
    #: In the source's order, numbered.
    entries: tuple[Entry, ...]
    words: Words

    @property
    def title(self) -> str:
        """What the day's page is called."""
        return self.words("digest.headline", date=self.words.date(self.listing.day))

    @property
    def is_final(self) -> bool:
        """Whether no paper will be added."""
        return self.listing.state.is_final or self.listing.is_lost


def path_of(day: date) -> str:
    """Return the path of a day's page in the folder."""
    return f"{day:%Y}/{day:%m}/{day:%d}.html"


def day_page(day: Day, before: date | None, after: date | None, place: Place) -> str:
    """Return the page; `before` and `after` are the nearest days that have one."""
    words = day.words
    source = source_name(day.listing.source, words)
    count = words.count("digest.papers", len(day.entries), source=source)
    around = [each for each in (before, after) if each]
    content = [
        element("p", count, class_="facts"),
        None if day.is_final else element("p", words("pages.unfinished"), class_="note"),
        element("div", _contents(day), _articles(day), class_="columns"),
        _days_around(before, after, words, place) if around else None,
    ]
    return page(day.title, content, words, place)


def title_of(entry: Entry, words: Words) -> Element:
    """Return the paper's title as a link to arXiv."""
    return _title(entry, abstract_url(entry.paper.id), words)


def in_language_of(summary: Summary, words: Words) -> dict[str, str]:
    """Return the attributes for a summary's text within a page: its language, where that is another."""
    return {"dir": "auto", **_language(summary.language, words)}


def _contents(day: Day) -> Element:
    items = [element("li", _title(entry, f"#{entry.paper.id}", day.words)) for entry in day.entries]
    label = day.words("pages.contents")
    return element("nav", element("ol", *items), class_="contents", aria_label=label)


def _title(entry: Entry, address: str, words: Words) -> Element:
    title = clean_line(shown_title(entry.paper))
    return element("a", title, href=address, **_language(language_of(title), words))


def _articles(day: Day) -> Element:
    return element("div", *(_article(entry, day.words) for entry in day.entries))


def _article(entry: Entry, words: Words) -> Element:
    paper, summary = entry.paper, entry.summary
    heading = f"{paper.id}-title"
    number = element("span", f"{entry.number}. ", class_="number")
    withdrawn = withdrawn_line(paper, words)
    return element(
        "article",
        element("h2", number, title_of(entry, words), id=heading),
        _paragraph("authors", authors_line(paper, words)),
        _facts(paper, words),
        _paragraph("note", withdrawn),
        *(_summary(summary, words) if summary else ()),
        _missing(summary, words) if summary and missing_line(summary, words) else None,
        _paragraph("note", doubted_line(summary, words)),
        _sources(summary, words) if summary and summary.evidence else None,
        _abstract(entry, words),
        _paragraph("origin", origin(entry, words)),
        _links(paper, words),
        id=paper.id,
        aria_labelledby=heading,
    )


def _paragraph(kind: str, text: str) -> Element | None:
    return element("p", clean_line(text), class_=kind, dir="auto") if text else None


def _facts(paper: Paper, words: Words) -> Element | None:
    parts: list[Node] = []
    if paper.votes is not None:
        parts.append(words.count("paper.votes", paper.votes))
    if paper.code_url and paper.code_url.startswith(_WEB):
        stars = f" ★ {paper.code_stars}" if paper.code_stars else ""
        parts.append(element("a", words("paper.code") + stars, href=paper.code_url))
    between = [node for part in parts for node in (" · ", part)]
    return element("p", *between[1:], class_="facts") if parts else None


def _summary(summary: Summary, words: Words) -> Iterator[Element]:
    """Yield the summary as the card has it: keywords, the one sentence, the labelled parts, the rest."""
    own = in_language_of(summary, words)
    if keywords := list(filter(None, map(clean_line, summary.keywords))):
        items = [element("li", keyword) for keyword in keywords]
        yield element("ul", *items, class_="keywords", aria_label=words(PART_LABELS["keywords"]), **own)
    if sentence := clean_line(with_marks(summary, "tldr")):
        yield element("p", *marked(sentence), class_="sentence", **own)
    labelled = [(part, text) for part in LABELLED_PARTS if (text := clean_line(with_marks(summary, part)))]
    if labelled:
        parts = [
            element("div", element("dt", words(PART_LABELS[part])), element("dd", *marked(text), **own))
            for part, text in labelled
        ]
        yield element("dl", *parts)
    if body := clean_line(summary.body):
        yield element("p", *marked(body), **own)


def _missing(summary: Summary, words: Words) -> Element:
    """Return the number of unfound figures, which opens the sentences nearest to them."""
    items = [element("li", *_figure(figure, words)) for figure in not_found(summary)]
    line = element("summary", missing_line(summary, words))
    return element("details", line, element("ul", *items), class_="missing")


def _sources(summary: Summary, words: Words) -> Element:
    """Return what opens each sentence of a summary above those of the paper."""
    items = [element("li", *_evidence(each, summary, words)) for each in summary.evidence]
    intro = element("p", words("sources.intro"))
    return element("details", element("summary", words("sources.title")), intro, element("ul", *items))


def _evidence(evidence: Evidence, summary: Summary, words: Words) -> Iterator[Element]:
    text = clean_line(evidence.text)
    said = words("sources.left_out", text=text) if evidence.is_left_out else text
    yield element("p", *marked(said), **in_language_of(summary, words))
    for sentence in evidence.sentences:
        section, own = clean_line(sentence.section), clean_line(sentence.text)
        heading = [element("strong", section), element("br")] if section else []
        yield element("blockquote", *heading, own, **_language(language_of(own), words))
    for note in notes(evidence, summary, words):
        yield element("p", note, class_="facts")


def _figure(figure: Figure, words: Words) -> Iterator[Element]:
    text, part = clean_line(figure.text) or MARK, words(PART_LABELS[figure.part])
    yield element("p", element("strong", text), f" · {part}")
    nearest = clean_line(figure.nearest)
    language = _language(language_of(nearest), words) if nearest else {}
    yield element("blockquote", nearest, **language) if nearest else element("p", words("figures.none_near"))


def _abstract(entry: Entry, words: Words) -> Element | None:
    """Return the abstract to be opened; `None` where there is none or the summary was taken from it."""
    abstract = clean_line(entry.paper.abstract or "")
    if not abstract or (entry.summary and entry.summary.provenance.source == FROM_ABSTRACT):
        return None
    text = element("p", abstract, dir="auto", **_language(language_of(abstract), words))
    return element("details", element("summary", words("abstract.title")), text)


def _links(paper: Paper, words: Words) -> Element:
    title = shown_title(paper)
    links = [element("a", f"arXiv:{paper.id}", href=abstract_url(paper.id))]
    if not paper.withdrawal:
        label = words("button.pdf_of", title=title)
        links.append(element("a", words("button.pdf"), href=pdf_url(paper.id), aria_label=label))
    if has_discussion(paper.id):
        label, address = words("button.discussion_of", title=title), discussion_url(paper.id)
        links.append(element("a", words("button.discussion"), href=address, aria_label=label))
    return element("ul", *(element("li", link) for link in links), class_="links")


def _days_around(before: date | None, after: date | None, words: Words, place: Place) -> Element:
    links = []
    if before:
        text = f"← {words.date(before)}"
        links.append(element("li", element("a", text, rel="prev", href=place.link_to(path_of(before)))))
    if after:
        text = f"{words.date(after)} →"
        after_link = element("a", text, rel="next", href=place.link_to(path_of(after)))
        links.append(element("li", after_link, class_="after"))
    return element("nav", element("ul", *links), class_="around", aria_label=words("pages.around"))


def _language(language: str, words: Words) -> dict[str, str]:
    """Return the attribute for text in a language within a page, where that is another."""
    is_own = primary_language(language) == primary_language(spoken_language(words))
    return {} if is_own else {"lang": language}
