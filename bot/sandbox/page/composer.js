// The composer for messages and slash commands, with suggestions of the app's commands.

import { notify, perform } from "./actions.js";
import { append, h, icon, uniqueId } from "./dom.js";
import { state } from "./state.js";
import { hasGlobalShortcuts, openShortcuts } from "./shortcuts.js";
import { typedMessage } from "./message_text.js";
import { words } from "./words.js";

/** Returns what a message can mention: people, the app, and channels. */
function mentionable() {
  const { people, app } = state.workspace;
  return {
    people: [...people, { id: app.bot_user_id, name: app.name }],
    channels: state.view.channels.filter((channel) => !channel.is_im),
  };
}

export class Composer {
  /** `takesCommands` is false in threads, where Slack runs no commands. */
  constructor({ takesCommands }) {
    this.takesCommands = takesCommands;
    this.target = null;
    this.suggestions = [];
    this.active = 0;
    const id = uniqueId("commands");
    this.list = h("div", {
      class: "suggestions",
      role: "listbox",
      id,
      hidden: true,
    });
    this.input = h("textarea", {
      class: "composer-input",
      rows: "1",
      "data-focus": takesCommands ? "composer" : "reply",
      role: takesCommands ? "combobox" : null,
      "aria-autocomplete": takesCommands ? "list" : null,
      "aria-controls": takesCommands ? id : null,
      "aria-expanded": takesCommands ? "false" : null,
      oninput: () => this.onInput(),
      onkeydown: (event) => this.onKey(event),
      onblur: () => this.showSuggestions([]),
      onfocus: () => this.onInput(),
    });
    this.sendButton = h("button", { type: "submit", class: "composer-send" }, icon("send"));
    this.shortcuts = h(
      "button",
      {
        type: "button",
        class: "composer-tool",
        "aria-haspopup": "menu",
        "data-focus": takesCommands ? "shortcuts" : "thread shortcuts",
        onclick: () => openShortcuts(this.shortcuts),
      },
      icon("bolt"),
    );
    this.form = h(
      "form",
      { class: "composer-form", onsubmit: (event) => this.onSubmit(event) },
      this.list,
      this.shortcuts,
      this.input,
      this.sendButton,
    );
    this.closed = h("p", { class: "composer-closed", hidden: true });
    this.node = h("div", { class: "composer" }, this.form, this.closed);
  }

  /** Switches to a conversation {channel, thread?} and its draft; `closedBecause`: why writing is impossible. */
  show(target, { placeholder, closedBecause }) {
    const key = [state.as, target.channel, target.thread ?? ""].join(" ");
    this.form.hidden = Boolean(closedBecause);
    this.shortcuts.hidden = !hasGlobalShortcuts();
    this.closed.hidden = !closedBecause;
    this.closed.textContent = closedBecause ?? "";
    this.label();
    this.input.placeholder = placeholder;
    this.input.setAttribute("aria-label", placeholder);
    if (key === this.key) return;
    this.key = key;
    this.target = target;
    this.input.value = state.drafts.get(key) ?? "";
    this.showSuggestions([]);
    this.fit();
  }

  /** Names the controls in the language of the person who looks now. */
  label() {
    this.list.setAttribute("aria-label", words("commands"));
    this.sendButton.setAttribute("aria-label", words("send"));
    this.shortcuts.setAttribute("aria-label", words("shortcuts"));
    this.shortcuts.title = words("shortcuts");
  }

  fit() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 220)}px`;
    this.sendButton.disabled = !this.input.value.trim();
  }

  onInput() {
    state.drafts.set(this.key, this.input.value);
    this.fit();
    if (this.takesCommands) this.showSuggestions(this.matching());
  }

  /** Returns the commands that start with the typed text; once one is complete, only it, for its usage. */
  matching() {
    const typed = this.input.value;
    if (!typed.startsWith("/") || typed.includes("\n")) return [];
    const word = typed.split(" ")[0];
    return state.workspace.commands.filter(({ command }) =>
      typed.includes(" ") ? command === word : command.startsWith(word),
    );
  }

  showSuggestions(commands) {
    this.suggestions = commands;
    this.list.hidden = !commands.length;
    this.list.replaceChildren();
    append(
      this.list,
      commands.map((command, index) => this.drawSuggestion(command, index)),
    );
    if (!this.takesCommands) return;
    this.input.setAttribute("aria-expanded", String(commands.length > 0));
    const exact = commands.findIndex(({ command }) => command === this.input.value);
    this.activate(Math.max(exact, 0));
  }

  drawSuggestion(command, index) {
    return h(
      "div",
      {
        class: "suggestion",
        role: "option",
        id: `${this.list.id}-${index}`,
        onmousedown: (event) => {
          event.preventDefault();
          this.complete(index);
        },
      },
      h(
        "div",
        {},
        h("strong", {}, command.command),
        command.usage_hint && h("span", { class: "usage" }, ` ${command.usage_hint}`),
      ),
      h(
        "div",
        { class: "suggestion-description" },
        command.description,
        h("span", { class: "suggestion-app" }, state.workspace.app.name),
      ),
    );
  }

  activate(index) {
    const options = [...this.list.children];
    this.active = options.length ? (index + options.length) % options.length : 0;
    options.forEach((option, each) => option.setAttribute("aria-selected", String(each === this.active)));
    if (options.length) this.input.setAttribute("aria-activedescendant", options[this.active].id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  complete(index) {
    this.input.value = `${this.suggestions[index].command} `;
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
    this.onInput();
  }

  onKey(event) {
    if (event.isComposing) return;
    const isDone = this.onSuggestionKey(event) || this.onSendKey(event);
    if (!isDone) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** With suggestions open, arrow keys choose, Tab and Enter complete, Escape closes the list. */
  onSuggestionKey(event) {
    if (!this.suggestions.length || event.shiftKey) return false;
    if (event.key === "Escape") this.showSuggestions([]);
    else if (this.input.value.includes(" ")) return false;
    else if (event.key === "ArrowDown") this.activate(this.active + 1);
    else if (event.key === "ArrowUp") this.activate(this.active - 1);
    else if (event.key === "Tab" || (event.key === "Enter" && !this.isComplete())) this.complete(this.active);
    else return false;
    return true;
  }

  isComplete() {
    return this.suggestions[this.active].command === this.input.value;
  }

  onSendKey(event) {
    if (event.key !== "Enter" || event.shiftKey) return false;
    this.form.requestSubmit();
    return true;
  }

  async onSubmit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (!text) return;
    const isCommand = text.startsWith("/");
    if (isCommand && !this.takesCommands) {
      notify(
        words("no_commands_here", { command: text.split(/\s/)[0] }),
      );
      return;
    }
    const { channel, thread } = this.target;
    const body = isCommand
      ? { do: "command", channel, text }
      : { do: "message", channel, text: typedMessage(text, mentionable()), ...(thread && { thread_ts: thread }) };
    const key = this.key;
    this.write(key, "");
    if ((await perform(body)) === null && !state.drafts.get(key)) this.write(key, text);
  }

  /** Sets the draft of a conversation, even if another one is shown now. */
  write(key, text) {
    state.drafts.set(key, text);
    if (key !== this.key) return;
    this.input.value = text;
    this.showSuggestions([]);
    this.fit();
  }
}
