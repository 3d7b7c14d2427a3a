from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.figures import numbers_in, stated_figures


def written(text: str, language: str = "en") -> list[str]:
    return [figure.text for figure in stated_figures(text, language)]


def worth(text: str, language: str = "en") -> list[Decimal]:
    figures = stated_figures(text, language)
    return [number.value for figure in figures for number in figure.numbers]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234", "1234"),
        ("1234", "1234"),
        ("1{,}234", "1234"),
        ("57.76", "57.76"),
        ("57.76%", "57.76"),
        (r"57.76\%", "57.76"),
        ("５７．７６％", "57.76"),
        ("1.6M", "1600000"),
        ("1.6 million", "1600000"),
        ("160万", "1600000"),
        ("1億6000万", "160000000"),
        ("2.7亿", "270000000"),
        ("3 Millionen", "3000000"),
        ("3 Mio. Zeilen", "3000000"),
        ("10.5 mIoU", "10.5"),
        ("15k", "15000"),
        ("3x", "3"),
        ("3×", "3"),
        (r"$3\times$", "3"),
        ("3倍", "3"),
        ("1.2×10⁵", "120000"),
        (r"1.2 \times 10^{5}", "120000"),
        ("10^5", "100000"),
        ("3e-4", "0.0003"),
        (".92", "0.92"),
        ("-5%", "5"),
        ("24GB", "24"),
        ("5-shot", "5"),
        ("twenty-five tasks", "25"),
        ("three million rows", "3000000"),
        ("五个基准", "5"),
        ("二十五种语言", "25"),
        ("三百万条", "3000000"),
        ("百分之五", "5"),
    ],
)
def test_a_figure_is_worth_the_same_however_it_is_written(text: str, value: str) -> None:
    assert worth(text) == [Decimal(value)]


@pytest.mark.parametrize(
    "text",
    [
        "GPT-4 and Qwen2.5-7B on CIFAR-10 and GSM8K",
        "F1, pass@1, T2I, top-5, H100",
        "3D and 2D, the 1st and the 2nd",
        "version 1.2.3 of 2509.21240, on 2025-09-18",
        "see Table 3, Figure 2, Section 4.1 and [12, 13]",
        "L_2, x_{10} and m^2",
        "in 2025, at NeurIPS 2024",
        "截至2025年9月18日，第3名，表2",
        "on September 18, 2025",
        "包括：1）采样；2）重放",
        "依赖两项技术： 1. 双重平滑 2. 采样",
        "two stages, three kinds, 三类, 两个阶段",
        "千问、百度、万物、十分重要、数十个",
        "0123456789012345678901234567890",
    ],
)
def test_what_only_looks_like_a_figure_is_none(text: str) -> None:
    assert written(text) == []


def test_ranges_and_deviations_are_one_figure_of_two_numbers() -> None:
    assert written("from 10-20% to 10–20, 57.8±0.3, 14%到64% and 1–3万") == [
        "10-20%",
        "10–20",
        "57.8±0.3",
        "14%到64%",
        "1–3万",
    ]
    assert worth("57.8±0.3") == [Decimal("57.8"), Decimal("0.3")]


def test_a_dash_before_a_second_figure_is_its_sign() -> None:
    assert written("changed by +4.2 -5%") == ["4.2", "5%"]


def test_a_closing_bracket_after_a_figure_makes_no_list() -> None:
    assert written("falls (from 23.32% to 14) at once") == ["23.32%", "14"]


def test_a_count_in_the_range_of_years_is_a_figure_where_something_is_counted() -> None:
    assert written("trained on 2000 samples, 2000个样本, 2,000") == ["2000", "2000", "2,000"]


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_a_comma_stands_before_decimals_in_the_languages_that_write_so(language: str) -> None:
    assert worth("57,76 % und 1 234 567", language) == [Decimal("57.76"), Decimal(1234567)]


def test_a_point_in_german_is_read_in_both_ways() -> None:
    (figure,) = stated_figures("1.234 Beispiele", "de")

    assert [reading.value for reading in figure.numbers[0].readings] == [Decimal(1234), Decimal("1.234")]


def test_small_numbers_in_words_and_sizes_in_names_support_though_they_are_no_figures() -> None:
    numbers = numbers_in("Two models, Qwen2.5-7B and GPT-4, are twice as fast in half the time.")

    assert [number.value for number in numbers] == [2, 7_000_000_000, 2, Decimal("0.5")]


@given(
    st.text(alphabet=st.sampled_from("0123456789.,%kM万亿三十x× -–±^{}\\eE()（）:：[]_a年月第"), max_size=60)
)
def test_any_text_has_figures_that_stand_in_it(text: str) -> None:
    for figure in stated_figures(text, "fr"):
        assert text[figure.start : figure.end] == figure.text
        assert all(number.value >= 0 and number.digits >= 1 for number in figure.numbers)
    assert all(number.step > 0 for number in numbers_in(text))
