"""Checks by names and title words whether a summary is about this paper; pure."""

import re

from bot.summaries.languages import is_written_in
from bot.summaries.terms import words
from storage.records import Paper

_TOKEN = re.compile(r"[A-Za-z0-9]++(?:[-.][A-Za-z0-9]++)*+")
_LEAST_CAPITALS = 2
_LONGEST_NAME_IN_TITLE = 3
_LEAST_TITLE_WORDS = 2
_LEAST_TITLE_SHARE = 0.4

_COMMON_NAMES = frozenset(
    """ai ml dl nlp cv qa vqa ir hci llm llms mllm mllms vlm vlms lvlm lvlms slm lm lms lrm lrms plm rl rlhf
    rlvr rlaif sft dpo ppo grpo cot rag moe lora peft mlp cnn cnns rnn rnns gnn gnns gan gans vae vaes
    vit vits dit dits nerf gpt gpts gpt-4 gpt-4o gpt-3.5 gpt-5 gpt4 gpt4o bert t5 clip llama qwen
    chatgpt openai deepseek 2d 3d 4d 1d 4k 2k api apis gpu gpus cpu cpus tpu ui gui guis url ide sql
    json html css pdf rgb rgb-d tts asr ocr sota id ids os io us uk eu usa fid auc map iou bleu rouge
    wer psnr ssim mse mae rmse f1 kl js db t2i i2v t2v i2i v2 v1 r1 o1 o3 7b 8b 13b 14b 32b 70b 72b 3b
    1b 1.5b imagenet coco mmlu gsm8k math aime arxiv github neurips icml iclr cvpr acl emnlp ii iii iv
    vi""".split()
)
"""Names that many papers share: of techniques, models, measures and places."""


_LEAST_SHARE_OF_WORDS = 0.42
"""Of 150 model-written sentences with keywords, each shares more of its words with its paper's abstract."""

_LEAST_SHARE = 0.5
_LEAST_SHARE_ELSEWHERE = 0.15
"""In other languages, whose summaries may name more than the abstract that is at hand."""

_FEW_NAMES = 2
_FEW_WORDS = 15

_LEAST_WORDS_OF_SOURCE = 50
"""The different words of a short abstract; in less, a summary in words of its own finds few of them."""


def is_about(summary: str, paper: Paper, text: str) -> bool:
    """Whether a summary can be about the paper with this text (or abstract).

    It has to share a name with the title or the abstract, or enough words with the title; half of its names
    have to be in the paper, and over two fifths of its words. A summary in another language than English
    cannot share words; some of its names have to be in the paper, and it passes if it or the paper has none.
    """
    source = "\n".join(filter(None, [paper.title, paper.abstract, text]))
    theirs, ours = _names(summary), _names(f"{paper.title}\n{paper.abstract or text}")
    has_title = _names_of_title(paper.title) & _tokens(summary) or _has_title(summary, paper.title)
    if is_written_in(summary, "en"):
        has_words = _has_words(summary, source)
        return bool(has_title or ours & theirs) and has_words and _has_names(theirs, source, _LEAST_SHARE)
    if has_title or not theirs or not ours:
        return True
    has_names = _has_names(theirs, source, _LEAST_SHARE_ELSEWHERE)
    return has_names and not theirs.isdisjoint(ours | _names(text))


def _has_names(names: set[str], source: str, least_share: float) -> bool:
    """Whether a text has this share of the names, or there are too few to tell."""
    if len(names) < _FEW_NAMES:
        return True
    known = {_singular(each) for token in _tokens(source) for each in (token, *re.split("[-.]", token))}
    found = sum(_singular(name) in known for name in names)
    return found >= least_share * len(names)


def _singular(name: str) -> str:
    return name.removesuffix("s")


def _has_words(summary: str, source: str) -> bool:
    """Whether a text has enough of the words, or there are too few to tell."""
    said, known = words(summary), words(source)
    if len(said) < _FEW_WORDS or len(known) < _LEAST_WORDS_OF_SOURCE:
        return True
    return len(said & known) >= _LEAST_SHARE_OF_WORDS * len(said)


def _tokens(text: str) -> set[str]:
    return {token.casefold() for token in _TOKEN.findall(text)}


def _names(text: str) -> set[str]:
    """Return what looks like a name, in lower case: several capitals, or letters with digits."""
    found: set[str] = set()
    for token in _TOKEN.findall(text):
        pieces = re.split("[-.]", token)
        found.update(piece.casefold() for piece in pieces if _is_name(piece))
        if (
            len(pieces) > 1
            and _is_name(token)
            and all(piece[:1].isupper() or piece[:1].isdigit() for piece in pieces)
        ):
            found.add(token.casefold())
    return found - _COMMON_NAMES


def _is_name(token: str) -> bool:
    capitals = sum(map(str.isupper, token))
    digits = sum(map(str.isdigit, token))
    return capitals >= _LEAST_CAPITALS or (
        digits > 0 and any(map(str.isalpha, token)) and not token[0].isdigit()
    )


def _names_of_title(title: str) -> set[str]:
    """Return the few words before a title's colon, where most papers name what they made."""
    before, colon, _ = title.partition(":")
    named = [token for token in _TOKEN.findall(before) if token.casefold() not in _COMMON_NAMES]
    return {token.casefold() for token in named} if colon and len(named) <= _LONGEST_NAME_IN_TITLE else set()


def _has_title(summary: str, title: str) -> bool:
    wanted = words(title)
    shared = wanted & words(summary)
    return len(shared) >= _LEAST_TITLE_WORDS and len(shared) >= _LEAST_TITLE_SHARE * len(wanted)
