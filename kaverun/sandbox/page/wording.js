// Words and formats: what codes mean, money, times in Tehran.

let tables = { statuses: {}, errors: {}, types: {} };

export async function learn() {
  tables = await (await fetch("/_sandbox/page/words.json")).json();
}

const unknown = (code) => ({ persian: `وضعیت ${code}`, english: `Status ${code}`, final: true });

export const statusWords = (code) => tables.statuses[code] ?? unknown(code);
export const errorWords = (code) => tables.errors[code];
export const typeWords = (code) => tables.types[code] ?? "";

const counting = new Intl.NumberFormat("en");
export const number = (value) => counting.format(value);

// Rial; ten of them are a Toman.
export const toman = (rial) => counting.format(rial / 10);

const inTehran = (locale, options) => new Intl.DateTimeFormat(locale, { timeZone: "Asia/Tehran", ...options });
const clock = inTehran("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const day = { year: "numeric", month: "2-digit", day: "2-digit" };
const jalali = inTehran("en-u-ca-persian-nu-latn", day);
const gregorian = inTehran("en-CA-u-ca-gregory", day);
const minutes = inTehran("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

function parts(format, date) {
  const found = Object.fromEntries(format.formatToParts(date).map((part) => [part.type, part.value]));
  return [found.year, found.month, found.day];
}

// Unix seconds as { time: "10:15:03", date: "1404/09/02", gregorian: "2025-11-23" }; of Jalali dates, Iran's own.
export function moment(seconds) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return { time: "", short: "", date: String(seconds), gregorian: "" };
  return {
    time: clock.format(date),
    short: minutes.format(date),
    date: parts(jalali, date).join("/"),
    gregorian: parts(gregorian, date).join("-"),
  };
}
