// The main pane: a channel's heading, messages and composer, or the app's Home tab.

import { perform } from "./actions.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { askText } from "./dialogs.js";
import { h, icon, reconcile } from "./dom.js";
import { drawHome } from "./home.js";
import { openMenu } from "./menus.js";
import { avatar } from "./messages.js";
import {
  HOME,
  appDirectMessage,
  closedBecause,
  hrefOf,
  isTopLevel,
  messagesOf,
  openChannel,
  state,
} from "./state.js";
import { words } from "./words.js";

export class MainPane {
  constructor() {
    this.heading = h("header", { class: "pane-header" });
    this.conversation = new Conversation({ start: "end" });
    this.home = h("div", { class: "scroller home", tabindex: "0", role: "region" });
    this.composer = new Composer({ takesCommands: true });
    this.node = h(
      "main",
      { class: "pane", id: "main" },
      this.heading,
      this.home,
      this.conversation.node,
      this.composer.node,
    );
  }

  /** Draws the open channel or the Home tab. */
  show() {
    const channel = openChannel();
    const isHome = state.channel === HOME;
    reconcile(this.heading, [channel && !channel.is_im ? channelHeading(channel) : appHeading(isHome)]);
    this.home.hidden = !isHome;
    this.home.setAttribute("aria-label", words("home"));
    this.conversation.node.hidden = isHome;
    this.composer.node.hidden = isHome;
    if (isHome) this.showHome();
    else this.showChannel(channel);
  }

  showHome() {
    this.conversation.leave();
    drawHome(this.home);
  }

  showChannel(channel) {
    const name = channel.is_im ? state.workspace.app.name : `#${channel.name}`;
    const messages = messagesOf(channel.id).filter(isTopLevel);
    this.conversation.show(messages, {
      id: `${state.as} ${channel.id}`,
      label: words("messages_in", { place: name }),
      channel: channel.id,
      inThread: false,
    });
    this.composer.show(
      { channel: channel.id },
      { placeholder: words("message_to", { place: name }), closedBecause: closedBecause(channel) },
    );
  }
}

function channelHeading(channel) {
  const signature = JSON.stringify([state.as, channel]);
  return { key: "channel", signature, render: () => drawChannelHeading(channel) };
}

function drawChannelHeading(channel) {
  const { app } = state.workspace;
  const menuButton = h(
    "button",
    {
      type: "button",
      class: "pane-tool",
      "aria-label": words("channel_options"),
      "aria-haspopup": "menu",
      "data-focus": "channel options",
      onclick: () =>
        openMenu(menuButton, {
          label: words("channel_options"),
          groups: [{ items: channelItems(channel) }],
          onPick: (item) => item.act(),
        }),
    },
    icon("more"),
  );
  return h(
    "div",
    { class: "pane-heading" },
    icon(channel.is_private ? "lock" : "hash"),
    h("h2", { class: "pane-title" }, channel.name),
    channel.is_archived && h("span", { class: "tag" }, words("archived")),
    h(
      "span",
      { class: "pane-note" },
      words(channel.has_bot ? "app_is_here" : "app_is_not_here", { app: app.name }),
    ),
    menuButton,
  );
}

function channelItems(channel) {
  const { app } = state.workspace;
  const does = (body) => () => perform({ channel: channel.id, ...body });
  const membership = channel.has_bot
    ? { label: words("remove_app", { app: app.name }), act: does({ do: "remove" }) }
    : { label: words("add_app", { app: app.name }), act: does({ do: "invite" }) };
  const rest = [
    { label: words("rename_channel"), act: () => rename(channel) },
    { label: words("archive"), danger: true, act: does({ do: "archive" }) },
  ];
  const items = channel.is_archived ? [] : [membership, ...rest];
  return items.map((item) => ({ ...item, text: item.label }));
}

async function rename(channel) {
  const name = await askText({
    title: words("rename_channel"),
    label: words("name"),
    value: channel.name,
    submit: words("rename"),
  });
  if (name && name !== channel.name) await perform({ do: "rename", channel: channel.id, name });
}

function appHeading(isHome) {
  const signature = JSON.stringify([state.as, isHome, appDirectMessage()?.id]);
  return { key: "app", signature, render: () => drawAppHeading(isHome) };
}

function drawAppHeading(isHome) {
  const { app } = state.workspace;
  const direct = appDirectMessage();
  const tab = (id, name, current) =>
    h(
      "a",
      {
        class: "tab",
        href: hrefOf({ channel: id }),
        "data-channel": id,
        "data-focus": `tab ${name}`,
        "aria-current": current ? "page" : null,
      },
      name,
    );
  return h(
    "div",
    { class: "pane-heading" },
    avatar(app.name, "avatar-small"),
    h("h2", { class: "pane-title" }, app.name),
    h("span", { class: "badge" }, words("app")),
    h(
      "nav",
      { class: "tabs", "aria-label": app.name },
      app.home_tab_enabled && tab(HOME, words("home"), isHome),
      direct && tab(direct.id, words("messages"), !isHome),
    ),
  );
}
