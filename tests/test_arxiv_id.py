import pytest

from bot.arxiv_id import find_arxiv_id

SPELLINGS = [
    "2509.21240",
    "2509.21240v1",
    "2509.21240v12",
    " 2509.21240 ",
    "arXiv:2509.21240",
    "arxiv:2509.21240v2",
    "ArXiv: 2509.21240",
    "arXiv 2509.21240",
    "[2509.21240]",
    "(arXiv:2509.21240)",
    "arXiv:2509.21240 [cs.LG]",
    "２５０９．２１２４０",
    "论文2509.21240的摘要",
    "https://arxiv.org/abs/2509.21240",
    "http://arxiv.org/abs/2509.21240",
    "arxiv.org/abs/2509.21240",
    "https://www.arxiv.org/abs/2509.21240v1",
    "https://arxiv.org/abs/2509.21240/",
    "https://arxiv.org/abs/2509.21240?context=cs.CL",
    "https://arxiv.org/abs/2509.21240#comments",
    "https://export.arxiv.org/abs/2509.21240",
    "https://arxiv.org/pdf/2509.21240",
    "https://arxiv.org/pdf/2509.21240.pdf",
    "https://arxiv.org/pdf/2509.21240v3.pdf",
    "https://arxiv.org/pdf/2509.21240v3",
    "https://arxiv.org/html/2509.21240",
    "https://arxiv.org/html/2509.21240v1",
    "https://arxiv.org/html/2509.21240v1#S3.T2",
    "https://ar5iv.labs.arxiv.org/html/2509.21240",
    "https://huggingface.co/papers/2509.21240",
    "huggingface.co/papers/2509.21240#community",
    "https://hf.co/papers/2509.21240",
    "https://alphaxiv.org/abs/2509.21240",
    "https://www.alphaxiv.org/abs/2509.21240v1",
    "https://www.alphaxiv.org/overview/2509.21240",
    "https://doi.org/10.48550/arXiv.2509.21240",
    "10.48550/arXiv.2509.21240",
    "<https://arxiv.org/abs/2509.21240>",
    "<https://arxiv.org/abs/2509.21240|arxiv.org/abs/2509.21240>",
    "arXiv%3A2509.21240",
    "have you read https://arxiv.org/abs/2509.21240, Ada?",
    "2509.21240.",
    "“2509.21240”。",
    "2509。21240",
    "2509.\u200b21240\u00a0",
    "arXiv：2509.21240",
    "https:／／arxiv.org／abs／2509.21240",
    "https://arxiv.org/abs/2509.21240%E2%80%8B",
]


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
