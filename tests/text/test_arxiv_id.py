import pytest

from bot.text.arxiv_id import find_arxiv_id
from tests.support.spellings import SPELLINGS


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_an_id_or_address_names_the_same_paper(spelling: str) -> None:
    assert find_arxiv_id(spelling) == "2509.21240"


@pytest.mark.parametrize(
    ("spelling", "paper_id"),
    [
        ("hep-th/9901001", "hep-th/9901001"),
        ("hep–th/9901001", "hep-th/9901001"),
        ("hep‑th∕9901001v1.", "hep-th/9901001"),
        ("arXiv:hep-th/9901001v2", "hep-th/9901001"),
        ("https://arxiv.org/pdf/hep-th/9901001v1.pdf", "hep-th/9901001"),
        ("https://arxiv.org/abs/hep-th%2F9901001", "hep-th/9901001"),
        ("math.GT/0309136", "math/0309136"),
        ("Math/0309136", "math/0309136"),
        ("0704.0001", "0704.0001"),
        ("1412.9999", "1412.9999"),
        ("1501.00001", "1501.00001"),
    ],
)
def test_both_generations_of_ids_are_read(spelling: str, paper_id: str) -> None:
    assert find_arxiv_id(spelling) == paper_id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "attention",
        "2025-09-29",
        "2513.21240",
        "2509.2124",
        "1412.99990",
        "12509.21240",
        "2509.212401",
        "x/9901001",
        "3.14",
    ],
)
def test_what_is_no_id_is_not_taken_for_one(text: str) -> None:
    assert find_arxiv_id(text) is None


def test_the_first_of_several_ids_is_meant() -> None:
    assert find_arxiv_id("hep-th/9901001 and 2509.21240") == "hep-th/9901001"
