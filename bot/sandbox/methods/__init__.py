"""The Web API methods that the sandbox implements; any other is answered with `unknown_method`."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from bot.sandbox.errors import RefusedError, invalid_arguments
from bot.sandbox.methods import apps, bots, chat, conversations, files, reactions, unfurls, users, views
from bot.sandbox.methods.call import Call, Method

if TYPE_CHECKING:
    from bot.sandbox.workspace import Workspace

_MODULES = (apps, bots, chat, conversations, files, reactions, unfurls, users, views)
METHODS: dict[str, Method] = {method.name: method for module in _MODULES for method in module.METHODS}

_SLOWED = frozenset({"conversations.history", "conversations.replies"})
"""Methods that Slack limits to one call a minute for commercially distributed apps."""

_SENT_BY_BOLT = "team_id"
"""A default argument that Bolt's clients add to every call; Slack ignores it."""


class MethodRegistry:
    """The methods as a workspace calls them: all of them, and `more`."""

    def __init__(self, more: Iterable[Method] = ()) -> None:
        self._methods = {**METHODS, **{method.name: method for method in more}}

    @property
    def names(self) -> Collection[str]:
        """The names of all methods."""
        return self._methods.keys()

    def run(
        self,
        workspace: "Workspace",
        name: str,
        arguments: dict[str, Any],
        token: str | None,
        *,
        show_after: float,
        limited: bool,
    ) -> dict[str, Any]:
        """Run the method called `name` and return its response body. Raises RefusedError."""
        method = self._methods.get(name)
        if method is None:
            raise RefusedError("unknown_method", req_method=name)
        token = arguments.pop("token", None) or token
        if method.takes != "nothing":
            _authenticate(workspace, method, token)
        if limited:
            _count(workspace, method)
        call = Call(workspace, arguments, token or "", show_after=show_after, limited=limited)
        if method.scope is not None:
            call.need_scope(method.scope)
        _check_arguments(method, arguments)
        return method.run(call)


def _check_arguments(method: Method, arguments: dict[str, Any]) -> None:
    for argument in arguments:
        if argument not in method.arguments and argument != _SENT_BY_BOLT:
            raise invalid_arguments(
                f"this argument is not supported here: {argument} [json-pointer:/{argument}]"
            )


def _count(workspace: "Workspace", method: Method) -> None:
    now = workspace.clock.now()
    if workspace.config.is_distributed and method.name in _SLOWED:
        workspace.limits.take_distributed(method.name, now)
    else:
        workspace.limits.take_method(method.name, method.tier, now)


def _authenticate(workspace: "Workspace", method: Method, token: Any) -> None:
    if not token:
        raise RefusedError("not_authed")
    if not isinstance(token, str):
        raise RefusedError("invalid_auth")
    kinds = {workspace.app_token: "app token", workspace.config.configuration_token: "configuration token"}
    kind = kinds.get(token, "bot token")
    if kind == "bot token":
        workspace.tokens.check(token, workspace.clock.now())
    if kind != method.takes:
        raise RefusedError("not_allowed_token_type")
