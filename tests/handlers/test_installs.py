"""A browser installs the bot through Slack's OAuth, over real sockets; whatever fails is a page."""

import logging
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from slack_sdk.oauth.installation_store import FileInstallationStore, Installation
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import StorageError
from bot.http.pages import words_of_browser
from bot.http.server import HttpServer
from bot.manifest import REDIRECT_PATH
from bot.settings import OverHttp
from handlers.installs import INSTALL_PATH, Installing
from handlers.oauth_states import COOKIE
from tests.support.clocks import SimulatedClock
from tests.support.plain_client import plain_client
from tests.support.stage import NOON
from tests.support.web_server import Answer, Service, hanging_up, refusing_address, saying, serving

ACCESS, TEST = "/api/oauth.v2.access", "/api/auth.test"
CODE, CLIENT_SECRET, TOKEN = "17.code-in-the-address", "hush-client", "xoxb-granted"
GRANTED = (
    '{"ok": true, "app_id": "A1", "token_type": "bot", "access_token": "xoxb-granted", "scope": "chat:write",'
    ' "bot_user_id": "U9", "team": {"id": "T1", "name": "Ada & <Co>"}, "enterprise": null,'
    ' "authed_user": {"id": "U1"}}'
)
TESTED = '{"ok": true, "url": "https://ada.slack.test/", "team_id": "T1", "bot_id": "B1", "user_id": "U9"}'


class FullStore(FileInstallationStore):
    async def async_save(self, installation: Installation) -> None:  # noqa: ARG002 -- the SDK's
        raise StorageError("The disk is full.")


@dataclass
class Browser:
    """A browser, and the Slack that it is sent to and comes back from."""

    slack: Service
    clock: SimulatedClock
    store: FileInstallationStore
    address: str
    cookie: str = ""

    async def get(self, path: str, language: str = "en", method: str = "GET") -> httpx.Response:
        async with plain_client() as client:
            headers = {"Cookie": self.cookie, "Accept-Language": language}
            return await client.request(method, self.address + path, headers=headers)

    async def begin(self, query: str = "") -> str:
        """Begin an installation and return its state."""
        answer = await self.get(INSTALL_PATH + query)
        assert answer.status_code == 302
        self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return parse_qs(urlsplit(answer.headers["location"]).query)["state"][0]

    async def complete(self, state: str, code: str = f"&code={CODE}", language: str = "en") -> httpx.Response:
        return await self.get(f"{REDIRECT_PATH}?state={state}{code}", language)

    async def installed(self) -> Installation | None:
        return await self.store.async_find_installation(enterprise_id=None, team_id="T1")


@pytest.fixture
def answers() -> dict[str, Answer]:
    """Give what Slack answers; a test may change it."""
    return {
        ACCESS: saying(GRANTED, Content_Type="application/json"),
        TEST: saying(TESTED, Content_Type="application/json"),
    }


@pytest.fixture
def make_store() -> Callable[[str], FileInstallationStore]:
    return lambda folder: FileInstallationStore(base_dir=folder)


@pytest.fixture
async def browser(
    answers: dict[str, Answer], make_store: Callable[[str], FileInstallationStore], tmp_path: Path
) -> AsyncIterator[Browser]:
    clock, store = SimulatedClock(NOON), make_store(str(tmp_path))
    async with serving(answers) as slack:
        way = OverHttp("1.2", CLIENT_SECRET, "hash", "https://papers.test/round/", 1)
        client = AsyncWebClient(base_url=f"{slack.address}/api/", retry_handlers=[])
        installing = Installing(way, client, ["chat:write", "commands"], store, clock, "/papers")
        server = HttpServer(installing.routes, 0, "127.0.0.1")
        await server.start()
        yield Browser(slack, clock, store, f"http://127.0.0.1:{server.port}")
        await server.aclose()


class Page(HTMLParser):
    """What a page has, read as HTML; it fails where a tag is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.attributes: dict[str, dict[str, str | None]] = {}
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes[tag] = dict(attrs)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.setdefault(self.open[-1], []).append(data)


def shown(answer: httpx.Response) -> tuple[int, str, list[str], str]:
    """Return the status, the title, what the page says, and what its link does."""
    page = Page(answer.text)
    assert page.texts["title"] == [f"{page.texts['h1'][0]} · Paper Round"]
    return answer.status_code, page.texts["h1"][0], page.texts["p"], str(page.attributes["a"]["href"])


NEXT = "One step is left: in Slack, go to the channel that is to get the papers and type /papers subscribe."
NOTHING_HELPS = "if that doesn't help, tell whoever runs Paper Round for you."
DENIED = (
    200,
    "Paper Round was not installed",
    [
        (
            "You did not allow it, so nothing has changed in your workspace. "
            "You can start again whenever you like."
        )
    ],
    INSTALL_PATH,
)
EXPIRED = (
    400,
    "This installation can't go on",
    [
        (
            "An installation counts once, for ten minutes, and in the browser in which it began. "
            "Nothing was installed; start again."
        )
    ],
    INSTALL_PATH,
)
UNREACHABLE = (
    503,
    "Slack can't be reached at the moment",
    ["Nothing was installed. Wait a minute, then start again."],
    INSTALL_PATH,
)


def refused(reason: str) -> tuple[int, str, list[str], str]:
    sentence = f"Slack's reason: {reason}. Start again, and {NOTHING_HELPS}"
    return 400, "Slack refused the installation", [sentence], INSTALL_PATH


async def test_it_begins_on_slacks_page_with_a_cookie_for_this_browser_alone(browser: Browser) -> None:
    answer = await browser.get(INSTALL_PATH)
    address = urlsplit(answer.headers["location"])
    asked = parse_qs(address.query)
    (state,) = asked.pop("state")

    assert (answer.status_code, f"{address.scheme}://{address.netloc}") == (302, browser.slack.address)
    assert address.path == "/oauth/v2/authorize"
    assert asked == {
        "client_id": ["1.2"],
        "scope": ["chat:write,commands"],
        "redirect_uri": ["https://papers.test/round/slack/oauth_redirect"],
    }
    assert answer.headers["set-cookie"] == (
        f"{COOKIE}={state}; Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax"
    )


async def test_what_slack_grants_is_stored_and_the_page_says_what_to_do_next(browser: Browser) -> None:
    answer = await browser.complete(await browser.begin())

    assert shown(answer) == (
        200,
        "Paper Round is in Ada & <Co>",
        [NEXT],
        f"{browser.slack.address}/app_redirect?app=A1&team=T1",
    )
    assert answer.headers["set-cookie"] == f"{COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"
    installed = await browser.installed()
    assert installed
    assert (installed.bot_token, installed.bot_id, installed.user_id, installed.bot_scopes) == (
        TOKEN,
        "B1",
        "U1",
        ["chat:write"],
    )
    assert installed.user_token is None


async def test_the_page_needs_nothing_and_is_kept_nowhere(browser: Browser) -> None:
    answer = await browser.complete(await browser.begin(), language="zh-CN,zh;q=0.9,en;q=0.8")

    policy = answer.headers["content-security-policy"]
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/=]{44}'; base-uri 'none'; form-action 'none'; "
        r"frame-ancestors 'none'",
        policy,
    )
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert Page(answer.text).attributes["html"] == {"lang": "zh-Hans-CN"}
    assert shown(answer)[1:3] == (
        "Paper Round 已安装到 Ada & <Co>",
        ["还差一步：在 Slack 中打开要接收论文的频道，输入 /papers subscribe。"],
    )


async def test_a_state_counts_once(browser: Browser) -> None:
    state = await browser.begin()
    await browser.complete(state)

    assert shown(await browser.complete(state)) == EXPIRED
    assert [request.path for request in browser.slack.requests] == [ACCESS, TEST]


@pytest.mark.parametrize("change", ["late", "browser", "state", "forged", "none", "code"])
async def test_what_did_not_begin_here_ends_before_slack_is_asked(browser: Browser, change: str) -> None:
    state, code = await browser.begin(), f"&code={CODE}"
    if change == "late":
        browser.clock.advance(601)
    elif change == "browser":
        browser.cookie = ""
    elif change == "state":
        mine = browser.cookie
        state = await browser.begin()
        browser.cookie = mine
    elif change == "forged":
        state = "9999999999.x." + "0" * 64
        browser.cookie = f"{COOKIE}={state}"
    elif change == "none":
        state = ""
    else:
        code = ""

    assert shown(await browser.complete(state, code)) == EXPIRED
    assert browser.slack.requests == []


async def test_a_state_is_good_for_ten_minutes(browser: Browser) -> None:
    state = await browser.begin()
    browser.clock.advance(600)

    assert (await browser.complete(state)).status_code == 200


@pytest.mark.parametrize(
    ("error", "page"),
    [
        ("access_denied", DENIED),
        ("invalid_scope", refused("invalid_scope")),
        ("%3Cscript%3Ealert(1)%3C/script%3E", refused("?")),
        ("x" * 500, refused("?")),
        ("", refused("?")),
    ],
    ids="denied code markup long empty".split(),
)
async def test_an_error_that_slack_comes_back_with_is_said(
    browser: Browser, error: str, page: tuple[int, str, list[str], str]
) -> None:
    assert shown(await browser.get(f"{REDIRECT_PATH}?error={error}")) == page


def saying_error(code: str, status: int = 200) -> Answer:
    return saying(f'{{"ok": false, "error": "{code}"}}', status, Content_Type="application/json")


@pytest.mark.parametrize("method", [ACCESS, TEST])
@pytest.mark.parametrize(
    ("answer", "page"),
    [
        (saying_error("invalid_code"), EXPIRED),
        (saying_error("code_already_used"), EXPIRED),
        (saying_error("bad_client_secret"), refused("bad_client_secret")),
        (saying_error("ratelimited", 429), UNREACHABLE),
        (saying_error("internal_error", 500), UNREACHABLE),
        (saying("<html>busy</html>", 503), UNREACHABLE),
        (saying("[]", Content_Type="application/json"), UNREACHABLE),
        (saying("{", Content_Type="application/json"), UNREACHABLE),
        (hanging_up(), UNREACHABLE),
    ],
    ids="invalid used secret limited internal busy list cut gone".split(),
)
async def test_what_slack_answers_instead_of_a_token_is_said_and_no_secret_is_logged(
    browser: Browser,
    answers: dict[str, Answer],
    caplog: pytest.LogCaptureFixture,
    method: str,
    answer: Answer,
    page: tuple[int, str, list[str], str],
) -> None:
    answers[method] = answer
    with caplog.at_level(logging.DEBUG):
        assert shown(await browser.complete(await browser.begin())) == page

    assert await browser.installed() is None
    ours = [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.INFO and not record.name.startswith("httpx")
    ]
    assert not any(secret in line for line in ours for secret in (CODE, CLIENT_SECRET, TOKEN))
    assert any(line.startswith("Slack did not take an installation") for line in ours)


@pytest.mark.parametrize("granted", ['{"ok": true}', '{"ok": true, "team": [], "authed_user": "U1"}'])
async def test_a_grant_without_a_token_or_a_workspace_is_none(
    browser: Browser, answers: dict[str, Answer], granted: str
) -> None:
    answers[ACCESS] = saying(granted, Content_Type="application/json")

    assert shown(await browser.complete(await browser.begin())) == UNREACHABLE


async def test_a_slack_that_is_away_is_said(browser: Browser) -> None:
    away = AsyncWebClient(base_url=refusing_address(), retry_handlers=[])
    way = OverHttp("1.2", CLIENT_SECRET, "hash", "https://papers.test/", 1)
    installing = Installing(way, away, ["commands"], browser.store, browser.clock, "/papers")
    server = HttpServer(installing.routes, 0, "127.0.0.1")
    await server.start()
    browser.address = f"http://127.0.0.1:{server.port}"
    try:
        assert shown(await browser.complete(await browser.begin())) == UNREACHABLE
    finally:
        await server.aclose()


@pytest.mark.parametrize("make_store", [lambda folder: FullStore(base_dir=folder)])
async def test_an_installation_that_cannot_be_stored_is_said(
    browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    assert shown(await browser.complete(await browser.begin())) == (
        500,
        "Paper Round could not keep the installation",
        [f"The fault is on our side. Wait a minute, then start again. I{NOTHING_HELPS[1:]}"],
        INSTALL_PATH,
    )
    assert caplog.messages == ["An installation could not be stored: The disk is full."]


@pytest.mark.parametrize("team", ["T1%26redirect_uri=https://evil.test", "T1%0d%0aX: y", "t1", "T" * 99])
async def test_only_a_workspace_s_id_leads_slack_to_a_workspace(browser: Browser, team: str) -> None:
    for asked, taken in (("T024BE7LD", ["T024BE7LD"]), (team, None)):
        answer = await browser.get(INSTALL_PATH, "en")
        answer = await browser.get(f"{INSTALL_PATH}?team={asked}")
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        assert (query.get("team"), len(query["redirect_uri"])) == (taken, 1)


async def test_looking_without_opening_takes_nothing(browser: Browser) -> None:
    state = await browser.begin()

    assert (await browser.get(f"{REDIRECT_PATH}?state={state}&code={CODE}", method="HEAD")).status_code == 405
    assert (await browser.complete(state)).status_code == 200


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,zh;q=0.9", "en"),
        ("de-DE,de;q=0.9,zh-TW;q=0.5,en;q=0.3", "zh"),
        ("zh;q=0,en;q=0.1", "en"),
        ("zh;q=x,en;q=0.1", "en"),
        ("*", "en"),
        (";;,,=", "en"),
        ("fr", "en"),
    ],
)
def test_a_browser_gets_the_language_it_likes_best(header: str, language: str) -> None:
    assert words_of_browser(header).locale.language == language
