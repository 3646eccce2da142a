// Numbers and times as people read them.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export const count = (value) => (value >= 100_000 ? compact.format(value) : whole.format(value));
export const exact = (value) => whole.format(value);

export function number(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (size >= 100) return count(value);
  return String(Number(value.toPrecision(size >= 10 ? 3 : 2)));
}

export function rate(value) {
  return value === 0 ? "0" : value < 0.1 ? "<0.1" : number(value);
}

export const percent = (value) => `${Math.round(value * 100)} %`;

export function seconds(value) {
  if (value === null || value === undefined) return "–";
  if (value === 0) return "0 s";
  if (value < 0.001) return "<1 ms";
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  if (value < 10) return `${value.toFixed(1)} s`;
  if (value < 120) return `${Math.round(value)} s`;
  if (value < 7200) return `${Math.round(value / 60)} min`;
  if (value < 172_800) return `${Math.round(value / 3600)} h`;
  return `${Math.round(value / 86_400)} days`;
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

export const time = (at) => (at ? clock.format(at * 1000) : "–");
export const fullTime = (at) => (at ? full.format(at * 1000) : "");

// The time of day, with the day where it is another one.
export function moment(at, now = Date.now() / 1000) {
  if (!at) return "–";
  const sameDay = new Date(at * 1000).toDateString() === new Date(now * 1000).toDateString();
  return sameDay ? clock.format(at * 1000) : `${date.format(at * 1000)}, ${clock.format(at * 1000)}`;
}

export function ago(at, now = Date.now() / 1000) {
  return at ? `${seconds(Math.max(0, now - at))} ago` : "–";
}

export const plural = (value, one, many = `${one}s`) => `${exact(value)} ${value === 1 ? one : many}`;

export const shortId = (id) => (id.length > 20 ? `${id.slice(0, 8)}…${id.slice(-6)}` : id);
