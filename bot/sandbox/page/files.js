// Files: their sizes in words, and the cards of a message's files.

import { h, icon } from "./dom.js";
import { words } from "./words.js";

const UNITS = ["kB", "MB", "GB"];

/** Returns a number of bytes in words, such as "12 bytes" or "1.2 MB". */
export function sizeOf(bytes) {
  if (bytes < 1000) return words("bytes", { count: bytes });
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length);
  const number = bytes / 1000 ** power;
  return `${number < 10 ? Number(number.toFixed(1)) : Math.round(number)} ${UNITS[power - 1]}`;
}

function drawFile(file) {
  const name = file.name === file.title ? null : file.name;
  return h(
    "li",
    { class: "file" },
    icon("file"),
    h(
      "span",
      { class: "file-text" },
      h("span", { class: "file-title" }, file.title),
      h("span", { class: "file-note" }, [name, file.pretty_type, sizeOf(file.size)].filter(Boolean).join(" · ")),
    ),
    h(
      "a",
      {
        class: "tool",
        href: file.download,
        download: file.name,
        "aria-label": words("download", { name: file.name }),
        title: words("download", { name: file.name }),
        "data-focus": `download ${file.id}`,
      },
      icon("download"),
    ),
  );
}

/** Draws the cards of a message's files, if it has any. */
export function drawFiles(files) {
  if (!files.length) return null;
  return h("ul", { class: "files", role: "list", "aria-label": words("files") }, files.map(drawFile));
}
