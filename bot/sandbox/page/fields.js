// Inputs for text, numbers, dates and times.

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

const telling = new Map();

/**
 * Sends the text of an input to the app. What is typed while the app is being told follows in one more
 * action, so that the last one always has the whole text, even if the input was drawn anew meanwhile.
 */
async function tellText(element, context, block) {
  const key = focusKey(context, block, element);
  if (telling.has(key)) {
    telling.set(key, true);
    return;
  }
  do {
    telling.set(key, false);
    await dispatchChoice(context, block, element, { value: valueOf(context, block, element) });
  } while (telling.get(key));
  telling.delete(key);
}

/** Draws a text input; it notifies the app only if dispatch_action_config requests it. */
export function drawTextInput(element, context, block) {
  const keep = () => keepValue(context, block, element, input.value);
  const tell = () => tellText(element, context, block);
  let told = valueOf(context, block, element) ?? "";
  const tellOfCharacter = () => {
    if (!triggers(element).includes("on_character_entered") || input.value === told) return;
    told = input.value;
    tell();
  };
  const input = h(element.multiline ? "textarea" : "input", {
    ...common(element, context, block),
    class: "field",
    type: element.multiline ? null : (INPUT_TYPES[element.type] ?? "text"),
    rows: element.multiline ? "4" : null,
    placeholder: element.placeholder?.text,
    maxlength: element.max_length,
    oninput: (event) => {
      keep();
      if (!event.isComposing) tellOfCharacter();
    },
    // While an input method composes a character, its letters are not yet what the person writes.
    oncompositionend: () => tellOfCharacter(),
    onkeydown: (event) => {
      const entered = event.key === "Enter" && !event.isComposing && !(element.multiline && event.shiftKey);
      if (!entered || !context.input?.dispatch || !triggers(element).includes("on_enter_pressed")) return;
      event.preventDefault();
      tell();
    },
  });
  return markPending(input);
}

/** Draws a number input; its value is the typed text, as Slack sends it. */
export function drawNumberInput(element, context, block) {
  const input = drawTextInput(element, context, block);
  input.inputMode = element.is_decimal_allowed ? "decimal" : "numeric";
  return input;
}

/**
 * Dispatches a native picker's value once it is complete: at once after a choice with the pointer, but on
 * Enter or blur after typing, since each typed digit is a change event.
 */
function drawPicker(type, field, element, context, block) {
  let typing = false;
  let sent = valueOf(context, block, element) ?? "";
  const tell = () => {
    if (!input.value || input.value === sent) return;
    sent = input.value;
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

/** Draws a date picker ("YYYY-MM-DD"). */
export function drawDatePicker(element, context, block) {
  return drawPicker("date", "date", element, context, block);
}

/** Draws a time picker ("HH:mm"), with the app's time zone beside it. */
export function drawTimePicker(element, context, block) {
  const picker = drawPicker("time", "time", element, context, block);
  return element.timezone
    ? h("span", { class: "with-zone" }, picker, h("span", {}, element.timezone))
    : picker;
}
