r"""What LaTeX's commands stand for, as far as one character or word can say it; pure.

Only commands that everybody's LaTeX has are listed: `\ours` and `\method` are their authors' own, and nobody
else knows what they print. pylatexenc's table is larger, but what it has beyond this one are names that
authors give to their models (`\leo`, `\mercury`, `\image`), and it reads plain text as LaTeX.
"""

import re
import sys
import unicodedata
from collections.abc import Mapping

from bot.text.regex import regex

COMMAND = regex(r"\\(?:[A-Za-z]+|.)", re.DOTALL)


def _pairs(words: str) -> dict[str, str]:
    """Return the pairs of a list that names a command, then what it prints, and so on."""
    each = iter(words.split())
    return dict(zip(each, each, strict=True))


# --- Signs -----------------------------------------------------------------------------------------------

_GREEK = """
    alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ
    varkappa ϰ lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ
    upsilon υ phi φ varphi φ chi χ psi ψ omega ω upmu μ textmu µ
    Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω
    varGamma Γ varDelta Δ varTheta Θ varLambda Λ varPi Π varSigma Σ varPhi Φ varPsi Ψ varOmega Ω
"""
_OPERATORS = """
    times × texttimes × div ÷ textdiv ÷ pm ± textpm ± mp ∓ cdot · cdotp · ast ∗ star ⋆ circ ∘ bullet •
    textbullet • oplus ⊕ ominus ⊖ otimes ⊗ oslash ⊘ odot ⊙ boxplus ⊞ boxtimes ⊠ wedge ∧ land ∧ vee ∨ lor ∨
    lnot ¬ neg ¬ cap ∩ cup ∪ uplus ⊎ sqcup ⊔ sqcap ⊓ setminus ∖ wr ≀ amalg ⨿ bigcup ⋃ bigcap ⋂ bigoplus ⊕
    bigotimes ⊗ bigwedge ⋀ bigvee ⋁ sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ oint ∮ partial ∂ nabla ∇ surd √
    dagger † dag † textdagger † ddagger ‡ ddag ‡ prime ′ backslash ∖ lhd ⊲ rhd ⊳ bowtie ⋈ ltimes ⋉ rtimes ⋊
"""
_RELATIONS = """
    sim ∼ simeq ≃ approx ≈ approxeq ≊ thickapprox ≈ thicksim ∼ cong ≅ equiv ≡ neq ≠ ne ≠ le ≤ leq ≤ ge ≥
    geq ≥ leqslant ⩽ geqslant ⩾ leqq ≦ geqq ≧ lt < gt > less < ll ≪ gg ≫ lesssim ≲ gtrsim ≳ nleq ≰ ngeq ≱
    prec ≺ succ ≻ preceq ≼ succeq ≽ precsim ≾ succsim ≿ propto ∝ varpropto ∝ triangleq ≜ coloneqq ≔ doteq ≐
    asymp ≍ colon : subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ subsetneq ⊊ supsetneq ⊋ nsubseteq ⊈ sqsubset ⊏
    sqsubseteq ⊑ sqsupseteq ⊒ in ∈ notin ∉ ni ∋ mid | nmid ∤ parallel ∥ perp ⊥ vdash ⊢ dashv ⊣ vDash ⊨
    models ⊨ Vdash ⊩ trianglelefteq ⊴ trianglerighteq ⊵
"""
_ARROWS = """
    to → rightarrow → longrightarrow ⟶ gets ← leftarrow ← longleftarrow ⟵ leftrightarrow ↔
    longleftrightarrow ⟷ Rightarrow ⇒ Longrightarrow ⟹ implies ⟹ Leftarrow ⇐ Longleftarrow ⟸ impliedby ⟸
    Leftrightarrow ⇔ Longleftrightarrow ⟺ iff ⟺ uparrow ↑ downarrow ↓ updownarrow ↕ Uparrow ⇑ Downarrow ⇓
    nearrow ↗ searrow ↘ swarrow ↙ nwarrow ↖ mapsto ↦ longmapsto ⟼ hookrightarrow ↪ hookleftarrow ↩
    rightharpoonup ⇀ leftharpoonup ↼ rightleftharpoons ⇌ rightleftarrows ⇄ leadsto ⇝ rightsquigarrow ⇝
    nrightarrow ↛ nleftarrow ↚ nRightarrow ⇏ twoheadrightarrow ↠ circlearrowleft ↺ circlearrowright ↻
    textrightarrow → textleftarrow ← textuparrow ↑ textdownarrow ↓
"""
_BRACKETS = """
    langle ⟨ rangle ⟩ lceil ⌈ rceil ⌉ lfloor ⌊ rfloor ⌋ lbrace { rbrace } lbrack [ rbrack ] vert | lvert |
    rvert | Vert ‖ lVert ‖ rVert ‖
"""
_OTHERS = """
    ell ℓ hbar ℏ infty ∞ emptyset ∅ varnothing ∅ forall ∀ exists ∃ nexists ∄ top ⊤ bot ⊥ aleph ℵ Re ℜ Im ℑ
    wp ℘ angle ∠ triangle △ square □ Box □ blacksquare ■ Diamond ◇ lozenge ◊ bigcirc ◯ checkmark ✓
    cmark ✓ xmark ✗ therefore ∴ because ∵ ldots … dots … cdots ⋯ dotsc … dotsb ⋯ vdots ⋮ textellipsis …
    degree ° deg ° textdegree ° celsius ℃ clubsuit ♣ diamondsuit ♢ heartsuit ♡ spadesuit ♠ sharp ♯ natural ♮
    textregistered ® circledR ® copyright © textcopyright © texttrademark ™ S § textsection § P ¶
    textperthousand ‰ textpertenthousand ‱ textendash – textemdash — textquotedblleft “ textquotedblright ”
    textquoteleft ‘ textquoteright ’ textquotesingle ' textasciitilde ~ textasciicircum ^ textunderscore _
    textbackslash \\ textless < textgreater > textbar | textdollar $ textbraceleft { textbraceright }
    textasteriskcentered * pounds £ textsterling £ euro € texteuro € textyen ¥ textcent ¢
    texttildelow ~ textonehalf ½ textonequarter ¼ textthreequarters ¾ texttwosuperior ² textthreesuperior ³
    guillemotleft « guillemotright » LaTeX LaTeX TeX TeX ie i.e. eg e.g.
"""
_LETTERS = (
    "ae æ AE Æ oe œ OE Œ aa å AA Å o ø O Ø l ł L Ł ss ß dh ð DH Ð th þ TH Þ dj đ DJ Đ ng ŋ NG Ŋ i ı j ȷ"
)

SIGNS: Mapping[str, str] = {
    **_pairs(_GREEK + _OPERATORS + _RELATIONS + _ARROWS + _BRACKETS + _OTHERS),
    "etal": "et al.",
    "quad": " ",
    "qquad": " ",
    "enspace": " ",
    "thinspace": " ",
    "newline": " ",
    "xspace": "",
    "displaystyle": "",
    "limits": "",
}
LETTERS: Mapping[str, str] = _pairs(_LETTERS)
"""Letters of words; the space that ends such a command is no space between words."""

FUNCTIONS = frozenset(
    "arccos arcsin arctan arg argmax argmin cos cosh cot det diag dim exp gcd hom inf ker lg lim liminf "
    "limsup ln log max min poly polylog rank sgn sign sin sinh softmax sup tan tanh tr Pr".split()
)
"""Commands that print their own name."""

LARGE = frozenset("sum prod coprod int iint oint bigcup bigcap bigoplus bigotimes bigwedge bigvee".split())
"""Signs whose scripts stand above and below them, which no line of text can show."""

ESCAPED: Mapping[str, str] = {
    **{sign: sign for sign in "%&$_#{}"},
    **dict.fromkeys(",;:> \n\t", " "),
    **dict.fromkeys("!@-", ""),
}
"""What a backslash and one sign print: the sign, a space or nothing."""

# --- Words around text -----------------------------------------------------------------------------------

STYLES = frozenset(
    "textbf textit textsl textsc textsf texttt textrm textup textmd textnormal text emph underline uline "
    "mbox hbox fbox mathrm mathbf mathit mathsf mathtt mathnormal mathcal mathfrak mathscr boldsymbol bm pmb "
    "hl uwave textulc ensuremath mathbin mathrel mathop mathord mathopen mathclose smash "
    "ac acs acl acf acrshort acrlong acrfull gls Gls".split()
)
"""Commands that print what stands in their braces, only otherwise."""

TEXTS = frozenset(
    "textbf textit textsl textsc textsf texttt textrm textup textmd textnormal text emph uline mbox hbox "
    "fbox hl".split()
)
"""Those of the styles within which words are words, in formulas too."""

SWITCHES = frozenset(
    "bf it em tt sc rm sf sl cal bfseries itshape scshape ttfamily sffamily rmfamily slshape upshape "
    "mdseries normalfont boldmath tiny scriptsize footnotesize small normalsize large Large LARGE "
    "huge Huge centering noindent textstyle scriptstyle protect".split()
)
"""Commands that print nothing themselves."""

FRACTIONS = frozenset("frac dfrac tfrac cfrac nicefrac sfrac".split())

SIZES = frozenset("left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr".split())
"""Commands before a bracket that only say how large it is."""

# --- Accents ---------------------------------------------------------------------------------------------

_MARKS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331",
}  # fmt: skip
_MARKS_IN_FORMULAS = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304",
    "overline": "\u0305", "breve": "\u0306", "dot": "\u0307", "ddot": "\u0308", "mathring": "\u030a",
    "check": "\u030c", "vec": "\u20d7", "acute": "\u0301", "grave": "\u0300",
}  # fmt: skip
_DOTTED = str.maketrans("ıȷ", "ij")


def accented(command: str, letter: str) -> str | None:
    r"""Return the one character that an accent's command and a letter make, or `None`: `\'` and e are é."""
    mark = _MARKS.get(command)
    if mark is None or len(letter) != 1:
        return None
    whole = unicodedata.normalize("NFC", letter.translate(_DOTTED) + mark)
    return whole if len(whole) == 1 else None


def has_mark(command: str) -> bool:
    """Tell whether a command puts a mark above a symbol of a formula."""
    return command in _MARKS_IN_FORMULAS


def marked(command: str, symbol: str) -> str | None:
    """Return a formula's symbol with the mark above it, or `None` where it is more than one symbol."""
    if command == "overline" and symbol.isalpha() and symbol.isascii():
        return "".join(letter + _MARKS_IN_FORMULAS[command] for letter in symbol)
    if len(symbol) != 1 or not symbol.isalpha():
        return None
    return unicodedata.normalize("NFC", symbol + _MARKS_IN_FORMULAS[command])


# --- Scripts ---------------------------------------------------------------------------------------------

_RAISED = str.maketrans("0123456789+-−=()ni′°®†‡", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ′°®†‡")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_CAN_RAISE = regex("[0-9+\\-−=()ni′°®†‡]+")
_CAN_LOWER = regex("[0-9+\\-−=()]+")
_SCRIPTS = regex("[⁰¹²³⁴-ⁿⁱ₀-₎]")
_DECIMAL = regex(r"[0-9]+\.[0-9]+")
_ORDINAL = regex("st|nd|rd|th")
_PRINTED_AS_IT_IS = regex("[*∗⋆]")


def raised(text: str) -> str:
    """Return what stands above the line as plain text: `²`, `⁻³`, `^T`, `^(2/d)`."""
    text = {"∘": "°", "circ": "°"}.get(text, text)
    if _CAN_RAISE.fullmatch(text):
        return text.translate(_RAISED)
    if _ORDINAL.fullmatch(text) or _PRINTED_AS_IT_IS.fullmatch(text):
        return text.replace("∗", "*")
    return _held(text, "^")


def lowered(text: str) -> str:
    """Return what stands below the line as plain text: `₂`, `_max`, `_(t+1)`."""
    return text.translate(_LOWERED) if _CAN_LOWER.fullmatch(text) else _held(text, "_")


def _held(text: str, sign: str) -> str:
    is_one = len(text) == 1 or _DECIMAL.fullmatch(text) or (text.isalnum() and not _SCRIPTS.search(text))
    return f"{sign}{text}" if is_one else f"{sign}({text})"


_CODE_POINT = regex(r"x(?P<hexadecimal>[0-9A-Fa-f]{1,6})|(?P<decimal>[0-9]{1,7})")


def character(code_point: str) -> str | None:
    """Return the character that `x2013` or `8211` names, or `None` where it is none that can be seen."""
    match = _CODE_POINT.fullmatch(code_point.strip())
    if match is None:
        return None
    code = int(match["hexadecimal"], 16) if match["hexadecimal"] else int(match["decimal"])
    sign = chr(code) if code <= sys.maxunicode else ""
    return sign if sign.isprintable() and sign else None


# --- Links -----------------------------------------------------------------------------------------------

_ESCAPED_IN_URL = regex(r"\\([%&$_#{}~])")


def bare_url(url: str) -> str:
    """Return a link's address without the backslashes that LaTeX wants in it."""
    return _ESCAPED_IN_URL.sub(r"\1", url.strip())


def linked(url: str, label: str) -> str:
    """Return a link as text: its label, and the address where that is another."""
    url, label = bare_url(url), label.strip()
    if not url or label.rstrip("/") in {url.rstrip("/"), url.partition("://")[2].rstrip("/")}:
        return label or url
    return f"{label} ({url})" if label else url


# --- Braces ----------------------------------------------------------------------------------------------

_BRACE_OR_ESCAPE = regex(r"\\.|[{}]", re.DOTALL)


def closing_braces(text: str) -> dict[int, int]:
    """Return where the brace is that closes each opening one; those without are left out."""
    opened: list[int] = []
    closing = {}
    for match in _BRACE_OR_ESCAPE.finditer(text):
        if match[0] == "{":
            opened.append(match.start())
        elif match[0] == "}" and opened:
            closing[opened.pop()] = match.start()
    return closing
