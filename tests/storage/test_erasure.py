"""What is removed leaves the files of the database, not only the answers of its queries."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bot.installations.cipher import TokenCipher, new_key
from storage.address import Address
from storage.engines import sqlite
from storage.records import EncryptedTokens, Installation
from storage.runner import InlineRunner, ThreadRunner
from storage.tables import Tables
from tests.support.erasure import found
from tests.support.pasts import NOW

CIPHER = TokenCipher([new_key()])


def installation(number: int, random: Random) -> tuple[Installation, tuple[str, ...]]:
    """Return an installation, and all that nobody may find once it is removed."""
    plain = tuple(f"xox{kind}-{random.getrandbits(160):x}" for kind in "be")
    token, refresh_token = map(CIPHER.encrypt, plain)
    tokens = EncryptedTokens(token, CIPHER.key_id, refresh_token, NOW + timedelta(seconds=number))
    made = Installation(f"T{number}", "A1", "B1", "U0", "U1", NOW, tokens, scopes=("chat:write",) * 20)
    return made, (*plain, token, refresh_token)


async def test_a_removed_token_is_in_no_file_of_the_database_while_the_bot_runs(address: Address) -> None:
    with closing(ThreadRunner(address)) as storage:
        made, secrets = installation(1, Random(1))
        await storage.write(lambda tables: tables.installations.put(made))
        assert await storage.read(lambda tables: tables.installations.get("T1")) == made
        assert found(secrets[2:], address) == list(secrets[2:])

        await storage.write(lambda tables: tables.installations.remove_tokens("T1", NOW))

        assert found(secrets, address) == []
        assert await storage.read(lambda tables: tables.installations.get("T1")) == replace(
            made, tokens=None, uninstalled_at=NOW
        )


async def test_no_token_of_hundreds_stays_behind_where_rows_have_grown_moved_and_gone(
    address: Address,
) -> None:
    random, gone, there = Random(2), list[str](), dict[int, tuple[str, ...]]()
    with closing(InlineRunner(address)) as storage:
        for step in range(300):
            number = random.randrange(120)
            if number in there and random.random() < 0.5:
                await storage.write(_removal(number))
                gone += there.pop(number)
                continue
            made, secrets = installation(number, random)
            made = replace(
                made, team_name="Gardens " * random.randrange(20), installed_at=NOW + _minutes(step)
            )
            await storage.write(_putting(made))
            gone += there.get(number, ())
            there[number] = secrets
        for number in there:
            await storage.write(_removal(number))
            gone += there[number]

        assert len(gone) > 800
        assert found(tuple(gone), address) == []


def _minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def _removal(number: int) -> Callable[[Tables], object]:
    return lambda tables: tables.installations.remove_tokens(f"T{number}", NOW)


def _putting(made: Installation) -> Callable[[Tables], object]:
    return lambda tables: tables.installations.put(made)


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
async def test_while_somebody_reads_the_next_commit_erases_what_is_left(address: Path) -> None:
    made, secrets = installation(1, Random(3))
    with (
        closing(InlineRunner(address)) as storage,
        closing(sqlite.connect(address, query_only=True)) as reader,
    ):
        await storage.write(lambda tables: tables.installations.put(made))
        reader.execute("BEGIN")
        assert list(reader.query("SELECT workspace FROM installations")) == [{"workspace": "T1"}]
        await storage.write(lambda tables: tables.installations.remove_tokens("T1", NOW))
        assert found(secrets, address) != []
        reader.execute("COMMIT")

        await storage.write(lambda tables: tables.heartbeats.beat("tick", NOW))

        assert found(secrets, address) == []


async def test_what_a_change_that_is_undone_would_have_removed_stays(address: Address) -> None:
    made, secrets = installation(1, Random(4))

    def remove_and_fail(tables: Tables) -> None:
        tables.installations.remove_tokens("T1", NOW)
        raise LookupError

    with closing(InlineRunner(address)) as storage:
        await storage.write(lambda tables: tables.installations.put(made))
        with pytest.raises(LookupError):
            await storage.write(remove_and_fail)

        assert await storage.read(lambda tables: tables.installations.get("T1")) == made
        assert found(secrets[2:], address) == list(secrets[2:])
