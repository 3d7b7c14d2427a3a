"""Inspects a page for problems of people who cannot see, or not well."""

from playwright.async_api import Page

_NAMELESS = """() => {
  const controls = document.querySelectorAll("button, a, input, textarea, dialog, [role=region]");
  const shown = [...controls].filter((node) => node.checkVisibility());
  return shown.filter((node) => !(node.ariaLabel || node.textContent.trim() || node.labels?.length
    || node.getAttribute("aria-labelledby"))).map((node) => node.outerHTML);
}"""

_LOW_CONTRAST = """() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (rgb) => {
    const [r, g, b] = rgb.slice(0, 3).map((part) => part / 255)
      .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (let each = node; each; each = each.parentElement) {
      const colour = parse(getComputedStyle(each).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const isRead = walker.currentNode.data.trim() && node.checkVisibility();
    if (!isRead || node.closest(".emoji, :disabled")) continue;
    const [one, other] = [luminance(parse(getComputedStyle(node).color)), luminance(ground(node))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const text = walker.currentNode.data.slice(0, 40);
    if (ratio < 4.5) found.push(`${node.className} ${ratio.toFixed(2)} ${text}`);
  }
  return found;
}"""


async def nameless_controls(page: Page) -> list[str]:
    """Return the controls without an accessible name."""
    problems: list[str] = await page.evaluate(_NAMELESS)
    return problems


async def low_contrast(page: Page) -> list[str]:
    """Return the texts with too little contrast (below WCAG 2.2 AA's 4.5 to 1)."""
    problems: list[str] = await page.evaluate(_LOW_CONTRAST)
    return problems
