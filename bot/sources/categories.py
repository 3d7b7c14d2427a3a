"""arXiv's categories: their names, aliases and archives, as in https://arxiv.org/category_taxonomy; pure."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

from bot.errors import UnknownCategoryError
from bot.text.typed import plain_value

_SUBJECT_CLASSES = {
    "astro-ph": "CO EP GA HE IM SR",
    "cond-mat": "dis-nn mes-hall mtrl-sci other quant-gas soft stat-mech str-el supr-con",
    "cs": (
        "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM MS NA NE NI OH OS PF "
        "PL RO SC SD SE SI SY"
    ),
    "econ": "EM GN TH",
    "eess": "AS IV SP SY",
    "math": (
        "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR QA RA RT SG SP ST"
    ),
    "nlin": "AO CD CG PS SI",
    "physics": (
        "acc-ph ao-ph app-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an ed-ph flu-dyn gen-ph "
        "geo-ph hist-ph ins-det med-ph optics plasm-ph pop-ph soc-ph space-ph"
    ),
    "q-bio": "BM CB GN MN NC OT PE QM SC TO",
    "q-fin": "CP EC GN MF PM PR RM ST TR",
    "stat": "AP CO ME ML OT TH",
}

_UNDIVIDED = ("gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nucl-ex", "nucl-th", "quant-ph")
"""The archives that are one category each."""

_SAME_AS = {
    # Categories of two archives at once, and the canonical one of each pair.
    "math.MP": "math-ph",
    "stat.TH": "math.ST",
    "math.IT": "cs.IT",
    "q-fin.EC": "econ.GN",
    "cs.SY": "eess.SY",
    "cs.NA": "math.NA",
    # Archives that arXiv closed, and the categories that took their papers.
    "acc-phys": "physics.acc-ph",
    "adap-org": "nlin.AO",
    "alg-geom": "math.AG",
    "ao-sci": "physics.ao-ph",
    "atom-ph": "physics.atom-ph",
    "bayes-an": "physics.data-an",
    "chao-dyn": "nlin.CD",
    "chem-ph": "physics.chem-ph",
    "cmp-lg": "cs.CL",
    "comp-gas": "nlin.CG",
    "dg-ga": "math.DG",
    "funct-an": "math.FA",
    "mtrl-th": "cond-mat.mtrl-sci",
    "patt-sol": "nlin.PS",
    "plasm-ph": "physics.plasm-ph",
    "q-alg": "math.QA",
    "solv-int": "nlin.SI",
    "supr-con": "cond-mat.supr-con",
}

_WHOLE_ARCHIVE = ".*"
_BEFORE_CATEGORY = "arxiv:"
_SUGGESTIONS = 3

CATEGORIES = frozenset(
    {
        *(f"{archive}.{name}" for archive, names in _SUBJECT_CLASSES.items() for name in names.split()),
        *_UNDIVIDED,
    }
)
"""Every category that arXiv lists papers in today."""

_SPELLINGS = {
    name.casefold(): name
    for name in (
        *CATEGORIES,
        *_SAME_AS,
        *(f"{archive}{_WHOLE_ARCHIVE}" for archive in _SUBJECT_CLASSES),
    )
}

_HYPHENATED = {spelling.replace(".", "-"): name for spelling, name in _SPELLINGS.items()}


def read_category(text: str) -> str:
    """Read a category as people type it: `cs.cl` is `cs.CL`, `cs` and `cs.*` are the whole archive `cs.*`.

    So are `cs*` and, as a source is named, `arxiv:cs`; and `cs-CL` is `cs.CL`. Raises `UnknownCategoryError`,
    with the nearest names, for what arXiv does not have.
    """
    typed = plain_value(text)
    name = typed.casefold().removeprefix(_BEFORE_CATEGORY).strip()
    spelling = _spelling(name) or _spelling(name.removesuffix("*").rstrip(".")) or _HYPHENATED.get(name)
    if spelling is None:
        raise UnknownCategoryError(typed, _nearest(typed.casefold()))
    return spelling


def feed_name(category: str) -> str:
    """Return a category as arXiv's feeds spell it, where a whole archive is its name alone.

    A name that the table lacks stays as it is: arXiv may have it by now.
    """
    return (_spelling(category) or category).removesuffix(_WHOLE_ARCHIVE)


def first_in_category(wanted: Iterable[str], categories: Iterable[str]) -> str:
    """Return the first of the wanted categories that a paper of these categories is in, or an empty text.

    It is returned as arXiv spells it, whatever the case in which it was saved once.

    Aliases count both ways: `cs.SY` and `eess.SY` are one category, and belong to both archives.
    """
    own = frozenset(categories)
    return next((_spelling(each) or each for each in wanted if not own.isdisjoint(_spellings_of(each))), "")


def _spelling(typed: str) -> str | None:
    name = typed.casefold()
    return _SPELLINGS.get(name) or _SPELLINGS.get(f"{name}{_WHOLE_ARCHIVE}")


@lru_cache(maxsize=1024)
def _spellings_of(wanted: str) -> frozenset[str]:
    """Return every name under which a paper of the category, or of the whole archive, may be listed."""
    # Filters that were saved before names were read hold them as they were typed.
    name = _spelling(wanted) or wanted
    archive = name.removesuffix(_WHOLE_ARCHIVE)
    members = {_canonical(name)}
    if archive != name:
        # Before it was divided, an archive was a category of its own; old papers still say so.
        members = {_canonical(each) for each in CATEGORIES if each.startswith(f"{archive}.")} | {archive}
    return frozenset(members | {alias for alias, same in _SAME_AS.items() if same in members})


def _canonical(name: str) -> str:
    return _SAME_AS.get(name, name)


def _nearest(typed: str) -> tuple[str, ...]:
    """Return the names most like what was typed; where only the subject class is known, its namesakes."""
    subject = typed.rpartition(".")[2]
    namesakes = sorted(name for name in CATEGORIES if name.casefold().rpartition(".")[2] == subject)
    alike = (_SPELLINGS[spelling] for spelling in get_close_matches(typed, _SPELLINGS, _SUGGESTIONS))
    return tuple(dict.fromkeys([*namesakes, *alike]))[:_SUGGESTIONS]
