// Slack's mrkdwn: parsed to plain objects (pure), then drawn as nodes. No text ever becomes HTML.
// Rules: docs.slack.dev/messaging/formatting-message-text; where a marker counts was observed by others,
// so this parser is strict: what is styled here is styled in Slack, also beside Chinese and Japanese.

import { h } from "./dom.js";
import { formatDate } from "./dates.js";
import { SHORT_CODE, emojiCharacter } from "./emoji.js";

const STYLES = { "*": "bold", _: "italic", "~": "strike" };
const SPECIAL = /<([^<>\n]+)>/y;
const CODE = /`([^`\n]+)`/y;
const ENTITY = /&(amp|lt|gt);/y;
const BARE_URL = /https?:\/\/[^\s<>|`\u3000-\u303f\uff00-\uffef]+/y;
const ENTITIES = { amp: "&", lt: "<", gt: ">" };

/** Replaces the three entities that Slack decodes; others stay as they are. */
export function decode(text) {
  return text.replace(/&(amp|lt|gt);/g, (_, name) => ENTITIES[name]);
}

/** mrkdwn as a list of {type, …}: text, bold, italic, strike, code, pre, quote, link, user, channel, … */
export function parseMrkdwn(text, { verbatim = false } = {}) {
  const nodes = [];
  for (const [index, part] of text.split(/```([\s\S]+?)```/).entries()) {
    if (index % 2) nodes.push({ type: "pre", text: decode(part.replace(/^\n|\n$/g, "")) });
    else nodes.push(...parseLines(part, verbatim));
  }
  return trimAroundPre(nodes);
}

/** Lines that begin with ">" are a quote, and all that follows ">>>" is one. */
function parseLines(text, verbatim) {
  const nodes = [];
  let lines = [];
  let quoted = null;
  const flush = () => {
    const inline = lines.length ? parseInline(lines.join("\n"), verbatim) : [];
    if (quoted) nodes.push({ type: "quote", children: inline });
    else nodes.push(...inline);
    lines = [];
  };
  for (const line of text.split("\n")) {
    const mark = quoted === "rest" ? null : /^(?:>|&gt;){3}|^(?:>|&gt;)/.exec(line)?.[0];
    const now = quoted === "rest" || decode(mark ?? "") === ">>>" ? "rest" : Boolean(mark);
    if (lines.length && Boolean(now) !== Boolean(quoted)) flush();
    quoted = now;
    lines.push(mark ? line.slice(mark.length).replace(/^ /, "") : line);
  }
  flush();
  return nodes;
}

/** Preformatted text breaks the line by itself: one line break beside it is not drawn again. */
function trimAroundPre(nodes) {
  nodes.forEach((node, index) => {
    if (node.type !== "text") return;
    if (nodes[index + 1]?.type === "pre") node.text = node.text.replace(/\n$/, "");
    if (nodes[index - 1]?.type === "pre") node.text = node.text.replace(/^\n/, "");
  });
  return nodes.filter((node) => node.type !== "text" || node.text);
}

function parseInline(text, verbatim) {
  return emphasise(tokenise(text, verbatim));
}

/** Characters and finished nodes (links, code, emoji), within which no marker counts. */
function tokenise(text, verbatim) {
  const tokens = [];
  for (let index = 0; index < text.length;) {
    const found = atomAt(text, index, tokens.at(-1), verbatim);
    const char = String.fromCodePoint(text.codePointAt(index));
    tokens.push(found ? { node: found.node } : { char });
    index += found ? found.length : char.length;
  }
  return tokens;
}

function atomAt(text, index, before, verbatim) {
  const match = (pattern) => {
    pattern.lastIndex = index;
    return pattern.exec(text);
  };
  let found;
  switch (text[index]) {
    case "<":
      found = match(SPECIAL);
      return found && { node: parseSpecial(found[1]), length: found[0].length };
    case "`":
      found = isBoundary(before) && match(CODE);
      if (!found || !isBoundary(charToken(text, index + found[0].length))) return null;
      return { node: { type: "code", text: decode(found[1]) }, length: found[0].length };
    case "&":
      found = match(ENTITY);
      return found && { node: { type: "text", text: ENTITIES[found[1]] }, length: found[0].length };
    case ":":
      found = match(SHORT_CODE);
      return found && emojiAtom(found);
    case "h":
      return verbatim || !isBoundary(before) ? null : bareUrl(match(BARE_URL));
    default:
      return null;
  }
}

function charToken(text, index) {
  return index < text.length ? { char: String.fromCodePoint(text.codePointAt(index)) } : undefined;
}

function emojiAtom(found) {
  const character = emojiCharacter(found[1], found[2]);
  return character && { node: { type: "emoji", name: found[1], character }, length: found[0].length };
}

function bareUrl(found) {
  const url = found?.[0].replace(/(?:[.,;:!?'"*_~)\]]|&(?:lt|gt);.*)+$/, "");
  return url ? { node: { type: "link", url: decode(url), text: decode(url) }, length: url.length } : null;
}

/** What stands between < and >: a mention, a date or a link. */
function parseSpecial(inner) {
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? "" : decode(inner.slice(bar + 1));
  if (target.startsWith("@")) return { type: "user", id: target.slice(1), label };
  if (target.startsWith("#")) return { type: "channel", id: target.slice(1), label };
  if (target.startsWith("!")) return parseCommand(target.slice(1), label);
  return { type: "link", url: decode(target), text: label || decode(target) };
}

function parseCommand(target, label) {
  const [name, ...rest] = target.split("^");
  if (name === "date") {
    const [seconds, template = "", url = ""] = rest;
    return { type: "date", seconds: Number(seconds), template: decode(template), url: decode(url), fallback: label };
  }
  if (name === "subteam") return { type: "broadcast", name: label.replace(/^@/, "") || rest[0] };
  return { type: "broadcast", name };
}

const WORD = /[\p{L}\p{N}\u3001-\u303f\uff00-\uffef]|(?!\uFE0F)\p{M}/u;

/** Whether a marker beside this token may open or close: not beside a letter, digit or wide punctuation. */
function isBoundary(token) {
  return token === undefined || token.node !== undefined || !WORD.test(token.char);
}

function isSpace(token) {
  return token === undefined || (token.char !== undefined && /\s/.test(token.char));
}

function emphasise(tokens) {
  const nodes = [];
  for (let index = 0; index < tokens.length;) {
    const style = STYLES[tokens[index].char];
    const close = style && closingOf(tokens, index);
    if (close) nodes.push({ type: style, children: emphasise(tokens.slice(index + 1, close)) });
    else pushToken(nodes, tokens[index]);
    index = (close || index) + 1;
  }
  return nodes;
}

function pushToken(nodes, token) {
  const node = token.node ?? { type: "text", text: token.char };
  const last = nodes.at(-1);
  if (node.type === "text" && last?.type === "text") last.text += node.text;
  else nodes.push({ ...node });
}

/** The index of the marker that closes the one at `open`, on the same line; 0 where there is none. */
function closingOf(tokens, open) {
  const marker = tokens[open].char;
  const [before, after] = [tokens[open - 1], tokens[open + 1]];
  if (!isBoundary(before) || before?.char === marker || isSpace(after) || after.char === marker) return 0;
  for (let index = open + 2; index < tokens.length && tokens[index].char !== "\n"; index += 1) {
    const [inside, outside] = [tokens[index - 1], tokens[index + 1]];
    const closes = tokens[index].char === marker && !isSpace(inside) && isBoundary(outside);
    if (closes && inside.char !== marker && outside?.char !== marker) return index;
  }
  return 0;
}

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
  return safe ? h("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, children) : h("span", {}, children);
}

/** One emoji; a screen reader hears its name. */
export function emoji(name, character) {
  return h("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, character);
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
export function drawPlain(text, { emoji: withEmoji = true } = {}) {
  if (!withEmoji) return [document.createTextNode(decode(text))];
  const nodes = [];
  for (let index = 0; index < text.length;) {
    SHORT_CODE.lastIndex = index;
    const found = text[index] === ":" ? SHORT_CODE.exec(text) : null;
    const atom = found && emojiAtom(found);
    pushToken(nodes, atom ? { node: atom.node } : { char: text[index] });
    index += atom ? atom.length : 1;
  }
  for (const node of nodes) if (node.type === "text") node.text = decode(node.text);
  return drawNodes(nodes, {});
}

/** A Block Kit text object, of either type, as nodes. */
export function drawText(object, names) {
  if (object.type === "plain_text") return drawPlain(object.text, object);
  return drawMrkdwn(object.text, names, object);
}
