// Parses Slack's mrkdwn to plain objects, which text.js draws.
// The syntax is documented (docs.slack.dev/messaging/formatting-message-text), but not where a marker applies:
// the parser follows reports and is strict, so that text styled here is styled in Slack too.

import { SHORT_CODE, emojiCharacter } from "./emoji.js";

const STYLES = { "*": "bold", _: "italic", "~": "strike" };
const SPECIAL = /<([^<>\n]+)>/y;
const CODE = /`([^`\n]+)`/y;
const ENTITY = /&(amp|lt|gt);/y;
const BARE_URL = /https?:\/\/[^\s<>|`\u3000-\u303f\uff00-\uffef]+/y;
const ENTITIES = { amp: "&", lt: "<", gt: ">" };

/** Decodes the three entities that Slack decodes. */
function decode(text) {
  return text.replace(/&(amp|lt|gt);/g, (_, name) => ENTITIES[name]);
}

/** Parses mrkdwn to a list of {type, …}: text, bold, italic, code, pre, quote, link, user, channel, … */
export function parseMrkdwn(text, { verbatim = false } = {}) {
  const nodes = [];
  for (const [index, part] of text.split(/```([\s\S]+?)```/).entries()) {
    if (index % 2) nodes.push({ type: "pre", text: decode(part.replace(/^\n|\n$/g, "")) });
    else nodes.push(...parseLines(part, verbatim));
  }
  return trimAroundPre(nodes);
}

/** Parses quotes: lines that begin with ">", and everything after ">>>". */
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

/** Drops one line break on each side of preformatted text, which breaks the line by itself. */
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

/** Splits into characters and complete nodes (links, code, emoji), within which markers have no effect. */
function tokenise(text, verbatim) {
  const tokens = [];
  for (let index = 0; index < text.length;) {
    const atom = atomAt(text, index, tokens.at(-1), verbatim);
    const char = String.fromCodePoint(text.codePointAt(index));
    tokens.push(atom ? { node: atom.node } : { char });
    index += atom ? atom.length : char.length;
  }
  return tokens;
}

const ATOMS = { "<": specialAt, "`": codeAt, "&": entityAt, ":": emojiAt, h: bareUrlAt };

/** Returns the complete node that begins at `index` as {node, length}, undefined for a plain character. */
function atomAt(text, index, before, verbatim) {
  return ATOMS[text[index]]?.(text, index, before, verbatim);
}

function matchAt(pattern, text, index) {
  pattern.lastIndex = index;
  return pattern.exec(text);
}

function specialAt(text, index) {
  const match = matchAt(SPECIAL, text, index);
  return match && { node: parseSpecial(match[1]), length: match[0].length };
}

function codeAt(text, index, before) {
  const match = isBoundary(before) && matchAt(CODE, text, index);
  if (!match || !isBoundary(charAt(text, index + match[0].length))) return null;
  return { node: { type: "code", text: decode(match[1]) }, length: match[0].length };
}

function charAt(text, index) {
  return index < text.length ? { char: String.fromCodePoint(text.codePointAt(index)) } : undefined;
}

function entityAt(text, index) {
  const match = matchAt(ENTITY, text, index);
  return match && { node: { type: "text", text: ENTITIES[match[1]] }, length: match[0].length };
}

function emojiAt(text, index) {
  const match = matchAt(SHORT_CODE, text, index);
  const character = match && emojiCharacter(match[1], match[2]);
  return character && { node: { type: "emoji", name: match[1], character }, length: match[0].length };
}

/** Parses a bare URL as a link, without trailing punctuation, unless the text is verbatim. */
function bareUrlAt(text, index, before, verbatim) {
  const match = !verbatim && isBoundary(before) && matchAt(BARE_URL, text, index);
  const url = match && match[0].replace(/(?:[.,;:!?'"*_~)\]]|&(?:lt|gt);.*)+$/, "");
  return url && { node: { type: "link", url: decode(url), text: decode(url) }, length: url.length };
}

/** Parses the text between < and >: a mention, a date or a link. */
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
    return {
      type: "date",
      seconds: Number(seconds),
      template: decode(template),
      url: decode(url),
      fallback: label,
    };
  }
  if (name === "subteam") return { type: "broadcast", name: label.replace(/^@/, "") || rest[0] };
  return { type: "broadcast", name };
}

const WORD = /[\p{L}\p{N}\u3001-\u303f\uff00-\uffef]|(?!\uFE0F)\p{M}/u;

/** Whether a marker may open or close beside this token: not beside a letter, digit or wide punctuation. */
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

/** Returns the index of the marker that closes the one at `open` on the same line, 0 if there is none. */
function closingOf(tokens, open) {
  if (!opens(tokens, open)) return 0;
  for (let index = open + 2; index < tokens.length && tokens[index].char !== "\n"; index += 1) {
    if (tokens[index].char === tokens[open].char && closes(tokens, index)) return index;
  }
  return 0;
}

function opens(tokens, index) {
  const [before, marker, after] = [tokens[index - 1], tokens[index].char, tokens[index + 1]];
  return isBoundary(before) && before?.char !== marker && !isSpace(after) && after.char !== marker;
}

function closes(tokens, index) {
  const [inside, marker, outside] = [tokens[index - 1], tokens[index].char, tokens[index + 1]];
  return !isSpace(inside) && inside.char !== marker && isBoundary(outside) && outside?.char !== marker;
}

/** Parses plain_text to text and emoji; with `emoji` false to one text. */
export function parsePlain(text, { emoji = true } = {}) {
  if (!emoji) return [{ type: "text", text: decode(text) }];
  const nodes = [];
  for (let index = 0; index < text.length;) {
    const atom = text[index] === ":" ? emojiAt(text, index) : null;
    pushToken(nodes, atom ? { node: atom.node } : { char: text[index] });
    index += atom ? atom.length : 1;
  }
  return nodes.map((node) => (node.type === "text" ? { ...node, text: decode(node.text) } : node));
}
