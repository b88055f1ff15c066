// A box to search in for choices that the server loads from the account (the ARIA pattern of a combobox with a list).

let number = 0;

export class Choice {
  constructor(element, form) {
    this.element = element;
    this.form = form;
    this.input = element.querySelector("[role=combobox]");
    this.value = element.querySelector("[data-value]");
    this.name = element.querySelector("[data-name]");
    this.status = element.querySelector("[data-status]");
    this.options = [];
    this.active = -1;
    this.query = "";
    this.loaded = false;
    this.list = document.createElement("ul");
    this.list.setAttribute("role", "listbox");
    this.list.id = this.input.getAttribute("aria-controls");
    this.list.setAttribute("aria-label", element.dataset.label);
    this.list.hidden = true;
    element.querySelector(".combo").append(this.list);
    this.input.addEventListener("input", () => this.search());
    this.input.addEventListener("click", () => this.open());
    this.input.addEventListener("keydown", (event) => this.key(event));
    // The button that reloads takes the focus and gives it back: then the list stays open.
    this.input.addEventListener("blur", () => setTimeout(() => { if (this.form.activeElement() !== this.input) this.close(true); }, 150));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(Number(option.dataset.index));
    });
    element.querySelector("[data-reload]").addEventListener("click", () => {
      this.loaded = false;
      this.open(true);
      this.input.focus();
    });
    if (this.hasValue()) this.load("", { quiet: true });
  }

  hasValue() {
    const value = this.parsed();
    return !this.element.dataset.chooses && typeof value === "string" && value !== "" && !value.startsWith("=");
  }

  parsed() {
    try { return JSON.parse(this.value.value || "null"); } catch { return null; }
  }

  // The server has rendered the field anew.
  update(next) {
    const value = next.querySelector("[data-value]")?.getAttribute("value") ?? "";
    for (const name of ["data-method", "data-kind", "data-label"]) this.element.setAttribute(name, next.getAttribute(name));
    if (this.value.value !== value && !this.form.isRemembered(this.value)) {
      this.value.value = value;
      if (this.form.activeElement() !== this.input) {
        this.input.value = next.querySelector("[role=combobox]").getAttribute("value") ?? "";
        if (this.hasValue() && !this.all) this.load("", { quiet: true });
        else this.tell();
      }
    }
    const fresh = next.querySelector("[role=combobox]");
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (fresh.hasAttribute(name)) this.input.setAttribute(name, fresh.getAttribute(name));
      else this.input.removeAttribute(name);
    }
  }

  async load(search, { cursor = null, quiet = false, reload = false } = {}) {
    this.abort?.abort();
    this.abort = new AbortController();
    const mine = ++number;
    this.request = mine;
    if (!quiet) this.say("Loading…", "busy");
    try {
      const page = await this.form.ask("options", {
        kind: this.element.dataset.kind === "listSearch" ? "listSearch" : "loadOptions",
        method: this.element.dataset.method,
        parameters: this.form.parameters(),
        credentials: this.form.credentials(),
        search,
        cursor,
        reload,
      }, this.abort.signal);
      if (this.request !== mine) return;
      this.options = cursor ? [...this.options, ...page.options] : page.options;
      this.cursor = page.nextCursor ?? null;
      this.query = search;
      this.loaded = true;
      this.say("");
      if (!search) {
        this.all = this.options;
        this.tell();
      }
      if (!this.list.hidden) this.draw();
    } catch (error) {
      if (error.name === "AbortError" || this.request !== mine) return;
      this.options = [];
      this.loaded = false;
      this.draw();
      this.say([error.message, error.help].filter(Boolean).join(" "), "error");
    }
  }

  chosen() {
    const value = JSON.stringify(this.parsed());
    return [...(this.all ?? []), ...this.options].find((option) => JSON.stringify(option.value) === value);
  }

  // Shows the name of the chosen value, or that it is no longer offered.
  tell() {
    if (!this.hasValue() || !this.all) return this.say("");
    const option = this.chosen();
    if (option) {
      if (this.form.activeElement() !== this.input) this.input.value = option.name;
      this.say("");
    } else if (!this.cursor) {
      this.say("The chosen value is no longer offered.", "error");
    }
  }

  say(text, state = "") {
    this.status.textContent = text;
    this.status.dataset.state = state;
  }

  open(reload = false) {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.active = -1;
    if (!this.loaded || reload || this.query) this.load("", { reload });
    else this.draw();
    this.input.select();
  }

  close(restore = false) {
    if (this.list.hidden) return;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    if (restore) this.restore();
  }

  restore() {
    if (this.element.dataset.chooses) { this.input.value = ""; return; }
    const text = this.parsed();
    this.input.value = this.chosen()?.name ?? (text == null ? "" : String(text));
  }

  search() {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(this.input.value.trim()), 200);
  }

  draw() {
    this.list.replaceChildren();
    const chosen = JSON.stringify(this.parsed());
    this.options.forEach((option, index) => {
      const item = document.createElement("li");
      item.setAttribute("role", "option");
      item.id = `${this.list.id}-${index}`;
      item.dataset.index = index;
      item.setAttribute("aria-selected", String(JSON.stringify(option.value) === chosen));
      item.classList.toggle("active", index === this.active);
      item.textContent = option.name;
      if (option.description) {
        const more = document.createElement("small");
        more.textContent = option.description;
        item.append(more);
      }
      this.list.append(item);
    });
    if (this.cursor) this.more();
    if (this.loaded && this.options.length === 0) this.say("No choice matches.");
  }

  more() {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.id = `${this.list.id}-${this.options.length}`;
    item.dataset.index = this.options.length;
    item.setAttribute("aria-selected", "false");
    item.classList.toggle("active", this.active === this.options.length);
    item.textContent = "Show more…";
    this.list.append(item);
  }

  choose(index) {
    if (index === this.options.length && this.cursor) {
      this.load(this.query, { cursor: this.cursor });
      return;
    }
    const option = this.options[index];
    if (!option) return;
    this.all = [...(this.all ?? []), option];
    this.value.value = JSON.stringify(option.value);
    this.form.remember(this.value);
    if (this.name) {
      this.name.value = option.name;
      this.form.remember(this.name);
    }
    this.input.value = this.element.dataset.chooses ? "" : option.name;
    this.say("");
    this.close();
    if (this.element.dataset.chooses) this.form.act(this.element.dataset.chooses);
    else this.form.changed();
  }

  key(event) {
    const last = this.options.length - (this.cursor ? 0 : 1);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) { this.open(); return; }
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.active = Math.min(Math.max(this.active + step, 0), last);
      this.point();
    } else if (event.key === "Home" || event.key === "End") {
      if (this.list.hidden) return;
      event.preventDefault();
      this.active = event.key === "Home" ? 0 : last;
      this.point();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!this.list.hidden && this.active >= 0) this.choose(this.active);
      else if (this.list.hidden) this.open();
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.close(true);
    } else if (event.key === "Tab") {
      this.close(true);
    }
  }

  point() {
    for (const item of this.list.children) {
      const active = Number(item.dataset.index) === this.active;
      item.classList.toggle("active", active);
      if (active) {
        this.input.setAttribute("aria-activedescendant", item.id);
        item.scrollIntoView({ block: "nearest" });
      }
    }
  }
}
