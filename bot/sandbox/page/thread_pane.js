// The thread pane beside the channel: the parent, its replies, and a composer.

import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { controlNamed, focusWithoutScroll, h, icon } from "./dom.js";
import { closedBecause, messagesOf, navigate, openChannel, state } from "./state.js";
import { words } from "./words.js";

export class ThreadPane {
  constructor() {
    // A thread is read from its first message on.
    this.conversation = new Conversation({ start: "beginning" });
    this.composer = new Composer({ takesCommands: false });
    this.where = h("span", { class: "pane-note" });
    this.title = h("h2", { class: "pane-title" });
    this.closeButton = h(
      "button",
      {
        type: "button",
        class: "pane-tool",
        "data-focus": "close thread",
        onclick: () => this.close(),
      },
      icon("close"),
    );
    this.node = h(
      "aside",
      { class: "pane thread", hidden: true, onkeydown: (event) => this.onKey(event) },
      h(
        "header",
        { class: "pane-header" },
        h("div", { class: "pane-heading" }, this.title, this.where, this.closeButton),
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
    this.label();
    this.where.textContent = channel.is_im ? "" : `#${channel.name}`;
    this.conversation.show(messages, {
      id: `${state.as} ${state.thread}`,
      label: words("thread"),
      channel: channel.id,
      inThread: true,
    });
    this.composer.show(
      { channel: channel.id, thread: state.thread },
      { placeholder: words("reply"), closedBecause: closedBecause(channel) },
    );
    if (opened) focusWithoutScroll(this.conversation.node);
  }

  /** Names the pane in the language of the person who looks now. */
  label() {
    this.title.textContent = words("thread");
    this.node.setAttribute("aria-label", words("thread"));
    this.closeButton.setAttribute("aria-label", words("close_thread"));
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
