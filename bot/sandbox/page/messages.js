// Messages by day, each with its blocks, reactions, replies and actions.

import { notify, perform } from "./actions.js";
import { blockItems } from "./blocks.js";
import { dayKeyOf, dayOf, fullTimeOf, timeOf } from "./dates.js";
import { h, icon, reconcile } from "./dom.js";
import { EMOJI, FREQUENT, emojiCharacter } from "./emoji.js";
import { drawFiles } from "./files.js";
import { openMenu } from "./menus.js";
import { messageShortcuts } from "./shortcuts.js";
import { drawMrkdwn } from "./text.js";
import { displayName, names, navigate, openChannel, state } from "./state.js";
import { words } from "./words.js";

const GROUPED_WITHIN_SECONDS = 300;
const AVATAR_COLOURS = 8;

/** Draws a square with the name's initial, in a colour derived from the name. */
export function avatar(name, size = "") {
  const sum = [...name].reduce((total, char) => total * 31 + char.codePointAt(0), 7);
  const colour = Math.abs(sum % AVATAR_COLOURS);
  const initial = [...name.trim()][0]?.toUpperCase() ?? "?";
  return h("span", { class: `avatar avatar-${colour} ${size}`, "aria-hidden": "true" }, initial);
}

/** Returns items for reconcile(): the messages with a divider at each new day. */
export function messageItems(messages, { channel, inThread }) {
  const messageNames = names();
  const items = [];
  let previous = null;
  for (const message of messages) {
    const day = dayKeyOf(message.ts, messageNames.reader);
    if (!inThread && (!previous || dayKeyOf(previous.ts, messageNames.reader) !== day)) {
      items.push(dayItem(message, day, messageNames));
      previous = null;
    }
    const isCompact = previous !== null && follows(previous, message);
    const key = `${message.ts}${message.ephemeral ? " ephemeral" : ""}`;
    items.push({
      key,
      signature: JSON.stringify([
        state.as,
        message,
        isCompact,
        inThread,
        day - dayKeyOf(messageNames.reader.now / 1000, messageNames.reader),
        openChannel()?.is_archived,
      ]),
      render: () => drawMessage(message, { channel, inThread, isCompact, names: messageNames }),
    });
    previous = message;
  }
  return items;
}

function dayItem(message, day, names) {
  const name = dayOf(message.ts, names.reader);
  return {
    key: `day ${day}`,
    signature: name,
    render: () => h("li", { class: "day", role: "presentation" }, h("h3", { class: "day-name" }, name)),
  };
}

/** Whether a message continues the one before: same author, shortly after, shown under one name as in Slack. */
function follows(previous, message) {
  const sameAuthor =
    authorOf(previous) === authorOf(message) && Boolean(previous.ephemeral) === Boolean(message.ephemeral);
  return (
    sameAuthor && Number(message.ts) - Number(previous.ts) < GROUPED_WITHIN_SECONDS && !previous.reply_count
  );
}

function authorOf(message) {
  return message.bot_id ?? message.user;
}

/** Returns the author's name as shown above a message. */
export function authorName(message) {
  return message.username || displayName(message.user) || words("unknown");
}

function drawMessage(message, { channel, inThread, isCompact, names }) {
  const name = authorName(message);
  const time = timeOf(message.ts, names.reader);
  const gutter = isCompact ? h("span", { class: "compact-time", "aria-hidden": "true" }, time) : avatar(name);
  const article = h(
    "article",
    {
      class: `message${message.ephemeral ? " message-ephemeral" : ""}${isCompact ? " message-compact" : ""}`,
      tabindex: "-1",
      "aria-label": `${name}, ${time}`,
      "data-ts": message.ts,
      "data-focus": `message ${message.ts}`,
    },
    message.ephemeral && drawOnlyYou(message, channel),
    h("div", { class: "message-gutter" }, gutter),
    h(
      "div",
      { class: "message-main" },
      !isCompact && drawHeading(message, name, names),
      drawBody(message, channel, names),
      drawAttachments(message, channel, names),
      drawFiles(message.files),
      drawReactions(message, channel),
      !inThread && drawReplies(message, channel, names),
    ),
    drawToolbar(message, channel, inThread),
  );
  return h("li", { class: "message-item" }, article);
}

function drawOnlyYou(message, channel) {
  const dismiss = () => perform({ do: "delete", channel, ts: message.ts });
  return h(
    "div",
    { class: "only-you" },
    icon("eye"),
    words("only_you"),
    h(
      "button",
      { type: "button", class: "plain", "data-focus": `dismiss ${message.ts}`, onclick: dismiss },
      words("dismiss"),
    ),
  );
}

function drawHeading(message, name, names) {
  return h(
    "div",
    { class: "message-heading" },
    h("span", { class: "message-author" }, name),
    message.bot_id && h("span", { class: "badge" }, words("app")),
    h(
      "time",
      { class: "message-time", title: fullTimeOf(message.ts, names.reader) },
      timeOf(message.ts, names.reader),
    ),
  );
}

function drawBody(message, channel, names) {
  const edited = message.edited && h("span", { class: "edited" }, words("edited"));
  if (!message.text && !message.blocks?.length && message.files.length) return null;
  if (!message.blocks?.length)
    return h(
      "div",
      { class: `message-text${message.is_deleted ? " message-deleted" : ""}` },
      drawMrkdwn(message.text ?? "", names),
      edited,
    );
  const isRichText = message.blocks.every((block) => block.type === "rich_text");
  const body = h("div", { class: `blocks${isRichText ? " blocks-wide" : ""}` });
  const context = {
    scope: `${state.as} ${channel} ${message.ts}`,
    container: { channel, ts: message.ts },
    names,
    blocks: () => message.blocks,
    kept: () => message.state,
  };
  reconcile(body, blockItems(message.blocks, context));
  return [body, edited];
}

/** Draws what the app shows of the message's links, each with the app's name above it. */
function drawAttachments(message, channel, names) {
  if (!message.attachments?.length) return null;
  const drawn = message.attachments.map((attachment) => {
    const body = h("div", { class: "blocks" });
    const context = {
      scope: `${state.as} ${channel} ${message.ts} ${attachment.id}`,
      container: { channel, ts: message.ts, attachment_id: attachment.id },
      names,
      blocks: () => attachment.blocks,
      kept: () => message.state,
    };
    reconcile(body, blockItems(attachment.blocks, context));
    const app = h("div", { class: "attachment-app" }, state.workspace.app.name);
    return h("div", { class: "attachment", role: "group", "aria-label": attachment.url }, app, body);
  });
  return h("div", { class: "attachments" }, drawn);
}

function drawReactions(message, channel) {
  if (!message.reactions?.length) return null;
  const buttons = message.reactions.map((reaction) => {
    const mine = reaction.users.includes(state.as);
    const who = reaction.users.map((id) => displayName(id) ?? id).join(", ");
    const label = `${reaction.name.replaceAll("_", " ")}: ${who}`;
    return h(
      "button",
      {
        type: "button",
        class: "reaction",
        "aria-pressed": String(mine),
        "aria-label": label,
        title: words("reacted", { who, name: reaction.name }),
        "data-focus": `reaction ${message.ts} ${reaction.name}`,
        onclick: () =>
          perform({ do: mine ? "unreact" : "react", channel, ts: message.ts, name: reaction.name }),
      },
      h("span", { class: "emoji" }, emojiCharacter(reaction.name) ?? `:${reaction.name}:`),
      h("span", {}, String(reaction.users.length)),
    );
  });
  return h("div", { class: "reactions", role: "group", "aria-label": words("reactions") }, buttons);
}

function drawReplies(message, channel, names) {
  if (!message.reply_count) return null;
  const count = words("replies", { count: message.reply_count });
  const last = message.latest_reply && lastReply(message.latest_reply, names);
  return h(
    "button",
    {
      type: "button",
      class: "replies",
      "data-focus": `replies ${message.ts}`,
      onclick: () => navigate({ channel, thread: message.ts }),
    },
    avatar(authorName(message), "avatar-small"),
    h("span", { class: "replies-count" }, count),
    last && h("span", { class: "replies-last" }, last),
  );
}

function lastReply(ts, names) {
  const day = dayOf(ts, names.reader).replace(/^(Today|Yesterday)$/, (word) => word.toLowerCase());
  return words("last_reply", { day, time: timeOf(ts, names.reader) });
}

function drawToolbar(message, channel, inThread) {
  if (message.ephemeral || message.is_deleted) return null;
  const tool = (name, label, onclick, menu) => {
    const button = h(
      "button",
      {
        type: "button",
        class: "tool",
        "aria-label": label,
        title: label,
        "data-focus": `${name} ${message.ts}`,
        "aria-haspopup": menu ? "menu" : null,
        onclick: () => onclick(button),
      },
      icon(name),
    );
    return button;
  };
  return h(
    "div",
    { class: "toolbar", role: "group", "aria-label": words("message_actions") },
    !openChannel()?.is_archived &&
      tool("smile", words("add_reaction"), (button) => openReactionPicker(button, message, channel), true),
    !inThread && tool("reply", words("reply_in_thread"), () => navigate({ channel, thread: message.ts })),
    tool("more", words("more_actions"), (button) => openMessageMenu(button, message, channel), true),
  );
}

function openReactionPicker(button, message, channel) {
  const item = (name) => ({
    value: name,
    text: `${name.replaceAll("_", " ")} :${name}:`,
    label: h("span", { class: "emoji", title: `:${name}:` }, EMOJI.get(name)),
  });
  const rest = [...EMOJI.keys()].filter((name) => !FREQUENT.includes(name));
  openMenu(button, {
    label: words("reactions"),
    role: "listbox",
    layout: "grid",
    groups: [
      { label: words("frequent"), items: FREQUENT.map(item) },
      { label: words("all"), items: rest.map(item) },
    ],
    onPick: ({ value }) => perform({ do: "react", channel, ts: message.ts, name: value }),
  });
}

function openMessageMenu(button, message, channel) {
  const shortcuts = messageShortcuts(button, { channel, ts: message.ts });
  const own = [{ label: words("copy_text"), text: words("copy_text"), act: () => copy(message.text ?? "") }];
  if (message.user === state.as && !message.bot_id) {
    own.push({
      label: words("delete_message"),
      text: words("delete_message"),
      danger: true,
      act: () => perform({ do: "delete", channel, ts: message.ts }),
    });
  }
  openMenu(button, {
    label: words("message_actions"),
    groups: [{ items: shortcuts }, { items: own }],
    onPick: (item) => item.act(),
  });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    notify(words("cannot_copy"));
  }
}

/** Moves between messages with the arrow keys, since Tab stops at every control of a long thread. */
export function onMessageKeys(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const current = event.target.closest(".message");
  if (!step || event.target !== current) return;
  const all = [...event.currentTarget.querySelectorAll(".message")];
  const next = all[all.indexOf(current) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
