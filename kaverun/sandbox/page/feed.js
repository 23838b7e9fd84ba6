// A list that is kept up to date by number: it asks for anything newer than it has, for what may still change among what
// it shows, and for older pages on demand; never for everything.

import { ask } from "./asking.js";
import { english, ltr, make } from "./drawing.js";
import { number } from "./wording.js";

const PAGE = 50;
const MOST_SHOWN = 500;

export class Feed {
  // `how`: panel, name, numberOf, draw, redraw, open, same, again, filters; see inbox.js.
  constructor(how) {
    this.how = how;
    this.panel = how.panel;
    this.list = how.panel.querySelector(".list");
    this.button = how.panel.querySelector(".older");
    this.button.addEventListener("click", () => this.older().catch(console.warn));
    this.told = "";
    this.turn = Promise.resolve();
    this.empty();
  }

  empty() {
    this.shown = new Map();
    this.items = new Map();
    this.last = null;
    this.found = 0;
    this.bound = {};
    this.list.replaceChildren();
  }

  // One thing at a time: an update that began before a search must not draw into its results.
  inTurn(work) {
    const done = this.turn.then(work);
    this.turn = done.catch(() => {});
    return done;
  }

  look = () => this.inTurn(() => this.update());
  restart = (bound = {}) => this.inTurn(() => this.begin(bound));
  older = () => this.inTurn(() => this.more());

  async update() {
    if (this.last === null || this.told !== JSON.stringify(this.how.filters())) return this.begin();
    if (this.bound.before) return void (await this.refresh());
    const news = await this.ask({ after: this.last });
    if (news.last < this.last || !(await this.refresh())) return this.begin();
    if (news.count > news.rows.length) return this.begin();
    this.last = news.last;
    this.found += news.count;
    for (const row of [...news.rows].reverse()) this.put(row, true);
    this.trim();
    this.tell();
  }

  async begin(bound = {}) {
    this.told = JSON.stringify(this.how.filters());
    const page = await this.ask({ after: 0, ...bound });
    this.empty();
    this.bound = bound;
    this.last = page.last;
    this.found = page.count;
    for (const row of page.rows) this.put(row, false);
    this.tell();
  }

  async more() {
    const page = await this.ask({ after: 0, before: Math.min(...this.shown.keys()) });
    for (const row of page.rows) this.put(row, false);
    this.found = this.shown.size + page.count - page.rows.length;
    this.tell();
  }

  async ask(cut) {
    const answer = await ask(this.how.name, { ...this.how.filters(), ...cut, newest: 1, limit: PAGE });
    return { rows: answer[this.how.name], count: answer.count, last: answer.last };
  }

  // What may still change, and the newest one: false if that is a different one now, so the sandbox was reset.
  async refresh() {
    if (!this.shown.size) return true;
    const newest = Math.max(...this.shown.keys());
    const open = [...this.shown].filter(([, row]) => this.how.open(row)).map(([key]) => key);
    const rows = await this.how.again([...new Set([newest, ...open.slice(0, 4 * PAGE)])]);
    const now = new Map(rows.map((row) => [this.how.numberOf(row), row]));
    if (!now.has(newest) || !this.how.same(now.get(newest), this.shown.get(newest))) return false;
    for (const [key, row] of now) this.change(key, row);
    return true;
  }

  change(key, row) {
    if (JSON.stringify(row) === JSON.stringify(this.shown.get(key))) return;
    this.shown.set(key, row);
    this.how.redraw(this.items.get(key), row);
    this.items.set(key, this.list.querySelector(`[data-id="${key}"],[data-number="${key}"]`));
  }

  put(row, fresh) {
    const key = this.how.numberOf(row);
    const item = this.how.draw(row);
    if (fresh) item.classList.add("fresh");
    this.shown.set(key, row);
    this.items.set(key, item);
    fresh ? this.list.prepend(item) : this.list.append(item);
  }

  // Somebody reading further down keeps their place.
  trim() {
    if (scrollY > innerHeight) return;
    const keys = [...this.shown.keys()].sort((one, other) => one - other);
    for (const key of keys.slice(0, Math.max(keys.length - MOST_SHOWN, 0))) {
      this.items.get(key).remove();
      this.items.delete(key);
      this.shown.delete(key);
    }
  }

  tell() {
    const filtered = Object.values(this.how.filters()).some(Boolean);
    const line = this.panel.querySelector(".found");
    line.hidden = !filtered;
    line.replaceChildren(ltr(number(this.found)), " مورد پیدا شد ", english("found"));
    this.button.hidden = this.found <= this.shown.size;
    this.panel.querySelector(".nothing").hidden = this.found > 0;
  }
}
