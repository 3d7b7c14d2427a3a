"""For each rule on blocks and views: an example that Slack accepts, and one that it rejects."""

from typing import Any

from tests.sandbox.examples import (
    Json,
    actions,
    button,
    confirm,
    context,
    field,
    file_input,
    header,
    home,
    image,
    modal,
    mrkdwn,
    number_input,
    option,
    options,
    plain,
    rich_section,
    rich_text,
    section,
    select,
    text_input,
)


def long(length: int) -> str:
    return "x" * length


def in_actions(element: Json) -> list[Json]:
    return [actions(element)]


def overflow(**more: Any) -> Json:
    return {"type": "overflow", "action_id": "a", "options": [option()], **more}


def half(**more: Any) -> Json:
    """Return one of two buttons for feedback."""
    return {"text": plain(), "value": "v", **more}


def feedback(**more: Any) -> Json:
    halves = {"positive_button": half(), "negative_button": half(value="w")}
    return {"type": "feedback_buttons", "action_id": "a", **halves, **more}


def context_actions(*elements: Json) -> Json:
    return {"type": "context_actions", "elements": list(elements)}


def checkboxes(**more: Any) -> Json:
    return {"type": "checkboxes", "action_id": "a", "options": [option()], **more}


def picker(kind: str, **more: Any) -> list[Json]:
    return in_actions({"type": kind, "action_id": "a", **more})


def group(**more: Any) -> Json:
    return {"label": plain(), "options": [option()], **more}


def grouped(*groups: Json) -> list[Json]:
    return in_actions({"type": "static_select", "action_id": "a", "option_groups": list(groups)})


def multi(**more: Any) -> list[Json]:
    return [
        section(accessory={"type": "multi_static_select", "action_id": "a", "options": [option()], **more})
    ]


def asking(**more: Any) -> list[Json]:
    return in_actions(button(confirm=confirm(**more)))


IN_MESSAGES: dict[str, tuple[list[Json], list[Json]]] = {
    "message.blocks": ([section()] * 50, [section()] * 51),
    "block.type": ([section()], [{"type": "carousel", "elements": []}]),
    "field.known": ([section(expand=True)], [section(accesory=button())]),
    "field.required": ([header()], [{"type": "header"}]),
    "field.type": ([section()], [section(expand="yes")]),
    "field.value": (in_actions(button(style="danger")), in_actions(button(style="default"))),
    "block_id": ([section(block_id=long(255))], [section(block_id=long(256))]),
    "block_id.unique": (
        [section(block_id="a"), section(block_id="b")],
        [section(block_id="a"), section(block_id="a")],
    ),
    "action_id": (in_actions(button(action_id=long(255))), in_actions(button(action_id=long(256)))),
    "action_id.unique": (
        [actions(button()), actions(button())],
        [actions(button(), button())],
    ),
    "text.empty": ([section(text=mrkdwn("a"))], [section(text=mrkdwn(""))]),
    "items.empty": ([actions(button())], [actions()]),
    "text": ([context(mrkdwn(long(3000)))], [context(mrkdwn(long(3001)))]),
    "url": (in_actions(button(url="https://a.org/x")), in_actions(button(url="a.org/x y"))),
    "section.text": ([section(text=plain(long(3000)))], [section(text=plain(long(3001)))]),
    "section.fields": ([section(fields=[plain()] * 10)], [section(fields=[plain()] * 11)]),
    "section.field": ([section(fields=[plain(long(2000))])], [section(fields=[plain(long(2001))])]),
    "section.content": ([{"type": "section", "fields": [plain()]}], [{"type": "section"}]),
    "header.text": ([header(long(150))], [header(long(151))]),
    "context.elements": ([context(*[mrkdwn()] * 10)], [context(*[mrkdwn()] * 11)]),
    "actions.elements": (
        [actions(*[button(action_id=str(n)) for n in range(25)])],
        [actions(*[button(action_id=str(n)) for n in range(26)])],
    ),
    "context_actions.elements": (
        [context_actions(*[feedback(action_id=str(n)) for n in range(5)])],
        [context_actions(*[feedback(action_id=str(n)) for n in range(6)])],
    ),
    "feedback.text": (
        [context_actions(feedback(positive_button=half(text=plain(long(75)))))],
        [context_actions(feedback(positive_button=half(text=plain(long(76)))))],
    ),
    "feedback.value": (
        [context_actions(feedback(negative_button=half(value=long(2000))))],
        [context_actions(feedback(negative_button=half(value=long(2001))))],
    ),
    "feedback.accessibility_label": (
        [context_actions(feedback(negative_button=half(accessibility_label=long(75))))],
        [context_actions(feedback(negative_button=half(accessibility_label=long(76))))],
    ),
    "element.place": (multi(), in_actions({"type": "multi_static_select", "options": [option()]})),
    "input.surface": ([section(accessory=select())], [field()]),
    "rich_text.list": (
        [rich_text({"type": "rich_text_list", "style": "bullet", "elements": [rich_section()]})],
        [rich_text({"type": "rich_text_list", "style": "bullet", "elements": [{"type": "rich_text_quote"}]})],
    ),
    "button.text": (in_actions(button(text=plain(long(75)))), in_actions(button(text=plain(long(76))))),
    "button.value": (in_actions(button(value=long(2000))), in_actions(button(value=long(2001)))),
    "button.url": (
        in_actions(button(url="https://a.org/" + long(2986))),
        in_actions(button(url="https://a.org/" + long(2987))),
    ),
    "button.accessibility_label": (
        in_actions(button(accessibility_label=long(75))),
        in_actions(button(accessibility_label=long(76))),
    ),
    "option.text": (
        in_actions(select(options=[option(text=plain(long(75)))])),
        in_actions(select(options=[option(text=plain(long(76)))])),
    ),
    "option.value": (
        in_actions(select(options=[option(long(150))])),
        in_actions(select(options=[option(long(151))])),
    ),
    "option.description": (
        in_actions(select(options=[option(description=plain(long(75)))])),
        in_actions(select(options=[option(description=plain(long(76)))])),
    ),
    "option.url": (
        in_actions(overflow(options=[option(url="https://a.org/")])),
        in_actions(overflow(options=[option(url="https://a.org/" + long(2987))])),
    ),
    "option.initial": (
        in_actions(select(initial_option=option("v"))),
        in_actions(select(initial_option=option("w"))),
    ),
    "select.options": (
        in_actions(select(options=options(100))),
        in_actions(select(options=options(101))),
    ),
    "select.groups": (grouped(*[group()] * 100), grouped(*[group()] * 101)),
    "select.source": (in_actions(select()), in_actions(select(option_groups=[group()]))),
    "group.label": (grouped(group(label=plain(long(75)))), grouped(group(label=plain(long(76))))),
    "placeholder": (
        in_actions(select(placeholder=plain(long(150)))),
        in_actions(select(placeholder=plain(long(151)))),
    ),
    "overflow.options": (
        in_actions(overflow(options=options(5))),
        in_actions(overflow(options=options(6))),
    ),
    "choice.options": (
        in_actions(checkboxes(options=options(10))),
        in_actions(checkboxes(options=options(11))),
    ),
    "max_selected_items": (multi(max_selected_items=1), multi(max_selected_items=0)),
    "confirm.title": (asking(title=plain(long(100))), asking(title=plain(long(101)))),
    "confirm.text": (asking(text=mrkdwn(long(300))), asking(text=mrkdwn(long(301)))),
    "confirm.confirm": (asking(confirm=plain(long(30))), asking(confirm=plain(long(31)))),
    "confirm.deny": (asking(deny=plain(long(30))), asking(deny=plain(long(31)))),
    "image.url": (
        [context(image(image_url="https://a.org/" + long(2986)))],
        [context(image(image_url="https://a.org/" + long(2987)))],
    ),
    "image.title": ([image(title=plain(long(2000)))], [image(title=plain(long(2001)))]),
    "image.alt_text": ([context(image(alt_text=long(2000)))], [context(image(alt_text=long(2001)))]),
    "date": (
        picker("datepicker", initial_date="2025-09-29"),
        picker("datepicker", initial_date="29.9.2025"),
    ),
    "time": (picker("timepicker", initial_time="09:30"), picker("timepicker", initial_time="9:30")),
}
IN_VIEWS: dict[str, tuple[Json, Json]] = {
    "context_actions.surface": (home(in_actions(button())[0]), home(context_actions(feedback()))),
    "view.blocks": (home(*[section()] * 100), home(*[section()] * 101)),
    "view.needs_blocks": (home(section()), home()),
    "callback_id": (modal(callback_id=long(255)), modal(callback_id=long(256))),
    "external_id": (modal(external_id=long(255)), modal(external_id=long(256))),
    "input.label": (modal(field(label=plain(long(2000)))), modal(field(label=plain(long(2001))))),
    "input.hint": (modal(field(hint=plain(long(2000)))), modal(field(hint=plain(long(2001))))),
    "plain_text_input.length": (
        modal(field(text_input(min_length=2, max_length=3000))),
        modal(field(text_input(max_length=3001))),
    ),
    "number_input.value": (
        modal(field(number_input(initial_value="5"))),
        modal(field(number_input(initial_value=5))),
    ),
    "file_input.max_files": (
        modal(field(file_input(max_files=10, filetypes=["pdf"]))),
        modal(field(file_input(max_files=11))),
    ),
    "focus_on_load": (
        modal(field(text_input(focus_on_load=True)), field(text_input(focus_on_load=False))),
        modal(field(text_input(focus_on_load=True)), field(text_input(focus_on_load=True))),
    ),
    "modal.title": (modal(title=plain(long(24))), modal(title=plain(long(25)))),
    "modal.submit": (modal(submit=plain(long(24))), modal(submit=plain(long(25)))),
    "modal.close": (modal(close=plain(long(24))), modal(close=plain(long(25)))),
    "modal.submit.with_input": (
        modal(field()),
        {"type": "modal", "title": plain(), "blocks": [field()]},
    ),
    "home.fields": (home(section()), home(section(), title=plain())),
    "view.private_metadata": (
        modal(private_metadata=long(3000)),
        modal(private_metadata=long(3001)),
    ),
}
