"""Whether a paper is withdrawn, from what its authors or arXiv's administrators wrote."""

import time

import pytest

from bot.sources.withdrawals import with_withdrawal
from storage.records import Paper

PAPER = Paper("2509.00001", "On gardens", abstract="Gardens grow. We measure how fast.")


@pytest.mark.parametrize(
    "comment",
    [
        "This paper has been withdrawn by the authors due to a wrong sign in Lemma 2",
        "The manuscript is being withdrawn as its data may not be shared",
        "This submission has been withdrawn by arXiv administrators due to disputed authorship",
        "9 pages, 2 figures. This article was withdrawn because of a flaw in the proof",
        "Withdrawn",
        "withdrawn by the author",
        "10 pages; withdrawn pending corrections",
        "Paper withdrawn: Table 3 is of another run",
        "We withdraw this paper, since the baseline was trained on the test set",
        "The authors have decided to withdraw the preprint",
        "This work has been withdrawn from arXiv",
        "Retracted by the authors",
        "This paper withdrawn by arXiv administrators because its authorship is disputed",
        "arXiv admin note: paper has been withdrawn by arXiv administrators",
        "Manuscript has been withdrawn",
        "7 pages - WITHDRAWN",
        "7 pages -- retracted due to a wrong lemma",
        "This work has since been officially withdrawn",
        "This article is replaced by arXiv:2508.01234 and has been withdrawn",
        "Withdrawn since the first version of the code was wrong",
        "Withdrawn after the submission of a better proof",
        "The authors request the withdrawal of this article",
        "Please withdraw. Lemma 2 is wrong",
        "7 pages, 2 figures, withdrawn",
        "This article has been administratively withdrawn",
        "This article has been withdrawn upon request of its authors",
        "This paper has been withdrawn to correct Lemma 2",
        "本论文已由作者撤回",
        "8 页。本文已被撤回，因引理有误",
        "作者决定撤回本文",
        "因数据有误已撤稿",
        "This work needs to be withdrawn",
        "The manuscript has to be withdrawn due to a wrong table",
        "Our paper contains a wrong lemma and has been withdrawn",
        "The corresponding author has withdrawn this manuscript",
        "All authors have agreed to withdraw this article",
        "Due to a bug in Eq. 3.2, we withdraw this paper",
        "Because of wrong data, this paper has been withdrawn by the authors",
        "Please note that this preprint has been withdrawn",
        "Accepted at a workshop, but this paper has been withdrawn due to an error",
        "Manuscript is withdrawn",
        "This entry has been withdrawn",
        "This paper has been withdrawn in its present form",
        "This paper has been withdrawn by Ada B. Gardener",
        "Withdrawn temporarily for a review of the data",
        "Withdrawn, the proof is wrong",
        "To be withdrawn",
        "Withdrawing due to a wrong lemma",
        "Withdrawal of this paper due to a wrong lemma",
        "This submission has been removed by arXiv administrators as its text is another's",
        "Removed by the author",
    ],
)
def test_a_comment_that_says_so_becomes_the_papers_notice(comment: str) -> None:
    assert with_withdrawal(PAPER, comment).withdrawal == comment


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "12 pages, 3 figures",
        "Withdrawn from a conference",
        "Withdrawal symptoms in mice, 9 pages",
        "Withdrawing money: a game",
        "Because consent was withdrawn, 3 gardens are left out",
        "Due to space limits, withdrawn papers are listed in the appendix",
        "As this paper has been withdrawn from a conference, we extend it",
        "This paper contains gardens that are withdrawn",
        "Accepted at a workshop, but this paper has been extended",
        "This paper has been removed from the proceedings",
        "Removed by request: Table 3",
        "Note that the dataset is withdrawn for legal reasons",
        "This paper has been withdrawn by Garden Track Chairs from the review",
        "已撤稿论文的数据集",
        "This paper was withdrawn from ICLR and improved",
        "An earlier version was withdrawn",
        "The previous version has been withdrawn",
        "Replaces the withdrawn arXiv:2401.00001",
        "ICLR 2024 withdrawn submission",
        "A study of retracted papers",
        "This work has never been retracted",
        "The article is not withdrawn",
        "The cited paper has been withdrawn",
        "Withdrawn figures in Section 2 are marked",
        "8 pages; withdrawn articles at example.org",
        "v3: retracted remark in Sec. 5",
        "This article was withdrawn in v3; v4 mends it",
        "Submitted to a conference (withdrawn)",
        "Submitted to a conference, withdrawn",
        "A conference - withdrawn",
        "This paper was withdrawn and has been improved",
        "This paper had been withdrawn, but is back",
        "The version withdrawn by the authors had other figures",
        "Authors request withdrawal of data from archives",
        "7 pages - withdrawn cases in the appendix",
        "This article is replaced by another and has not been withdrawn",
        "Withdrawn after reviews at a conference",
        "本文未被撤回",
        "本文已撤回会议投稿",
        "撤回论文的数据集",
        "This paper was withdrawn by the authors, v2 corrects the proof",
    ],
)
def test_a_comment_on_something_else_withdraws_no_paper(comment: str) -> None:
    assert with_withdrawal(PAPER, comment) == PAPER


@pytest.mark.parametrize(
    ("abstract", "kept", "notice"),
    [
        (
            "This paper has been withdrawn by the author.",
            None,
            "This paper has been withdrawn by the author.",
        ),
        ("Withdrawn by the authors", None, "Withdrawn by the authors"),
        (
            "Gardens grow. This paper has been withdrawn, as they do not.",
            "Gardens grow.",
            "This paper has been withdrawn, as they do not.",
        ),
        ("We study savings that were withdrawn from banks.", None, None),
        ("If the work was withdrawn, gardens would wither.", None, None),
        ("A pill was sold. It was withdrawn in 2001 by its maker. We ask why.", None, None),
        ("A pill was sold. It was withdrawn. We ask why.", None, None),
        ("It is gradually withdrawn as gardens grow.", None, None),
        ("Withdrawn gardeners are rarely asked", None, None),
        ("Gardens grow. The study is withdrawn in tone.", None, None),
        ("We read old papers. This article was retracted by its journal and still cited.", None, None),
        ("We read old papers. This paper was withdrawn. It is still cited.", None, None),
        ("It has been withdrawn.", None, "It has been withdrawn."),
        ("I withdraw this article: a seed is bad.", None, "I withdraw this article: a seed is bad."),
        ("The authors have retracted this paper.", None, "The authors have retracted this paper."),
        ("Article withdrawn by its authors.", None, "Article withdrawn by its authors."),
        ("Retracted because of a bad seed.", None, "Retracted because of a bad seed."),
        ("Gardens grow. We have withdrawn our paper.", "Gardens grow.", "We have withdrawn our paper."),
        ("A paper was wrong. The authors retracted this paper. We ask who cites it.", None, None),
        ("N/A - withdrawn", None, "N/A - withdrawn"),
        ("本文已被作者撤回。", None, "本文已被作者撤回。"),
        ("花园生长。本文已撤回，因数据有误。", "花园生长。", "本文已撤回，因数据有误。"),
        ("本文研究已撤回的论文。", None, None),
        ("Because seeds are withdrawn, gardens shrink. We ask why.", None, None),
        ("We do not withdraw this paper.", None, None),
        ("We withdraw this paper claim by claim.", None, None),
        ("Retracted claims spread. We ask why.", None, None),
        ("This work is retracted to a point.", None, None),
    ],
)
def test_a_notice_in_an_abstract_is_no_part_of_it(
    abstract: str, kept: str | None, notice: str | None
) -> None:
    read = with_withdrawal(Paper("2509.00001", "On gardens", abstract=abstract))

    assert (read.abstract, read.withdrawal) == (kept if notice else abstract, notice)


@pytest.mark.parametrize(
    "piece", ["(", "...", "! ", "; ", "(,", "。(", "- ", "this paper ", "withdrawn, v2. ", "because of "]
)
def test_marks_and_words_without_an_end_take_no_longer_each_than_a_few_do(piece: str) -> None:
    seconds = seconds_of_reading(piece, 20_000)

    assert seconds < 1 or seconds < 8 * seconds_of_reading(piece, 5_000)


def seconds_of_reading(piece: str, length: int) -> float:
    text = (piece * length)[:length]
    started = time.process_time()
    with_withdrawal(Paper("2509.00001", "On gardens", abstract=text), text)
    return time.process_time() - started
