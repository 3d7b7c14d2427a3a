// The values entered in the blocks of a message or view, kept across redraws.

import { state } from "./state.js";

const INITIAL = {
  plain_text_input: (element) => element.initial_value ?? "",
  email_text_input: (element) => element.initial_value ?? "",
  url_text_input: (element) => element.initial_value ?? "",
  number_input: (element) => element.initial_value ?? "",
  static_select: (element) => element.initial_option?.value ?? null,
  radio_buttons: (element) => element.initial_option?.value ?? null,
  checkboxes: (element) => (element.initial_options ?? []).map((option) => option.value),
  external_select: (element) => element.initial_option?.value ?? null,
  multi_external_select: (element) => (element.initial_options ?? []).map((option) => option.value),
  multi_static_select: (element) => (element.initial_options ?? []).map((option) => option.value),
  users_select: (element) => element.initial_user ?? null,
  multi_users_select: (element) => element.initial_users ?? [],
  channels_select: (element) => element.initial_channel ?? null,
  multi_channels_select: (element) => element.initial_channels ?? [],
  conversations_select: (element) => element.initial_conversation ?? null,
  multi_conversations_select: (element) => element.initial_conversations ?? [],
  datepicker: (element) => element.initial_date ?? null,
  timepicker: (element) => element.initial_time ?? null,
  file_input: () => [],
};

const slot = (block, element) => `${block.block_id} ${element.action_id}`;

/** Returns an element's value: the entered one, else the sandbox's stored one, else the app's initial one. */
export function valueOf(context, block, element) {
  const held = state.values.get(context.scope);
  const key = slot(block, element);
  if (held?.has(key)) return held.get(key);
  const kept = context.kept()?.[block.block_id]?.[element.action_id];
  return kept ? plainValue(kept) : INITIAL[element.type](element);
}

/** Unwraps a value of Slack's `state.values`. */
function plainValue(kept) {
  if (kept.files) return kept.files.map((file) => file.id);
  if (kept.selected_options) return kept.selected_options.map((option) => option.value);
  if (kept.selected_option) return kept.selected_option.value;
  return kept.selected_date ?? kept.selected_time ?? kept.value ?? null;
}

/** Stores an entered value; as in Slack it survives an update of the view with the same ids. */
export function keepValue(context, block, element, value) {
  if (!state.values.has(context.scope)) state.values.set(context.scope, new Map());
  state.values.get(context.scope).set(slot(block, element), value);
}

/** Collects the values of blocks as {block_id: {action_id: value}}, with null, "" or [] for empty inputs. */
export function collect(context, blocks) {
  const collected = {};
  for (const [block, element] of inputsOf(blocks)) {
    (collected[block.block_id] ??= {})[element.action_id] = valueOf(context, block, element);
  }
  return collected;
}

function inputsOf(blocks) {
  const pairs = blocks.flatMap((block) => elementsOf(block).map((element) => [block, element]));
  return pairs.filter(([, element]) => element.type in INITIAL);
}

function elementsOf(block) {
  if (block.type === "input") return [block.element];
  if (block.type === "actions") return block.elements;
  return block.accessory ? [block.accessory] : [];
}
