"""The Block Kit blocks that the bot uses, each within Slack's limits.

Text from strangers goes into rich text or plain text, in which Slack parses no markup; mrkdwn takes only
`Mrkdwn`, so nothing unescaped can reach it. Limits: https://docs.slack.dev/reference/block-kit
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.text.mrkdwn import Mrkdwn, bold_runs, clean, cut, escape, escape_within, split

Block = dict[str, Any]

BLOCKS_PER_MESSAGE = 50
MESSAGE_CHARACTERS = 8000
"""The most characters of all blocks of a message; Slack refuses about 13,000, undocumented."""

TEXT_BYTES = 3800
"""The most bytes of a message's `text`; `chat.update` refuses 4,000 and more."""

NOTHING = Mrkdwn("")

_TEXT_CHARACTERS = 3000
_HEADER_CHARACTERS = 150
_BUTTON_CHARACTERS = 75
_CONTEXT_CHARACTERS = 2000
_ALTERNATIVE_CHARACTERS = 2000
_MODAL_TITLE_CHARACTERS = 24
_LABEL_CHARACTERS = 2000
_PLACEHOLDER_CHARACTERS = 150
_CONFIRMATION_TITLE_CHARACTERS = 100
_CONFIRMATION_CHARACTERS = 300
_CONFIRMATION_BUTTON_CHARACTERS = 30
_OPTION_CHARACTERS = 75
OPTION_VALUE_CHARACTERS = 150
"""The most characters of an option's value; Slack refuses longer ones."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message: its blocks, and `text` with the same for screen readers and notifications."""

    text: Mrkdwn
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A question that Slack asks before a button does anything."""

    title: str
    text: str
    confirm: str
    deny: str


@dataclass(frozen=True, slots=True)
class Button:
    """A button."""

    action_id: str
    label: str
    #: Sent with the action.
    value: str | None = None
    #: Opened by a click.
    url: str | None = None
    primary: bool = False
    #: Drawn as a warning, in place of `primary`.
    is_danger: bool = False
    #: What a screen reader says instead of the label, where several buttons share one.
    spoken: str | None = None
    confirmation: Confirmation | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """An overflow menu ("…") of at most five options."""

    action_id: str
    #: Labels by value.
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Select:
    """A select of one of at most a hundred options."""

    action_id: str
    #: Shown while nothing is chosen.
    placeholder: str
    #: Labels by value.
    options: Mapping[str, str]
    chosen: str = ""


def message(text: str, blocks: Iterable[Block], *, opening: Mrkdwn = NOTHING, ending: str = "") -> Message:
    """Return a message; its plain `text` is escaped here and cut to 3,800 bytes.

    Its `opening`, which is mrkdwn, and its `ending`, which is escaped too, are never cut.
    """
    last = escape(ending)
    room = TEXT_BYTES - len(opening.encode()) - len(last.encode())
    return Message(Mrkdwn(opening + escape_within(text, room) + last), tuple(blocks))


def header(text: str) -> Block:
    """Return a headline, cut to 150 characters."""
    return {"type": "header", "text": _plain(text, _HEADER_CHARACTERS)}


def section(text: Mrkdwn, *, accessory: Button | None = None) -> Block:
    """Return a paragraph, shown in full, with an optional button beside it."""
    block: Block = {"type": "section", "text": {"type": "mrkdwn", "text": text}, "expand": True}
    if accessory:
        block["accessory"] = _button(accessory)
    return block


def context(*parts: str) -> Block:
    """Return a small grey line; `Mrkdwn` parts may hold links, other parts are plain text."""
    return {"type": "context", "elements": [_context_element(part) for part in parts]}


def image(url: str, alternative: str) -> Block:
    """Return a picture, which Slack loads from the address, and what is said in its place."""
    return {"type": "image", "image_url": url, "alt_text": cut(clean(alternative), _ALTERNATIVE_CHARACTERS)}


def is_image(block: Block) -> bool:
    """Return whether the block is a picture."""
    return block.get("type") == "image"


def divider() -> Block:
    """Return a line between blocks."""
    return {"type": "divider"}


def actions(*elements: Button | Menu | Select) -> Block:
    """Return a row of buttons, menus and selects."""
    return {"type": "actions", "elements": [_element(element) for element in elements]}


def feedback(action_id: str, positive: Button, negative: Button) -> Block:
    """Return two small buttons that share an id and differ by their value, for messages alone.

    https://docs.slack.dev/reference/block-kit/block-elements/feedback-buttons-element
    """
    halves = {"positive_button": _half(positive), "negative_button": _half(negative)}
    return {
        "type": "context_actions",
        "elements": [{"type": "feedback_buttons", "action_id": action_id, **halves}],
    }


def rich_text(*elements: Block) -> Block:
    """Return rich text of paragraphs, quotes and lists."""
    return {"type": "rich_text", "elements": list(elements)}


def paragraph(*elements: Block) -> Block:
    """Return a paragraph of rich text."""
    return {"type": "rich_text_section", "elements": list(elements)}


def quote(*elements: Block) -> Block:
    """Return a quotation in rich text."""
    return {"type": "rich_text_quote", "elements": list(elements)}


def numbered(items: Iterable[Sequence[Block]]) -> Block:
    """Return a numbered list of rich text."""
    return {"type": "rich_text_list", "style": "ordered", "elements": [paragraph(*item) for item in items]}


def bullets(items: Iterable[Sequence[Block]]) -> Block:
    """Return a list of rich text with a dot before each item."""
    return {"type": "rich_text_list", "style": "bullet", "elements": [paragraph(*item) for item in items]}


def words(text: str, *, bold: bool = False) -> Block:
    """Return a run of rich text with unchanged text."""
    run: Block = {"type": "text", "text": clean(text)}
    return {**run, "style": {"bold": True}} if bold else run


def code(text: str) -> Block:
    """Return a run of rich text as code, such as what a person can type."""
    return {**words(text), "style": {"code": True}}


def told(pieces: Iterable[str | Block]) -> Block:
    """Return a paragraph of our own words, where backticks make code, and of elements between them."""
    runs = (_own_words(piece) if isinstance(piece, str) else [piece] for piece in pieces)
    return paragraph(*(run for several in runs for run in several))


def marked(text: str) -> list[Block]:
    """Return runs of rich text, with Markdown's `**` as bold."""
    runs = bold_runs(clean(text))
    return [words(piece, bold=is_bold) for run, is_bold in runs for piece in split(run, _TEXT_CHARACTERS)]


def title_link(url: str, label: str) -> Block:
    """Return a bold link in rich text."""
    return {"type": "link", "url": url, "text": clean(label), "style": {"bold": True}}


def modal(title: str, close: str, blocks: Iterable[Block], *, about: str = "") -> Block:
    """Return a modal to read; `about` is hidden context for its buttons."""
    return {
        "type": "modal",
        "title": _plain(title, _MODAL_TITLE_CHARACTERS),
        "close": _plain(close, _MODAL_TITLE_CHARACTERS),
        "private_metadata": about,
        "blocks": list(blocks),
    }


def form(view: Block, callback_id: str, submit: str) -> Block:
    """Return the modal as a form that can be submitted."""
    return {**view, "callback_id": callback_id, "submit": _plain(submit, _MODAL_TITLE_CHARACTERS)}


def field(name: str, label: str, element: Block, *, hint: str = "", **more: bool) -> Block:
    """Return a labelled input of a form; its block and its element share an id."""
    block = {
        "type": "input",
        "block_id": name,
        "label": _plain(label, _LABEL_CHARACTERS),
        "element": {**element, "action_id": name},
        **more,
    }
    return {**block, "hint": _plain(hint, _LABEL_CHARACTERS)} if hint else block


def choice(kind: str, options: Mapping[str, str], chosen: Sequence[str] | str) -> Block:
    """Return a select, checkboxes or radio buttons, from labels by value.

    A sequence in `chosen` is for an element with several choices.
    """
    drawn = {value: _option(value, label) for value, label in options.items()}
    element: Block = {"type": kind, "options": list(drawn.values())}
    if isinstance(chosen, str):
        return {**element, "initial_option": drawn[chosen]} if chosen in drawn else element
    initial = [drawn[value] for value in chosen if value in drawn]
    return {**element, "initial_options": initial} if initial else element


def text_input(value: str, limit: int, *, multiline: bool = False) -> Block:
    """Return a text input of one or several lines and at most `limit` characters."""
    element: Block = {"type": "plain_text_input", "max_length": limit, "multiline": multiline}
    return {**element, "initial_value": value[:limit]} if value else element


def date_input(day: date) -> Block:
    """Return a picker of a date."""
    return {"type": "datepicker", "initial_date": day.isoformat()}


def search_input(value: str, limit: int, placeholder: str) -> Block:
    """Return a text input that sends what is typed at each character and on Enter, once its block does."""
    return {
        **text_input(value, limit),
        "placeholder": _plain(placeholder, _PLACEHOLDER_CHARACTERS),
        "focus_on_load": True,
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed", "on_character_entered"]},
    }


def channel_select(placeholder: str) -> Block:
    """Return a select of the person's channels, preset to the one that they are in."""
    return {
        "type": "conversations_select",
        "placeholder": _plain(placeholder, _PLACEHOLDER_CHARACTERS),
        "default_to_current_conversation": True,
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }


def home(blocks: Iterable[Block]) -> Block:
    """Return the view of a Home tab."""
    return {"type": "home", "blocks": list(blocks)}


def _plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": cut(clean(text), limit), "emoji": False}


def _own_words(text: str) -> list[Block]:
    runs = [(run, index % 2 == 1) for index, run in enumerate(text.split("`")) if run]
    return [code(run) if is_code else words(run) for run, is_code in runs]


def _option(value: str, label: str) -> Block:
    return {"text": _plain(label, _OPTION_CHARACTERS), "value": value}


def _context_element(part: str) -> Block:
    return {"type": "mrkdwn", "text": part} if isinstance(part, Mrkdwn) else _plain(part, _CONTEXT_CHARACTERS)


def _element(element: Button | Menu | Select) -> Block:
    if isinstance(element, Button):
        return _button(element)
    if isinstance(element, Select):
        placeholder = {"placeholder": _plain(element.placeholder, _PLACEHOLDER_CHARACTERS)}
        drawn = choice("static_select", element.options, element.chosen)
        return {**drawn, **placeholder, "action_id": element.action_id}
    options = [_option(value, label) for value, label in element.options.items()]
    return {"type": "overflow", "action_id": element.action_id, "options": options}


def _button(button: Button) -> Block:
    block: Block = {
        "type": "button",
        "action_id": button.action_id,
        "text": _plain(button.label, _BUTTON_CHARACTERS),
    }
    optional = {
        "value": button.value,
        "url": button.url,
        "style": "danger" if button.is_danger else "primary" if button.primary else None,
        "accessibility_label": cut(clean(button.spoken), _BUTTON_CHARACTERS) if button.spoken else None,
        "confirm": _confirmation(button.confirmation) if button.confirmation else None,
    }
    return {**block, **{name: value for name, value in optional.items() if value is not None}}


def _half(button: Button) -> Block:
    drawn = _button(button)
    return {name: drawn[name] for name in ("text", "value", "accessibility_label") if name in drawn}


def _confirmation(confirmation: Confirmation) -> Block:
    return {
        "title": _plain(confirmation.title, _CONFIRMATION_TITLE_CHARACTERS),
        "text": _plain(confirmation.text, _CONFIRMATION_CHARACTERS),
        "confirm": _plain(confirmation.confirm, _CONFIRMATION_BUTTON_CHARACTERS),
        "deny": _plain(confirmation.deny, _CONFIRMATION_BUTTON_CHARACTERS),
    }
