// The popup list behind selects, overflow menus and the page's own menus.
// The focus stays on the list or its filter; aria-activedescendant names the active item.

import { append, h, icon, returnFocus, uniqueId } from "./dom.js";
import { words } from "./words.js";

const FILTER_FROM = 9;
const GRID_COLUMNS = 6;

/**
 * Opens a popup list beside `anchor`.
 * groups: [{label?, items: [{label, text, description?, value, selected?, danger?}]}]; `label` may be
 * nodes, the filter matches `text`. multiple: stays open and toggles items. onPick receives the item.
 * onSearch: resolves to the groups for what is typed, or to a sentence, and replaces the filter's own search.
 */
export function openMenu(
  anchor,
  { label, groups, role = "menu", multiple = false, layout = "list", onSearch = null, onPick },
) {
  const menu = new Menu(anchor, { label, groups, role, multiple, layout, onSearch, onPick });
  menu.open();
}

class Menu {
  constructor(anchor, options) {
    Object.assign(this, options, { anchor, id: uniqueId("menu"), active: -1 });
    const count = this.groups.reduce((sum, group) => sum + group.items.length, 0);
    this.list = h("div", {
      class: `menu-list menu-${this.layout}`,
      role: this.role,
      id: `${this.id}-list`,
      tabindex: "-1",
      "aria-label": this.label,
      "aria-multiselectable": this.multiple ? "true" : null,
      onmousedown: (event) => event.preventDefault(),
    });
    this.filter = this.onSearch || count >= FILTER_FROM ? this.makeFilter() : null;
    this.owner = this.filter ?? this.list;
    this.popover = h("div", { class: "menu", popover: "auto", id: this.id }, this.filter, this.list);
    this.popover.addEventListener("keydown", (event) => this.onKey(event));
    this.popover.addEventListener("toggle", (event) => this.onToggle(event));
    this.fill("");
  }

  makeFilter() {
    return h("input", {
      class: "menu-filter",
      type: "text",
      role: "combobox",
      placeholder: words("search"),
      autocomplete: "off",
      "aria-label": words("search_in", { label: this.label }),
      "aria-expanded": "true",
      "aria-controls": `${this.id}-list`,
      "aria-autocomplete": "list",
      oninput: () => this.look(),
    });
  }

  /** Shows what the typed text finds; of several searches under way, the last one counts. */
  async look() {
    const typed = this.filter.value;
    if (!this.onSearch) {
      this.fill(typed);
      return;
    }
    const found = await this.onSearch(typed);
    if (typed !== this.filter.value) return;
    this.groups = typeof found === "string" ? [] : found;
    this.fill("", typeof found === "string" ? found : undefined);
  }

  /** Draws the items that match the filter, or a sentence if there are none. */
  fill(typed, otherwise = words("nothing_found")) {
    const query = typed.trim().toLowerCase();
    this.shown = [];
    this.list.replaceChildren();
    for (const group of this.groups) {
      const items = group.items.filter((item) => item.text.toLowerCase().includes(query));
      if (!items.length) continue;
      const nodes = items.map((item) => this.drawItem(item));
      append(
        this.list,
        h("div", { role: "group", "aria-label": group.label }, this.drawGroupLabel(group), nodes),
      );
    }
    if (!this.shown.length) append(this.list, h("div", { class: "menu-empty" }, otherwise));
    const selected = this.shown.findIndex(({ item }) => item.selected);
    this.activate(Math.max(selected, 0));
  }

  drawGroupLabel(group) {
    return group.label && h("div", { class: "menu-group", "aria-hidden": "true" }, group.label);
  }

  drawItem(item) {
    const index = this.shown.length;
    const isOption = this.role === "listbox";
    const node = h("div", {
      class: `menu-item${item.danger ? " menu-item-danger" : ""}`,
      id: `${this.id}-${index}`,
      role: isOption ? "option" : item.selected === undefined ? "menuitem" : "menuitemradio",
      [isOption ? "aria-selected" : "aria-checked"]:
        item.selected === undefined ? null : String(item.selected),
      onclick: () => this.pick(index),
      onmousemove: () => this.activate(index, false),
    });
    const text = h(
      "span",
      { class: "menu-label" },
      item.label,
      item.description && h("span", { class: "menu-description" }, item.description),
    );
    append(node, [text, item.selected !== undefined && icon("check")]);
    this.shown.push({ item, node });
    return node;
  }

  activate(index, scroll = true) {
    this.shown[this.active]?.node.classList.remove("active");
    this.active = this.shown.length ? (index + this.shown.length) % this.shown.length : -1;
    const node = this.shown[this.active]?.node;
    node?.classList.add("active");
    if (scroll) node?.scrollIntoView({ block: "nearest" });
    if (node) this.owner.setAttribute("aria-activedescendant", node.id);
    else this.owner.removeAttribute("aria-activedescendant");
  }

  onKey(event) {
    if (event.isComposing) return;
    event.stopPropagation();
    if (event.key === "Tab") this.close();
    else if (this.onMove(event) || this.onChoose(event)) event.preventDefault();
  }

  onMove(event) {
    const next = this.destinations()[event.key];
    if (next === undefined) return false;
    this.activate(next);
    return true;
  }

  /** Returns the index that each key moves to. In a filter, Home and End move within the text. */
  destinations() {
    const row = this.layout === "grid" ? GRID_COLUMNS : 1;
    const sideways =
      this.layout === "grid" ? { ArrowRight: this.active + 1, ArrowLeft: this.active - 1 } : {};
    const ends = this.filter ? {} : { Home: 0, End: -1 };
    return { ArrowDown: this.active + row, ArrowUp: this.active - row, ...sideways, ...ends };
  }

  onChoose(event) {
    const typing = !this.filter && event.key.length === 1;
    if (event.key === "Enter" || (typing && event.key === " ")) this.pick(this.active);
    else if (typing) this.typeAhead(event.key);
    else return false;
    return true;
  }

  typeAhead(letter) {
    const order = [...this.shown.keys()].map((offset) => (this.active + 1 + offset) % this.shown.length);
    const match = order.find((index) =>
      this.shown[index].item.text.toLowerCase().startsWith(letter.toLowerCase()),
    );
    if (match !== undefined) this.activate(match);
  }

  pick(index) {
    const entry = this.shown[index];
    if (!entry) return;
    if (this.multiple) {
      entry.item.selected = !entry.item.selected;
      entry.node.setAttribute("aria-selected", String(entry.item.selected));
    } else {
      this.close();
    }
    this.onPick(entry.item);
  }

  open() {
    (this.anchor.closest("dialog") ?? document.body).append(this.popover);
    this.anchor.setAttribute("aria-expanded", "true");
    this.popover.showPopover();
    this.place();
    this.owner.focus({ preventScroll: true });
    this.activate(this.active);
    if (this.onSearch) this.look();
  }

  place() {
    const anchor = this.anchor.getBoundingClientRect();
    const size = this.popover.getBoundingClientRect();
    const below = anchor.bottom + 4 + size.height <= innerHeight - 8;
    const top = below ? anchor.bottom + 4 : Math.max(8, anchor.top - 4 - size.height);
    const left = Math.max(8, Math.min(anchor.left, innerWidth - size.width - 8));
    Object.assign(this.popover.style, {
      top: `${top}px`,
      left: `${left}px`,
      minWidth: `${Math.min(anchor.width, 420)}px`,
    });
  }

  close() {
    this.popover.hidePopover();
  }

  /** Returns the focus to the control that opened the menu, or its replacement. */
  onToggle(event) {
    if (event.newState !== "closed") return;
    const hadFocus =
      this.popover.contains(document.activeElement) || document.activeElement === document.body;
    this.popover.remove();
    this.anchor.setAttribute("aria-expanded", "false");
    if (hadFocus) returnFocus(this.anchor);
  }
}
