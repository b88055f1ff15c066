// <heddle-form node="…" endpoint="…">: a node's form in somebody else's page.
//
// Attributes: node (type), endpoint (the server), version, token, example. Events: heddle-change (detail: parameters) and
// heddle-run (detail: execution, status). Themed by the variables of CSS that style.css begins with.

import { Form } from "./form.js";

const ASSETS = new URL(".", import.meta.url).href;

class HeddleForm extends HTMLElement {
  static observedAttributes = ["node", "endpoint", "version", "token"];

  connectedCallback() {
    this.show();
  }

  attributeChangedCallback() {
    if (this.shadowRoot) this.show();
  }

  disconnectedCallback() {
    this.form?.abort.abort();
  }

  // The parameters, as a workflow file stores them with what is hidden now.
  get parameters() {
    return this.form?.parameters();
  }

  async show() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const node = this.getAttribute("node");
    const endpoint = (this.getAttribute("endpoint") ?? "").replace(/\/$/, "");
    if (!node) return;
    const headers = this.hasAttribute("token") ? { authorization: `Bearer ${this.getAttribute("token")}` } : {};
    const query = new URLSearchParams();
    for (const name of ["version", "example"]) if (this.hasAttribute(name)) query.set(name, this.getAttribute(name));
    try {
      const answer = await fetch(`${endpoint}/nodes/${encodeURIComponent(node)}?${query}`, { headers: { ...headers, accept: "text/html", "x-heddle": "form" } });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`The form of ${node} cannot be loaded.`);
      const style = document.createElement("link");
      style.rel = "stylesheet";
      style.href = `${ASSETS}style.css`;
      const holder = document.createElement("div");
      holder.className = "embedded";
      holder.append(document.createRange().createContextualFragment(text));
      const form = holder.querySelector("form");
      // Addresses of another server are its own.
      const base = new URL(endpoint || ".", location.href).origin;
      form.setAttribute("action", new URL(form.getAttribute("action"), base).href);
      for (const name of ["api", "apiRoot", "executions"]) form.dataset[name] = new URL(form.dataset[name], base).href;
      // Nothing is shown before its style is there, so that nothing jumps.
      holder.hidden = true;
      style.onload = style.onerror = () => { holder.hidden = false; };
      root.replaceChildren(style, holder);
      this.form = new Form(holder, {
        headers,
        onChange: (parameters) => this.dispatchEvent(new CustomEvent("heddle-change", { detail: { parameters }, bubbles: true, composed: true })),
        onRun: (detail) => this.dispatchEvent(new CustomEvent("heddle-run", { detail, bubbles: true, composed: true })),
      });
      this.dispatchEvent(new CustomEvent("heddle-ready", { bubbles: true, composed: true }));
    } catch (error) {
      const problem = document.createElement("p");
      problem.setAttribute("role", "alert");
      problem.textContent = error.message;
      root.replaceChildren(problem);
    }
  }
}

customElements.define("heddle-form", HeddleForm);
