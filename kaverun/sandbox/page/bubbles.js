// One message, as a phone shows it, with what the sandbox knows about it next to the bubble.

import { english, fact, ltr, make } from "./drawing.js";
import { measure, room, split } from "./parts.js";
import { moment, number, statusWords, toman, typeWords } from "./wording.js";

const ENCODINGS = { ucs2: ["یونیکد", "UCS-2"], gsm7: ["لاتین", "GSM-7"] };
const TONES = { 2: "scheduled", 4: "sent", 5: "sent", 6: "bad", 10: "good", 11: "bad", 14: "bad" };
const SCHEDULED = 2;

export function drawMessage(message) {
  const item = make("li", { class: "message", "data-id": message.messageid }, phone(message), facts(message));
  drawStatus(item, message);
  return item;
}

// What may change while the message is on the page.
export function drawStatus(item, message) {
  const words = statusWords(message.status);
  item.dataset.status = message.status;
  const tone = { class: `status ${TONES[message.status] ?? ""}` };
  const chip = make("span", tone, make("b", {}, words.persian), english(words.english));
  item.querySelector(".state").replaceChildren(chip, ...(message.status === SCHEDULED ? [due(message)] : []));
}

function due(message) {
  const at = moment(message.date);
  return make("span", { class: "due", title: at.gregorian }, "برای ", ltr(`${at.date} ${at.short}`));
}

function phone(message) {
  const at = moment(Math.max(message.date, message.accepted_at));
  return make(
    "div",
    { class: "phone" },
    make("div", { class: "line" }, make("span", { class: "face" }), ltr(message.sender), channel(message)),
    make(
      "div",
      { class: `bubble ${message.encoding}` },
      text(message),
      make("div", { class: "at" }, ltr(at.short, { title: `${at.gregorian} ${at.time} Asia/Tehran` })),
    ),
    count(message),
  );
}

function channel(message) {
  if (message.channel !== "call") return null;
  return make("span", { class: "chip" }, "☎ تماس صوتی ", english("voice call"));
}

const spoken = (message) => message.channel === "call" || message.parts < 2;

// The text in one piece per part; the pieces stay one run of letters, so that Persian letters join across the boundary.
function text(message) {
  const pieces = spoken(message) ? [message.text] : split(message.text, message.encoding);
  const spans = pieces.map((piece, index) => part(piece, index, pieces.length));
  return make("div", { class: "text", dir: "auto" }, ...spans);
}

function part(piece, index, of) {
  if (of === 1) return make("span", { class: "part" }, piece);
  const place = `${index + 1}/${of}`;
  const title = `بخش ${place} · part ${place}`;
  return make("span", { class: "part several", "data-part": place, "data-number": index + 1, title }, piece);
}

// What is read out has no parts.
function count(message) {
  if (message.channel === "call") return null;
  const [persian, words] = ENCODINGS[message.encoding];
  const used = measure(message.text, message.encoding);
  const most = room(message.text, message.encoding) * Math.max(message.parts, 1);
  return make(
    "div",
    { class: "count", title: `${message.parts} part(s), ${words}: ${used} of ${most} units` },
    ...legend(message),
    `${number(message.parts)} بخش · ${persian} · `,
    ltr(`${used}/${most} ${words}`),
  );
}

function legend(message) {
  if (spoken(message)) return [];
  const swatches = Array.from({ length: Math.min(message.parts, 9) }, (_, index) =>
    make("span", { class: "swatch", "data-part": `${index + 1}/${message.parts}` }, ltr(index + 1)),
  );
  return [make("span", { class: "swatches" }, ...swatches)];
}

function facts(message) {
  const at = moment(message.accepted_at);
  return make(
    "div",
    { class: "about" },
    make(
      "div",
      { class: "head" },
      make("small", {}, "به ", english("to")),
      ltr(message.receptor, { class: "receptor" }),
      make("span", { class: "state" }),
    ),
    make(
      "dl",
      {},
      fact("زمان", "Accepted", ltr(`${at.date} ${at.time}`, { title: `${at.gregorian} Asia/Tehran` })),
      fact("هزینه", "Cost", ltr(number(message.cost)), " ریال ", make("small", {}, ltr(toman(message.cost)), " تومان")),
      fact("شناسه", "ID", ltr(message.messageid), " ", request(message)),
      ...(message.localid ? [fact("شناسهٔ محلی", "Local ID", ltr(message.localid))] : []),
    ),
    chips(message),
  );
}

// A message that was put there by /_sandbox/seed has no request.
function request(message) {
  if (!message.request) return null;
  const about = { class: "request-link", href: `#journal-${message.request}`, title: "درخواست · Request" };
  return make("a", about, ltr(`#${message.request}`));
}

function chips(message) {
  const told = [
    message.tag && ["برچسب", message.tag],
    message.template && ["الگو", message.template],
    message.policy && ["روند", message.policy],
    message.type != null && message.type !== 1 && ["نوع", `${message.type} ${typeWords(message.type)}`],
    message.hide && ["پنهان", "hide"],
  ].filter(Boolean);
  if (!told.length) return null;
  const drawn = told.map(([name, value]) => make("span", { class: "chip" }, `${name} `, ltr(value)));
  return make("p", { class: "chips" }, ...drawn);
}
