// Completions in expressions: the server says what may stand at the cursor.

export function completions(form, root) {
  const list = document.createElement("ul");
  list.className = "completions";
  list.id = "completions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Completions");
  list.hidden = true;
  form.root.append(list);
  let area = null;
  let found = null;
  let active = 0;
  let timer = 0;

  const close = () => {
    list.hidden = true;
    if (area) {
      area.removeAttribute("aria-activedescendant");
      area.removeAttribute("aria-controls");
    }
    found = null;
  };

  const draw = () => {
    list.replaceChildren(...found.completions.map((completion, index) => {
      const item = document.createElement("li");
      item.setAttribute("role", "option");
      item.id = `completion-${index}`;
      item.setAttribute("aria-selected", String(index === active));
      item.classList.toggle("active", index === active);
      item.textContent = completion.text;
      if (completion.detail) {
        const more = document.createElement("small");
        more.textContent = completion.detail;
        item.append(more);
      }
      return item;
    }));
    area.setAttribute("aria-activedescendant", `completion-${active}`);
    area.setAttribute("aria-controls", "completions");
    list.children[active]?.scrollIntoView({ block: "nearest" });
  };

  const show = async () => {
    const text = area.value.slice(0, area.selectionStart);
    const open = text.lastIndexOf("{{");
    if (open < 0 || text.indexOf("}}", open) >= 0) return close();
    const mine = area;
    try {
      const answer = await form.askRoot("complete", { text, item: form.sample() });
      if (mine !== area || form.activeElement() !== area || answer.completions.length === 0) return close();
      found = answer;
      active = 0;
      list.hidden = false;
      const box = area.getBoundingClientRect();
      list.style.left = `${box.left}px`;
      list.style.width = `${box.width}px`;
      list.style.top = `${box.bottom + 4}px`;
      draw();
    } catch {
      close();
    }
  };

  const take = (index) => {
    const completion = found?.completions[index];
    if (!completion) return;
    const at = area.selectionStart;
    const before = [...area.value.slice(0, at)];
    const start = before.slice(0, before.length - found.replaces).join("").length;
    const inside = completion.text.endsWith("()") ? 1 : 0;
    area.setRangeText(completion.text, start, at, "end");
    area.selectionStart = area.selectionEnd = area.selectionStart - inside;
    close();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };

  root.addEventListener("input", (event) => {
    if (!event.target.matches?.("[data-expression]")) return;
    area = event.target;
    clearTimeout(timer);
    timer = setTimeout(show, 120);
  });
  root.addEventListener("focusout", (event) => { if (event.target === area) setTimeout(close, 150); });
  addEventListener("scroll", (event) => { if (event.target !== list) close(); }, { capture: true, passive: true });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const item = event.target.closest("[role=option]");
    if (item) take([...list.children].indexOf(item));
  });
  root.addEventListener("keydown", (event) => {
    if (list.hidden || event.target !== area) return;
    const count = found.completions.length;
    if (event.key === "ArrowDown") active = (active + 1) % count;
    else if (event.key === "ArrowUp") active = (active + count - 1) % count;
    else if (event.key === "Enter" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      return take(active);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      return close();
    } else return;
    event.preventDefault();
    draw();
  }, true);
}
