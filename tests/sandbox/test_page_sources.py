"""The sources of the page, which has no build step."""

import re
from pathlib import Path

import bot.sandbox

PAGE = Path(bot.sandbox.__file__).parent / "page"

# A sentence, or a label of a control; codes, keys and addresses are in small letters.
WORDS = re.compile(r"""(?<!Error\()(["`])(?:[A-Z][a-z]+ [a-z][^"`]*|[A-Z][a-z]{2,}[^"`]*[….?])\1""")
LABELS = re.compile(r"""(?:"aria-label"|\b(?:title|placeholder|label|note|otherwise)):? ?[:=] ["`][A-Z]""")


def test_the_page_s_own_words_are_all_in_its_table_of_words() -> None:
    found = [
        f"{path.name}: {line.strip()}"
        for path in sorted(PAGE.glob("*.js"))
        if path.name not in {"words.js", "emoji.js"}
        for line in path.read_text(encoding="utf-8").splitlines()
        if not line.lstrip().startswith(("//", "*", "/*")) and (WORDS.search(line) or LABELS.search(line))
    ]

    assert found == []
