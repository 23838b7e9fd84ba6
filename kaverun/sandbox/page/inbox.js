// The page: asks the sandbox once a second for anything new, and draws only that.

import { ask } from "./asking.js";
import { drawMessage, drawStatus } from "./bubbles.js";
import { english, ltr, make } from "./drawing.js";
import { Feed } from "./feed.js";
import { drawRequest } from "./journal.js";
import { learn, number, statusWords, toman } from "./wording.js";

const EVERY = 1000;
const HIDDEN_EVERY = 5000;
const MOST_OPEN = 20;
const byId = (id) => document.getElementById(id);
const search = byId("search");
const only = byId("only");

const entry = async (its) => (await ask("requests", { after: its - 1, before: its + 1 })).requests;

const inbox = new Feed({
  panel: byId("messages-panel"),
  name: "messages",
  numberOf: (message) => message.messageid,
  draw: drawMessage,
  redraw: drawStatus,
  open: (message) => !statusWords(message.status).final,
  same: (one, other) => ["accepted_at", "receptor", "text"].every((name) => one[name] === other[name]),
  again: async (numbers) => (await ask("messages", { messageid: numbers.join(",") })).messages,
  filters: () => ({ search: search.value.trim() }),
});

const journal = new Feed({
  panel: byId("journal-panel"),
  name: "requests",
  numberOf: (request) => request.number,
  draw: drawRequest,
  redraw: (item, request) => item.replaceWith(drawRequest(request)),
  open: (request) => !request.outcome,
  same: (one, other) => ["at", "path", "size"].every((name) => one[name] === other[name]),
  again: async (numbers) => (await Promise.all(numbers.slice(0, MOST_OPEN).map(entry))).flat(),
  filters: () => ({ search: search.value.trim(), only: only.value }),
});

const shown = () => (location.hash.startsWith("#journal") ? journal : inbox);

function chooseTab() {
  for (const [feed, name] of [[inbox, "messages"], [journal, "journal"]]) {
    const chosen = feed === shown();
    byId(`${name}-panel`).hidden = !chosen;
    byId(`tab-${name}`).setAttribute("aria-selected", chosen);
  }
  only.hidden = shown() !== journal;
}

// #journal-12 leads to request 12, as the link of a message does.
async function comeToRequest() {
  const wanted = /^#journal-(\d+)$/.exec(location.hash)?.[1];
  if (!wanted) return journal.bound.before ? journal.restart() : undefined;
  search.value = only.value = "";
  await journal.restart({ before: Number(wanted) + 1 });
  journal.panel.querySelector(`[data-number="${wanted}"]`)?.classList.add("meant");
}

let drawn = "";

function drawCounters(counters) {
  if (drawn === JSON.stringify(counters)) return;
  drawn = JSON.stringify(counters);
  const acted = counters.faults.reduce((sum, fault) => sum + fault.acted, 0);
  const bad = refused(counters.requests.by_status) + (counters.requests.by_outcome.dropped ?? 0);
  const fill = (name, ...children) => byId(`count-${name}`).replaceChildren(...children);
  fill("messages", ltr(number(counters.messages)), extra(counters.cancelled, "لغوشده", "cancelled"));
  fill("credit", ltr(number(counters.credit)), " ریال", small(ltr(toman(counters.credit)), " تومان"));
  fill("requests", ltr(number(counters.requests.total)), extra(bad, "ردشده", "refused"));
  fill("faults", ltr(number(acted)), extra(counters.faults.length, "در کار", "in force"));
}

const small = (...children) => make("small", {}, ...children);
const extra = (count, persian, words) => (count ? small(ltr(number(count)), ` ${persian} `, english(words)) : "");

function refused(byStatus) {
  const counts = Object.values(byStatus).flatMap((statuses) => Object.entries(statuses));
  return counts.reduce((sum, [status, count]) => sum + (status === "200" ? 0 : count), 0);
}

function say(live, persian, words) {
  if (byId("state").className === (live ? "live" : "gone")) return;
  byId("state").className = live ? "live" : "gone";
  byId("state-words").replaceChildren(persian, " ", english(words));
}

function drawFirstSteps(counters) {
  byId("first-steps").hidden = counters.messages > 0;
  inbox.panel.classList.toggle("untouched", counters.messages === 0);
}

async function look() {
  try {
    const counters = await ask("counters");
    drawCounters(counters);
    drawFirstSteps(counters);
    await shown().look();
    say(true, "زنده", "live");
  } catch (error) {
    console.warn(error);
    say(false, "سندباکس پاسخ نمی‌دهد", "the sandbox does not answer");
  }
}

async function keepLooking() {
  await look();
  setTimeout(keepLooking, document.hidden ? HIDDEN_EVERY : EVERY);
}

function tellFirstSteps() {
  const base = `${location.origin}/v1`;
  byId("first-apply").textContent =
    `export KAVENEGAR_BASE_URL=${base} KAVENEGAR_API_KEY=any\nkaverun apply campaigns/greeting/greeting.yaml --yes`;
  byId("first-curl").textContent =
    `curl -d receptor=09123456789 --data-urlencode 'message=سلام دنیا' \\\n  ${base}/any/sms/send.json`;
}

let typing = 0;
search.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => shown().restart().catch(console.warn), 150);
});
only.addEventListener("change", () => journal.restart().catch(console.warn));
addEventListener("hashchange", async () => {
  chooseTab();
  await comeToRequest();
  await look();
});
document.addEventListener("visibilitychange", () => document.hidden || look());

tellFirstSteps();
chooseTab();
await learn();
await comeToRequest().catch(console.warn);
keepLooking();
