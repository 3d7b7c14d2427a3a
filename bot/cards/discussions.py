"""A channel's discussion of a paper: its announcement, its reminder with the verdicts, and its form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.cards import blocks, ids
from bot.cards.blocks import Block, Button, Confirmation, Message
from bot.cards.entry import Entry
from bot.cards.paper import shown_title
from bot.cards.provenance import with_marks
from bot.cards.recap import verdicts_line
from bot.cards.spoken import spoken_title
from bot.locale import Words
from bot.summaries.questions import Prompt, Topic, prompts
from bot.text.arxiv_id import abstract_url
from bot.text.mrkdwn import Mrkdwn, cut, without_bold
from storage.records import Discussion, DiscussionState, Paper, VerdictCounts

_TITLE_CHARACTERS = 300
_QUOTE_CHARACTERS = 280
_ME, _NOBODY = "me", "nobody"
_MOST_READERS_NAMED = 20
_QUESTIONS = {
    Topic.PROBLEM: "question.problem",
    Topic.RESULTS: "question.results",
    Topic.TAKEAWAY: "question.takeaway",
    Topic.METHOD: "question.method",
    Topic.LIMIT: "question.limit",
    Topic.EVIDENCE: "question.evidence",
    Topic.OWN_WORK: "question.own_work",
    Topic.SURPRISE: "question.surprise",
}


@dataclass(frozen=True, slots=True)
class Reminder:
    """A discussion as the channel is reminded of it."""

    discussion: Discussion
    entry: Entry
    verdicts: VerdictCounts


def reminder_message(reminder: Reminder, words: Words, notes: Sequence[str] = ()) -> Message:
    """Return the message that opens a discussion's thread: three questions, and the channel's verdict.

    Whoever presents is named, since they pressed that they do; of verdicts there are only numbers. One that
    was taken off the plan since says so, and asks for no verdict.
    """
    discussion, paper = reminder.discussion, reminder.entry.paper
    headline = words("discussion.headline", date=words.date(discussion.planned_for))
    asked = [question(each, reminder.entry, words) for each in prompts(paper, reminder.entry.summary)]
    counted = verdicts_line(reminder.verdicts, words)
    is_dropped = discussion.state is DiscussionState.DROPPED
    presented = words.mrkdwn("discussion.gone") if is_dropped else presenter_line(discussion, words)
    verdict_buttons = [] if is_dropped else _verdict_buttons(discussion, paper, words)
    buttons = [*verdict_buttons, *_planning_buttons(discussion, words)]
    below = blocks.context(presented, *notes)
    drawn = [
        blocks.header(headline),
        blocks.rich_text(blocks.paragraph(_link(paper))),
        below,
        blocks.section(words.mrkdwn("discussion.questions")),
        blocks.rich_text(blocks.numbered([blocks.words(each)] for each in asked)),
        blocks.context(counted),
        *([blocks.actions(*buttons)] if buttons else []),
    ]
    numbered = (f"{number}. {each}" for number, each in enumerate(asked, start=1))
    lines = [headline, spoken_title(paper), *notes, words("discussion.questions"), *numbered, counted]
    return blocks.message("\n".join(lines), drawn, opening=Mrkdwn(f"{presented}\n"))


def question(prompt: Prompt, entry: Entry, words: Words) -> str:
    """Return a question in the readers' language, with what it is about; figures not found are marked."""
    quote = prompt.quote
    if entry.summary and quote and hasattr(entry.summary, prompt.topic):
        quote = with_marks(entry.summary, prompt.topic)
    return words(_QUESTIONS[prompt.topic], quote=cut(without_bold(quote), _QUOTE_CHARACTERS))


def presenter_line(discussion: Discussion, words: Words) -> Mrkdwn:
    """Return who presents, as a mention, or that nobody does yet."""
    if discussion.presenter is None:
        return words.mrkdwn("discussion.nobody_presents")
    return words.mrkdwn("discussion.presents", person=_mention(discussion.presenter))


class Told(StrEnum):
    """What a channel is told of a discussion on its plan."""

    PLANNED = "planned"
    CHANGED = "changed"
    DROPPED = "dropped"


_TOLD = {
    Told.PLANNED: "told.discussion_planned",
    Told.CHANGED: "told.discussion_changed",
    Told.DROPPED: "told.discussion_dropped",
}


def planned_message(discussion: Discussion, paper: Paper, words: Words, told: Told) -> Message:
    """Return what the channel is told of its plan, with the buttons that change it further.

    It does not say who planned it; whoever presents has pressed that they do.
    """
    key, day = _TOLD[told], words.day_of_year(discussion.planned_for)
    is_planned = discussion.state is DiscussionState.PLANNED
    presented = presenter_line(discussion, words)
    spoken = words(key, title=spoken_title(paper), date=day)
    pieces = words.pieces(key, title=_link(paper), date=blocks.words(day, bold=True))
    drawn = [
        blocks.rich_text(blocks.told(pieces)),
        *([blocks.context(presented)] if is_planned else []),
        *([blocks.actions(*_planning_buttons(discussion, words))] if is_planned else []),
    ]
    return blocks.message(spoken, drawn, opening=Mrkdwn(f"{presented}\n") if is_planned else blocks.NOTHING)


@dataclass(frozen=True, slots=True)
class PlanForm:
    """A form that sets date and presenter of a discussion."""

    channel: str
    paper: Paper
    day: date
    #: What is planned already; `None` for a new discussion.
    discussion: Discussion | None = None
    #: Whether the person who fills it in presents.
    is_presenter: bool = False
    #: Who else will read it, as far as this person may see that.
    readers: tuple[str, ...] = ()


def plan_modal(form: PlanForm, words: Words) -> Block:
    """Return the form; it offers no name but that of the person who fills it in.

    Whoever else is to present presses that in the announcement: nobody is named by another.
    """
    kept = form.discussion.presenter if form.discussion else None
    is_taken = kept is not None and not form.is_presenter
    nobody = "discussion.as_it_is" if is_taken else "discussion.nobody_yet"
    presenters = {_NOBODY: words(nobody), _ME: words("discussion.me")}
    people = Mrkdwn(" ".join(map(_mention, form.readers[:_MOST_READERS_NAMED])))
    named = words.mrkdwn("discussion.others", people=people)
    drawn = [
        blocks.rich_text(blocks.paragraph(_link(form.paper))),
        blocks.field(ids.DISCUSSION_DAY, words("discussion.day"), blocks.date_input(form.day)),
        blocks.field(
            ids.DISCUSSION_PRESENTER,
            words("discussion.presenter"),
            blocks.choice("radio_buttons", presenters, _ME if form.is_presenter else _NOBODY),
            hint=words("discussion.presenter_hint"),
        ),
        *([blocks.context(named)] if form.readers else []),
    ]
    about = ids.planned_value(
        ids.Planned(form.channel, form.paper.id, form.discussion.id if form.discussion else None)
    )
    view = blocks.modal(words("discussion.title"), words("button.cancel"), drawn, about=about)
    submit = "button.save_changes" if form.discussion else "button.plan"
    return blocks.form(view, ids.SUBMIT_DISCUSSION, words(submit))


def presents_chosen(value: str) -> bool:
    """Tell whether the form's choice says that the person who filled it in presents."""
    return value == _ME


def _verdict_buttons(discussion: Discussion, paper: Paper, words: Words) -> list[Button]:
    value, title = ids.discussion_value(discussion.id), shown_title(paper)
    return [
        Button(
            ids.FOUND_WORTH,
            words("button.worth"),
            value=value,
            spoken=words("button.worth_of", title=title),
        ),
        Button(
            ids.FOUND_SKIP,
            words("button.skip"),
            value=value,
            spoken=words("button.skip_of", title=title),
        ),
    ]


def _planning_buttons(discussion: Discussion, words: Words) -> list[Button]:
    """Return the buttons of a discussion that is on the plan: to present, to change and to drop it."""
    if discussion.state is not DiscussionState.PLANNED:
        return []
    value = ids.discussion_value(discussion.id)
    presents = Button(ids.PRESENT_DISCUSSION, words("button.present"), value=value)
    drop = Confirmation(
        words("discussion.drop_title"),
        words("discussion.drop_question"),
        words("button.drop_now"),
        words("button.cancel"),
    )
    return [
        *([] if discussion.presenter else [presents]),
        Button(ids.CHANGE_DISCUSSION, words("button.change_discussion"), value=value),
        Button(ids.DROP_DISCUSSION, words("button.drop"), value=value, confirmation=drop),
    ]


def _mention(person: str) -> Mrkdwn:
    return Mrkdwn(f"<@{person}>")


def _link(paper: Paper) -> Block:
    return blocks.title_link(abstract_url(paper.id), shown_title(paper, _TITLE_CHARACTERS))
