// The thread pane beside the channel: the parent, its replies, and a composer.

import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { controlNamed, focusWithoutScroll, h, icon } from "./dom.js";
import { closedBecause, messagesOf, navigate, openChannel, state } from "./state.js";

export class ThreadPane {
  constructor() {
    // A thread is read from its first message on.
    this.conversation = new Conversation({ start: "beginning" });
    this.composer = new Composer({ takesCommands: false });
    this.where = h("span", { class: "pane-note" });
    const close = h(
      "button",
      {
        type: "button",
        class: "pane-tool",
        "aria-label": "Close the thread",
        "data-focus": "close thread",
        onclick: () => this.close(),
      },
      icon("close"),
    );
    this.node = h(
      "aside",
      { class: "pane thread", "aria-label": "Thread", hidden: true, onkeydown: (event) => this.onKey(event) },
      h(
        "header",
        { class: "pane-header" },
        h("div", { class: "pane-heading" }, h("h2", { class: "pane-title" }, "Thread"), this.where, close),
      ),
      this.conversation.node,
      this.composer.node,
    );
    this.open = null;
  }

  /** Draws the open thread; a newly opened one takes the focus. */
  show() {
    const channel = openChannel();
    const messages = channel && state.thread ? messagesOf(channel.id).filter(inThread(state.thread)) : [];
    const isOpen = messages.length > 0;
    const opened = isOpen && this.open !== state.thread && this.open !== null;
    this.node.hidden = !isOpen;
    this.node.parentNode.classList.toggle("with-thread", isOpen);
    this.open = isOpen ? state.thread : "";
    if (!isOpen) return;
    this.where.textContent = channel.is_im ? "" : `#${channel.name}`;
    this.conversation.show(messages, {
      id: `${state.as} ${state.thread}`,
      label: "Thread",
      channel: channel.id,
      inThread: true,
    });
    this.composer.show(
      { channel: channel.id, thread: state.thread },
      { placeholder: "Reply…", closedBecause: closedBecause(channel) },
    );
    if (opened) focusWithoutScroll(this.conversation.node);
  }

  onKey(event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    this.close();
  }

  /** Closes the thread and returns the focus to the replies button that opened it. */
  close() {
    const [main, parent] = [document.getElementById("main"), state.thread];
    navigate({ thread: null });
    focusWithoutScroll(controlNamed(`replies ${parent}`, main) ?? controlNamed(`message ${parent}`, main));
  }
}

function inThread(ts) {
  return (message) => message.ts === ts || message.thread_ts === ts;
}
