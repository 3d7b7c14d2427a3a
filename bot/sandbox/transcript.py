"""What one person sees, as readable text, for tests and for readers without a browser."""

from collections.abc import Callable, Iterator

from bot.sandbox.checks import Json
from bot.sandbox.inputs import options_of
from bot.sandbox.text import readable, unescaped

NameOf = Callable[[str], str | None]


def of_messages(messages: list[Json], name_of: NameOf) -> str:
    """Return messages as text, with buttons as [Save] and replies indented below their parent."""
    lines: list[str] = []
    tops = [message for message in messages if message.get("thread_ts", message["ts"]) == message["ts"]]
    for message in tops:
        lines += _message(message, name_of, "")
        for reply in messages:
            if reply is not message and reply.get("thread_ts") == message["ts"]:
                lines += _message(reply, name_of, "    ")
    return "\n".join(lines)


def of_view(view: Json, name_of: NameOf) -> str:
    """Return a modal or a Home tab as text: its title, blocks, errors and buttons."""
    lines = [f"== {_plain(view['title'])} =="] if view.get("title") else []
    for block in view["blocks"]:
        lines += _block(block, name_of)
        error = view["errors"].get(block["block_id"])
        lines += [f"! {error}"] if error else []
    buttons = [f"[{_plain(view[name])}]" for name in ("close", "submit") if view.get(name)]
    return "\n".join([*lines, " ".join(buttons)] if buttons else lines)


def of_everything(view: Json, name_of: NameOf) -> str:
    """Return everything that a person sees as text: nonempty channels, views, and notices."""
    parts = []
    for channel in view["channels"]:
        messages = view["messages"][channel["id"]]
        if messages:
            parts.append(f"#{channel['name']}\n{of_messages(messages, name_of)}")
    views = [*view["modals"], *([view["home"]] if view["home"] else [])]
    parts += [f"({each['type']})\n{of_view(each, name_of)}" for each in views]
    parts += [f"(notice) {notice['text']}" for notice in view["notices"]]
    return "\n\n".join(parts) or "(nothing)"


def _message(message: Json, name_of: NameOf, indent: str) -> Iterator[str]:
    marks = " (only visible to you)" if message["ephemeral"] else ""
    marks += " (edited)" if "edited" in message else ""
    yield f"{indent}{message['username']}{marks}:"
    for line in _content(message, name_of):
        yield f"{indent}  {line}".rstrip()
    if message["reactions"]:
        counts = " ".join(f":{each['name']}: {len(each['users'])}" for each in message["reactions"])
        yield f"{indent}  {counts}"


def _content(message: Json, name_of: NameOf) -> Iterator[str]:
    if not message["blocks"]:
        yield from readable(message["text"], name_of).splitlines()
    for block in message["blocks"]:
        yield from _block(block, name_of)
    for attachment in message.get("attachments", []):
        for block in attachment["blocks"]:
            for line in _block(block, name_of):
                yield f"| {line}"
    for file in message["files"]:
        yield f"[file: {file['name']}, {file['size']} bytes]"


def _block(block: Json, name_of: NameOf) -> Iterator[str]:
    kind = block["type"]
    if kind == "divider":
        yield "----"
    elif kind == "rich_text":
        for element in block["elements"]:
            yield from _rich(element)
    elif kind == "image":
        yield _element(block, name_of)
    elif kind in {"context", "actions", "context_actions"}:
        yield " ".join(_element(element, name_of) for element in block["elements"])
    elif kind == "input":
        optional = " (optional)" if block.get("optional") else ""
        yield f"{_plain(block['label'])}{optional}: {_element(block['element'], name_of)}"
    else:
        yield from _texts(block, name_of)


def _texts(block: Json, name_of: NameOf) -> Iterator[str]:
    texts = [block["text"]] if "text" in block else []
    for text in [*texts, *block.get("fields", [])]:
        yield from _text(text, name_of).splitlines()
    if "accessory" in block:
        yield _element(block["accessory"], name_of)


def _text(text: Json, name_of: NameOf) -> str:
    return readable(text["text"], name_of) if text["type"] == "mrkdwn" else _plain(text)


def _plain(text: Json) -> str:
    return unescaped(text["text"])


def _element(element: Json, name_of: NameOf) -> str:
    kind = element["type"]
    if kind in {"plain_text", "mrkdwn"}:
        return _text(element, name_of)
    if kind == "button":
        return f"[{_plain(element['text'])}]"
    if kind == "feedback_buttons":
        return " ".join(
            f"[{_plain(element[name]['text'])}]" for name in ("positive_button", "negative_button")
        )
    if kind == "image":
        return f"[image: {element['alt_text']}]"
    if "options" in element or "option_groups" in element:
        offered = " | ".join(_plain(option["text"]) for option in options_of(element))
        return f"[… {offered}]" if kind == "overflow" else f"[{offered}]"
    return f"[{kind}]"


def _rich(element: Json) -> Iterator[str]:
    if element["type"] == "rich_text_list":
        for index, item in enumerate(element["elements"]):
            mark = f"{index + 1 + element.get('offset', 0)}." if element["style"] == "ordered" else "•"
            yield f"{'  ' * element.get('indent', 0)}{mark} {_run(item)}"
    else:
        mark = "> " if element["type"] == "rich_text_quote" else ""
        for line in _run(element).splitlines():
            yield mark + line


def _run(section: Json) -> str:
    return "".join(_inline(each) for each in section["elements"])


def _inline(each: Json) -> str:
    if each["type"] == "emoji":
        return f":{each['name']}:"
    return str(each.get("text") or each["url"])
