// A browser, pages that complain of whatever goes wrong in them, screenshots and the check of accessibility.

import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const base = process.env.HEDDLE_URL;
const shots = process.env.HEDDLE_SCREENSHOTS;
if (shots) mkdirSync(shots, { recursive: true });

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// What axe cannot decide itself, and our verdict on it.
const DECIDED = {
  "color-contrast": "Texts over two backgrounds (a list that opens over others): both sides have at least 4.5 to 1.",
  "label-content-name-mismatch": "Buttons that show a sign alone, which is hidden from assistive technology: their names say what they do.",
  "aria-valid-attr-value": "aria-controls names a list that is made by the script of the field when it starts.",
};

let failures = 0;
let passed = 0;

export function check(condition, what) {
  if (condition) {
    passed += 1;
  } else {
    failures += 1;
    console.error(`FAILED: ${what}`);
    console.error(new Error().stack.split("\n").slice(2, 4).join("\n"));
  }
}

export function finish() {
  console.log(`${passed} passed, ${failures} failed`);
  process.exitCode = failures ? 1 : 0;
}

export async function launch() {
  return chromium.launch({ executablePath: process.env.HEDDLE_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

export async function open(browser, path, { width = 1024, scheme = "light", javaScript = true, origin = base } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    javaScriptEnabled: javaScript,
    bypassCSP: false,
    permissions: [],
  });
  // Scripts and styles from a folder, while somebody works on them.
  const assets = process.env.HEDDLE_ASSETS;
  if (assets) {
    await context.route("**/assets/*", (route) => route.fulfill({ path: `${assets}/${new URL(route.request().url()).pathname.split("/").pop()}` }));
  }
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on("pageerror", (error) => check(false, `an error in the page: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of (4|5)\d\d/.test(message.text())) check(false, `the console says: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    check(false, `a dialog opened: ${dialog.message()}`);
    dialog.dismiss();
  });
  await page.goto(origin + path);
  return page;
}

export async function shot(page, name) {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
}

export async function accessible(page, where) {
  // The policy of the page allows no script of others: axe comes in by the browser itself.
  await page.evaluate(axeSource);
  const result = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags, resultTypes: ["violations", "incomplete"] }), TAGS);
  for (const violation of result.violations) {
    const nodes = violation.nodes.slice(0, 3).map((node) => `${node.html} (${node.failureSummary.split("\n").slice(1).join(" ").trim()})`);
    check(false, `${where}: ${violation.id} (${violation.impact}): ${violation.help}\n  ${nodes.join("\n  ")}`);
  }
  for (const open of result.incomplete) {
    if (!DECIDED[open.id]) check(false, `${where}: undecided ${open.id}: ${open.nodes.slice(0, 2).map((node) => node.html + node.failureSummary).join("\n  ")}`);
  }
  check(true, `${where} is accessible`);
}

// Until the server has answered to what was done last.
export async function settled(page) {
  await page.waitForTimeout(200);
  await page.waitForFunction(() => !(document.querySelector("heddle-form")?.shadowRoot ?? document).querySelector("form[aria-busy]"));
}
