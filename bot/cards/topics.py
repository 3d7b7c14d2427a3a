"""What a person or a channel wants more of and less of: shown before it counts, and while it does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button, Message
from bot.cards.notices import notice
from bot.locale import Words
from bot.text.mrkdwn import Mrkdwn, cut
from bot.text.topics import LEAST, LESS, MORE, MOST, topic_line
from storage.records import Topic

TOPICS_CHARACTERS = 2_000
"""The most characters of all topics, as typed."""

_TOLD_CHARACTERS = 500

_LABELS = {MOST: "tune.most", MORE: "tune.more", LESS: "tune.less", LEAST: "tune.least"}


@dataclass(frozen=True, slots=True)
class Tuned:
    """The topics of a person, or of a channel."""

    used: tuple[Topic, ...] = ()
    #: Those that wait to be confirmed.
    proposed: tuple[Topic, ...] = ()
    #: Whether a model has just read the proposed ones; `None` where they were read earlier.
    by_model: bool | None = None
    are_channels: bool = False


def tuned_message(tuned: Tuned, command: str, words: Words) -> Message:
    """Return the topics that count, and those that wait to be confirmed, with buttons."""
    drawn = [*_used(tuned, words), *_proposed(tuned, words)]
    if not drawn:
        key = "tune.nothing_of_channel" if tuned.are_channels else "tune.nothing"
        return notice(words.mrkdwn(key, command=command))
    spoken = [
        *([_heading(tuned, words), *topic_lines(tuned.used, words)] if tuned.used else []),
        *([words("tune.understood"), *topic_lines(tuned.proposed, words)] if tuned.proposed else []),
    ]
    return blocks.message("\n".join(spoken), drawn)


def topic_lines(topics: Iterable[Topic], words: Words) -> list[str]:
    """Return a line for each weight that any of the topics has, from far more to far less."""
    wanted = tuple(topics)
    by_weight = {weight: [each.words for each in wanted if each.weight == weight] for weight in _LABELS}
    return [words(_LABELS[weight], topics=words.listed(some)) for weight, some in by_weight.items() if some]


def edit_topics_modal(topics: Iterable[Topic], channel: str, words: Words) -> Block:
    """Return the form in which topics are changed, one a line; `channel` is empty for a person's own."""
    is_chinese = words.locale.language == "zh"
    text = "\n".join(topic_line(each.words, each.weight, is_chinese=is_chinese) for each in topics)
    typed = blocks.text_input(text, TOPICS_CHARACTERS, multiline=True)
    field = blocks.field(ids.TOPICS_TEXT, words("tune.edit_label"), typed, hint=words("tune.edit_hint"))
    view = blocks.modal(
        words("tune.edit_title"), words("button.cancel"), [field], about=ids.topics_place(channel)
    )
    return blocks.form(view, ids.SUBMIT_TOPICS, words("button.use_topics"))


def with_topics(view: Block, topics: Message) -> Block:
    """Return a modal with topics below what it says."""
    return {**view, "blocks": [*view["blocks"], blocks.divider(), *topics.blocks]}


def topics_told(person: str, topics: Sequence[Topic], words: Words) -> Message:
    """Return for the channel who changed what its digest puts first; `person` is a user id."""
    who = Mrkdwn(f"<@{person}>")
    if not topics:
        return notice(words.mrkdwn("told.topics_ended", person=who))
    said = cut(words("tune.joined").join(topic_lines(topics, words)), _TOLD_CHARACTERS)
    return notice(words.mrkdwn("told.topics", person=who, topics=said))


def _used(tuned: Tuned, words: Words) -> list[Block]:
    if not tuned.used:
        return []
    drawn = [_told(_heading(tuned, words), tuned.used, words)]
    if tuned.proposed:
        return drawn
    value = ids.topics_value(are_channels=tuned.are_channels)
    about = "tune.about_of_channel" if tuned.are_channels else "tune.about"
    return [
        *drawn,
        blocks.context(words(about)),
        blocks.actions(
            Button(ids.EDIT_TOPICS, words("button.edit_topics"), value=value),
            Button(ids.END_TOPICS, words("button.end_topics"), value=value),
        ),
    ]


def _proposed(tuned: Tuned, words: Words) -> list[Block]:
    if not tuned.proposed:
        return []
    value = ids.topics_value(are_channels=tuned.are_channels)
    read = {True: "tune.by_model", False: "tune.own_words"}
    how = [words(read[tuned.by_model])] if tuned.by_model is not None else []
    waits = words("tune.waits_of_channel" if tuned.are_channels else "tune.waits")
    return [
        _told(words("tune.understood"), tuned.proposed, words),
        blocks.context(" ".join([*how, waits])),
        blocks.actions(
            Button(ids.USE_TOPICS, words("button.use_topics"), value=value, primary=True),
            Button(ids.EDIT_TOPICS, words("button.edit_topics"), value=value),
            Button(ids.DROP_TOPICS, words("button.drop_topics"), value=value),
        ),
    ]


def _heading(tuned: Tuned, words: Words) -> str:
    return words("tune.title_of_channel" if tuned.are_channels else "tune.title")


def _told(heading: str, topics: Iterable[Topic], words: Words) -> Block:
    lines = [[blocks.words(line)] for line in topic_lines(topics, words)]
    return blocks.rich_text(blocks.paragraph(blocks.words(heading, bold=True)), blocks.bullets(lines))
