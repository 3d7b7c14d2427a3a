"""Who uninstalled the bot while it was off is found in the night; who has it still goes on."""

from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.web_api import Caller, SlackCaller
from bot.installations.checks import InstallationChecks
from storage.address import Address
from storage.backups import back_up, restore
from storage.claims import Claims
from storage.runner import InlineRunner, Runner
from tests.installations.installing import Worker, installation, rotating
from tests.support.clocks import SimulatedClock
from tests.support.pasts import NOW
from tests.support.tables import empty_tables
from tests.support.token_exchange import TokenRotation, token_rotation
from tests.support.web_server import Answer, hanging_up, saying, serving


def _refusing(error: str) -> Answer:
    return saying(f'{{"ok": false, "error": "{error}"}}', Content_Type="application/json")


BY_ANSWER: Mapping[str, tuple[Answer, bool]] = {
    "valid": (saying('{"ok": true, "team_id": "T1"}', Content_Type="application/json"), True),
    "account_inactive": (_refusing("account_inactive"), False),
    "token_revoked": (_refusing("token_revoked"), False),
    "invalid_auth": (_refusing("invalid_auth"), True),
    "internal_error": (_refusing("internal_error"), True),
    "busy": (saying("", 429, Retry_After="30"), True),
    "down": (saying("<html>", 503), True),
    "silent": (hanging_up(), True),
}


async def look(storage: Runner, bot: Worker, slack: str) -> None:
    """Let the check tick, as a process of the bot does."""

    def caller_with(token: str) -> Caller:
        return SlackCaller(AsyncWebClient(token=token, base_url=f"{slack}/api/", retry_handlers=[]))

    claims = Claims(storage, bot.clock)
    await InstallationChecks(storage, bot.clock, claims, bot.tokens, bot.changes, caller_with).tick()


@pytest.mark.parametrize("answer", BY_ANSWER)
async def test_only_slack_s_word_that_it_is_over_ends_an_installation(address: Address, answer: str) -> None:
    says, is_kept = BY_ANSWER[answer]
    async with serving({"/api/auth.test": says}) as slack:
        with closing(InlineRunner(address)) as storage:
            bot = Worker(storage, SimulatedClock(NOW), TokenRotation(slack.address).exchange())
            await bot.changes.install(installation())

            await look(storage, bot, slack.address)

            assert (await bot.token() == "xoxb-1") is is_kept
            found = await storage.read(lambda tables: tables.installations.get("T1"))
            assert found
            assert (found.uninstalled_at, bool(found.tokens)) == (None if is_kept else NOW, is_kept)


async def test_every_installation_is_looked_at_once_a_night(address: Address) -> None:
    async with serving({"/api/auth.test": BY_ANSWER["valid"][0]}) as slack:
        with closing(InlineRunner(address)) as storage:
            bot = Worker(storage, SimulatedClock(NOW), TokenRotation(slack.address).exchange())
            for number in range(120):
                await bot.changes.install(installation(f"T{number}", f"xoxb-{number}"))
            await bot.changes.uninstall("T7")

            counts = []
            for hours in (0, 1, 12, 12):
                bot.clock.advance(timedelta(hours=hours).total_seconds())
                await look(storage, bot, slack.address)
                counts.append(len(slack.requests))

    assert counts == [119, 119, 119, 238]
    assert {each.headers["Authorization"] for each in slack.requests} == {
        f"Bearer xoxb-{number}" for number in range(120) if number != 7
    }


async def test_who_uninstalled_the_bot_after_a_backup_is_found_once_it_is_restored(tmp_path: Path) -> None:
    database, backup = empty_tables(tmp_path / "paper-round.db"), tmp_path / "backup.db"
    async with serving({"/api/auth.test": BY_ANSWER["account_inactive"][0]}) as slack:
        with closing(InlineRunner(database)) as storage:
            bot = Worker(storage, SimulatedClock(NOW), TokenRotation(slack.address).exchange())
            await look(storage, bot, slack.address)
            await bot.changes.install(installation())
            back_up(database, backup)
            await bot.changes.uninstall("T1")

        restore(backup, database, NOW)

        with closing(InlineRunner(database)) as storage:
            bot = Worker(storage, SimulatedClock(NOW), TokenRotation(slack.address).exchange())
            assert await bot.token() == "xoxb-1"
            await look(storage, bot, slack.address)
            assert (await bot.token()).startswith("NotInstalledError")


async def test_a_token_that_cannot_be_renewed_holds_up_no_other(address: Address) -> None:
    over = BY_ANSWER["account_inactive"][0]
    async with serving({"/api/auth.test": over}) as slack, token_rotation() as rotation:
        with closing(InlineRunner(address)) as storage:
            bot = Worker(storage, SimulatedClock(NOW), rotation.exchange())
            await bot.changes.install(rotating("T1", hours=-1))
            await bot.changes.install(installation("T2"))

            await look(storage, bot, slack.address)

            assert [(await bot.token(each)).partition(":")[0] for each in ("T1", "T2")] == [
                "TokenRenewalError",
                "NotInstalledError",
            ]
