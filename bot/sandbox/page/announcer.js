// Announces new messages of the open conversation to screen readers.

import { h } from "./dom.js";
import { authorName } from "./messages.js";
import { isTopLevel, messagesOf, state } from "./state.js";
import { words } from "./words.js";

const SPOKEN_AT_ONCE = 2;
const LONGEST = 200;

function spokenText(message) {
  return [message.text, ...message.files.map((file) => file.name)].filter(Boolean).join(", ");
}

export class Announcer {
  constructor() {
    this.node = h("div", { class: "visually-hidden", role: "status", "aria-live": "polite" });
    this.place = null;
    this.previous = new Set();
  }

  /** Announces the messages that are new since the last call, unless another place was opened. */
  show() {
    const place = [state.as, state.channel, state.thread].join(" ");
    const visible = messagesOf(state.channel).filter(
      (message) => isTopLevel(message) || message.thread_ts === state.thread,
    );
    const fresh = visible.filter((message) => !this.previous.has(message.ts) && message.user !== state.as);
    if (place === this.place && fresh.length) this.say(fresh);
    this.place = place;
    this.previous = new Set(visible.map((message) => message.ts));
  }

  say(messages) {
    const sentences = messages
      .slice(0, SPOKEN_AT_ONCE)
      .map((message) => `${authorName(message)}: ${spokenText(message).slice(0, LONGEST)}`);
    if (messages.length > SPOKEN_AT_ONCE)
      sentences.push(words("and_more", { count: messages.length - SPOKEN_AT_ONCE }));
    this.node.textContent = sentences.join(". ");
  }
}
