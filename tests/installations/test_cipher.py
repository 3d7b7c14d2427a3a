import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import UnreadableTokenError
from bot.installations.cipher import TokenCipher, new_key
from bot.settings import Settings, token_keys

OLD, NEW = new_key(), new_key()


@given(st.text(st.characters(codec="utf-8")))
def test_a_token_comes_back_as_it_was_and_is_not_in_what_is_stored(token: str) -> None:
    cipher = TokenCipher([NEW])
    encrypted = cipher.encrypt(token)

    assert cipher.decrypt(encrypted) == token
    assert len(token) < 4 or token not in encrypted


def test_what_an_older_key_encrypted_is_read_and_encrypted_anew_with_the_first() -> None:
    encrypted = TokenCipher([OLD]).encrypt("xoxb-1")
    both = TokenCipher([NEW, OLD])

    assert both.decrypt(encrypted) == "xoxb-1"
    assert TokenCipher([NEW]).decrypt(both.encrypt_anew(encrypted)) == "xoxb-1"
    assert both.key_id == TokenCipher([NEW]).key_id != TokenCipher([OLD]).key_id


ANOTHER_S = TokenCipher([OLD]).encrypt("xoxb-1")


@pytest.mark.parametrize(
    "encrypted", [ANOTHER_S, "", "xoxb-plain", "ü"], ids=["another's", "nothing", "plain", "no ASCII"]
)
def test_what_no_key_reads_is_refused_in_a_sentence_without_it(encrypted: str) -> None:
    for read in (TokenCipher([NEW]).decrypt, TokenCipher([NEW]).encrypt_anew):
        with pytest.raises(UnreadableTokenError, match="any key in PAPER_ROUND_TOKEN_KEYS") as error:
            read(encrypted)
        assert not encrypted or encrypted not in str(error.value)


def test_a_changed_token_is_refused() -> None:
    encrypted = TokenCipher([NEW]).encrypt("xoxb-1")
    changed = f"{encrypted[:40]}{'A' if encrypted[40] != 'A' else 'B'}{encrypted[41:]}"

    with pytest.raises(UnreadableTokenError):
        TokenCipher([NEW]).decrypt(changed)


def test_a_new_key_is_one_that_the_setting_takes() -> None:
    settings = Settings(token_keys=SecretStr(f"{NEW}, {OLD}"))

    assert token_keys(settings) == (NEW, OLD)
    assert TokenCipher(token_keys(settings)).decrypt(TokenCipher([OLD]).encrypt("xoxb-1")) == "xoxb-1"
