import pytest

from bot.summaries.languages import is_written_in

TEXTS = {
    "zh-CN": "该研究提出了一种名为RiverNet的新方法，用稀疏注意力来预测泥沙，结果更快。",
    "zh-TW": "該研究提出了一種名為RiverNet的新方法，用稀疏注意力來預測泥沙，結果更快。",
    "ja": "本研究は、疎な注意機構を用いて河川の土砂を予測するRiverNetという新しい手法を提案する。",
    "ko": "이 연구는 희소 어텐션으로 강의 퇴적물을 예측하는 새로운 방법인 RiverNet을 제안한다.",
    "en": "The study presents RiverNet, a new method that forecasts silt in rivers with sparse attention.",
    "de": "Die Studie stellt RiverNet vor, eine neue Methode, die mit dünner Aufmerksamkeit den Schlamm von "
    "Flüssen vorhersagt.",
    "fr": "L'étude présente RiverNet, une nouvelle méthode qui prévoit les sédiments des rivières par une "
    "attention creuse, et elle est plus rapide que les autres.",
    "es": "El estudio presenta RiverNet, un método nuevo que predice los sedimentos de los ríos con atención "
    "dispersa, y es más rápido que los demás.",
    "ru": "В работе представлен RiverNet, новый метод, который предсказывает наносы рек с помощью "
    "разреженного внимания.",
    "hi": "यह अध्ययन RiverNet नामक एक नई विधि प्रस्तुत करता है जो नदियों की गाद का पूर्वानुमान करती है।",
}


@pytest.mark.parametrize("asked", TEXTS)
@pytest.mark.parametrize("written", TEXTS)
def test_languages_are_told_apart(asked: str, written: str) -> None:
    assert is_written_in(TEXTS[written], asked) == (asked == written)


def test_a_language_whose_words_are_not_known_is_none_of_the_others() -> None:
    swedish = (
        "Studien presenterar RiverNet, en ny metod som förutsäger flodernas slam med gles uppmärksamhet."
    )

    assert is_written_in(swedish, "sv")
    assert not is_written_in(swedish, "el")
    assert not is_written_in(f"{TEXTS['en']} {TEXTS['en']}", "sv")


def test_a_chinese_text_full_of_names_is_chinese() -> None:
    text = "在LakeBench、DamBench、SiltBench和MudQA上，RiverNet-7B优于HydroLSTM-7B，平均得分58.4，排名第一。"

    assert is_written_in(text, "zh-CN")


@pytest.mark.parametrize("asked", [*TEXTS, "tlh", "x-private", ""])
def test_too_short_a_text_may_be_in_any_language(asked: str) -> None:
    assert is_written_in("RiverNet 57.76%", asked)
