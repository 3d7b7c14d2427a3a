// Builds and updates the document: elements, icons, and lists reconciled in place.

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  hash: "M9 4 7 20M17 4l-2 16M4.5 9h16M3.5 15h16",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  home: "M4 11.5 12 5l8 6.5M6.5 10v9h11v-9",
  close: "M6 6l12 12M18 6 6 18",
  back: "M14.5 5 8 12l6.5 7",
  down: "M6.5 9.5 12 15l5.5-5.5",
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  reply: "M4 5.5h16v11h-8.5L7 20v-3.5H4z",
  smile: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM8.5 14.2c1.8 2.4 5.2 2.4 7 0M9 9.6v.01M15 9.6v.01",
  send: "M4.5 4.5 20 12 4.5 19.5 7 12zM7 12h6",
  warning: "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.01",
  check: "M5 12.5 10 17.5 19 7",
  bolt: "M13 3 5 13.5h6L10.5 21 19 10h-6.5z",
  file: "M6 3.5h8l4 4v13H6zM14 3.5v4h4",
  download: "M12 4v11M7 10.5 12 15l5-4.5M5 19.5h14",
  external: "M10 5H5v14h14v-5M14 5h5v5M19 5l-8.5 8.5",
};

/** Creates an element; props named on… are listeners, false and null props are omitted. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProperty(element, name, value);
  append(element, children);
  return element;
}

function setProperty(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "value" || name === "checked") element[name] = value;
  else element.setAttribute(name, value === true ? "" : value);
}

/** Appends nodes and strings from nested arrays, omitting empty values. */
export function append(parent, children) {
  for (const child of [children].flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) parent.append(child);
  }
}

/** Creates an icon, hidden from screen readers: its container has a label. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

const signatures = new WeakMap();

/**
 * Updates the children of `parent` to match `items` ({key, signature, render}).
 * Unchanged items keep their nodes, and with them scroll position, selection and typed text.
 */
export function reconcile(parent, items) {
  const existing = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const nodes = items.map((item) => keepOrRender(existing, item));
  for (const stale of existing.values()) stale.remove();
  let cursor = parent.firstElementChild;
  for (const node of nodes) {
    if (node === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(node, cursor);
  }
}

function keepOrRender(existing, { key, signature, render }) {
  const old = existing.get(key);
  existing.delete(key);
  if (old && signatures.get(old) === signature) return old;
  const fresh = render();
  fresh.dataset.key = key;
  signatures.set(fresh, signature);
  if (old) replaceKeepingFocus(old, fresh);
  return fresh;
}

const FOCUSABLE = "a[href], button, input, textarea, select, [tabindex]";

/** Replaces a node; its focus moves to the control of the same name in the new one, else of the same index. */
function replaceKeepingFocus(old, fresh) {
  const active = document.activeElement;
  const held = old.contains(active);
  const place = held ? [...old.querySelectorAll(FOCUSABLE)].indexOf(active) : -1;
  old.replaceWith(fresh);
  if (!held) return;
  const candidates = [...fresh.querySelectorAll(FOCUSABLE)];
  const namesake = candidates.find(
    (node) => active.dataset.focus && node.dataset.focus === active.dataset.focus,
  );
  focusWithoutScroll(namesake ?? candidates[place] ?? fresh);
  if (namesake && "selectionStart" in active && active.type !== "checkbox" && active.type !== "radio") {
    copySelection(active, namesake);
  }
}

function copySelection(from, to) {
  if (from.selectionStart !== null) to.setSelectionRange(from.selectionStart, from.selectionEnd);
}

/** Focuses a node without scrolling to it. */
export function focusWithoutScroll(node) {
  node?.focus({ preventScroll: true });
}

/** Returns the focus to a control, or to its replacement. */
export function returnFocus(node) {
  focusWithoutScroll(node.isConnected ? node : controlNamed(node.dataset.focus));
}

/** Finds the control with this name. */
export function controlNamed(name, within = document) {
  return [...within.querySelectorAll("[data-focus]")].find((node) => node.dataset.focus === name);
}

let lastId = 0;

/** Returns a new id for aria references, unique on this page. */
export function uniqueId(prefix) {
  lastId += 1;
  return `${prefix}-${lastId}`;
}
