// A scrolling list of messages that stays where the reader is, and follows when the reader is at its end.

import { h, reconcile } from "./dom.js";
import { messageItems, onMessageKeys } from "./messages.js";

const NEAR_THE_END = 48;

export class Conversation {
  /** `start`: where a newly opened conversation is shown, "end" or "beginning". */
  constructor({ start }) {
    this.start = start;
    this.list = h("ol", { class: "messages", role: "list" });
    this.node = h(
      "div",
      { class: "scroller", tabindex: "0", role: "region", onkeydown: (event) => this.onKey(event) },
      this.list,
    );
    this.list.addEventListener("keydown", onMessageKeys);
    this.open = null;
  }

  /** Shows messages; `id` says which conversation they are of. */
  show(messages, { id, label, channel, inThread }) {
    const opened = this.open !== id;
    const atEnd = this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < NEAR_THE_END;
    const before = this.list.lastElementChild?.dataset.key;
    this.node.setAttribute("aria-label", label);
    if (opened) this.list.replaceChildren();
    reconcile(this.list, messageItems(messages, { channel, inThread }));
    this.open = id;
    if (opened) this.node.scrollTop = this.start === "end" ? this.node.scrollHeight : 0;
    else if (atEnd && before !== this.list.lastElementChild?.dataset.key)
      this.node.scrollTop = this.node.scrollHeight;
  }

  /** Forgets where the reader was: the conversation is opened anew the next time. */
  leave() {
    this.open = null;
  }

  /** From the list itself, the arrows step into its messages: down to the first, up to the last. */
  onKey(event) {
    if (event.target !== this.node || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    const all = this.list.querySelectorAll(".message");
    const message = event.key === "ArrowUp" ? all[all.length - 1] : all[0];
    if (!message) return;
    event.preventDefault();
    message.focus();
  }
}
