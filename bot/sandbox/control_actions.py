"""The actions of the control API: the names for `do`, with the fields that each reads from the body."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.sandbox.checks import Json
from bot.sandbox.errors import NotPossibleError
from bot.sandbox.member import Member

_Action = Callable[[Member, Json], Awaitable[Json | None]]


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise NotPossibleError(f"{body['do']} needs {name!r}, a string.")
    return value


def _optional_text(body: Json, name: str) -> str | None:
    return _text(body, name) if body.get(name) is not None else None


def _container(body: Json) -> Json:
    container = body.get("container")
    if not isinstance(container, dict):
        raise NotPossibleError(f"{body['do']} needs 'container', with channel and ts, or view_id.")
    return container


def _values(body: Json, name: str) -> dict[str, dict[str, Any]]:
    values = body.get(name) or {}
    if not isinstance(values, dict) or not all(isinstance(each, dict) for each in values.values()):
        raise NotPossibleError(f"{name!r} must map block_id to action_id to value.")
    return values


def _message_of(body: Json) -> Json:
    return {"channel": _text(body, "channel"), "ts": _text(body, "ts")}


async def _message(member: Member, body: Json) -> Json:
    thread_ts = _optional_text(body, "thread_ts")
    thread = {"ts": thread_ts} if thread_ts else None
    return {"message": await member.message(_text(body, "channel"), _text(body, "text"), thread)}


async def _draft(member: Member, body: Json) -> Json:
    return {"unfurl_id": await member.draft(_text(body, "text"))}


async def _command(member: Member, body: Json) -> None:
    await member.command(_text(body, "channel"), _text(body, "text"))


async def _click(member: Member, body: Json) -> None:
    await member.click(
        _container(body),
        _text(body, "action_id"),
        value=_optional_text(body, "value"),
        block_id=_optional_text(body, "block_id"),
        state=_values(body, "state"),
    )


async def _select(member: Member, body: Json) -> None:
    value = next((body[name] for name in ("value", "values", "date", "time") if name in body), None)
    await member.select(
        _container(body),
        _text(body, "action_id"),
        value,
        block_id=_optional_text(body, "block_id"),
        state=_values(body, "state"),
    )


async def _suggest(member: Member, body: Json) -> Json:
    typed, block_id = _text(body, "value"), _optional_text(body, "block_id")
    return await member.suggest(_container(body), _text(body, "action_id"), typed, block_id=block_id)


async def _overflow(member: Member, body: Json) -> None:
    await member.overflow(
        _container(body),
        _text(body, "action_id"),
        _text(body, "value"),
        block_id=_optional_text(body, "block_id"),
        state=_values(body, "state"),
    )


async def _submit(member: Member, body: Json) -> Json:
    return {"errors": await member.submit(_text(body, "view_id"), _values(body, "values"))}


async def _close(member: Member, body: Json) -> None:
    await member.close(_text(body, "view_id"))


async def _shortcut(member: Member, body: Json) -> None:
    message = _message_of(body) if "ts" in body else None
    await member.shortcut(_text(body, "callback_id"), message)


async def _react(member: Member, body: Json) -> None:
    await member.react(_message_of(body), _text(body, "name"))


async def _unreact(member: Member, body: Json) -> None:
    await member.unreact(_message_of(body), _text(body, "name"))


async def _home(member: Member, _body: Json) -> None:
    await member.open_home()


async def _invite(member: Member, body: Json) -> None:
    await member.invite(_text(body, "channel"))


async def _remove(member: Member, body: Json) -> None:
    await member.remove(_text(body, "channel"))


async def _archive(member: Member, body: Json) -> None:
    await member.archive(_text(body, "channel"))


async def _rename(member: Member, body: Json) -> None:
    await member.rename(_text(body, "channel"), _text(body, "name"))


async def _delete(member: Member, body: Json) -> None:
    await member.delete(_message_of(body))


ACTIONS: dict[str, _Action] = {
    "message": _message,
    "draft": _draft,
    "command": _command,
    "click": _click,
    "select": _select,
    "suggest": _suggest,
    "overflow": _overflow,
    "submit": _submit,
    "close": _close,
    "shortcut": _shortcut,
    "react": _react,
    "unreact": _unreact,
    "home": _home,
    "invite": _invite,
    "remove": _remove,
    "archive": _archive,
    "rename": _rename,
    "delete": _delete,
}
