// Folds long section text behind words("see_more"), as Slack does unless `expand` is true.

import { focusWithoutScroll, h } from "./dom.js";
import { drawText } from "./text.js";
import { state } from "./state.js";
import { words } from "./words.js";

const CHARACTERS = 700;
const LINES = 10;

/** Draws a section's text, folded where Slack folds it, with a button that unfolds it. */
export function foldedText(block, context) {
  const whole = drawText(block.text, context.names);
  const key = `${context.scope} ${block.block_id}`;
  if (block.expand || state.unfolded.has(key)) return whole;
  const folded = h("div", {}, whole);
  if (!cut(folded)) return whole;
  const holder = h("div", { class: "folded" }, folded);
  const more = h(
    "button",
    { type: "button", class: "see-more", "aria-expanded": "false", onclick: unfold },
    words("see_more"),
  );
  function unfold() {
    state.unfolded.add(key);
    const shown = h("div", { tabindex: "-1" }, drawText(block.text, context.names));
    holder.replaceChildren(shown);
    focusWithoutScroll(shown);
  }
  holder.append(more);
  return holder;
}

/** Truncates the text within `root` to its folded length; returns false if all of it fits. */
function cut(root) {
  const left = { characters: CHARACTERS, lines: LINES - 1 };
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const fits = fitting(node.data, left);
    if (fits === node.data.length) continue;
    node.data = `${node.data.slice(0, fits).trimEnd()}…`;
    removeAfter(root, node);
    return true;
  }
  return false;
}

/** Returns how many characters of a text fit, and reduces the remaining room. */
function fitting(text, left) {
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === "\n") left.lines -= 1;
    left.characters -= 1;
    if (left.lines < 0 || left.characters < 0) return index;
  }
  return text.length;
}

function removeAfter(root, node) {
  for (let each = node; each !== root; each = each.parentNode) {
    while (each.nextSibling) each.nextSibling.remove();
  }
}
