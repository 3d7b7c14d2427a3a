// Selects, checkboxes and radio buttons.

import { markPending } from "./actions.js";
import { dispatchChoice, focusKey } from "./dispatch.js";
import { append, h, icon, uniqueId } from "./dom.js";
import { openMenu } from "./menus.js";
import { drawPlain, drawText } from "./mrkdwn.js";
import { displayName, state } from "./state.js";
import { keepValue, valueOf } from "./values.js";

function optionItem(option) {
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

function groupsOf(element) {
  const kind = element.type.replace("multi_", "");
  if (kind === "users_select") return [{ items: peopleItems() }];
  if (kind === "channels_select") return [{ items: channelItems(state.view.channels.filter((each) => !each.is_im)) }];
  if (kind === "conversations_select") return [{ items: channelItems(state.view.channels) }];
  if (element.options) return [{ items: element.options.map(optionItem) }];
  return element.option_groups.map((group) => ({ label: group.label.text, items: group.options.map(optionItem) }));
}

/** The name under which the control API takes what was chosen. */
const BODY_FIELD = { static_select: "value", users_select: "user", channels_select: "channel", conversations_select: "channel" };

/** A select of any kind, as a button that opens a list. */
export function drawSelect(element, context, block) {
  const multiple = element.type.startsWith("multi_");
  const caption = h("span", { class: "select-caption" });
  const id = uniqueId("select");
  const button = h("button", {
    type: "button", class: "select", id, "aria-haspopup": "listbox", "aria-expanded": "false",
    "data-focus": focusKey(context, block, element),
    "aria-labelledby": context.input && `${context.input.labelledBy} ${id}`,
    "aria-describedby": context.input?.describedBy,
    "aria-invalid": context.input?.invalid && "true",
    onclick: open,
  }, caption, icon("down"));

  function showCaption() {
    const chosen = chosenItems();
    caption.replaceChildren();
    caption.classList.toggle("select-placeholder", !chosen.length);
    if (multiple && chosen.length) append(caption, chosen.map((item) => h("span", { class: "chip" }, item.label)));
    else append(caption, chosen[0]?.label ?? element.placeholder?.text ?? (multiple ? "Select options" : "Select an item"));
  }

  function chosenItems() {
    const held = [valueOf(context, block, element)].flat();
    const items = groupsOf(element).flatMap((group) => group.items);
    return items.filter((item) => held.includes(item.value));
  }

  function open() {
    const held = [valueOf(context, block, element)].flat();
    const groups = groupsOf(element);
    for (const item of groups.flatMap((group) => group.items)) item.selected = held.includes(item.value);
    const label = element.placeholder?.text ?? "Options";
    openMenu(button, { label, groups, role: "listbox", multiple, onPick: (item) => choose(item, groups) });
  }

  async function choose(item, groups) {
    const before = valueOf(context, block, element);
    const all = groups.flatMap((group) => group.items);
    const value = multiple ? all.filter((each) => each.selected).map((each) => each.value) : item.value;
    keepValue(context, block, element, value);
    showCaption();
    const field = multiple ? "values" : BODY_FIELD[element.type];
    if (await dispatchChoice(context, block, element, { [field]: value })) return;
    keepValue(context, block, element, before);
    showCaption();
  }

  showCaption();
  return markPending(button);
}

function choiceGroup(element, context, block, { type, isChosen, onChange }) {
  const name = uniqueId("choice");
  const group = h("div", {
    class: "choices", role: type === "radio" ? "radiogroup" : "group",
    "aria-labelledby": context.input?.labelledBy,
    "aria-describedby": context.input?.describedBy,
  });
  const inputs = element.options.map((option, index) => {
    const input = h("input", {
      type, name, id: `${name}-${index}`, value: option.value, checked: isChosen(option),
      "data-focus": `${focusKey(context, block, element)} ${index}`,
      "aria-invalid": context.input?.invalid && "true",
      onchange: () => onChange(inputs.filter((each) => each.checked).map((each) => each.value)),
    });
    const description = option.description && h("span", { class: "choice-description" }, drawText(option.description, context.names));
    const label = h("label", { for: input.id }, drawText(option.text, context.names), description);
    group.append(h("div", { class: "choice" }, input, label));
    return input;
  });
  return group;
}

/** Checkboxes; each change tells the app all that is checked. */
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

/** Radio buttons. */
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
