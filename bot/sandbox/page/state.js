// The page's state: the workspace, one person's view of it, and what that person has open.
// Every change goes through change(), and app.js redraws.

import { reader } from "./dates.js";
import { words } from "./words.js";

export const state = {
  workspace: null, // GET /control/workspace
  view: null, // GET /control/view
  viewOf: null, // the id of the person whose view it is
  as: null, // the current person's id
  channel: null, // an open channel's id, or HOME
  thread: null, // the ts of the open thread's parent
  connected: true,
  failures: [], // the page's own notices: {id, text}
  dismissed: new Set(), // ids of dismissed notices
  unfolded: new Set(), // keys of unfolded long texts
  pending: new Set(), // keys of controls whose action is pending
  values: new Map(), // entered values, by scope and then "block_id action_id"
  drafts: new Map(), // unsent text, by person, channel and thread
  seen: new Map(), // the last ts read, by person and channel
};

/** Stands for the app's Home tab in place of a channel id. */
export const HOME = "home";

const hooks = { draw: () => {}, follow: () => {} };

/** Sets the functions that draw the page after a change and load what a newly opened place needs. */
export function setHooks({ draw, follow }) {
  Object.assign(hooks, { draw, follow });
}

/** Updates the state and redraws the page. */
export function change(patch = {}) {
  Object.assign(state, patch);
  hooks.draw();
}

/** Opens a place without changing the address. */
export function goTo(place) {
  change(place);
  return hooks.follow();
}

/** Returns the address of a place; missing parts default to the current ones. */
export function hrefOf({ as = state.as, channel = state.channel, thread = null }) {
  const query = new URLSearchParams({ as, channel });
  if (thread) query.set("thread", thread);
  return `?${query}`;
}

/** Returns the place that the address names. */
export function fromAddress() {
  const query = new URLSearchParams(location.search);
  return { as: query.get("as"), channel: query.get("channel"), thread: query.get("thread") };
}

/** Opens a person's channel or thread and adds it to the history. */
export function navigate(target) {
  const next = { as: state.as, channel: state.channel, thread: null, ...target };
  history.pushState(null, "", hrefOf(next));
  return goTo(next);
}

/** Returns the open channel, undefined on the Home tab. */
export function openChannel() {
  return state.view.channels.find((channel) => channel.id === state.channel);
}

/** Returns the direct messages with the app, if any. */
export function appDirectMessage() {
  return state.view.channels.find((channel) => channel.is_im);
}

/** Returns a person by id. */
export function person(id) {
  return state.workspace.people.find((each) => each.id === id);
}

/** Returns a person's name as shown with messages. */
export function displayName(id) {
  if (id === state.workspace.app.bot_user_id) return state.workspace.app.name;
  const author = person(id);
  return author && (author.real_name || author.name);
}

/** Returns what text drawing needs: names by id, and the reader's locale and time. */
export function names() {
  return {
    me: state.as,
    user: displayName,
    channel: (id) => state.view.channels.find((channel) => channel.id === id && !channel.is_im)?.name,
    channelHref: (id) => hrefOf({ channel: id }),
    reader: reader(person(state.as), state.view.now * 1000),
  };
}

/** Returns the messages of a channel, in order. */
export function messagesOf(channel) {
  return state.view.messages[channel] ?? [];
}

/** Whether a message is in the channel itself, not in a thread. */
export function isTopLevel(message) {
  return !message.thread_ts || message.thread_ts === message.ts;
}

/** Returns why the person cannot write in a channel, null if they can. */
export function closedBecause(channel) {
  if (channel.is_archived) return words("read_only");
  if (!channel.is_member) return words("not_member");
  if (channel.is_im && !state.workspace.app.messages_tab_enabled)
    return words("no_messages_to_app");
  return null;
}
