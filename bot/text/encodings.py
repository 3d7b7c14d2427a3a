"""Which encoding a text from outside is in, by its byte order mark.

Windows' editors begin UTF-8 with one, and its shells write UTF-16. https://www.unicode.org/faq/utf_bom.html
"""

import codecs

# UTF-32's little-endian mark begins with UTF-16's.
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def marked_encoding(content: bytes) -> str | None:
    """Return the encoding that a byte order mark says, which then leaves the mark out; `None` without one."""
    return next((name for mark, name in _MARKS.items() if content.startswith(mark)), None)
