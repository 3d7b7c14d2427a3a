"""Draws texts and blocks with the page's own modules and returns their HTML."""

import json
from typing import Any

from playwright.async_api import Page

_NAMES = """{
  me: "U1",
  user: (id) => ({ U1: "Ada", U2: "林徽因" })[id],
  channel: (id) => ({ C1: "papers" })[id],
  channelHref: (id) => `?channel=${id}`,
  reader: { locale: LOCALE, timeZone: "Europe/Berlin", now: Date.UTC(2025, 8, 30, 12) },
}"""

_HTML = """(nodes) => {
  const holder = document.createElement("div");
  holder.append(...[nodes].flat());
  for (const each of holder.querySelectorAll("*")) {
    for (const { name } of [...each.attributes]) if (name !== "href") each.removeAttribute(name);
  }
  return holder.innerHTML.replaceAll("\u202f", " "); // some versions put it before "PM"
}"""


async def html_of_mrkdwn(page: Page, text: str, locale: str = "en-US", **options: Any) -> str:
    """Return mrkdwn as the page draws it: HTML without attributes except the addresses of links."""
    names = _NAMES.replace("LOCALE", json.dumps(locale))
    call = f"text.drawMrkdwn({json.dumps(text)}, {names}, {json.dumps(options)})"
    return str(await page.evaluate(f"import('/text.js').then((text) => ({_HTML})({call}))"))


async def html_of_plain(page: Page, text: str, **options: Any) -> str:
    """Return plain_text as the page draws it."""
    call = f"text.drawPlain({json.dumps(text)}, {json.dumps(options)})"
    return str(await page.evaluate(f"import('/text.js').then((text) => ({_HTML})({call}))"))


async def html_of_block(page: Page, block: dict[str, Any]) -> str:
    """Return a block as the page draws it."""
    names = _NAMES.replace("LOCALE", '"en-US"')
    context = f"{{ scope: 's', container: {{}}, names: {names}, blocks: () => [], kept: () => ({{}}) }}"
    call = f"blocks.drawBlock({json.dumps(block)}, {context})"
    return str(await page.evaluate(f"import('/blocks.js').then((blocks) => ({_HTML})({call}))"))
