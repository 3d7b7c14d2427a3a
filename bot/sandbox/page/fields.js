// Inputs that a person types in: text, numbers, dates and times.

import { markPending } from "./actions.js";
import { dispatchChoice, focusKey } from "./dispatch.js";
import { h } from "./dom.js";
import { keepValue, valueOf } from "./values.js";

function common(element, context, block) {
  return {
    "data-focus": focusKey(context, block, element),
    "aria-labelledby": context.input?.labelledBy,
    "aria-label": context.input ? null : (element.placeholder?.text ?? element.type.replaceAll("_", " ")),
    "aria-describedby": context.input?.describedBy,
    "aria-invalid": context.input?.invalid && "true",
    autofocus: element.focus_on_load,
    value: valueOf(context, block, element) ?? "",
  };
}

function triggers(element) {
  return element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
}

const INPUT_TYPES = { email_text_input: "email", url_text_input: "url" };

/** A line or a field of text; it tells the app of it only where dispatch_action asks so. */
export function drawTextInput(element, context, block) {
  const keep = () => keepValue(context, block, element, input.value);
  const tell = () => dispatchChoice(context, block, element, { value: input.value });
  const input = h(element.multiline ? "textarea" : "input", {
    ...common(element, context, block),
    class: "field",
    type: element.multiline ? null : (INPUT_TYPES[element.type] ?? "text"),
    rows: element.multiline ? "4" : null,
    placeholder: element.placeholder?.text,
    maxlength: element.max_length,
    oninput: () => {
      keep();
      if (triggers(element).includes("on_character_entered")) tell();
    },
    onkeydown: (event) => {
      const entered = event.key === "Enter" && !event.isComposing && !(element.multiline && event.shiftKey);
      if (!entered || !context.input?.dispatch || !triggers(element).includes("on_enter_pressed")) return;
      event.preventDefault();
      tell();
    },
  });
  return markPending(input);
}

/** A number, kept as the text that was typed, as Slack sends it. */
export function drawNumberInput(element, context, block) {
  const input = drawTextInput(element, context, block);
  input.inputMode = element.is_decimal_allowed ? "decimal" : "numeric";
  return input;
}

/**
 * A native picker tells the app when the person is done: at once after a choice with the pointer,
 * with Enter or on leaving it after typing, since each typed digit is a change of its own.
 */
function drawPicker(type, field, element, context, block) {
  let typing = false;
  let told = valueOf(context, block, element) ?? "";
  const tell = () => {
    if (!input.value || input.value === told) return;
    told = input.value;
    dispatchChoice(context, block, element, { [field]: input.value });
  };
  const input = h("input", {
    ...common(element, context, block),
    class: "field field-picker",
    type,
    onpointerdown: () => (typing = false),
    onkeydown: (event) => {
      typing = true;
      if (event.key === "Enter") tell();
    },
    onchange: () => {
      keepValue(context, block, element, input.value || null);
      if (!typing) tell();
    },
    onblur: tell,
  });
  return markPending(input);
}

/** A date, "YYYY-MM-DD". */
export function drawDatePicker(element, context, block) {
  return drawPicker("date", "date", element, context, block);
}

/** A time, "HH:mm"; the time zone that the app names stands beside it. */
export function drawTimePicker(element, context, block) {
  const picker = drawPicker("time", "time", element, context, block);
  return element.timezone
    ? h("span", { class: "with-zone" }, picker, h("span", {}, element.timezone))
    : picker;
}
