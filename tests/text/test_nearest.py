import pytest

from bot.text.nearest import nearest_word

KNOWN = ["subscribe", "unsubscribe", "status", "save", "帮助", "订阅", "状态"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("subscrbe", "subscribe"),
        ("Unsubscrib", "unsubscribe"),
        ("STAUTS", "status"),
        ("sav", "save"),
        ("帮组", "帮助"),
        ("订月", "订阅"),
        ("", ""),
        ("rag", ""),
        ("diffusion", ""),
        ("论文", ""),
        ("s" * 5_000, ""),
    ],
)
def test_a_slip_of_typing_means_the_nearest_word_and_anything_else_none(typed: str, meant: str) -> None:
    assert nearest_word(typed, KNOWN) == meant
