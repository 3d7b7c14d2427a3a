// A scrolling list of messages that keeps the reader's position, follows new messages at its end, and
// elsewhere offers to go to them.

import { h, icon, reconcile } from "./dom.js";
import { messageItems, onMessageKeys } from "./messages.js";
import { words } from "./words.js";

const NEAR_THE_END = 48;

export class Conversation {
  /** `start`: the initial position of an opened conversation, "end" or "beginning". */
  constructor({ start }) {
    this.start = start;
    this.list = h("ol", { class: "messages", role: "list" });
    this.newerLabel = h("span");
    this.newer = h(
      "button",
      { type: "button", class: "newer", hidden: true, onclick: () => this.toEnd() },
      this.newerLabel,
      icon("down"),
    );
    this.node = h(
      "div",
      {
        class: "scroller",
        tabindex: "0",
        role: "region",
        onkeydown: (event) => this.onKey(event),
        onscroll: () => this.onScroll(),
      },
      this.list,
      this.newer,
    );
    this.list.addEventListener("keydown", onMessageKeys);
    this.open = null;
  }

  /** Shows messages; `id` identifies their conversation. */
  show(messages, { id, label, channel, inThread }) {
    const opened = this.open !== id;
    const atEnd = this.isAtEnd();
    const [before, count] = [this.list.lastElementChild?.dataset.key, this.list.childElementCount];
    this.node.setAttribute("aria-label", label);
    this.newerLabel.textContent = words("new_messages");
    if (opened) this.list.replaceChildren();
    reconcile(this.list, messageItems(messages, { channel, inThread }));
    this.open = id;
    if (opened) this.node.scrollTop = this.start === "end" ? this.node.scrollHeight : 0;
    else if (before !== this.list.lastElementChild?.dataset.key) {
      if (atEnd) this.node.scrollTop = this.node.scrollHeight;
      else if (this.list.childElementCount > count) this.newer.hidden = false;
    }
    if (opened) this.newer.hidden = true;
  }

  isAtEnd() {
    return this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < NEAR_THE_END;
  }

  onScroll() {
    if (this.isAtEnd()) this.newer.hidden = true;
  }

  toEnd() {
    this.node.focus({ preventScroll: true });
    this.node.scrollTop = this.node.scrollHeight;
  }

  /** Discards the reader's position, so that the next show() starts anew. */
  leave() {
    this.open = null;
  }

  /** Moves the focus from the list into its messages: arrow down to the first, arrow up to the last. */
  onKey(event) {
    if (event.target !== this.node || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    const all = this.list.querySelectorAll(".message");
    const message = event.key === "ArrowUp" ? all[all.length - 1] : all[0];
    if (!message) return;
    event.preventDefault();
    message.focus();
  }
}
