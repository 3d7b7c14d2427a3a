// The file input of a modal: chosen files are uploaded at once and listed, each with a button to remove it.

import { notify } from "./actions.js";
import { ControlError, upload } from "./api.js";
import { dispatchChoice, focusKey } from "./dispatch.js";
import { focusWithoutScroll, h, icon } from "./dom.js";
import { sizeOf } from "./files.js";
import { state } from "./state.js";
import { keepValue, valueOf } from "./values.js";
import { words } from "./words.js";

const MOST_FILES = 10;

/** The uploaded files by their ids, for their names. */
const uploaded = new Map();
const running = new Set();

/** Resolves once no upload is running, so that a submission lacks no file. */
export async function uploadsSettled() {
  while (running.size) await Promise.allSettled(running);
}

class FileInput {
  constructor(element, context, block) {
    Object.assign(this, { element, context, block });
    this.most = element.max_files ?? MOST_FILES;
    this.endings = (element.filetypes ?? []).map((ending) => ending.toLowerCase().replace(/^\./, ""));
    for (const file of context.kept()?.[block.block_id]?.[element.action_id]?.files ?? []) {
      uploaded.set(file.id, file);
    }
    this.native = h("input", {
      type: "file",
      hidden: true,
      multiple: this.most > 1,
      accept: this.endings.map((ending) => `.${ending}`).join(",") || null,
      onchange: () => this.add([...this.native.files]),
    });
    this.button = h(
      "button",
      {
        type: "button",
        class: "button",
        "aria-describedby": context.input?.describedBy,
        "aria-invalid": context.input?.invalid && "true",
        "data-focus": focusKey(context, block, element),
        onclick: () => this.native.click(),
      },
      words("choose_files", { count: this.most }),
    );
    this.list = h("ul", { class: "files", role: "list", "aria-label": words("chosen_files") });
    this.node = h(
      "div",
      { class: "file-input", role: "group", "aria-labelledby": context.input?.labelledBy },
      this.native,
      this.button,
      this.list,
    );
    this.show();
  }

  get ids() {
    return valueOf(this.context, this.block, this.element);
  }

  set ids(ids) {
    keepValue(this.context, this.block, this.element, ids);
    this.show();
  }

  show() {
    this.list.hidden = !this.ids.length;
    this.list.replaceChildren(...this.ids.map((id) => this.drawFile(uploaded.get(id))));
  }

  drawFile({ id, name, size }) {
    return h(
      "li",
      { class: "file" },
      icon("file"),
      h(
        "span",
        { class: "file-text" },
        h("span", { class: "file-title" }, name),
        h("span", { class: "file-note" }, sizeOf(size)),
      ),
      h(
        "button",
        { type: "button", class: "tool", "aria-label": words("remove", { name }), onclick: () => this.remove(id) },
        icon("close"),
      ),
    );
  }

  complain(message) {
    (this.context.onError ?? notify)(message);
  }

  /** Returns why these files cannot be added, null if they can. */
  objection(files) {
    if (this.ids.length + files.length > this.most)
      return words("most_files", { count: this.most });
    const other = files.find(({ name }) => !this.takes(name));
    return other ? words("cannot_choose", { name: other.name, endings: this.endings.join(", ") }) : null;
  }

  takes(name) {
    return !this.endings.length || this.endings.some((ending) => name.toLowerCase().endsWith(`.${ending}`));
  }

  async add(files) {
    this.native.value = "";
    const objection = this.objection(files);
    this.complain(objection ?? "");
    if (objection) return;
    this.button.setAttribute("aria-busy", "true");
    const job = this.uploadAll(files);
    running.add(job);
    await job;
    running.delete(job);
    this.button.removeAttribute("aria-busy");
  }

  async uploadAll(files) {
    try {
      for (const chosen of files) {
        const file = await upload(state.as, chosen);
        uploaded.set(file.id, file);
        this.ids = [...this.ids, file.id];
      }
      await dispatchChoice(this.context, this.block, this.element, { values: this.ids });
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      this.complain(error.message);
    }
  }

  remove(id) {
    this.ids = this.ids.filter((each) => each !== id);
    focusWithoutScroll(this.button);
    dispatchChoice(this.context, this.block, this.element, { values: this.ids });
  }
}

/** Draws a file input. */
export function drawFileInput(element, context, block) {
  return new FileInput(element, context, block).node;
}
