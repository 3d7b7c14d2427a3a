"""An operator puts a new key before the old one: at the next start every token has the new one."""

import logging
from collections.abc import Iterator, Sequence

import pytest

from bot.errors import UnreadableTokenError
from bot.installations.cipher import TokenCipher, new_key
from bot.installations.key_change import encrypt_anew
from storage.address import Address
from storage.records import EncryptedTokens
from storage.runner import InlineRunner, Runner
from tests.installations.installing import CIPHER, KEY, installation, rotating
from tests.support.pasts import NOW

NEW_KEY = new_key()
BOTH, NEW = TokenCipher([NEW_KEY, KEY]), TokenCipher([NEW_KEY])


@pytest.fixture
def storage(address: Address) -> Iterator[Runner]:
    runner = InlineRunner(address)
    yield runner
    runner.close()


async def stored(storage: Runner, names: Sequence[str]) -> list[EncryptedTokens | None]:
    found = [
        await storage.read(lambda tables, name=name: tables.installations.get(name))  # type: ignore[misc]
        for name in names
    ]
    return [each and each.tokens for each in found]


async def test_every_token_is_encrypted_anew_and_none_is_lost(storage: Runner) -> None:
    names = [f"T{number}" for number in range(250)]
    for number, name in enumerate(names):
        made = rotating(name, number=number) if number % 2 else installation(name, f"xoxb-{number}")
        await storage.write(lambda tables, made=made: tables.installations.put(made))  # type: ignore[misc]
    await storage.write(lambda tables: tables.installations.remove_tokens("T7", NOW))
    before = await stored(storage, names)

    assert await encrypt_anew(storage, BOTH) == 249
    assert await encrypt_anew(storage, BOTH) == 0

    after = await stored(storage, names)
    assert after[7] is None
    for old, new in zip(before, after, strict=True):
        if old and new:
            assert NEW.decrypt(new.token) == CIPHER.decrypt(old.token)
            assert bool(new.refresh_token) is bool(old.refresh_token)
            assert not old.refresh_token or NEW.decrypt(str(new.refresh_token)) == CIPHER.decrypt(
                old.refresh_token
            )
            assert (new.expires_at, new.key_id) == (old.expires_at, NEW.key_id)


async def test_a_start_with_the_keys_of_another_database_is_refused(storage: Runner) -> None:
    await storage.write(lambda tables: tables.installations.put(installation()))

    with pytest.raises(UnreadableTokenError, match="Add the key that it was encrypted with"):
        await encrypt_anew(storage, NEW)

    assert [tokens and CIPHER.decrypt(tokens.token) for tokens in await stored(storage, ["T1"])] == ["xoxb-1"]


async def test_one_workspace_that_cannot_be_read_holds_up_no_other(
    storage: Runner, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    lost = TokenCipher([new_key()])
    unreadable = EncryptedTokens(lost.encrypt("xoxb-lost"), lost.key_id)
    for name in ("T1", "T3"):
        made = installation(name)
        await storage.write(lambda tables, made=made: tables.installations.put(made))  # type: ignore[misc]
    await storage.write(lambda tables: tables.installations.replace_tokens(installation("T1"), unreadable))

    assert await encrypt_anew(storage, BOTH) == 1
    assert await encrypt_anew(storage, BOTH) == 0

    assert [tokens and tokens.key_id for tokens in await stored(storage, ["T1", "T3"])] == [
        lost.key_id,
        NEW.key_id,
    ]
    assert "It is the one of T1." in caplog.text


async def test_without_any_installation_there_is_nothing_to_do(storage: Runner) -> None:
    assert await encrypt_anew(storage, BOTH) == 0
