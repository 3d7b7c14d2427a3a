"""The card of one paper, in a digest's thread or as the answer to a look-up."""

from dataclasses import dataclass, replace

from bot.cards import blocks, ids
from bot.cards.blocks import NOTHING, Block, Button, Confirmation, Menu, Message
from bot.cards.entry import Entry
from bot.cards.ids import Opened, SummaryAct, SummaryChoice, choice_value
from bot.cards.provenance import doubted_line, missing_line, origin, with_marks
from bot.cards.versions import spoken_version, version_blocks
from bot.locale import Words
from bot.sources.pictures import picture_url
from bot.text.arxiv_id import abstract_url, discussion_url, has_discussion, pdf_url
from bot.text.language import primary_language
from bot.text.mrkdwn import Mrkdwn, clean, counted, cut, cut_bytes, escape, fit, join, link, without_bold
from bot.text.notation.names import is_visible
from storage.records import Paper, Summary

_TITLE_CHARACTERS = 500
_AUTHORS_CHARACTERS = 300
_KEYWORDS_CHARACTERS = 600
_BODY_CHARACTERS = 5000
_NOTICE_CHARACTERS = 500
_AUTHORS_NAMED = 6
_SPOKEN_TITLE_BYTES = 700
_ALTERNATIVE_TITLE_CHARACTERS = 300

PART_LABELS = {
    "keywords": "part.keywords",
    "tldr": "part.tldr",
    "problem": "part.problem",
    "method": "part.method",
    "results": "part.results",
    "takeaway": "part.takeaway",
}
"""The keys of the names of a summary's parts."""

LABELLED_PARTS = ("problem", "method", "results", "takeaway")
"""The parts shown with a label; keywords and the one sentence need none."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What the card of a paper that one person looked up offers beside a posted one's."""

    opened: Opened
    #: The languages of its other stored summaries, as BCP 47 tags.
    languages: tuple[str, ...] = ()
    #: The channel in which it is looked up, by its name, empty where that is unknown; `None` outside of one.
    channel: str | None = None
    #: Whether the list from which it was opened is in its place, and not below it.
    has_back: bool = False


@dataclass(frozen=True, slots=True)
class Interest:
    """How many people take an interest in a paper; nobody is told who."""

    #: How many here have saved it, 0 where they are too few to tell.
    saves: int = 0
    #: How many said in the channel that they will read it; `None` where it doesn't read together.
    readers: int | None = None


UNTOLD = Interest()
"""The interest in a paper where it is not told."""


def paper_card(
    entry: Entry,
    words: Words,
    *,
    is_saved: bool = False,
    has_model: bool = True,
    interest: Interest = UNTOLD,
    looked_up: LookedUp | None = None,
    opening: Mrkdwn = NOTHING,
    has_picture: bool = False,
) -> Message:
    """Return the card: title, authors and votes, the summary or else the abstract, its origin, and buttons.

    Long texts are cut so that the card stays within Slack's limits. A new summary is offered where the bot
    has a model that makes one. `opening` is a line of our own above it all. With `has_picture` the card shows
    the paper's picture, if its source gives one.
    """
    keywords, paragraphs = _fitted(entry, words)
    made = origin(entry, words, looked_up.languages if looked_up else ())
    withdrawn = withdrawn_line(entry.paper, words)
    doubted = doubted_line(entry.summary, words)
    drawn = [
        *([blocks.context(opening)] if opening else []),
        _title(entry),
        *_facts(entry.paper, interest, words),
        *(_picture(entry.paper, words) if has_picture else []),
        *([blocks.rich_text(blocks.paragraph(blocks.words(withdrawn)))] if withdrawn else []),
        *version_blocks(entry.newer, words),
        *([blocks.context(keywords)] if keywords else []),
        *_body(paragraphs),
        *_missing(entry, words),
        *([blocks.context(doubted)] if doubted else []),
        blocks.context(made),
        _buttons(
            entry,
            words,
            is_saved=is_saved,
            has_model=has_model,
            is_read_together=interest.readers is not None,
            looked_up=looked_up,
        ),
        *([_looked_up_buttons(entry.paper, looked_up, words)] if looked_up else []),
    ]
    lines = (readers_line(interest.readers, words), missing_line(entry.summary, words), doubted, made)
    ending = "".join(f"\n{line}" for line in lines if line)
    spoken = _spoken(entry, keywords, paragraphs, words)
    line = Mrkdwn(f"{opening}\n") if opening else NOTHING
    return blocks.message(spoken, drawn, opening=line, ending=ending)


def readers_line(readers: int | None, words: Words) -> str:
    """Return how many will read the paper with the channel; empty where nobody said so."""
    return words.count("paper.readers", readers) if readers else ""


def abstract_modal(paper: Paper, words: Words) -> Block:
    """Return a modal with the paper's abstract."""
    text = cut(_shown(paper.abstract or "") or words("abstract.unknown"), _BODY_CHARACTERS)
    body = blocks.rich_text(blocks.paragraph(*blocks.marked(text)))
    return blocks.modal(words("abstract.title"), words("button.close"), [_title(Entry(paper)), body])


def shown_title(paper: Paper, limit: int = _TITLE_CHARACTERS) -> str:
    """Return the paper's title within the limit, or its id where the title shows nothing."""
    title = _shown(paper.title)
    return cut(title if is_visible(title) else paper.id, limit)


def facts_line(paper: Paper, words: Words) -> Mrkdwn | None:
    """Return the paper's votes and the link to its code, where they are known."""
    parts = []
    if paper.votes is not None:
        parts.append(Mrkdwn(words.count("paper.votes", paper.votes)))
    if paper.code_url:
        stars = f" ★ {paper.code_stars}" if paper.code_stars else ""
        parts.append(Mrkdwn(link(paper.code_url, words("paper.code")) + stars))
    return join(" · ", parts) if parts else None


def authors_line(paper: Paper, words: Words) -> str:
    """Return the first authors and how many others there are; empty where none is known."""
    authors = list(filter(None, map(_shown, paper.authors)))
    named, others = authors[:_AUTHORS_NAMED], len(authors) - _AUTHORS_NAMED
    if others > 0:
        return words.count("paper.authors", others, names=cut(", ".join(named), _AUTHORS_CHARACTERS))
    return cut(words.series(named), _AUTHORS_CHARACTERS) if named else ""


def withdrawn_line(paper: Paper, words: Words, limit: int = _NOTICE_CHARACTERS) -> str:
    """Return that the paper is withdrawn, in the words of its notice; empty where it is not."""
    if paper.withdrawal is None:
        return ""
    return words("paper.withdrawn", notice=cut(_shown(paper.withdrawal), limit))


def _title(entry: Entry) -> Block:
    number = [blocks.words(f"{entry.number}. ", bold=True)] if entry.number else []
    title = blocks.title_link(abstract_url(entry.paper.id), shown_title(entry.paper))
    return blocks.rich_text(blocks.paragraph(*number, title))


def _facts(paper: Paper, interest: Interest, words: Words) -> list[Block]:
    saved = words.count("paper.saves", interest.saves) if interest.saves else ""
    read = readers_line(interest.readers, words)
    all_parts = (authors_line(paper, words), facts_line(paper, words), saved, read)
    parts = [part for part in all_parts if part]
    return [blocks.context(*parts)] if parts else []


def _picture(paper: Paper, words: Words) -> list[Block]:
    url = picture_url(paper.thumbnail_url)
    title = shown_title(paper, _ALTERNATIVE_TITLE_CHARACTERS)
    return [blocks.image(url, words("paper.picture", title=title))] if url else []


def _fitted(entry: Entry, words: Words) -> tuple[str, list[tuple[str, str]]]:
    """Return the keywords and the (label, text) paragraphs, cut to fit a card; a label may be empty."""
    summary = entry.summary
    if summary is None:
        return "", [
            ("", text) for text in fit([_shown(entry.paper.abstract or "")], _BODY_CHARACTERS) if text
        ]
    labels = ["", *(words(PART_LABELS[part]) for part in LABELLED_PARTS), ""]
    texts = [*(with_marks(summary, part) for part in ("tldr", *LABELLED_PARTS)), summary.body]
    keyword_line = cut(" · ".join(filter(None, map(_shown, summary.keywords))), _KEYWORDS_CHARACTERS)
    keywords, *fitted = fit([keyword_line, *map(_shown, texts)], _BODY_CHARACTERS)
    shown = [(label, text) for label, text in zip(labels, fitted, strict=True) if text]
    return keywords, shown


def _shown(text: str) -> str:
    return clean(text).strip()


def _body(paragraphs: list[tuple[str, str]]) -> list[Block]:
    drawn = []
    for index, (label, text) in enumerate(paragraphs):
        gap = "\n" if index else ""
        heading = (
            [blocks.words(f"{gap}{label}\n", bold=True)] if label else [blocks.words(gap)] if gap else []
        )
        drawn.append(blocks.paragraph(*heading, *blocks.marked(text)))
    return [blocks.rich_text(*drawn)] if drawn else []


def _missing(entry: Entry, words: Words) -> list[Block]:
    """Return how many figures of the summary were not found, with a button to list them, if there are any."""
    line = missing_line(entry.summary, words)
    if entry.summary is None or not line:
        return []
    choice = SummaryChoice(SummaryAct.FIGURES, entry.paper.id, entry.summary.language)
    button = Button(
        ids.SHOW_FIGURES,
        words("button.figures"),
        value=choice_value(choice),
        spoken=words("button.figures_of", title=shown_title(entry.paper)),
    )
    return [blocks.section(escape(line), accessory=button)]


def _buttons(
    entry: Entry,
    words: Words,
    *,
    is_saved: bool,
    has_model: bool,
    is_read_together: bool,
    looked_up: LookedUp | None,
) -> Block:
    paper, title = entry.paper, shown_title(entry.paper)
    opened = looked_up.opened if looked_up else None
    buttons: list[Button | Menu] = [saved_button(paper, words, is_saved=is_saved, opened=opened)]
    if is_read_together:
        spoken = words("button.will_read_of", title=title)
        buttons.append(Button(ids.WILL_READ, words("button.will_read"), value=paper.id, spoken=spoken))
    if paper.abstract:
        buttons.append(
            Button(
                ids.SHOW_ABSTRACT,
                words("button.abstract"),
                value=paper.id,
                spoken=words("button.abstract_of", title=title),
            )
        )
    if entry.summary and entry.summary.evidence:
        buttons.append(_sources_button(paper, entry.summary, words))
    if not paper.withdrawal:
        spoken = words("button.pdf_of", title=title)
        buttons.append(Button(ids.OPEN_PDF, words("button.pdf"), url=pdf_url(paper.id), spoken=spoken))
    if has_discussion(paper.id):
        url, spoken = discussion_url(paper.id), words("button.discussion_of", title=title)
        buttons.append(Button(ids.OPEN_DISCUSSION, words("button.discussion"), url=url, spoken=spoken))
    if entry.summary:
        buttons += _summary_menu(paper, entry.summary, words, has_model=has_model)
    return blocks.actions(*buttons)


def _sources_button(paper: Paper, summary: Summary, words: Words) -> Button:
    """Return the button that opens the sources of the summary that is shown, whoever clicks."""
    return Button(
        ids.SHOW_SOURCES,
        words("button.sources"),
        value=choice_value(SummaryChoice(SummaryAct.SOURCES, paper.id, summary.language)),
        spoken=words("button.sources_of", title=shown_title(paper)),
    )


def _summary_menu(paper: Paper, summary: Summary, words: Words, *, has_model: bool) -> list[Menu]:
    """Return the menu of rarer actions; none where the language's tag exceeds an option's value.

    A new summary is made in the summary's language, or in the reader's where the two differ.
    """
    is_readers = primary_language(summary.language) == primary_language(words.language)
    language = summary.language if is_readers else words.language
    again = {SummaryChoice(SummaryAct.REGENERATE, paper.id, language): words("button.again")}
    choices = {
        **(again if has_model and not paper.withdrawal else {}),
        SummaryChoice(SummaryAct.REPORT, paper.id, summary.language): words("button.report"),
    }
    options = {choice_value(choice): label for choice, label in choices.items()}
    if any(len(value) > blocks.OPTION_VALUE_CHARACTERS for value in options):
        return []
    return [Menu(ids.SUMMARY_MENU, options)]


def _looked_up_buttons(paper: Paper, looked_up: LookedUp, words: Words) -> Block:
    """Return the buttons back to the list, to similar papers, to share the paper, and to other languages."""
    opened, title = looked_up.opened, shown_title(paper)
    value = ids.opened_value(opened)
    back = opened.page if looked_up.has_back else None
    languages = zip(ids.SHOW_LANGUAGE, looked_up.languages, strict=False)
    return blocks.actions(
        *([Button(ids.BACK_TO_LIST, words("button.back"), value=ids.page_value(back))] if back else []),
        Button(
            ids.SHOW_SIMILAR,
            words("button.similar"),
            value=value,
            spoken=words("button.similar_of", title=title),
        ),
        Button(
            ids.SHARE_PAPER,
            words("button.share"),
            value=value,
            spoken=words("button.share_of", title=title),
            confirmation=_share_confirmation(looked_up.channel, words),
        ),
        *(
            Button(
                action_id,
                words.language_name(tag, words.language),
                value=ids.opened_value(replace(opened, language=tag)),
                spoken=words("button.language", language=words.language_name(tag)),
            )
            for action_id, tag in languages
        ),
        Menu(ids.FOLLOW_MENU, _follow_options(paper, words)),
    )


def _follow_options(paper: Paper, words: Words) -> dict[str, str]:
    """Return what of the paper can be followed, as typed, with its label: its likes, authors, category.

    A slip of a name's quotes would follow something else, so a name with one is left out.
    """
    names = dict.fromkeys((*paper.authors[:1], *paper.authors[-1:]))
    wanted = {
        f"similar:{paper.id}": words("follow.option_similar"),
        **{f'author:"{name}"': words("follow.option", name=name) for name in names if '"' not in name},
        **{f"cat:{name}": words("follow.option", name=name) for name in (paper.categories or ())[:1]},
    }
    return {
        typed: label for typed, label in wanted.items() if counted(typed) <= blocks.OPTION_VALUE_CHARACTERS
    }


def _share_confirmation(channel: str | None, words: Words) -> Confirmation | None:
    """Return the question before a paper is shared; outside of a channel the person is asked for one."""
    if channel is None:
        return None
    where = words("share.named_channel", channel=channel) if channel else words("share.this_channel")
    return Confirmation(
        words("share.title"),
        words("share.question", channel=where),
        words("button.share_now"),
        words("button.cancel"),
    )


def saved_button(paper: Paper, words: Words, *, is_saved: bool, opened: Opened | None = None) -> Button:
    """Return the button that saves the paper, or removes a saved one.

    On a card that one person has before them, which is redrawn then, it carries what that card is.
    """
    title, value = shown_title(paper), ids.opened_value(opened) if opened else paper.id
    if is_saved:
        action_id = ids.REMOVE_OPENED_PAPER if opened else ids.REMOVE_PAPER
        spoken = words("button.remove_of", title=title)
        return Button(action_id, words("button.remove"), value=value, spoken=spoken)
    action_id = ids.SAVE_OPENED_PAPER if opened else ids.SAVE_PAPER
    spoken = words("button.save_of", title=title)
    return Button(action_id, words("button.save"), value=value, primary=True, spoken=spoken)


def _spoken(entry: Entry, keywords: str, paragraphs: list[tuple[str, str]], words: Words) -> str:
    """Return the card as plain lines in reading order, down to its origin, which ends it."""
    number = f"{entry.number}. " if entry.number else ""
    title = cut_bytes(shown_title(entry.paper), _SPOKEN_TITLE_BYTES)
    lines = [
        f"{number}{title} ({abstract_url(entry.paper.id)})",
        authors_line(entry.paper, words),
        withdrawn_line(entry.paper, words),
        spoken_version(entry.newer, words),
        keywords,
        *(words("part.spoken", label=label, text=text) if label else text for label, text in paragraphs),
    ]
    return "\n".join(without_bold(clean(line)) for line in lines if line)
