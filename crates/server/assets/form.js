// A node's form: whatever is filled in goes to the server, and what it renders comes back into the page. Nothing is
// judged here: display rules, defaults, checks and previews are the server's.

import { morph } from "./morph.js";
import { Choice } from "./choice.js";
import { completions } from "./complete.js";
import { watch } from "./run.js";

// What is typed quickly is sent together.
const QUIET = 40;
const RUNS = ["run", "run-anew", "dry-run"];
// Items of more characters are sent for a run alone.
const MOST_ITEMS = 200_000;
// A second click of a double click starts nothing.
const CALM = 1000;

export class Form {
  // `root` holds the form; `headers` go with every request.
  constructor(root, { headers = {}, onChange = () => {}, onRun = () => {} } = {}) {
    this.root = root;
    this.element = root.querySelector("form[data-api]");
    this.headers = headers;
    this.onChange = onChange;
    this.onRun = onRun;
    // What was filled in since the last request left, by control: the answer to it does not know of that.
    this.filled = new Map();
    this.turn = Promise.resolve();
    this.waiting = 0;
    this.choices = new Map();
    this.loads = new Map();
    this.readsItems = false;
    this.ran = -Infinity;
    this.abort = new AbortController();
    const listen = (name, take) => this.element.addEventListener(name, take);
    listen("input", (event) => this.input(event));
    listen("change", (event) => this.change(event));
    listen("submit", (event) => this.submit(event));
    listen("click", (event) => this.click(event));
    listen("keydown", (event) => this.key(event));
    this.find("#items")?.addEventListener("input", () => this.takeSample());
    completions(this, this.element);
    this.setUp();
    this.takeSample(false);
    // Somebody was quicker than the script, or the browser has kept what stood there before the page was loaded anew.
    if (this.isFilledIn()) this.changed();
  }

  // Whether a control holds something else than the server has rendered.
  isFilledIn() {
    return [...this.element.elements].some((control) => {
      if (!control.name || ["items", "sample", "file"].includes(control.name)) return false;
      if (control.matches("[type=checkbox], [type=radio]")) return control.checked !== control.defaultChecked;
      if (control.matches("select")) return [...control.options].some((option) => option.defaultSelected) && ![...control.selectedOptions].some((option) => option.defaultSelected);
      return control.matches("textarea, input:not([type=hidden], [role=combobox])") && control.value !== control.defaultValue;
    });
  }

  find(selector) {
    return this.element.querySelector(selector);
  }

  byId(id) {
    return this.element.querySelector(`#${CSS.escape(id)}`);
  }

  activeElement() {
    return this.element.getRootNode().activeElement;
  }

  // Everything that is filled in; large items stay here until they are run.
  data(action) {
    const data = new FormData(this.element);
    data.set("action", action);
    if (!RUNS.includes(action)) {
      data.delete("items");
      data.set("file", "");
    }
    return new URLSearchParams([...data].filter(([, value]) => typeof value === "string"));
  }

  parameters() {
    try { return JSON.parse(this.find("[name=state]").value); } catch { return {}; }
  }

  credentials() {
    const chosen = {};
    for (const select of this.element.querySelectorAll("[name^='credential:']")) {
      if (select.value) chosen[select.name.slice("credential:".length)] = select.value;
    }
    return chosen;
  }

  sample() {
    try { return JSON.parse(this.find("[name=sample]").value); } catch { return undefined; }
  }

  // The item that previews look at, out of those that were typed.
  takeSample(tell = true) {
    const text = this.find("#items")?.value.trim() ?? "";
    const index = Number(this.find("#item")?.value) || 0;
    let sample = "";
    try {
      if (text.startsWith("[")) sample = JSON.stringify(JSON.parse(text)[index] ?? {});
      else if (text.startsWith("{")) {
        const lines = text.split("\n").filter((line) => line.trim());
        try { sample = JSON.stringify(JSON.parse(lines[index] ?? "{}")); } catch { sample = JSON.stringify(JSON.parse(text)); }
      } else if (text) {
        // What else it may be, the server reads.
        sample = "";
      }
    } catch { sample = ""; }
    this.sendsItems = text !== "" && (sample === "" || this.readsItems) && text.length < MOST_ITEMS;
    this.find("[name=sample]").value = sample.length < MOST_ITEMS ? sample : "";
    if (tell) this.changed();
  }

  async post(url, body, signal) {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...this.headers },
      body: JSON.stringify(body),
      signal,
    });
    const json = await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new Error(json.error?.message ?? `The server answers ${answer.status}.`), json.error ?? {});
    return json;
  }

  ask(what, body, signal) {
    return this.post(`${this.element.dataset.api}/${what}?version=${this.element.dataset.version}`, body, signal);
  }

  askRoot(what, body, signal) {
    return this.post(`${this.element.dataset.apiRoot}/${what}`, body, signal);
  }

  remember(control) {
    this.filled.set(control.id || control.name, { value: control.value, checked: control.checked });
  }

  isRemembered(control) {
    return this.filled.has(control.id || control.name);
  }

  changed() {
    clearTimeout(this.timer);
    this.pending = "refresh";
    this.timer = setTimeout(() => this.act("refresh"), 0);
  }

  input(event) {
    if (event.target.getAttribute("role") === "combobox" || event.target.id === "items") return;
    if (event.target.id === "item") return this.takeSample();
    clearTimeout(this.timer);
    this.remember(event.target);
    this.pending = event.target.hasAttribute("data-json") ? "json" : "refresh";
    this.timer = setTimeout(() => this.act(this.pending), event.target.matches("textarea, input[type=text], input[type=password]") ? QUIET : 0);
  }

  change(event) {
    const target = event.target;
    if (target.dataset.sets) {
      const other = this.byId(target.dataset.sets);
      other.value = target.value;
      this.remember(other);
      return this.changed();
    }
    if (target.dataset.adds) {
      if (target.value) this.act(target.dataset.adds);
      return;
    }
    if (target.id === "file" && target.files[0]) {
      target.files[0].arrayBuffer().then((bytes) => {
        this.find("#items").value = decode(new Uint8Array(bytes));
        target.value = "";
        this.takeSample();
      });
      return;
    }
  }

  submit(event) {
    event.preventDefault();
    const action = event.submitter?.value ?? "refresh";
    if (event.submitter?.hasAttribute("data-cancel")) return this.cancel();
    this.act(action);
  }

  key(event) {
    // Enter in a line of text is no click on a button.
    if (event.key === "Enter" && event.target.matches("input") && !["submit", "button", "file"].includes(event.target.type)) {
      event.preventDefault();
      if (event.target.getAttribute("role") !== "combobox") this.changed();
    }
  }

  click(event) {
    const leads = event.target.closest("[data-leads]");
    if (leads) {
      event.preventDefault();
      return this.lead(leads.dataset.leads);
    }
    const copies = event.target.closest("[data-copies]");
    if (copies) {
      const text = this.byId(copies.dataset.copies).value;
      navigator.clipboard?.writeText(text).then(() => { copies.textContent = "Copied"; }, () => this.byId(copies.dataset.copies).select());
      setTimeout(() => { copies.textContent = "Copy"; }, 2000);
    }
  }

  // Leads to the field of a problem, or to what is nearest to it.
  lead(pointer) {
    for (let place = pointer; place; place = place.slice(0, place.lastIndexOf("/"))) {
      const field = this.byId(`f${place}`) ?? this.byId(`c${place}`);
      if (!field) continue;
      field.scrollIntoView({ block: "center" });
      const control = field.matches("input, select, textarea") ? field
        : field.querySelector("input:not([type=hidden]), select, textarea, button");
      control?.focus({ preventScroll: true });
      return;
    }
  }

  // Sends the form, and takes what comes back: one request after the other, since each works on what the one before made
  // of the form. A refresh changes nothing, so that whatever comes after it need not wait for it.
  act(action) {
    if (RUNS.includes(action)) {
      const now = performance.now();
      if (this.find("[data-running]") || now - this.ran < CALM) return;
      this.ran = now;
    }
    clearTimeout(this.timer);
    const before = this.pending;
    this.pending = undefined;
    // Parameters that were typed as JSON are taken over before anything else is done with them.
    if (before === "json" && action !== "json") this.act("json");
    const refreshes = action === "refresh";
    this.refreshing?.abort();
    const refreshing = new AbortController();
    if (refreshes) this.refreshing = refreshing;
    this.waiting += 1;
    this.element.toggleAttribute("aria-busy", true);
    this.turn = this.turn.then(async () => {
      if (!refreshing.signal.aborted) await this.send(action, refreshing.signal);
      this.waiting -= 1;
      if (this.waiting === 0) this.element.toggleAttribute("aria-busy", false);
    });
  }

  async send(action, signal) {
    const body = this.data(action);
    if (this.sendsItems && !RUNS.includes(action)) {
      body.set("items", this.find("#items").value);
      body.delete("sample");
    }
    this.filled.clear();
    try {
      const answer = await fetch(this.element.getAttribute("action"), { method: "POST", body, headers: { "x-heddle": "form", ...this.headers }, signal });
      const text = await answer.text();
      if (!answer.ok) return this.fail(text, answer.status);
      this.take(text);
      if (action === "check") this.find("#summary [tabindex]")?.focus();
      if (action.startsWith("add:")) this.focusNew(action.slice(4));
      if (action.startsWith("expression:") || action.startsWith("fixed:")) this.byId(`c${action.slice(action.indexOf(":") + 1)}`)?.focus();
    } catch (error) {
      if (signal.aborted) return;
      this.fail(JSON.stringify({ error: { message: "The server cannot be reached. What you filled in is still here." } }), 0);
    }
  }

  take(text) {
    const next = document.createRange().createContextualFragment(text).querySelector("form");
    const before = this.find("[name=state]").value;
    morph(this.element, next, (from, to) => {
      const choice = this.choices.get(from);
      if (choice) choice.update(to);
      return Boolean(choice);
    });
    this.element.toggleAttribute("aria-busy", true);
    this.setUp();
    for (const control of this.element.elements) {
      const filled = this.filled.get(control.id || control.name);
      if (!filled) continue;
      if (control.matches("[type=checkbox], [type=radio]")) control.checked = filled.checked ?? control.checked;
      else if (control.value !== filled.value) control.value = filled.value;
    }
    // An expression reads other items than the one that it is looked at with: from now on all of them are sent.
    if (this.element.hasAttribute("data-reads-items") && !this.readsItems) {
      this.readsItems = true;
      this.takeSample();
    }
    const after = this.find("[name=state]").value;
    if (before !== after) this.onChange(this.parameters());
  }

  // What the server has rendered comes to life.
  setUp() {
    for (const [element] of this.choices) if (!element.isConnected) this.choices.delete(element);
    for (const element of this.element.querySelectorAll("[data-choice]")) {
      if (!this.choices.has(element)) this.choices.set(element, new Choice(element, this));
    }
    for (const select of this.element.querySelectorAll("select[data-adds]")) select.value = "";
    for (const button of this.element.querySelectorAll("[data-loads]")) this.loadColumns(button);
    const panel = this.find(".execution[data-running]");
    if (panel && this.watched !== panel.dataset.execution) {
      this.watched = panel.dataset.execution;
      this.onRun({ execution: this.watched, status: "running" });
      watch(panel, {
        apiRoot: this.element.dataset.apiRoot,
        headers: this.headers,
        refresh: (id) => this.refreshRun(id),
        signal: this.abort.signal,
      });
    }
  }

  // Columns are loaded where there are none yet, and anew once what they depend on has changed.
  loadColumns(button) {
    const { loads } = button.dataset;
    const before = this.loads.get(button.id);
    this.loads.set(button.id, loads);
    if (before === undefined) {
      if (button.hasAttribute("data-empty")) this.act(button.value);
    } else if (before !== loads) this.act(`other-${button.value}`);
  }

  async refreshRun(id) {
    const answer = await fetch(`${this.element.dataset.executions}/${id}`, { headers: { "x-heddle": "panel", ...this.headers } });
    const panel = this.find(`.execution[data-execution="${CSS.escape(id)}"]`);
    if (!answer.ok || !panel) return;
    const held = panel.contains(this.activeElement());
    const next = document.createRange().createContextualFragment(await answer.text()).querySelector(".execution");
    panel.replaceWith(next);
    const status = next.querySelector("[data-status]")?.textContent ?? "";
    // The region was there before the text: it is read out.
    next.querySelector("[data-live]").textContent = `${status}. ${next.querySelector("[data-counts]")?.textContent ?? ""}`;
    if (held) this.find("[value=run]")?.focus();
    this.onRun({ execution: id, status });
  }

  cancel() {
    const panel = this.find(".execution[data-running]");
    if (!panel) return;
    const button = panel.querySelector("[data-cancel]");
    button.disabled = true;
    button.textContent = "Cancelling…";
    fetch(`${this.element.dataset.apiRoot}/executions/${panel.dataset.execution}/cancel`, { method: "POST", headers: this.headers });
  }

  focusNew(place) {
    const controls = this.element.querySelectorAll(`[id^="${CSS.escape(`c${place}/`)}"]`);
    controls[controls.length - 1]?.focus();
  }

  fail(text, status) {
    let message = `The server answers ${status}.`;
    let help = "";
    try { ({ message, help = "" } = JSON.parse(text).error); } catch { /* it is no JSON */ }
    const problem = document.createElement("div");
    problem.className = "problems";
    problem.setAttribute("role", "alert");
    const title = document.createElement("h3");
    title.textContent = message;
    const more = document.createElement("p");
    more.textContent = help;
    problem.append(title, more);
    this.find("#result").replaceChildren(problem);
  }
}

// The text of a file as programs save tables: UTF-8 or UTF-16, else what Windows writes in western Europe.
function decode(bytes) {
  const isWide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isWide) return new TextDecoder(bytes[0] === 0xff ? "utf-16le" : "utf-16be").decode(bytes);
  try { return new TextDecoder("utf-8", { fatal: true }).decode(bytes); } catch { return new TextDecoder("windows-1252").decode(bytes); }
}

const page = document.getElementById("form");
if (page) new Form(page.parentElement);
