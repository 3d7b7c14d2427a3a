// Text as nodes: what mrkdwn and rich_text are made of. No text ever becomes HTML.

import { formatDate } from "./dates.js";
import { h } from "./dom.js";
import { parseMrkdwn, parsePlain } from "./mrkdwn.js";

/** A URL that may be opened from a message, or null ("javascript:" and the like are only text). */
export function safeUrl(url) {
  try {
    return ["http:", "https:", "mailto:", "tel:"].includes(new URL(url).protocol) ? url : null;
  } catch {
    return null;
  }
}

/** A link that opens beside this page and learns nothing of it. */
export function link(url, ...children) {
  const safe = safeUrl(url);
  return safe
    ? h("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, children)
    : h("span", {}, children);
}

/** One emoji; a screen reader hears its name. */
export function emoji(name, character) {
  return h(
    "span",
    { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` },
    character,
  );
}

/** A mention of a person, by the name that the workspace knows. */
export function userMention(id, names, label) {
  const self = id === names.me ? " mention-me" : "";
  return h("span", { class: `mention${self}` }, `@${names.user(id) ?? (label || id)}`);
}

/** A mention of a channel; it opens the channel where the reader can see it. */
export function channelMention(id, names, label) {
  const name = names.channel(id);
  if (!name) return h("span", { class: "mention" }, `#${label || "private-channel"}`);
  return h("a", { class: "mention", href: names.channelHref(id), "data-channel": id }, `#${name}`);
}

/** A mention of everybody or of a group. */
export function broadcast(name) {
  return h("span", { class: "mention mention-me" }, `@${name}`);
}

/** A date in the reader's own time. */
export function date(node, names) {
  const text = formatDate(node.seconds, node.template, node.fallback, names.reader);
  const time = h("time", { title: node.fallback || null }, text);
  return node.url ? link(node.url, time) : time;
}

const DRAW = {
  text: (node) => document.createTextNode(node.text),
  bold: (node, names) => h("strong", {}, drawNodes(node.children, names)),
  italic: (node, names) => h("em", {}, drawNodes(node.children, names)),
  strike: (node, names) => h("s", {}, drawNodes(node.children, names)),
  code: (node) => h("code", {}, node.text),
  pre: (node) => h("pre", { tabindex: "0" }, node.text),
  quote: (node, names) => h("blockquote", {}, drawNodes(node.children, names)),
  link: (node) => link(node.url, node.text),
  user: (node, names) => userMention(node.id, names, node.label),
  channel: (node, names) => channelMention(node.id, names, node.label),
  broadcast: (node) => broadcast(node.name),
  date: (node, names) => date(node, names),
  emoji: (node) => emoji(node.name, node.character),
};

function drawNodes(nodes, names) {
  return nodes.map((node) => DRAW[node.type](node, names));
}

/** mrkdwn as nodes; `names` knows people and channels by id, and the reader's time. */
export function drawMrkdwn(text, names, options) {
  return drawNodes(parseMrkdwn(text, options), names);
}

/** plain_text as nodes: nothing has a meaning but emoji short codes, unless `emoji` is false. */
export function drawPlain(text, options) {
  return drawNodes(parsePlain(text, options), {});
}

/** A Block Kit text object, of either type, as nodes. */
export function drawText(object, names) {
  if (object.type === "plain_text") return drawPlain(object.text, object);
  return drawMrkdwn(object.text, names, object);
}
