import gzip
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.notation.latex import readable


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"\textbf{TREE} cuts weeds by 45\%", "TREE cuts weeds by 45%"),
        (r"is 3$\times$ faster", "is 3× faster"),
        (r"\textbf{S}patial \textit{\underline{T}rees} (\textsc{St})", "Spatial Trees (St)"),
        (r"Zdzis{\l}aw Czerwi\'nski, G\"odel, {\L}uk", "Zdzisław Czerwiński, Gödel, Łuk"),
        (r"\v{S}koda, S\o ren, Ho\v rava, na\"{\i}ve, Garc{\'i}a", "Škoda, Søren, Hořava, naïve, García"),
        (r"for $\alpha$-trees of $O(n^2)$", "for α-trees of O(n²)"),
        (r"below $10^{-3}$, or 10^{-3}", "below 10⁻³, or 10⁻³"),
        (r"\(p=0.65\) and \[ x^2 \]", "p=0.65 and x²"),
        (r"\href{https://example.org/a\_b}{code}", "code (https://example.org/a_b)"),
        (r"\href{https://example.org/a}{example.org/a}", "example.org/a"),
        (r"\url{https://example.org/\~ada}.", "https://example.org/~ada."),
        (r"\footnote{Code follows.} ends", "(Code follows.) ends"),
        (r"trees\footnote{Code follows.}", "trees (Code follows.)"),
        (
            r"by Alder~\cite{alder2020} and \citep[see][p. 3]{a, b}",
            "by Alder [alder2020] and [see a, b, p. 3]",
        ),
        (r"\textcolor{red}{new} {\bf bold} \emph{it}", "new bold it"),
        (r"360{\deg} at 5\,ms, i.i.d.\ data, vs.\@ all", "360° at 5 ms, i.i.d. data, vs. all"),
        (r"S\&P, \#1, a\_b, \$5 and \$6, \{a\}", "S&P, #1, a_b, $5 and $6, {a}"),
        (r"Tree~2, Trees~(TR), e.g.~oak, up to~$5$", "Tree 2, Trees (TR), e.g. oak, up to 5"),
        (r"oak--elm, 5--7 -- and more---yes", "oak–elm, 5–7 – and more—yes"),
        ("``weeds'' and ``trees\"", "“weeds” and “trees”"),
        ("1{,}132 trees", "1,132 trees"),
        (r"10$\,$ms, 5$~$kg", "10 ms, 5 kg"),
        (r"{\color{red} red} \color{blue}blue", "red blue"),
        (r"$f\colon X \to Y$ by \nolinkurl{ada@example.org}", "f:X → Y by ada@example.org"),
        (r"\LaTeX{} \eg, \ie. \enquote{x} \alpha", "LaTeX e.g., i.e. “x” α"),
        (r"English. \\ \textbf{Methods:} trees", "English. Methods: trees"),
        (r"{BERT}-2: A {T}ree for {L}eaves", "BERT-2: A Tree for Leaves"),
        (r"\[N=4\] and $$y=2$$", "N=4 and y=2"),
        (r"oak\\[3pt]elm and oak \\[-1em] elm", "oak elm and oak elm"),
        (r"\vspace{-3pt}Oak \label{tab}elm \ref{} \hspace*{1em}ash", "Oak elm  ash"),
        (
            r"We grow \begin{itemize} \item oaks, \item[2.] elms \end{itemize} here",
            "We grow • oaks, 2. elms here",
        ),
        (r"Grow:\begin{enumerate}[(a)]\item 5\% \item$\beta$\end{enumerate}", "Grow: • 5% • β"),
        (
            r"{Concept erasure} of {Oak-DF++}, ({action}) by {X}: oaks.",
            "Concept erasure of Oak-DF++, (action) by X: oaks.",
        ),
        (r"\section{Trees}\paragraph{Oaks}grow", "Trees Oaks grow"),
        (r"see \ref{tab:oaks}", "see [tab:oaks]"),
        (r"Oak\xspace grows, Oak\texttrademark, \texttildelow 5", "Oak grows, Oak™, ~ 5"),
        (r"$\overline{CD}$ is $\boxed{7}$ and $\mathds{1}$", "C̅D̅ is 7 and 1"),
        (r"Vi\d{\^e}t, Tr\`{\^a}n, Nguy\~{\^{e}}n", "Việt, Trần, Nguyễn"),
        (r"\texorpdfstring{$\beta$}{beta}-oaks", "β-oaks"),
        (r"\texorpdfstring{\ours}{Oak} grows", "Oak grows"),
        (r"\bf{Oak} and \it{elm}", "Oak and elm"),
        (r"\textbf Oak and \emph elm", "Oak and elm"),
        (r"\sout{an oak} elm", "a̶n̶ o̶a̶k̶ elm"),
        (r"Σ\r{ho} and \b{eta}", "Σρ and β"),
        (r"\rev{All of this is new}", "All of this is new"),
        (r"cut within \textbf{the br", "cut within the br"),
        (r"H$_2$O, m$^2$, Tree$^2$", "H₂O, m², Tree²"),
        (r"at $0.46 per tree and $\sim$5", "at $0.46 per tree and ∼5"),
        ("R&amp;D of &lt;b&gt;, &#945;", "R&D of <b>, α"),
        ('it\\\'s \\"quoted\\"', 'it\'s "quoted"'),
    ],
)
def test_latex_becomes_the_characters_that_it_means(written: str, meant: str) -> None:
    assert readable(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        r"\ours beats \method{} by 5",
        r"is $\sum_{i=1}^n x_i$ and \(\ours\)",
        r"grows as $2\frac{1}{2}$",
        r"\begin{oaks} a \end{oaks}",
    ],
)
def test_what_has_no_plain_form_is_left_as_it_is(text: str) -> None:
    assert readable(text) == text


def test_an_entity_is_decoded_once() -> None:
    assert readable("&amp;lt;") == "&lt;"
    assert readable("AT&T &noentity; &copy x?a=1&para=2") == "AT&T &noentity; &copy x?a=1&para=2"


PLAIN = [
    "$5 million", "cost: $3", "US$6,", "between $5 and $10", "$5-$10", "$0.04/task", "$HOME/bin",
    "50% of", "R&D", "C#", "#1", "~5 ms", "~5 ms~", "10~30%", "y~x", "model_v2_large", "x^2", "p<10^-6",
    r"C:\temp\new", r"D:\times\alpha", r"\\host\tau\nu", r"src\beta\new\to", r"data\times", r"\d+\.zip",
    "--verbose", "-->", "<!-- a -->", "https://example.org/~ada/a--b_c?x=1&y=2", "{a: 1}", '{"a": 1}',
    "user_{id}", "(a)", "O'Neil's", "it''s", "`code`", "``code``", "[x](y)", "a|b", "<b>", "*a*", "图", "😀",
    "${OAK}/x", "{OAK, ELM}", "m ∈ {3}", "x ∈ {a}", "= {X}", "goals {g_i}", "{a}:{b}",
    "{0,1}-trees", "En-{De, Zh}", "/{ID}/", "{{OAK}}", r"in \boxed{}", "\\[1\\]", "a[2pt]",
    "50 %", "a\\",
]  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_what_only_looks_like_latex_stays(text: str) -> None:
    assert readable(text) == text


@given(st.lists(st.sampled_from(PLAIN), max_size=6))
def test_what_only_looks_like_latex_stays_beside_any_other(parts: list[str]) -> None:
    text = "; ".join(parts)

    assert readable(text) == text


LATEX = [
    r"45\%", r"3$\times$", r"$10^{-3}$", r"$x_{12}$", r"$\frac{1}{20}$", r"\textbf{7 trees}", r"{\bf 2)}",
    r"$\ours 4$", r"\cite{a2020}", r"5--7", r"1{,}132", r"25~dB", r"$\sim$70", "$5 million", r"G\"odel 8",
    r"\url{https://example.org/12}", r"\footnote{In 2020.}", r"$2^{10^5}$", r"$\sum_{i=1}^{n} 3$",
    r"90{\deg}",
]  # fmt: skip
_LEVELLED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")


def digits(text: str) -> list[str]:
    return re.findall("[0-9]+", text.translate(_LEVELLED))


@given(st.lists(st.sampled_from(LATEX + PLAIN), max_size=8))
def test_no_figure_is_lost_and_a_second_reading_changes_nothing(parts: list[str]) -> None:
    text = " and ".join(parts)
    once = readable(text)

    assert "".join(digits(once)) == "".join(digits(text))
    assert readable(once) == once


@given(
    st.lists(
        st.sampled_from([*LATEX, *"\\{}$^_~-`'\"&;[]() ", "\\textbf{", "\\frac", "\\("]) | st.text(),
        max_size=20,
    )
)
def test_any_text_can_be_read(parts: list[str]) -> None:
    assert isinstance(readable("".join(parts)), str)


@pytest.mark.parametrize(
    "piece", ["\\textbf{", "$", "\\(", "{\\bf ", "$\\frac{", "\\cite[", "_{", "``", "\\x{a ", " {a-", "a-"]
)
def test_a_text_of_marks_alone_is_read_quickly(piece: str) -> None:
    assert isinstance(readable(piece * 3_000), str)


def test_real_abstracts_lose_no_figure_and_those_without_latex_nothing(shared_data: Path) -> None:
    with gzip.open(shared_data / "corpus" / "arxiv-9998.jsonl.gz", "rt", encoding="utf-8") as lines:
        papers = [json.loads(line) for line in lines][::5]
    texts = [" ".join(str(paper[part]).split()) for paper in papers for part in ("title", "summary")]
    latex = re.compile(r"\\|\$[^$]+\$|--|``|~|\{")
    unread = 0
    for text in texts:
        shown = readable(text)
        # The address of a link is left out where its label says it.
        expected = "".join(digits(re.sub(r"\\(?:href|unicode)\{[^}]*\}", "", text)))
        lost = Counter(expected) - Counter("".join(digits(shown)))
        unread += "\\" in shown

        assert readable(shown) == shown
        assert not lost
        assert latex.search(text) or shown == text
    assert unread < len(texts) / 200
