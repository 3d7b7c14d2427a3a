// Dates and times in the reader's time zone and language.

import { spokenLocale } from "./words.js";

const DAY = 86_400_000;

/** Returns a reader's locale ("en-US"), IANA time zone, and the workspace's now in milliseconds. */
export function reader(person, now) {
  return { locale: person?.locale ?? "en-US", timeZone: person?.tz || undefined, now };
}

function format(moment, as, options) {
  return new Intl.DateTimeFormat(as.locale, { timeZone: as.timeZone, ...options }).format(moment);
}

function dayNumber(moment, as) {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: as.timeZone,
    year: "numeric",
    month: "numeric",
    day: "numeric",
  }).formatToParts(moment);
  const part = (type) => Number(parts.find((each) => each.type === type).value);
  return Date.UTC(part("year"), part("month") - 1, part("day")) / DAY;
}

/** Returns "today", "yesterday" or "tomorrow" in the reader's language, or null. */
function nearbyDay(moment, as) {
  const days = dayNumber(moment, as) - dayNumber(as.now, as);
  if (Math.abs(days) > 1) return null;
  return new Intl.RelativeTimeFormat(as.locale, { numeric: "auto" }).format(days, "day");
}

function ordinal(day) {
  const rule = new Intl.PluralRules("en", { type: "ordinal" }).select(day);
  return `${day}${{ one: "st", two: "nd", few: "rd", other: "th" }[rule]}`;
}

/** Formats a date: with ordinals in English ("December 23rd"), as Slack does; in other languages as usual. */
function dated(moment, as, options) {
  if (!as.locale.startsWith("en")) return format(moment, as, options);
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: as.timeZone, ...options }).formatToParts(moment);
  return parts.map((part) => (part.type === "day" ? ordinal(Number(part.value)) : part.value)).join("");
}

function ago(moment, as) {
  const seconds = Math.round((moment - as.now) / 1000);
  const units = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ];
  const [unit, size] = units.find((each) => Math.abs(seconds) >= each[1]) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(as.locale, { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

const TOKENS = {
  date_num: (moment, as) => new Date(dayNumber(moment, as) * DAY).toISOString().slice(0, 10),
  date_slash: (moment, as) => format(moment, as, { year: "numeric", month: "2-digit", day: "2-digit" }),
  date: (moment, as) => dated(moment, as, { month: "long", day: "numeric" }),
  date_short: (moment, as) => format(moment, as, { year: "numeric", month: "short", day: "numeric" }),
  date_long: (moment, as) =>
    dated(moment, as, { weekday: "long", year: "numeric", month: "long", day: "numeric" }),
  date_long_full: (moment, as) => format(moment, as, { year: "numeric", month: "long", day: "numeric" }),
  date_pretty: (moment, as) => nearbyDay(moment, as) ?? TOKENS.date(moment, as),
  date_short_pretty: (moment, as) => nearbyDay(moment, as) ?? TOKENS.date_short(moment, as),
  date_long_pretty: (moment, as) => nearbyDay(moment, as) ?? TOKENS.date_long(moment, as),
  day_divider_pretty: (moment, as) => nearbyDay(moment, as) ?? dayName(moment, as),
  time: (moment, as) => format(moment, as, { hour: "numeric", minute: "2-digit" }),
  time_secs: (moment, as) => format(moment, as, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago,
};

function dayName(moment, as) {
  const sameYear = TOKENS.date_num(moment, as).slice(0, 4) === TOKENS.date_num(as.now, as).slice(0, 4);
  return dated(moment, as, {
    weekday: "long",
    month: "long",
    day: "numeric",
    ...(sameYear ? {} : { year: "numeric" }),
  });
}

/**
 * Returns the text of `<!date^seconds^template|fallback>` (docs.slack.dev/messaging/formatting-message-text).
 * Capitalises the first character, as Slack does; an unknown token gives the fallback.
 */
export function formatDate(seconds, template, fallback, as) {
  const tokens = [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  if (!Number.isFinite(seconds) || tokens.some((name) => !(name in TOKENS))) return fallback || template;
  const text = template.replace(/\{(\w+)\}/g, (_, name) => TOKENS[name](seconds * 1000, as));
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The dates of the page's own text are in its language, in the reader's time zone. */
function inPageLanguage(as) {
  return { ...as, locale: spokenLocale() };
}

/** Returns the time of a message's ts: "9:02 AM". */
export function timeOf(ts, as) {
  return TOKENS.time(Number(ts) * 1000, inPageLanguage(as));
}

/** Returns the heading of a day in the conversation: "Today", "Monday, July 27th". */
export function dayOf(ts, as) {
  return formatDate(Number(ts), "{day_divider_pretty}", "", inPageLanguage(as));
}

/** Returns the same number for all moments of a local day. */
export function dayKeyOf(ts, as) {
  return dayNumber(Number(ts) * 1000, as);
}

/** Returns the full date and time, for a tooltip. */
export function fullTimeOf(ts, as) {
  return formatDate(Number(ts), "{date_long} {time_secs}", "", inPageLanguage(as));
}
