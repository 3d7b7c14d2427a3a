import pytest

from bot.text.notation.names import author_names, is_visible


@pytest.mark.parametrize(
    ("listed", "shown"),
    [
        (["Ada Alder", "Bo Birch"], ("Ada Alder", "Bo Birch")),
        (["Rose Collaboration", ":", "Ada Alder"], ("Rose Collaboration", "Ada Alder")),
        (["Ada Alder", "Jr.", "Bo Birch", "III"], ("Ada Alder Jr.", "Bo Birch III")),
        (["Ada Alder Jr.", "Bo Birch III"], ("Ada Alder Jr.", "Bo Birch III")),
        (["Cy Cedar Sr", "V. Elm", "V"], ("Cy Cedar Sr", "V. Elm", "V")),
        (["Jr.", "Ada Alder"], ("Jr.", "Ada Alder")),
        ([r"Zdzis{\l}aw Czerwi\'nski", 'Kurt G\\"odel'], ("Zdzisław Czerwiński", "Kurt Gödel")),
        (["Rose &amp; Thorn Group"], ("Rose & Thorn Group",)),
        (["Ada  Alder,", " ", "-", "…", "\u3164", "\u200b"], ("Ada Alder",)),
        (["李 明", "Ólafur Þór", "O'Brien"], ("李 明", "Ólafur Þór", "O'Brien")),
        ([], ()),
    ],
)
def test_authors_are_names_and_nothing_else(listed: list[str], shown: tuple[str, ...]) -> None:
    assert author_names(listed) == shown


@pytest.mark.parametrize(
    "text",
    [
        *("", " \n", "\u3164", "\uffa0", "\u115f\u1160", "\u00ad", "\u2800\u2800", "\u200b\u200d\ufeff"),
        *("\u00a0\u3000", "\u202e\u2066", "\u0301", "\ufe0f", "\U000e0041", "\x00\x1b", "\ue000"),
        "\u3164 \u00ad \u2800",
    ],
)
def test_what_shows_nothing_is_not_visible(text: str) -> None:
    assert not is_visible(text)


@pytest.mark.parametrize("text", ["a", "图", "\u3164a", "?", "7", "→", "😀", "e\u0301", "한", "⠃"])
def test_one_sign_that_shows_makes_a_text_visible(text: str) -> None:
    assert is_visible(text)
