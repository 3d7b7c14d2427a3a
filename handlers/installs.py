"""Installing the bot into a workspace from a browser: Slack's OAuth, and the pages around it.

https://docs.slack.dev/authentication/installing-with-oauth
"""

import logging
import re
from collections.abc import Awaitable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urljoin

import aiohttp
from slack_bolt import BoltResponse
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clock import Clock
from bot.delivery.slack_errors import UNLISTED, meaning_of
from bot.errors import PaperRoundError, SlackCallError
from bot.http.pages import Link, page, words_of_browser
from bot.http.server import Answer, Request, Route
from bot.locale import Words
from bot.manifest import REDIRECT_PATH
from bot.settings import OverHttp
from handlers.oauth_states import SignedStates, StateCookie
from handlers.payloads import record_at, text_at

INSTALL_PATH = "/slack/install"

_METHOD = "oauth.v2.access"
_TEAM = re.compile(r"[TE][A-Z0-9]{1,30}", re.ASCII)

_CODE = re.compile(r"[a-z_]{1,60}", re.ASCII)

_DENIED = (HTTPStatus.OK, "install.denied", "install.denied_next")
_EXPIRED = (HTTPStatus.BAD_REQUEST, "install.expired", "install.expired_next")
_UNREACHABLE = (HTTPStatus.SERVICE_UNAVAILABLE, "install.unreachable", "install.unreachable_next")
_NOT_STORED = (HTTPStatus.INTERNAL_SERVER_ERROR, "install.not_stored", "install.not_stored_next")
_REFUSED = (HTTPStatus.BAD_REQUEST, "install.refused", "install.refused_next")

_FAILURES = {
    "access_denied": _DENIED,
    # Bolt's reasons.
    "invalid_browser": _EXPIRED,
    "invalid_state": _EXPIRED,
    "missing_code": _EXPIRED,
    "storage_error": _NOT_STORED,
    # Slack's errors for a code.
    "invalid_code": _EXPIRED,
    "code_already_used": _EXPIRED,
    "unreachable": _UNREACHABLE,
}
"""The page for each reason: its status, its title and what it says to do."""

_logger = logging.getLogger(__name__)


class Installing:
    """Serves the two addresses of an installation; `flow` is for Bolt's app as well."""

    def __init__(
        self,
        way: OverHttp,
        client: AsyncWebClient,
        scopes: Sequence[str],
        store: AsyncInstallationStore,
        clock: Clock,
        command: str,
    ) -> None:
        self._pages = _Pages(urljoin(client.base_url, "/"), command)
        settings = AsyncOAuthSettings(
            client_id=way.client_id,
            client_secret=way.client_secret,
            scopes=list(scopes),
            # Without a list, Bolt takes one from the environment; likewise below.
            user_scopes=[],
            redirect_uri=urljoin(way.public_url, REDIRECT_PATH.removeprefix("/")),
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            install_page_rendering_enabled=False,
            authorization_url=urljoin(client.base_url, "/oauth/v2/authorize"),
            callback_options=AsyncCallbackOptions(self._pages.on_success, self._pages.on_failure),
            installation_store=store,
            installation_store_bot_only=True,
            state_store=SignedStates(way.client_secret, clock),
        )
        settings.state_utils = StateCookie()
        self.flow = _Flow(client=client, settings=settings)
        only_get = frozenset({"GET"})
        self.routes: Mapping[str, Route] = {
            INSTALL_PATH: Route(only_get, self._begin),
            REDIRECT_PATH: Route(only_get, self._complete),
        }

    async def _begin(self, request: Request) -> Answer:
        return _answer_of(await self.flow.handle_installation(_bolt_request(request)))

    async def _complete(self, request: Request) -> Answer:
        words = words_of_browser(request.headers.get("Accept-Language", ""))
        try:
            return _answer_of(await self.flow.handle_callback(_bolt_request(request)))
        except SlackCallError as error:
            _log("Slack did not take an installation (%s)", error.reason)
            reason = "unreachable" if error.is_passing else error.reason
        except PaperRoundError as error:
            _log("An installation could not be stored: %s", str(error))
            reason = "storage_error"
        return self._pages.failure(reason, words)


class _Flow(AsyncOAuthFlow):
    """Bolt's flow, without what it lets through: an unknown Slack error, a code in the log, any `team`."""

    async def build_authorize_url(self, state: str, request: AsyncBoltRequest) -> str:
        """Return Slack's page on which a person allows the installation."""
        team = (request.query.get("team") or [""])[0]
        generator = self.settings.authorize_url_generator
        return generator.generate(state=state, team=team if _TEAM.fullmatch(team) else None)

    async def run_installation(self, code: str) -> Installation:
        """Exchange the code for a token; raises `SlackCallError`."""
        given = await _answered(
            # The SDK's own method builds what aiohttp no longer wants.
            self.client.api_call(
                _METHOD,
                data={
                    "code": code,
                    "client_id": self.settings.client_id,
                    "client_secret": self.settings.client_secret,
                    "redirect_uri": self.settings.redirect_uri,
                },
            )
        )
        token = text_at(given, "access_token")
        return _installation(given, await _answered(self.client.auth_test(token=token)))


async def _answered(asking: Awaitable[AsyncSlackResponse]) -> Mapping[str, Any]:
    """Return Slack's answer; raises `SlackCallError`, without the text of an error, which may hold a code."""
    try:
        body = (await asking).data
    except SlackApiError as error:
        code = text_at(getattr(error.response, "data", None), "error")
        meaning = meaning_of(_METHOD, code)
        is_passing = not code or (meaning.scope is None and meaning is not UNLISTED)
        raise SlackCallError(code or "no answer", is_passing=is_passing) from None
    except (OSError, aiohttp.ClientError, SlackClientError) as error:
        raise SlackCallError(type(error).__name__, is_passing=True) from None
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
        # What the SDK stumbles over in an answer that is none of Slack's.
        raise SlackCallError("no answer that can be read", is_passing=True) from None
    return record_at({"body": body}, "body")


def _installation(given: Mapping[str, Any], tested: Mapping[str, Any]) -> Installation:
    """Return what Slack granted, without anything of a person but their id; raises `SlackCallError`."""
    is_organisation = given.get("is_enterprise_install") is True
    whose = text_at(given, "enterprise" if is_organisation else "team", "id")
    token, person = text_at(given, "access_token"), text_at(given, "authed_user", "id")
    if not (whose and token and person):
        raise SlackCallError("an answer without a token", is_passing=True)
    seconds = given.get("expires_in")
    return Installation(
        app_id=text_at(given, "app_id"),
        enterprise_id=text_at(given, "enterprise", "id") or None,
        enterprise_name=text_at(given, "enterprise", "name") or None,
        enterprise_url=text_at(tested, "url") or None if is_organisation else None,
        team_id=text_at(given, "team", "id") or None,
        team_name=text_at(given, "team", "name") or None,
        bot_token=token,
        bot_id=text_at(tested, "bot_id") or None,
        bot_user_id=text_at(given, "bot_user_id") or None,
        bot_scopes=text_at(given, "scope"),
        bot_refresh_token=text_at(given, "refresh_token") or None,
        bot_token_expires_in=seconds if isinstance(seconds, int) else None,
        user_id=person,
        is_enterprise_install=is_organisation,
        token_type=text_at(given, "token_type") or None,
    )


class _Pages:
    """What a browser shows at the end of an installation."""

    def __init__(self, slack: str, command: str) -> None:
        self._slack = slack
        self._command = command

    async def on_success(self, args: AsyncSuccessArgs) -> BoltResponse:
        """Say what to do next, and lead into the workspace."""
        installed, words = args.installation, _words_of(args.request)
        name = installed.team_name or installed.enterprise_name or "Slack"
        query = {"app": installed.app_id or "", **({"team": installed.team_id} if installed.team_id else {})}
        answer = page(
            words,
            HTTPStatus.OK,
            words("install.done", workspace=name),
            [words("install.next", command=f"{self._command} subscribe")],
            Link(words("install.open_slack"), f"{self._slack}app_redirect?{urlencode(query)}"),
        )
        return _bolt_response(answer, args.settings)

    async def on_failure(self, args: AsyncFailureArgs) -> BoltResponse:
        """Say what is wrong and what to do."""
        if args.error:
            _log("An installation could not be stored: %s", str(args.error))
        answer = self.failure(args.reason, _words_of(args.request))
        return _bolt_response(answer, args.settings)

    def failure(self, reason: str, words: Words) -> Answer:
        """Return the page for an installation that came to nothing; a reason that is no code is not shown."""
        status, title, what_to_do = _FAILURES.get(reason, _REFUSED)
        code = reason if _CODE.fullmatch(reason) else "?"
        said = [words(what_to_do, **({"reason": code} if title == _REFUSED[1] else {}))]
        return page(words, status, words(title), said, Link(words("install.again"), INSTALL_PATH))


def _log(sentence: str, reason: str) -> None:
    _logger.warning(sentence, reason, extra={"action": "install"})


def _words_of(request: AsyncBoltRequest) -> Words:
    return words_of_browser(",".join(request.headers.get("accept-language", [])))


def _bolt_request(request: Request) -> AsyncBoltRequest:
    return AsyncBoltRequest(body="", query=request.query, headers=dict(request.headers))


def _bolt_response(answer: Answer, settings: AsyncOAuthSettings) -> BoltResponse:
    forgotten = settings.state_utils.build_set_cookie_for_deletion()
    headers: dict[str, str | Sequence[str]] = {
        "Content-Type": answer.content_type,
        "Set-Cookie": forgotten,
        **answer.headers,
    }
    return BoltResponse(status=answer.status, body=answer.body, headers=headers)


def _answer_of(response: BoltResponse) -> Answer:
    headers = {name: value for name, (value, *_) in response.headers.items()}
    return Answer(response.status, response.body, headers.pop("content-type"), headers)
