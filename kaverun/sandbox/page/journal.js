// One request in the journal: what was asked, what was answered, why, and what the real service might say.

import { ask } from "./asking.js";
import { english, ltr, make } from "./drawing.js";
import { errorWords, moment, number } from "./wording.js";

const LONGEST_FIELD = 4000;

export const refused = (request) => Boolean(request.outcome) && request.status !== 200;

export function drawRequest(request) {
  const tone = !request.outcome ? "open" : refused(request) ? "bad" : "good";
  return make(
    "li",
    { class: `request ${tone}`, "data-number": request.number },
    head(request),
    refused(request) ? why(request) : null,
    request.faults.length ? faults(request) : null,
    request.notes.length ? notes(request) : null,
    details(request),
  );
}

function head(request) {
  const at = moment(request.at);
  return make(
    "div",
    { class: "head" },
    ltr(`#${request.number}`, { class: "number" }),
    make("b", { class: "method", dir: "ltr" }, `${request.verb} ${request.method || request.path}`),
    make("span", { class: "rows" }, ltr(number(request.rows)), " ردیف"),
    ltr(at.time, { class: "time", title: `${at.date} · ${at.gregorian} Asia/Tehran` }),
    make("span", { class: "outcome" }, ...outcome(request)),
  );
}

function outcome(request) {
  if (!request.outcome) return ["در حال پاسخ ", english("answering")];
  const said = { dropped: ["قطع شد ", "dropped"], cut: ["بریده شد ", "cut"] }[request.outcome];
  return [...(said ? [said[0], english(said[1]), " "] : []), request.status ? ltr(request.status) : ""];
}

function why(request) {
  const words = errorWords(request.status);
  const reason = request.why && request.why !== words?.english ? request.why : "";
  return make(
    "p",
    { class: "why" },
    words ? make("span", {}, words.persian) : null,
    words ? english(words.english) : null,
    reason ? make("span", { dir: "auto", class: "reason" }, reason) : null,
  );
}

function faults(request) {
  const chips = request.faults.map((kind) => make("span", { class: "chip" }, ltr(kind)));
  return make("p", { class: "chips" }, "خطای ساختگی ", english("fault"), " ", ...chips);
}

function notes(request) {
  const rows = request.notes.map((note) =>
    make("li", {}, ltr(note.code || "200", { class: "code" }), make("span", { dir: "auto" }, note.why)),
  );
  return make(
    "div",
    { class: "notes" },
    make("p", {}, "سرویس واقعی شاید رد کند ", english("The real service may refuse this:")),
    make("ul", { dir: "ltr", lang: "en" }, ...rows),
  );
}

// The form fields are fetched when somebody opens them: those of 200 messages are long.
function details(request) {
  const box = make("div", { class: "fields", dir: "ltr" });
  const shown = make("details", {}, make("summary", {}, "پارامترها ", english("Fields")), box);
  shown.addEventListener("toggle", () => shown.open && !box.hasChildNodes() && fill(box, request), { once: true });
  return shown;
}

async function fill(box, request) {
  const found = (await ask("requests", { after: request.number - 1, before: request.number + 1, fields: 1 })).requests;
  const fields = Object.entries(found[0]?.fields ?? {});
  const rows = fields.flatMap(([name, value]) => [make("dt", {}, name), make("dd", { dir: "auto" }, clipped(value))]);
  const about = `${request.path} · ${number(request.size)} bytes · HTTP ${request.http_status || "–"}`;
  box.replaceChildren(make("p", {}, about), fields.length ? make("dl", {}, ...rows) : english("no fields"));
}

const clipped = (value) => (value.length > LONGEST_FIELD ? `${value.slice(0, LONGEST_FIELD)} …` : value);
