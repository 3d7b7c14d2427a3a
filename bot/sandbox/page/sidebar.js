// The side bar: the workspace, its channels, the app, and the current person.

import { h, icon, reconcile } from "./dom.js";
import { openMenu } from "./menus.js";
import { avatar } from "./messages.js";
import { HOME, appDirectMessage, displayName, hrefOf, messagesOf, navigate, person, state } from "./state.js";
import { words } from "./words.js";

/** The entry that was brought into sight, since a person may then look through the others. */
let inSight = null;

/** Draws the side bar into `parent`. */
export function drawSidebar(parent) {
  const { channels } = state.view;
  reconcile(parent, [
    { key: "team", signature: state.workspace.team.name, render: drawTeam },
    section("channels", words("channels"), channels.filter((channel) => !channel.is_im).map(channelEntry)),
    section("app", words("apps"), appEntries()),
    { key: "person", signature: state.as, render: drawPerson },
  ]);
  if (inSight === state.channel) return;
  inSight = state.channel;
  parent.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

function drawTeam() {
  return h(
    "div",
    { class: "team" },
    h("span", { class: "team-mark", "aria-hidden": "true" }),
    h("h1", { class: "team-name" }, state.workspace.team.name),
  );
}

function section(key, title, entries) {
  const id = `section-${key}`;
  return {
    key,
    signature: JSON.stringify([state.as, entries]),
    render: () =>
      h(
        "nav",
        { class: "section", "aria-labelledby": id },
        h("h2", { class: "section-title", id }, title),
        h("ul", { class: "entries", role: "list" }, entries.map(drawEntry)),
      ),
  };
}

function channelEntry(channel) {
  const symbol = channel.is_private ? "lock" : "hash";
  return {
    id: channel.id,
    name: channel.name,
    symbol,
    note: channel.is_archived ? words("archived") : "",
    isArchived: channel.is_archived,
    unread: unreadIn(channel.id),
    current: state.channel === channel.id,
  };
}

function appEntries() {
  const { app } = state.workspace;
  const direct = appDirectMessage();
  const entries = [];
  if (app.home_tab_enabled)
    entries.push({
      id: HOME,
      name: app.name,
      symbol: "home",
      note: words("home"),
      unread: 0,
      current: state.channel === HOME,
    });
  if (direct)
    entries.push({
      id: direct.id,
      name: app.name,
      initial: true,
      note: words("messages"),
      unread: unreadIn(direct.id),
      current: state.channel === direct.id,
    });
  return entries;
}

function drawEntry(entry) {
  const sign = entry.initial ? avatar(entry.name, "avatar-small") : icon(entry.symbol);
  const spoken = [
    entry.name,
    entry.note,
    entry.unread && words("unread", { count: entry.unread }),
    entry.symbol === "lock" && words("private"),
  ]
    .filter(Boolean)
    .join(", ");
  return h(
    "li",
    {},
    h(
      "a",
      {
        class: `entry${entry.unread ? " entry-unread" : ""}${entry.isArchived ? " entry-archived" : ""}`,
        href: hrefOf({ channel: entry.id }),
        "data-channel": entry.id,
        "data-focus": `channel ${entry.id}`,
        "aria-current": entry.current ? "page" : null,
        "aria-label": spoken,
      },
      sign,
      h("span", { class: "entry-name" }, entry.name),
      entry.note && h("span", { class: "entry-note" }, entry.note),
      entry.unread > 0 && h("span", { class: "entry-count" }, String(entry.unread)),
    ),
  );
}

function drawPerson() {
  const name = displayName(state.as);
  const button = h(
    "button",
    {
      type: "button",
      class: "person",
      "aria-haspopup": "menu",
      "data-focus": "person",
      "aria-label": words("you_are", { name }),
      onclick: () =>
        openMenu(button, {
          label: words("look_as"),
          groups: [{ label: words("look_as"), items: state.workspace.people.map(personItem) }],
          onPick: lookAs,
        }),
    },
    avatar(name),
    h(
      "span",
      { class: "person-names" },
      h("span", { class: "person-name" }, name),
      h("span", { class: "person-zone" }, zoneOf(person(state.as))),
    ),
    icon("down"),
  );
  return h("div", { class: "person-switcher" }, button);
}

function zoneOf({ locale, tz }) {
  return [tz?.split("/").at(-1).replaceAll("_", " "), locale].filter(Boolean).join(" · ");
}

function personItem(each) {
  const name = displayName(each.id);
  return {
    value: each.id,
    text: name,
    label: name,
    description: zoneOf(each),
    selected: each.id === state.as,
  };
}

function lookAs({ value }) {
  navigate({ as: value, thread: state.thread });
}

/** Counts the messages of others in a channel since this person last viewed it on this page. */
function unreadIn(channel) {
  const seen = state.seen.get(`${state.as} ${channel}`);
  return messagesOf(channel).filter((message) => Number(message.ts) > seen && message.user !== state.as)
    .length;
}

/** Marks as read: the open channel, and everything from before a person's first view. */
export function markSeen() {
  for (const channel of state.view.channels) {
    const key = `${state.as} ${channel.id}`;
    if (state.seen.has(key) && channel.id !== state.channel) continue;
    state.seen.set(key, Math.max(0, ...messagesOf(channel.id).map((message) => Number(message.ts))));
  }
}
