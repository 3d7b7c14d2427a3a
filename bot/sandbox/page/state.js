// What the page knows: the workspace, the view of one person, and what that person has open.
// Whoever changes it calls change(); app.js draws.

import { reader } from "./dates.js";

export const state = {
  workspace: null, // GET /control/workspace
  view: null, // GET /control/view
  viewOf: null, // whose view that is
  as: null, // the person's id
  channel: null, // an open channel's id, or HOME
  thread: null, // the ts of the open thread's parent
  connected: true,
  failures: [], // notices of this page's own: {id, text}
  dismissed: new Set(), // ids of notices put away
  unfolded: new Set(), // keys of long texts shown whole
  pending: new Set(), // keys of controls whose act has not been answered
  values: new Map(), // what was typed and chosen, by scope and then "block_id action_id"
  drafts: new Map(), // unsent text, by person, channel and thread
  seen: new Map(), // the last ts read, by person and channel
};

/** The app's Home tab takes the place of a channel in the address. */
export const HOME = "home";

const hooks = { draw: () => {}, follow: () => {} };

/** Says who draws the page after a change, and who sees to what a newly opened place needs. */
export function setHooks({ draw, follow }) {
  Object.assign(hooks, { draw, follow });
}

/** Sets what is given and has the page drawn anew. */
export function change(patch = {}) {
  Object.assign(state, patch);
  hooks.draw();
}

/** Goes to what the address names, without noting it there again. */
export function goTo(place) {
  change(place);
  return hooks.follow();
}

/** The address of a state of the page; what is not given stays. */
export function hrefOf({ as = state.as, channel = state.channel, thread = null }) {
  const query = new URLSearchParams({ as, channel });
  if (thread) query.set("thread", thread);
  return `?${query}`;
}

/** What the address asks for. */
export function fromAddress() {
  const query = new URLSearchParams(location.search);
  return { as: query.get("as"), channel: query.get("channel"), thread: query.get("thread") };
}

/** Opens a person's channel or thread and notes it in the address. */
export function navigate(target) {
  const next = { as: state.as, channel: state.channel, thread: null, ...target };
  history.pushState(null, "", hrefOf(next));
  return goTo(next);
}

/** The open channel, undefined on the Home tab. */
export function openChannel() {
  return state.view.channels.find((channel) => channel.id === state.channel);
}

/** The direct message with the app, if there is one. */
export function appDirectMessage() {
  return state.view.channels.find((channel) => channel.is_im);
}

/** A person by id. */
export function person(id) {
  return state.workspace.people.find((each) => each.id === id);
}

/** A person's name as messages show it. */
export function displayName(id) {
  if (id === state.workspace.app.bot_user_id) return state.workspace.app.name;
  const found = person(id);
  return found && (found.real_name || found.name);
}

/** What drawing needs to know of the workspace: names by id, and the reader's time. */
export function names() {
  return {
    me: state.as,
    user: displayName,
    channel: (id) => state.view.channels.find((channel) => channel.id === id && !channel.is_im)?.name,
    channelHref: (id) => hrefOf({ channel: id }),
    reader: reader(person(state.as), state.view.now * 1000),
  };
}

/** The messages of a channel, in order. */
export function messagesOf(channel) {
  return state.view.messages[channel] ?? [];
}

/** Whether a message stands in the channel itself, not in a thread. */
export function isTopLevel(message) {
  return !message.thread_ts || message.thread_ts === message.ts;
}

/** Why the person cannot write in a channel, null where they can. */
export function closedBecause(channel) {
  if (channel.is_archived) return "This channel is archived. Nobody can write here.";
  if (!channel.is_member) return "You are not in this channel, so you can only read it.";
  if (channel.is_im && !state.workspace.app.messages_tab_enabled)
    return "Sending messages to this app has been turned off.";
  return null;
}
