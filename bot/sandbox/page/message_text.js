// Typed text as Slack's client sends it.

/** Escapes a typed message and turns the names of people and channels into mentions. */
export function typedMessage(text, { people, channels }) {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const mentions = new Map([
    ...people.map(({ id, name }) => [`@${name}`.toLowerCase(), `<@${id}>`]),
    ...channels.map(({ id, name }) => [`#${name}`.toLowerCase(), `<#${id}|${name}>`]),
  ]);
  const longestFirst = [...mentions.keys()].sort((one, other) => other.length - one.length);
  const names = longestFirst.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${names})(?![\\p{L}\\p{N}])`, "giu");
  return escaped.replace(pattern, (name) => mentions.get(name.toLowerCase()));
}
