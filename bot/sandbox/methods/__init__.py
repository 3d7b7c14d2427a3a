"""The Web API methods that the sandbox implements; any other is answered with `unknown_method`."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from bot.sandbox.errors import RefusedError, invalid_arguments
from bot.sandbox.methods import apps, bots, chat, conversations, files, reactions, users, views
from bot.sandbox.methods.call import Call, Method

if TYPE_CHECKING:
    from bot.sandbox.workspace import Workspace

_MODULES = (apps, bots, chat, conversations, files, reactions, users, views)
METHODS: dict[str, Method] = {method.name: method for module in _MODULES for method in module.METHODS}

_SLOWED = frozenset({"conversations.history", "conversations.replies"})
"""Methods that Slack limits to one call a minute for commercially distributed apps."""

_SENT_BY_BOLT = "team_id"
"""A default argument that Bolt's clients add to every call; Slack ignores it."""


class MethodRegistry:
    """The methods as a workspace calls them."""

    @property
    def names(self) -> Collection[str]:
        """The names of all methods."""
        return METHODS.keys()

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
        method = METHODS.get(name)
        if method is None:
            raise RefusedError("unknown_method", req_method=name)
        _authenticate(workspace, method, arguments.pop("token", None) or token)
        if limited:
            _count(workspace, method)
        call = Call(workspace, arguments, show_after=show_after, limited=limited)
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


def _authenticate(workspace: "Workspace", method: Method, token: str | None) -> None:
    if not token:
        raise RefusedError("not_authed")
    is_of_app = token == workspace.app_token
    is_of_configuration = token == workspace.config.configuration_token
    if not (is_of_app or is_of_configuration):
        workspace.tokens.check(token, workspace.clock.now())
    if (is_of_app, is_of_configuration) != (method.takes_app_token, method.takes_configuration_token):
        raise RefusedError("not_allowed_token_type")
