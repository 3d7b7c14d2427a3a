import pytest

from bot.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Rivers carry mud to the sea.", "en"),
        ("", "en"),
        ("2509.00001", "en"),
        ("本文提出RiverNet，用Transformer预测泥沙的沉积。", "zh-CN"),
        ("本文引用了さくら模型来预测河流的水位变化与泥沙沉积过程，结果良好。", "zh-CN"),
        ("川の流れを予測する新しい手法を提案する。", "ja"),
        ("ニューラルネットワーク", "ja"),
        ("강의 흐름을 예측하는 새로운 방법을 제안한다.", "ko"),
        ("The model is named 河, after the Chinese word for a river.", "en"),
        ("Les rivières charrient de la boue.", "en"),
    ],
)
def test_the_script_tells_the_language(text: str, language: str) -> None:
    assert language_of(text) == language
