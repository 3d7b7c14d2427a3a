// Selects whose options the app suggests for what is typed.

import { perform, markPending } from "./actions.js";
import { Select, optionItem } from "./choices.js";
import { openMenu } from "./menus.js";
import { words } from "./words.js";

const FEWEST_TYPED = 3;

/** The options that were chosen or suggested, by action_id and value, for their names. */
const known = new Map();

function remember(element, options) {
  for (const option of options) known.set(`${element.action_id} ${option.value}`, option);
}

class ExternalSelect extends Select {
  constructor(element, context, block) {
    const kept = context.kept()?.[block.block_id]?.[element.action_id];
    remember(element, [element.initial_option, ...(element.initial_options ?? [])].filter(Boolean));
    remember(element, [kept?.selected_option, ...(kept?.selected_options ?? [])].filter(Boolean));
    super(element, context, block);
  }

  /** Returns the chosen options; the others come with a search. */
  groups() {
    const chosen = [this.value].flat().map((value) => known.get(`${this.element.action_id} ${value}`));
    return this.marked([{ items: chosen.filter(Boolean).map(optionItem) }]);
  }

  open() {
    openMenu(this.button, {
      label: this.placeholder(),
      groups: this.groups(),
      role: "listbox",
      multiple: this.multiple,
      onSearch: (typed) => this.search(typed),
      onPick: (item) => this.pick(item),
    });
  }

  /** Asks the app for options; resolves to groups of items, or to a sentence. */
  async search(typed) {
    const fewest = this.element.min_query_length ?? FEWEST_TYPED;
    if (typed.length < fewest) return words("more_characters", { count: fewest });
    const place = { container: this.context.container, block_id: this.block.block_id };
    const body = { do: "suggest", ...place, action_id: this.element.action_id, value: typed };
    const found = await perform(body, { onError: this.context.onError });
    if (found === null) return words("not_loaded");
    const groups = found.option_groups ?? [{ options: found.options }];
    remember(
      this.element,
      groups.flatMap((group) => group.options),
    );
    return this.marked(
      groups.map((group) => ({ label: group.label?.text, items: group.options.map(optionItem) })),
    );
  }

  /** Chooses an item, or adds or removes it where several can be chosen. */
  pick(item) {
    if (!this.multiple) return this.choose(item, this.groups());
    const others = this.value.filter((value) => value !== item.value);
    const values = item.selected ? [...others, item.value] : others;
    const options = values.map((value) => optionItem(known.get(`${this.element.action_id} ${value}`)));
    return this.choose(item, [{ items: options.map((each) => ({ ...each, selected: true })) }]);
  }
}

/** Draws an external select, single or multiple. */
export function drawExternalSelect(element, context, block) {
  return markPending(new ExternalSelect(element, context, block).button);
}
