// Draws text of mrkdwn and rich_text as nodes; text is never parsed as HTML.

import { formatDate } from "./dates.js";
import { h } from "./dom.js";
import { parseMrkdwn, parsePlain } from "./mrkdwn.js";
import { words } from "./words.js";

/** Returns a URL if it is safe to open from a message, else null ("javascript:" and the like). */
export function safeUrl(url) {
  try {
    return ["http:", "https:", "mailto:", "tel:"].includes(new URL(url).protocol) ? url : null;
  } catch {
    return null;
  }
}

/** Draws a link that opens in a new tab, without opener or referrer. */
export function link(url, ...children) {
  const safe = safeUrl(url);
  return safe
    ? h("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, children)
    : h("span", {}, children);
}

/** Draws an emoji, labelled with its name for screen readers. */
export function emoji(name, character) {
  return h(
    "span",
    { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` },
    character,
  );
}

/** Draws a mention of a person, by their name in the workspace. */
export function userMention(id, names, label) {
  const self = id === names.me ? " mention-me" : "";
  return h("span", { class: `mention${self}` }, `@${names.user(id) ?? (label || id)}`);
}

/** Draws a mention of a channel, linked if the reader can see the channel. */
export function channelMention(id, names, label) {
  const name = names.channel(id);
  if (!name) return h("span", { class: "mention" }, `#${label || words("private_channel")}`);
  return h("a", { class: "mention", href: names.channelHref(id), "data-channel": id }, `#${name}`);
}

/** Draws a mention of everybody or of a group. */
export function broadcast(name) {
  return h("span", { class: "mention mention-me" }, `@${name}`);
}

/** Draws a date in the reader's time zone. */
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

/** Draws mrkdwn; `names` as returned by state.js. */
export function drawMrkdwn(text, names, options) {
  return drawNodes(parseMrkdwn(text, options), names);
}

/** Draws plain_text, with emoji short codes unless `emoji` is false. */
export function drawPlain(text, options) {
  return drawNodes(parsePlain(text, options), {});
}

/** Draws a Block Kit text object of either type. */
export function drawText(object, names) {
  if (object.type === "plain_text") return drawPlain(object.text, object);
  return drawMrkdwn(object.text, names, object);
}
