// Selects, checkboxes and radio buttons.

import { markPending } from "./actions.js";
import { dispatchChoice, focusKey } from "./dispatch.js";
import { append, h, icon, uniqueId } from "./dom.js";
import { openMenu } from "./menus.js";
import { drawPlain, drawText } from "./text.js";
import { displayName, state } from "./state.js";
import { keepValue, valueOf } from "./values.js";
import { words } from "./words.js";

/** Returns an option as an item of a menu. */
export function optionItem(option) {
  return {
    value: option.value,
    label: drawPlain(option.text.text, option.text),
    text: option.text.text,
    description: option.description?.text,
  };
}

function peopleItems() {
  return state.workspace.people.map((person) => {
    const name = displayName(person.id);
    return { value: person.id, label: name, text: `${name} ${person.name}` };
  });
}

function channelItems(channels) {
  return channels.map((channel) => {
    const name = channel.is_im ? channel.name : `# ${channel.name}`;
    return { value: channel.id, label: name, text: name };
  });
}

/** The conversations that an element's filter includes, all without one. */
function conversationsFor(element) {
  const included = element.filter?.include;
  const kindOf = (each) => (each.is_im ? "im" : each.is_private ? "private" : "public");
  return state.view.channels.filter((each) => !included || included.includes(kindOf(each)));
}

function groupsOf(element) {
  const kind = element.type.replace("multi_", "");
  if (kind === "users_select") return [{ items: peopleItems() }];
  if (kind === "channels_select")
    return [{ items: channelItems(state.view.channels.filter((each) => !each.is_im)) }];
  if (kind === "conversations_select") return [{ items: channelItems(conversationsFor(element)) }];
  if (element.options) return [{ items: element.options.map(optionItem) }];
  return element.option_groups.map((group) => ({
    label: group.label.text,
    items: group.options.map(optionItem),
  }));
}

/** The control API's field for the choice, by the type of select. */
const BODY_FIELD = {
  static_select: "value",
  external_select: "value",
  users_select: "user",
  channels_select: "channel",
  conversations_select: "channel",
};

/** A select of any type: a button that opens a list. */
export class Select {
  constructor(element, context, block) {
    Object.assign(this, { element, context, block });
    this.multiple = element.type.startsWith("multi_");
    this.caption = h("span", { class: "select-caption" });
    const id = uniqueId("select");
    const input = context.input;
    this.button = h(
      "button",
      {
        type: "button",
        class: "select",
        id,
        "aria-haspopup": "listbox",
        "aria-expanded": "false",
        "data-focus": focusKey(context, block, element),
        "aria-labelledby": input && `${input.labelledBy} ${id}`,
        "aria-describedby": input?.describedBy,
        "aria-invalid": input?.invalid && "true",
        onclick: () => this.open(),
      },
      this.caption,
      icon("down"),
    );
    this.showCaption();
  }

  get value() {
    return valueOf(this.context, this.block, this.element);
  }

  set value(value) {
    keepValue(this.context, this.block, this.element, value);
    this.showCaption();
  }

  /** Returns the groups of items, with the chosen ones marked as selected. */
  groups() {
    return this.marked(groupsOf(this.element));
  }

  marked(groups) {
    const held = [this.value].flat();
    for (const item of itemsOf(groups)) item.selected = held.includes(item.value);
    return groups;
  }

  showCaption() {
    const chosen = itemsOf(this.groups()).filter((item) => item.selected);
    this.caption.classList.toggle("select-placeholder", !chosen.length);
    this.caption.replaceChildren();
    if (!chosen.length) append(this.caption, this.placeholder());
    else if (this.multiple)
      append(
        this.caption,
        chosen.map((item) => h("span", { class: "chip" }, item.label)),
      );
    else append(this.caption, chosen[0].label);
  }

  placeholder() {
    return this.element.placeholder?.text ?? words(this.multiple ? "select_options" : "select_item");
  }

  open() {
    const groups = this.groups();
    const onPick = (item) => this.choose(item, groups);
    openMenu(this.button, {
      label: this.placeholder(),
      groups,
      role: "listbox",
      multiple: this.multiple,
      onPick,
    });
  }

  /** Sends the choice to the app and restores the previous one if that fails. */
  async choose(item, groups) {
    const before = this.value;
    const chosen = itemsOf(groups).filter((each) => each.selected);
    this.value = this.multiple ? chosen.map((each) => each.value) : item.value;
    const field = this.multiple ? "values" : BODY_FIELD[this.element.type];
    const isDone = await dispatchChoice(this.context, this.block, this.element, { [field]: this.value });
    if (!isDone) this.value = before;
  }
}

function itemsOf(groups) {
  return groups.flatMap((group) => group.items);
}

/** Draws a static, people, channel or conversation select, single or multiple. */
export function drawSelect(element, context, block) {
  return markPending(new Select(element, context, block).button);
}

function choiceGroup(element, context, block, { type, isChosen, onChange }) {
  const name = uniqueId("choice");
  const group = h("div", {
    class: "choices",
    role: type === "radio" ? "radiogroup" : "group",
    "aria-labelledby": context.input?.labelledBy,
    "aria-describedby": context.input?.describedBy,
  });
  const inputs = element.options.map((option, index) => {
    const input = h("input", {
      type,
      name,
      id: `${name}-${index}`,
      value: option.value,
      checked: isChosen(option),
      "data-focus": `${focusKey(context, block, element)} ${index}`,
      "aria-invalid": context.input?.invalid && "true",
      onchange: () => onChange(inputs.filter((each) => each.checked).map((each) => each.value)),
    });
    const description =
      option.description &&
      h("span", { class: "choice-description" }, drawText(option.description, context.names));
    const label = h("label", { for: input.id }, drawText(option.text, context.names), description);
    group.append(h("div", { class: "choice" }, input, label));
    return input;
  });
  return group;
}

/** Draws checkboxes; each change sends all checked values to the app. */
export function drawCheckboxes(element, context, block) {
  const chosen = valueOf(context, block, element);
  return choiceGroup(element, context, block, {
    type: "checkbox",
    isChosen: (option) => chosen.includes(option.value),
    onChange: (values) => {
      keepValue(context, block, element, values);
      dispatchChoice(context, block, element, { values });
    },
  });
}

/** Draws radio buttons. */
export function drawRadioButtons(element, context, block) {
  const chosen = valueOf(context, block, element);
  return choiceGroup(element, context, block, {
    type: "radio",
    isChosen: (option) => option.value === chosen,
    onChange: ([value]) => {
      keepValue(context, block, element, value);
      dispatchChoice(context, block, element, { value });
    },
  });
}
