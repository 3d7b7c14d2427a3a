"""The bot's parts for many workspaces, on a database of a test."""

from datetime import datetime, timedelta

from bot.installations.changes import InstallationChanges
from bot.installations.cipher import TokenCipher, new_key
from bot.installations.exchange import Exchange
from bot.installations.tokens import Tokens
from storage.claims import Claims
from storage.records import EncryptedTokens, Installation
from storage.runner import Runner
from tests.support.clocks import SimulatedClock
from tests.support.pasts import NOW

KEY = new_key()
CIPHER = TokenCipher([KEY])


def installation(
    workspace: str = "T1",
    token: str = "xoxb-1",  # noqa: S107 -- made up
    refresh_token: str | None = None,
    expires_at: datetime | None = None,
    enterprise_id: str | None = None,
) -> Installation:
    """Return an installation; one of an organisation where both ids are the same."""
    encrypted = EncryptedTokens(
        CIPHER.encrypt(token), CIPHER.key_id, refresh_token and CIPHER.encrypt(refresh_token), expires_at
    )
    return Installation(
        *(workspace, "A1", "B1", "U0", "U1", NOW, encrypted, enterprise_id, workspace == enterprise_id),
        scopes=("chat:write", "commands"),
        team_name="Gardens",
        team_url="https://gardens.slack.com/",
    )


def rotating(workspace: str = "T1", hours: float = 12, number: int = 1) -> Installation:
    """Return an installation whose token expires in some hours."""
    expires_at = NOW + timedelta(hours=hours)
    return installation(workspace, f"xoxe.xoxb-1-{number}", f"xoxe-1-{number}", expires_at)


class Worker:
    """A process of the bot that knows many workspaces; those on one database share its clock."""

    def __init__(self, storage: Runner, clock: SimulatedClock, exchange: Exchange) -> None:
        self.clock = clock
        self.tokens = Tokens(storage, clock, CIPHER, Claims(storage, clock), exchange)
        self.changes = InstallationChanges(storage, clock, [self.tokens])

    async def token(self, workspace: str = "T1") -> str:
        """Return the token, or the first words of why there is none."""
        try:
            return await self.tokens.of(workspace)
        except Exception as error:  # noqa: BLE001 -- that is what is looked at
            return f"{type(error).__name__}: {error}"
