// rich_text blocks: sections, lists, quotes and preformatted text, with explicit styles instead of markup.

import { h } from "./dom.js";
import { emojiCharacter } from "./emoji.js";
import { broadcast, channelMention, date, emoji, link, userMention } from "./text.js";

const ELEMENTS = {
  text: (element) => document.createTextNode(element.text),
  link: (element) => link(element.url, element.text || element.url),
  emoji: drawEmoji,
  user: (element, names) => userMention(element.user_id, names),
  channel: (element, names) => channelMention(element.channel_id, names),
  usergroup: (element) => broadcast(element.usergroup_id),
  broadcast: (element) => broadcast(element.range),
  date: (element, names) => date(dateOf(element), names),
};

function dateOf(element) {
  return {
    seconds: element.timestamp,
    template: element.format,
    url: element.url,
    fallback: element.fallback,
  };
}

function drawEmoji(element) {
  const fromName = emojiCharacter(element.name, element.skin_tone);
  const fromUnicode = element.unicode
    ?.split("-")
    .map((code) => String.fromCodePoint(parseInt(code, 16)))
    .join("");
  const character = fromName || fromUnicode;
  return character ? emoji(element.name, character) : document.createTextNode(`:${element.name}:`);
}

const STYLES = [
  ["code", "code"],
  ["bold", "strong"],
  ["italic", "em"],
  ["strike", "s"],
  ["underline", "u"],
];

function drawInline(element, names) {
  const draw = ELEMENTS[element.type];
  if (!draw) return h("span", { class: "not-drawn" }, `not drawn: ${element.type}`);
  const styles = STYLES.filter(([style]) => element.style?.[style]);
  return styles.reduce((node, [, tag]) => h(tag, {}, node), draw(element, names));
}

function drawInlines(part, names) {
  return part.elements.map((element) => drawInline(element, names));
}

function drawList(list, names) {
  const tag = list.style === "ordered" ? "ol" : "ul";
  const indent = Math.min(list.indent ?? 0, 8);
  const props = {
    class: `rt-list rt-indent-${indent}${list.border ? " rt-border" : ""}`,
    start: tag === "ol" && list.offset ? list.offset + 1 : null,
  };
  return h(
    tag,
    props,
    list.elements.map((item) => h("li", {}, drawInlines(item, names))),
  );
}

const PARTS = {
  rich_text_section: (part, names) => h("div", { class: "rt-section" }, drawInlines(part, names)),
  rich_text_list: drawList,
  rich_text_quote: (part, names) => h("blockquote", {}, drawInlines(part, names)),
  rich_text_preformatted: (part, names) => h("pre", { tabindex: "0" }, drawInlines(part, names)),
};

/** Draws a rich_text block. */
export function drawRichText(block, names) {
  const parts = block.elements.map((part) => {
    const draw = PARTS[part.type];
    return draw ? draw(part, names) : h("div", { class: "not-drawn" }, `not drawn: ${part.type}`);
  });
  return h("div", { class: "block block-rich-text" }, parts);
}
