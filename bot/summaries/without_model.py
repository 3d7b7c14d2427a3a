"""Summaries without a model: from the listing site, else from sentences of the abstract; pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from bot.summaries.question import MOST_KEYWORDS, most_characters
from bot.summaries.sentences import sentences
from bot.text.language import language_of
from bot.text.notation.latex import readable
from bot.text.regex import regex
from storage.records import FROM_ABSTRACT, FROM_COMMUNITY, Paper, Provenance, Summary

_PAPERS_REMEMBERED = 2048
"""More than a month of a busy source, which a digest with filters reads each day."""


@lru_cache(maxsize=_PAPERS_REMEMBERED)
def draw(paper: Paper) -> Summary | None:
    """Return a paper's summary without a model, or `None` where only its title is known.

    It is the listing site's sentence and keywords, where there are any. Otherwise the parts are whole
    sentences of the abstract, sorted by their cues; of the first one, an opening that leans on the sentence
    before is cut. An abstract that does not say what is proposed or studied stays in one piece, as the body.
    """
    sentence = _one_line(paper.community_summary)
    if sentence:
        return Summary(
            paper.id,
            language_of(sentence),
            _made_from(FROM_COMMUNITY),
            keywords=_some(map(_one_line, paper.community_keywords)),
            tldr=sentence,
        )
    abstract = _one_line(paper.abstract)
    if not abstract:
        return None
    parts = _parts(sentences(abstract)) or {"body": abstract}
    return Summary(
        paper.id,
        language_of(abstract),
        _made_from(FROM_ABSTRACT),
        keywords=_keywords(_one_line(paper.title), abstract),
        tldr=parts.get("tldr", ""),
        problem=parts.get("problem", ""),
        method=parts.get("method", ""),
        results=parts.get("results", ""),
        body=parts.get("body", ""),
    )


def _made_from(source: str) -> Provenance:
    return Provenance(source, made_at=None)


def _one_line(text: str | None) -> str:
    return " ".join(readable(text or "").split())


def _some(keywords: Iterable[str]) -> tuple[str, ...]:
    once: dict[str, str] = {}
    for keyword in filter(None, keywords):
        once.setdefault(_singular(keyword.casefold()), keyword)
    return tuple(once.values())[:MOST_KEYWORDS]


# --- Sentences -------------------------------------------------------------------------------------------


def _any(*patterns: str) -> re.Pattern[str]:
    return regex("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_WE = r"(?:\bwe\b|\bthis (?:(?:technical|position) )?(?:paper|work|article|report|study|survey|thesis)\b)"


def _we(verbs: str, words_between: int) -> str:
    """Return the pattern of the authors with one of the verbs, in the present or the past."""
    return rf"{_WE}(?: \w+){{0,{words_between}}}? (?:{verbs})(?:e?[sd])?\b"


_PROPOSES = _any(
    _we("propose|introduce|present|develop|describe|design|devise|formulate|unveil|pioneer", 4),
    _we("build|create|construct|release|contribute|offer|define|establish|curate", 2),
    r"\b(?:is|are) (?:proposed|introduced|presented) (?:in this|here)",
    r"\b(?:in this \w+,|novel) .{0,120}\b(?:is|are) (?:proposed|introduced|presented|developed)\b",
    r"\bin this (?:paper|work|article|report|study),",
)
_STUDIES = _any(
    _we("study|studies|studied|investigate|explore|examine|analy[sz]e|ask|argue|revisit|review|compare", 4),
    _we("address|tackle|evaluate|benchmark|conduct|provide|extend|use|train|aim", 4),
    _we("show|demonstrate|find|prove|report|identify", 4),
)
_SPEAKS = _any(rf"{_WE}", r"\b(?:this research|the (?:study|article|paper|proposed|authors?))\b")
_PROBLEM = _any(
    r"^(?:however|yet|but|nevertheless|unfortunately|despite|although|while|though|existing|current|prior)\b",
    r"\b(?:challeng\w+|remains?|limit(?:s|ed|ations?|ing)|lacks?|lacking|struggl\w+|suffers?|fails?|failures?)\b",
    r"\b(?:difficult\w*|bottlenecks?|costly|expensive|gaps?|hinder\w*|hamper\w*|unclear|poorly|problems?)\b",
    r"\b(?:under-?explored|overlook\w*|neglect\w*|insufficient\w*|inefficien\w+|cannot|scarc\w+|rely|relies)\b",
)
_RESULT = _any(
    r"\b(?:experiment\w*|evaluations?|results?|analys[ei]s|stud(?:y|ies)|tests|findings)\b.{0,80}?"
    r"\b(?:show|demonstrat|indicat|reveal|confirm|suggest|prov(?:e|es|ing)\b|validat|verif|highlight)",
    r"\b(?:outperform|surpass|exceed|achiev(?:es?|ed|ing(?! this))\b|attain|superior)",
    r"\b(?:state-of-the-art|sota|competitive|on par|faster|speed-?ups?)\b",
    r"\b(?:improv|increas|reduc|boost|rais|cut|gain|reach|deliver|yield|sav)\w*\b.{0,80}?[0-9]",
    r"\bwe (?:.{0,120} and |also |further |then |first |\w{2,20}ly )?"
    r"(?:find|found|show|observe|demonstrate|validate|prove)\b",
    r"\b(?:extensive|comprehensive|empirical) (?:experiments|evaluations?)\b|^(?:empirically|experiments)\b",
    r"\b[0-9.]{1,20} ?(?:\\?%|points\b|[x×]\b)",
)
_ACTS = _any(
    rf"^(?:to|by|with|using|based on)\b.*?{_WE}",
    _we("conduct|address|tackle|revisit|explore|examine|evaluate|study|investigate", 2),
)
_SHOWS = _any(
    _we("show|demonstrate|find|found|prove|reveal|observe", 2),
    r"^(?:our|the|these|experimental|empirical|extensive) (?:\w+ ){0,3}"
    r"(?:results?|experiments?|findings|evaluations?)\b",
    r"^(?:results|experiments?|findings|evaluations?) .{0,40}"
    r"\b(?:show|demonstrat|reveal|indicat|suggest|confirm)",
)
_WEAK_RESULT = _any(
    r"\b(?:improv(?:e[sd]?|ing|ements?)|gains?|effective(?:ness)?|reduc(?:es?|ed|ing|tions?)|performances?)\b",
    r"\b(?:accura(?:te|cy)|yield(?:s|ed)?|reveal(?:s|ed)?|suggest(?:s|ed)?|demonstrat\w+|correlat\w+|findings?)\b",
    r"\b(?:results?|experiments?|successful(?:ly)?|robust(?:ness)?|consistently|significant(?:ly)?|observed?)\b",
)
_PROMISES = _any(
    r"\b(?:aim(?:s|ed)?|goals?|could|might|will|future|challenging|designed|paves?)\b",
    r"\bwe (?:discuss|outline|release)\b",
)
_LEANS = regex(r"^(?:however|yet|but|nevertheless|this|these|such|they|it|as a result|thus)\b", re.IGNORECASE)
_NAMES_THE_PROBLEM = _any(
    r"^(?:however|existing|current|prior|previous|traditional)\b",
    r"\b(?:challeng\w+|remains?|struggl\w+|suffers?|unclear|under-?explored|overlook\w*|impediments?)\b",
)
_OURS = _any(rf"{_WE}|\bour\b", _RESULT.pattern)
_GAP = _any(
    r"\b(?:our (?:understanding|knowledge|ability)|we (?:still |currently )?(?:lack|do not|cannot))\b"
)
_REMEDY = regex(
    r"^(?:in order )?to (?:address|tackle|overcome|mitigate|alleviate|solve|bridge|fill|remedy|resolve|handle"
    r"|combat|counter|circumvent|reduce|remove|close)\b",
    re.IGNORECASE,
)
"""As in "To address this, others …": it tells how, and not what is the matter."""
_ASKS = regex(r"\?$|^(?:however|yet|but|while|although|existing|current|prior)\b", re.IGNORECASE)
_BESIDES = _any(rf"{_WE} (?:also|further)\b", r"^finally\b")
_SOON = 3
"""An abstract that opens with its core names the problem within this many sentences."""

_LAST_SENTENCES = 3
_FIGURE = regex(r"(?<![\w.(-])[0-9](?![0-9]?\))")
_AVAILABLE = _any(
    r"https?://|\bgithub\b",
    r"\b(?:code|data(?:sets?)?|models?|weights|checkpoints|demos?|project page|benchmark)\b.{0,60}?"
    r"\b(?:(?:publicly |freely )?available|will be (?:released|made|open)|open-?sourced)\b",
)


def _parts(abstract: Sequence[str]) -> dict[str, str]:
    """Return the parts that an abstract's sentences make; none where no sentence says what is done."""
    candidates = [sentence for sentence in abstract if not _AVAILABLE.search(sentence)] or list(abstract)
    at = _core(candidates)
    if at is None:
        return {}
    before, after = candidates[:at], candidates[at + 1 :]
    shown = [sentence for sentence in before if _is_shown(sentence)]
    acts = [sentence for sentence in before if _is_act(sentence) and sentence not in shown]
    causes = [sentence for sentence in before if sentence not in [*shown, *acts]]
    if not causes:
        causes = [sentence for sentence in after[:_SOON] if _is_problem(sentence)]
    rest = [sentence for sentence in after if sentence not in causes]
    findings = _findings(rest)
    if not shown:
        findings = findings or _weak_findings(rest)
    findings = [*shown, *findings]
    steps = [*acts, *(sentence for sentence in rest if sentence not in findings)]
    return {
        "tldr": _standing_alone(candidates[at]),
        "problem": _problem(causes),
        "method": _fitting(steps, range(len(steps)), "method"),
        "results": _results(findings),
    }


def _is_shown(sentence: str) -> bool:
    return _SHOWS.search(sentence) is not None


def _is_act(sentence: str) -> bool:
    """Whether the authors do something in it, unlike in "we lack" and "how can we"."""
    if _ACTS.search(sentence):
        return True
    is_open = _GAP.search(sentence) or _ASKS.search(sentence)
    return not is_open and re.search(_WE, sentence, re.IGNORECASE) is not None


def _is_problem(sentence: str) -> bool:
    return _NAMES_THE_PROBLEM.search(sentence) is not None and not _OURS.search(sentence)


def _core(candidates: Sequence[str]) -> int | None:
    """Return the index of the sentence with what the paper proposes, or else studies.

    Of several with the same cue it is the first that stands alone, at least without its opening; what is
    done "also" is the core only where nothing else is.
    """
    numbered = list(enumerate(candidates))
    first = [(at, sentence) for at, sentence in numbered if not _BESIDES.search(sentence)]
    for choices in (first, numbered):
        for cue in (_PROPOSES, _STUDIES, _SPEAKS):
            cued = [(at, sentence) for at, sentence in choices if cue.search(sentence)]
            alone = [at for at, sentence in cued if not leans(_standing_alone(sentence))]
            if cued:
                return alone[0] if alone else cued[0][0]
    return None


def _findings(after: Sequence[str]) -> list[str]:
    """Return the sentences from the first result on, without proposals among them."""
    new = [sentence for sentence in after if _is_shown(sentence) or not _PROPOSES.search(sentence)]
    first = next((at for at, sentence in enumerate(new) if _RESULT.search(sentence)), len(new))
    return new[first:]


def _weak_findings(after: Sequence[str]) -> list[str]:
    """Return which of the last sentences tells a result in weaker words, where none says so plainly."""
    last = after[-_LAST_SENTENCES:]
    return [
        sentence
        for sentence in last
        if _WEAK_RESULT.search(sentence) and not (_PROMISES.search(sentence) or _PROPOSES.search(sentence))
    ]


def _problem(causes: Sequence[str]) -> str:
    """Return the sentences that lead up to the core, without mere background."""
    causes = [sentence for sentence in causes if not _REMEDY.search(sentence)]
    cued = [at for at, sentence in enumerate(causes) if _PROBLEM.search(sentence)]
    start = cued[0] if cued else max(len(causes) - 1, 0)
    if start and _LEANS.search(causes[start]):
        start -= 1
    return _fitting(causes, range(len(causes) - 1, start - 1, -1), "problem")


def _results(findings: Sequence[str]) -> str:
    ranked = sorted(range(len(findings)), key=lambda at: (not _FIGURE.search(findings[at]), at))
    return _fitting(findings, ranked, "results")


_ROOM = 1.4
"""An abstract's sentences are not written to fit, so a part may exceed the length asked of a model."""


def _fitting(choices: Sequence[str], places: Iterable[int], part: str) -> str:
    """Return the sentences that fit the part, always the first of `places`, in the abstract's order."""
    left = _ROOM * most_characters(part, "en")
    taken: list[int] = []
    for at in places:
        left -= len(choices[at]) + 1
        if left < 0 and taken:
            break
        taken.append(at)
    return " ".join(choices[at] for at in sorted(taken))


# --- A sentence alone ---------------------------------------------------------------------------------------

_KINDS = (
    r"(?:(?:technical|position|survey|new|short) )?(?:paper|work|article|report|study|survey|thesis|review|"
    r"tutorial|manuscript|research|project|chapter|letter|note|book|dissertation|perspective|monograph)"
)
_POINTS_BACK = (
    rf"(?:th(?:is|ese|at|ose)\b(?! {_KINDS}\b)|such\b(?! as\b)|them\b|it\b|the (?:above|latter|former)\b)"
)
_CONNECTIVE = (
    r"(?:however|therefore|thus|hence|here|consequently|accordingly|instead|moreover|furthermore|additionally|"
    r"in addition|specifically|more specifically|concretely|also|yet|but|and|so|then|finally|lastly|further|"
    r"besides|nevertheless|nonetheless|conversely|in (?:response|turn|contrast|particular|summary|short)|"
    r"by contrast|to be specific|as a (?:result|remedy|first step|solution|consequence)|for example|notably|"
    r"second(?:ly)?|third(?:ly)?|at the same time|importantly|crucially|alternatively|overall|rather)"
)
_AUTHORS_SPEAK = (
    rf"(?:here,? )?(?:we|our|I|this {_KINDS}|the (?:present |current )?(?:paper|work|study|article|authors?)|"
    rf"in (?:this|our|the (?:present|current)) {_KINDS})\b"
)
_LEADING_CONNECTIVE = regex(
    rf"{_CONNECTIVE}\b,?\s+(?={_AUTHORS_SPEAK}|to\b|by\b|based\b|building\b|in\b)", re.IGNORECASE
)
_LEADING_CLAUSE = regex(
    r"(?:(?:in order )?to|with|towards?|for|from|given|following|leveraging|using|by|in|on|at|under|after|"
    r"(?:building|based|drawing|relying) (?:up)?on|motivated|inspired|driven|guided|informed|prompted|"
    r"against|because of|due to|unlike|addressing|recognizing|as|beyond|through|via|exploiting|taking|"
    rf"filling|bridging)\b(?P<clause>.{{0,240}}?),?\s+(?={_AUTHORS_SPEAK})",
    re.IGNORECASE,
)
_BACK = regex(rf"\b{_POINTS_BACK}", re.IGNORECASE)
_LEANS_AT_START = regex(
    rf"(?:{_CONNECTIVE}|they|its?|their)\b|{_POINTS_BACK}"
    r"|(?:(?:in order )?to|by|with|in|from|given|for|(?:building|based) (?:up)?on)\s"
    rf"(?:(?!\bwe\b)[^,]){{0,60}}?\b{_POINTS_BACK}"
    rf"|{_AUTHORS_SPEAK} (?:\w+ ){{0,2}}?\w+ (?:with |on |to )?(?:this|these|those)\b(?! {_KINDS}\b)",
    re.IGNORECASE,
)


def leans(sentence: str) -> bool:
    """Whether a sentence's opening points to what came before it."""
    return _LEANS_AT_START.match(sentence) is not None


def _standing_alone(sentence: str) -> str:
    """Return a sentence without the words before its subject that point to the sentence before.

    "To address this, we propose" begins with "We propose"; what says in its own words what for stays.
    """
    rest = sentence
    while opening := _LEADING_CONNECTIVE.match(rest):
        rest = rest[opening.end() :]
    clause = _LEADING_CLAUSE.match(rest)
    if clause and _BACK.search(clause["clause"]):
        rest = rest[clause.end() :]
    rest = re.sub(r"^here,?\s+(?=we\b|I\b)", "", rest, flags=re.IGNORECASE)
    return rest[:1].upper() + rest[1:] if rest != sentence else sentence


# --- Keywords --------------------------------------------------------------------------------------------

_NAME = regex(r"(?<![\w\\])[^\W_]+(?:[-.+][^\W_]+)*(?:\+\+)?")
_IS_NAME = regex(r"[^\W_A-Z][A-Z]|[A-Z]{2}|\A(?=.*[A-Z]).*[0-9]")
_GENERIC_NAMES = frozenset(
    "AI ML DL RL NLP CV LLM LLMs LLMS LVLM LVLMs MLLM MLLMs VLM VLMs LM LMs GPU GPUs CPU SOTA API APIs CNN "
    "DNN RNN NN QA 2D 3D 4D 2x 3x PhD US EU UK GPT AUC F1 FPS PSNR FLOPs "
    "II III IV URL HTML JSON PDF STEM".split()
)
_WORDS_OF_A_NAME = 3
_SHORTEST_NAME = 2
_GRAMMAR = frozenset(
    "a about across after all also an and any are as at be been before being between beyond both but by can "
    "could do does each for from given has have how if in into is it its more most much must no non not of "
    "on one only or other our over own per same several should so some such than that the their them then "
    "there these they this those through to toward towards two under up use used using via was we well what "
    "when where whether which while who why will with within without would you your".split()
)
_EMPTY = frozenset(
    "approach approaches method methods model models framework frameworks system systems task tasks data "
    "problem problems result results paper study work analysis performance novel new based large high better "
    "improved improving efficient effective simple towards learning language large-scale".split()
)
_PAIR, _LONGEST_PHRASE = 2, 4
_SHORTEST_WORD = 5
_KEYWORDS_OF_TITLE = 3
_WORD = regex(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_PUNCTUATION = regex(r"[^\w\s-]+|--+")


def _keywords(title: str, abstract: str) -> tuple[str, ...]:
    """Return names and terms that recur, else the title's own terms, as the abstract writes them."""
    return _some(_terms(title, abstract)) or _some(_terms_of_title(title, abstract))[:_KEYWORDS_OF_TITLE]


def _terms_of_title(title: str, abstract: str) -> Iterator[str]:
    """Yield the title's phrases that the abstract has at all, else its words that recur, else its phrases."""
    written, own = _phrases(abstract), _phrases(title)
    shared = _longest([phrase for phrase in own if phrase in written])
    yield from (written[phrase][0] for phrase in shared)
    if not shared:
        counts = Counter(map(_singular, _WORD.findall(abstract.lower())))
        words = _WORD.findall(title)
        telling = [word for word in words if counts[_singular(word.lower())] > 1 and _is_telling(word)]
        yield from map(_lowered, telling)
        if not telling:
            yield from (own[phrase][0] for phrase in _longest([*own]) if len(phrase) <= _WORDS_OF_A_NAME)


def _is_telling(word: str) -> bool:
    return len(word) >= _SHORTEST_WORD and word.lower() not in _EMPTY | _GRAMMAR


def _lowered(word: str) -> str:
    return word.lower() if word.istitle() else word


def _terms(title: str, abstract: str) -> Iterator[str]:
    """Yield names and terms that recur; one that occurs once may be incidental."""
    head = title.partition(":")[0].strip()
    if len(head.split()) <= _WORDS_OF_A_NAME and re.search(rf"\b{re.escape(head)}\b", abstract):
        yield head
    counts = Counter(_NAME.findall(f"{title}. {abstract}"))
    names = [name for name, count in counts.items() if count > 1 and _IS_NAME.search(name)]
    yield from (name for name in names if _is_own(name) and name != head)
    yield from _shared_phrases(title, abstract)


def _is_own(name: str) -> bool:
    """Whether a name is specific, unlike "LLM" and "GPU-based"."""
    stem, _, ending = name.partition("-")
    is_generic = stem in _GENERIC_NAMES and (not ending or ending.islower())
    return len(name) > _SHORTEST_NAME and not is_generic


def _shared_phrases(title: str, abstract: str) -> list[str]:
    """Return the phrases that title and abstract share, as the abstract writes them, the longest ones only.

    Two words have to recur in the abstract, since once they may be incidental.
    """
    written = _phrases(abstract)
    shared = [
        phrase
        for phrase in _phrases(title)
        if len(written.get(phrase, ())) > (1 if len(phrase) == _PAIR else 0)
    ]
    return [written[phrase][0] for phrase in _longest(shared)]


def _longest(phrases: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [phrase for phrase in phrases if not any(_is_within(phrase, other) for other in phrases)]


def _is_within(phrase: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return phrase != other and f" {' '.join(phrase)} " in f" {' '.join(other)} "


def _phrases(text: str) -> dict[tuple[str, ...], list[str]]:
    """Return runs of words without punctuation or function words between them, as they are written.

    The keys are in lower case and in the singular, for comparison.
    """
    found: dict[tuple[str, ...], list[str]] = {}
    for words in _stretches(text):
        said = [word.lower() for word in words]
        for size in range(_LONGEST_PHRASE, _PAIR - 1, -1):
            for at in range(len(words) - size + 1):
                if said[at] not in _EMPTY and said[at + size - 1].replace("-", "").isalpha():
                    key = tuple(map(_singular, said[at : at + size]))
                    found.setdefault(key, []).append(" ".join(words[at : at + size]))
    return found


def _stretches(text: str) -> Iterator[list[str]]:
    """Yield adjacent words without punctuation or function words between them."""
    for clause in _PUNCTUATION.split(text):
        for is_grammar, words in groupby(clause.split(), key=lambda word: word.lower() in _GRAMMAR):
            if not is_grammar:
                yield list(words)


def _singular(word: str) -> str:
    return word.removesuffix("s") if not word.endswith("ss") else word
