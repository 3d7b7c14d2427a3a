"""Lists of words as regular expressions, in whichever script; pure."""


def alternatives(words: str) -> str:
    """Return the alternatives, the longest CJK ones first and the others as whole words."""
    each = words.split("|")
    wide = sorted((word for word in each if not word[0].isascii()), key=len, reverse=True)
    narrow = "|".join(word for word in each if word[0].isascii())
    return f"(?<![A-Za-z0-9_])(?:{narrow})(?![A-Za-z])|{'|'.join(wide)}"
