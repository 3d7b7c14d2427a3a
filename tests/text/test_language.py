import pytest

from bot.text.language import canonical_tag, known_tag, language_of, named_language


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


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en", "en"),
        (" ZH_cn ", "zh-CN"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("ES-419", "es-419"),
        ("zh-yue-hk", "zh-yue-HK"),
        ("de-CH-1996", "de-CH-1996"),
        ("EN-u-CA-buddhist-x-Mine", "en-u-ca-buddhist-x-mine"),
        ("X-Klingon", "x-klingon"),
    ],
)
def test_a_tag_is_written_as_rfc_5646_writes_it(text: str, tag: str) -> None:
    assert canonical_tag(text) == tag


@pytest.mark.parametrize(
    "text", ["", "-", "e", "english", "klingon!", "en-", "x", "en--US", "en-x", "图", "en-" + "a" * 60]
)
def test_what_has_not_the_shape_of_a_tag_is_none(text: str) -> None:
    assert canonical_tag(text) is None


@pytest.mark.parametrize(
    ("text", "tag"),
    [("zh_cn", "zh-CN"), ("X-klingon", "x-klingon"), ("cn", None), ("und", None), ("english", None)],
)
def test_a_known_tag_has_a_language_with_a_name(text: str, tag: str | None) -> None:
    assert known_tag(text) == tag


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("German", "de"),
        ("chinese", "zh"),
        ("Simplified Chinese", "zh-Hans"),
        ("德语", "de"),
        ("德文", "de"),
        ("中文", "zh"),
        ("汉语", "zh"),
        ("繁體中文", "zh-Hant"),
        ("de", None),
        ("文", None),
        ("", None),
    ],
)
def test_a_language_is_known_by_its_name_in_english_and_chinese(name: str, tag: str | None) -> None:
    assert named_language(name) == tag
