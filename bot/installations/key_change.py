"""Encrypting tokens anew with the first key, at the start, after an operator has put a new one before it."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from bot.errors import UnreadableTokenError
from bot.installations.cipher import TokenCipher
from storage.records import EncryptedTokens, Installation
from storage.runner import Runner
from storage.tables import Tables

_AT_ONCE = 100

_logger = logging.getLogger(__name__)


async def encrypt_anew(storage: Runner, cipher: TokenCipher) -> int:
    """Encrypt all tokens that have another key with the first, and return of how many installations.

    What no key can decrypt is logged and stays: those workspaces have to install the bot again. Raises
    `UnreadableTokenError` where that is so of all of them, as the keys are then another database's.
    """
    done, unreadable, last = 0, list[UnreadableTokenError](), ""
    while found := await storage.read(
        lambda tables, after=last: tables.installations.with_other_keys(cipher.key_id, after, _AT_ONCE)  # type: ignore[misc]
    ):
        last = found[-1].workspace
        pairs, failed = _encrypted_anew(found, cipher)
        unreadable += failed
        done += await storage.write(lambda tables, pairs=pairs: _store(tables, pairs))  # type: ignore[misc]
    if unreadable and not done and not await _has_any_with(storage, cipher.key_id):
        raise unreadable[0]
    return done


_Pair = tuple[Installation, EncryptedTokens]


def _encrypted_anew(
    found: Sequence[Installation], cipher: TokenCipher
) -> tuple[list[_Pair], list[UnreadableTokenError]]:
    pairs, unreadable = list[_Pair](), list[UnreadableTokenError]()
    for installation in found:
        if installation.tokens:
            try:
                pairs.append((installation, _anew(installation.tokens, cipher)))
            except UnreadableTokenError as error:
                unreadable.append(error)
                _log(error, installation.workspace)
    return pairs, unreadable


def _log(error: UnreadableTokenError, workspace: str) -> None:
    fields = {"action": "encrypt anew", "workspace": workspace}
    _logger.error("%s It is the one of %s.", error, workspace, extra=fields)


def _anew(tokens: EncryptedTokens, cipher: TokenCipher) -> EncryptedTokens:
    refresh_token = tokens.refresh_token and cipher.encrypt_anew(tokens.refresh_token)
    return replace(
        tokens, token=cipher.encrypt_anew(tokens.token), refresh_token=refresh_token, key_id=cipher.key_id
    )


def _store(tables: Tables, pairs: Sequence[_Pair]) -> int:
    return sum(tables.installations.replace_tokens(before, tokens) for before, tokens in pairs)


async def _has_any_with(storage: Runner, key_id: str) -> bool:
    return await storage.read(lambda tables: tables.installations.has_any_with(key_id))
