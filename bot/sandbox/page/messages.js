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
  return message.username || displayName(message.user) || "Unknown";
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
    "Only visible to you",
    h(
      "button",
      { type: "button", class: "plain", "data-focus": `dismiss ${message.ts}`, onclick: dismiss },
      "Dismiss",
    ),
  );
}

function drawHeading(message, name, names) {
  return h(
    "div",
    { class: "message-heading" },
    h("span", { class: "message-author" }, name),
    message.bot_id && h("span", { class: "badge" }, "APP"),
    h(
      "time",
      { class: "message-time", title: fullTimeOf(message.ts, names.reader) },
      timeOf(message.ts, names.reader),
    ),
  );
}

function drawBody(message, channel, names) {
  const edited = message.edited && h("span", { class: "edited" }, " (edited)");
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
        title: `${who} reacted with :${reaction.name}:`,
        "data-focus": `reaction ${message.ts} ${reaction.name}`,
        onclick: () =>
          perform({ do: mine ? "unreact" : "react", channel, ts: message.ts, name: reaction.name }),
      },
      h("span", { class: "emoji" }, emojiCharacter(reaction.name) ?? `:${reaction.name}:`),
      h("span", {}, String(reaction.users.length)),
    );
  });
  return h("div", { class: "reactions", role: "group", "aria-label": "Reactions" }, buttons);
}

function drawReplies(message, channel, names) {
  if (!message.reply_count) return null;
  const count = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
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
  return `Last reply ${day} at ${timeOf(ts, names.reader)}`;
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
    { class: "toolbar", role: "group", "aria-label": "Message actions" },
    !openChannel()?.is_archived &&
      tool("smile", "Add a reaction", (button) => openReactionPicker(button, message, channel), true),
    !inThread && tool("reply", "Reply in thread", () => navigate({ channel, thread: message.ts })),
    tool("more", "More actions", (button) => openMessageMenu(button, message, channel), true),
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
    label: "Reactions",
    role: "listbox",
    layout: "grid",
    groups: [
      { label: "Frequent", items: FREQUENT.map(item) },
      { label: "All", items: rest.map(item) },
    ],
    onPick: ({ value }) => perform({ do: "react", channel, ts: message.ts, name: value }),
  });
}

function openMessageMenu(button, message, channel) {
  const shortcuts = messageShortcuts(button, { channel, ts: message.ts });
  const own = [{ label: "Copy text", text: "Copy text", act: () => copy(message.text ?? "") }];
  if (message.user === state.as && !message.bot_id) {
    own.push({
      label: "Delete message",
      text: "Delete message",
      danger: true,
      act: () => perform({ do: "delete", channel, ts: message.ts }),
    });
  }
  openMenu(button, {
    label: "Message actions",
    groups: [{ items: shortcuts }, { items: own }],
    onPick: (item) => item.act(),
  });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    notify("The text could not be copied: the browser did not allow it.");
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
