import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.notation.formulas import plain_formula


@pytest.mark.parametrize(
    ("formula", "plain"),
    [
        (r"\times", "×"),
        (r"3\times", "3×"),
        (r"512 \times 512", "512 × 512"),
        (r"45\%", "45%"),
        (r"O(n^2)", "O(n²)"),
        (r"\mathcal{O}(N\log N)", "O(N log N)"),
        (r"10^{-3}", "10⁻³"),
        (r"p<10^-6", "p<10⁻⁶"),
        (r"1e^{-1}", "1e⁻¹"),
        (r"R^{2}", "R²"),
        (r"F_1", "F₁"),
        (r"h_{\min}", "h_min"),
        (r"\text{AP}_{50}", "AP₅₀"),
        (r"R_{\mathrm{eff}}", "R_eff"),
        (r"\mathbb{R}^d", "ℝ^d"),
        (r"^{th}", "th"),
        (r"45^\circ", "45°"),
        (r"9.27\deg \pm 4.80\deg", "9.27° ± 4.80°"),
        (r"\deg(f)", "deg(f)"),
        (r"{\sim}2{,}000", "∼2,000"),
        (r"\geq 90\%", "≥90%"),
        (r"\beta = 2", "β = 2"),
        (r"\lVert \cdot \rVert_1", "‖·‖₁"),
        (r"\langle cls \rangle", "⟨cls⟩"),
        (r"\left\{a\right\}", "{a}"),
        (r"\hat{x}", "x̂"),
        (r"x'", "x′"),
        (r"\textit{Don't Guess}", "Don't Guess"),
        (r"{\bf x}^*", "x*"),
        (r"\tt A^\tt 3", "A³"),
        (r"\unicode{x2013}", "–"),
        (r"\not=", "≠"),
        (r"i \equiv 1 \pmod{s}", "i ≡ 1 (mod s)"),
        (r"\operatorname{ord}_n(q)", "ord_n(q)"),
        (r"\href{https://example.org/a}{code}", "code (https://example.org/a)"),
    ],
)
def test_a_formula_is_said_on_a_line(formula: str, plain: str) -> None:
    assert plain_formula(formula) == plain


@pytest.mark.parametrize(
    ("formula", "plain"),
    [
        (r"2^{n+1}", "2ⁿ⁺¹"),
        (r"2^{k+1}", "2^(k+1)"),
        (r"k^{-2/d}", "k^(-2/d)"),
        (r"x_{t+1}", "x_(t+1)"),
        (r"E_{x_1}", "E_(x₁)"),
        (r"10^{10^5}", "10^(10⁵)"),
        (r"x_ix_j", "x_i x_j"),
        (r"\frac{1}{2}", "1/2"),
        (r"\frac{a+b}{2}", "(a+b)/2"),
        (r"\frac{1}{2x}", "1/(2x)"),
        (r"\frac{1}{2}x", "(1/2)x"),
        (r"a\frac{b}{c}", "a(b/c)"),
        (r"\tfrac{9}{10}", "9/10"),
        (r"\frac12", "1/2"),
        (r"\sqrt{d}", "√d"),
        (r"\sqrt{t}Z", "√(t)Z"),
        (r"\sqrt{\frac{d}{n}}", "√(d/n)"),
        (r"1-\frac{1}{e} \approx 0.632", "1-1/e ≈ 0.632"),
    ],
)
def test_what_would_read_otherwise_on_a_line_stands_in_brackets(formula: str, plain: str) -> None:
    assert plain_formula(formula) == plain


@pytest.mark.parametrize(
    "formula",
    [
        r"\sum_{i=1}^n x_i",
        r"\binom{n}{2}",
        r"\begin{matrix} 1 \end{matrix}",
        r"\ours",
        r"\sqrt[3]{x}",
        r"\bar{xy}",
        r"a & b",
        r"a \\ b",
        r"2\frac{1}{2}",
        r"{1 \over 2}",
        "{",
        "}",
        "\\",
        r"\frac{1}",
        r"x^",
        r"\unicode{x0}",
        "{" * 50 + "}" * 50,
    ],
)
def test_what_a_line_cannot_say_has_no_plain_form(formula: str) -> None:
    assert plain_formula(formula) is None


def test_a_fraction_does_not_run_together_with_a_digit_before_the_formula() -> None:
    assert plain_formula(r"\frac{1}{2}", before="2") is None
    assert plain_formula(r"\frac{1}{2}", before="x") == "(1/2)"


PIECES = st.sampled_from(
    [
        r"\frac",
        r"\sqrt",
        r"\times",
        r"\hat",
        r"\log",
        r"\left",
        r"\text",
        "{",
        "}",
        "^",
        "_",
        "\\",
        "x",
        "2",
        " ",
        "'",
    ]
)


@given(st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join))
def test_any_formula_has_a_plain_form_or_none(formula: str) -> None:
    printed = plain_formula(formula)

    assert printed is None or printed == " ".join(printed.split())
