// How long a person waits: for the first paint of a page, and for a change in a large form to reach the screen. It prints
// what it measured; nothing here fails for being slow. HEDDLE_FORM names another form than the one of 921 properties.

import { base, check, finish, launch, open } from "./support.mjs";

const FORM = process.env.HEDDLE_FORM ?? "/nodes/n8n-nodes-ledger.large";
const ROUNDS = Number(process.env.HEDDLE_ROUNDS ?? 60);
const PAINTS = 9;

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
const told = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return `median ${at(sorted, 0.5).toFixed(1)} ms, 95th percentile ${at(sorted, 0.95).toFixed(1)} ms (${sorted.length} rounds)`;
};

const browser = await launch();

const files = ["style.css", "nodes.js", "form.js", "morph.js", "choice.js", "complete.js", "run.js", "element.js"];
const sizes = await Promise.all(files.map(async (name) => (await (await fetch(`${base}/assets/${name}`)).arrayBuffer()).byteLength));
console.log(`scripts and styles: ${sizes.reduce((sum, size) => sum + size, 0)} bytes`);

// What the browser itself needs shows the first of them, which is a line of text.
for (const path of ["/healthz", "/", "/nodes/n8n-nodes-base.set", FORM]) {
  const paints = [];
  for (let round = 0; round < PAINTS; round += 1) {
    const page = await open(browser, path);
    await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
    paints.push(await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime));
    await page.context().close();
  }
  console.log(`first paint of ${path}: ${told(paints)}`);
}

// From the event to the frame that shows what came of it.
async function changes(page, what, change) {
  const rounds = [];
  const server = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [whole, answer] = await page.evaluate(async ([change, round]) => {
      const form = document.getElementById("form");
      performance.clearResourceTimings();
      const control = document.getElementById(change.id);
      const began = performance.now();
      if (control.matches("select")) control.selectedIndex = round % control.options.length;
      else if (control.matches("[type=checkbox]")) control.checked = !control.checked;
      else control.value = `${change.text}${round}`;
      control.dispatchEvent(new Event("input", { bubbles: true }));
      const busy = () => form.hasAttribute("aria-busy");
      while (!busy()) await new Promise((resolve) => setTimeout(resolve));
      await new Promise((resolve) => {
        const watch = new MutationObserver(() => { if (!busy()) { watch.disconnect(); resolve(); } });
        watch.observe(form, { attributes: true, attributeFilter: ["aria-busy"] });
      });
      await new Promise((resolve) => requestAnimationFrame(() => { const { port1, port2 } = new MessageChannel(); port1.onmessage = resolve; port2.postMessage(null); }));
      const ended = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 20));
      const request = performance.getEntriesByType("resource").findLast((entry) => entry.initiatorType === "fetch");
      return [ended - began, request ? request.responseEnd - request.requestStart : NaN];
    }, [change, round]);
    rounds.push(whole);
    server.push(answer);
  }
  check(rounds.length === ROUNDS, what);
  console.log(`${what}: ${told(rounds)}; of it the request: ${told(server.filter((time) => !Number.isNaN(time)))}`);
}

const page = await open(browser, FORM);
const shown = await page.evaluate(() => document.querySelectorAll("#fields [data-field]").length);
console.log(`${FORM}: ${shown} fields are shown`);
await changes(page, "another choice", { id: process.env.HEDDLE_FIELD ?? "c/resource" });
const text = await page.evaluate(() => document.querySelector("#fields input[type=text]:not([role=combobox])")?.id);
if (text) await changes(page, "a text that is typed", { id: text, text: "typed " });
await page.getByRole("button", { name: "Check" }).click();
await page.locator("#summary > *").first().waitFor();
await changes(page, "another choice in a form that was checked", { id: process.env.HEDDLE_FIELD ?? "c/resource" });
await page.context().close();

await browser.close();
finish();
