// A person in front of the forms: chooses, fills in, checks, runs, watches, cancels; with the mouse, by keyboard alone, and
// without script.

import { accessible, check, finish, launch, open, settled, shot } from "./support.mjs";

const CHAT = "/nodes/n8n-nodes-wts.wtsChat";
const SET = "/nodes/n8n-nodes-base.set";
const LEDGER = "/nodes/n8n-nodes-ledger.ledger";

const browser = await launch();
const control = (page, pointer) => page.locator(`[id="c${pointer}"]`);
const toggle = (page, pointer) => page.locator(`[id="t${pointer}"]`);

async function scenario(name, run) {
  const only = process.env.HEDDLE_ONLY;
  if (only && !name.includes(only)) return;
  const started = Date.now();
  try {
    await run();
  } catch (error) {
    check(false, `${name}: ${error.stack}`);
  }
  console.log(`${name} (${Date.now() - started} ms)`);
}

await scenario("nodes are found", async () => {
  const page = await open(browser, "/");
  await page.getByRole("searchbox").fill("chatbots");
  await page.waitForFunction(() => document.querySelectorAll(".tile").length === 1);
  await shot(page, "01-nodes-found");
  await page.getByRole("link", { name: /WTS Chat/ }).click();
  check(await page.getByRole("heading", { level: 1 }).textContent() === "WTS Chat", "the form opens");
  await page.context().close();
});

await scenario("fields are shown and hidden, and the focus stays", async () => {
  const page = await open(browser, CHAT);
  await control(page, "/numberToSend").fill("5511999");
  await page.getByLabel("Resource", { exact: true }).focus();
  await page.getByLabel("Resource", { exact: true }).selectOption({ label: "Session" });
  await page.waitForFunction(() => !document.getElementById("f/chatbotId"));
  await settled(page);
  check(await control(page, "/includeDetails/0").isVisible(), "the fields of the other operation are there");
  check(await page.evaluate(() => document.activeElement?.id) === "c/resource", "the focus stays at the control");
  await shot(page, "02-session");
  await page.getByLabel("Resource", { exact: true }).selectOption({ label: "Chatbot" });
  await page.waitForFunction(() => document.getElementById("c/numberToSend"));
  check(await control(page, "/numberToSend").inputValue() === "5511999", "what was hidden comes back");
  // Typing goes on while answers arrive.
  await control(page, "/sessionId").pressSequentially("a long text that is typed while the form is sent", { delay: 15 });
  await settled(page);
  check(await control(page, "/sessionId").inputValue() === "a long text that is typed while the form is sent", "nothing that was typed is lost");
  await page.context().close();
});

async function choose(page, pointer, search, name) {
  const box = control(page, pointer);
  await box.click();
  await page.getByRole("listbox").getByRole("option").first().waitFor();
  await box.fill(search);
  await page.getByRole("option", { name }).first().click();
  await settled(page);
}

await scenario("what is filled in while the server is slow stays", async () => {
  const page = await open(browser, CHAT);
  await page.route("**/nodes/**", async (route) => {
    if (route.request().method() === "POST") await new Promise((resolve) => setTimeout(resolve, 400));
    await route.continue();
  });
  await toggle(page, "/numberToSend").click();
  await control(page, "/numberToSend").fill("{{ $json.phone }}");
  await control(page, "/channelId").focus();
  await page.waitForTimeout(250);
  await toggle(page, "/channelId").click();
  await settled(page);
  check(await control(page, "/numberToSend").inputValue() === "{{ $json.phone }}", "the text stays");
  const stored = JSON.parse(await page.locator("[name=state]").inputValue());
  check(stored.numberToSend === "={{ $json.phone }}", `it is an expression, and is ${stored.numberToSend}`);
  check(await page.locator("[id='f/channelId'] textarea").count() === 1, "the second click counts, too");
  await page.context().close();
});

await scenario("choices come from the account", async () => {
  const page = await open(browser, CHAT);
  await control(page, "/chatbotId").click();
  await page.getByRole("option", { name: "Welcome", exact: true }).waitFor();
  await shot(page, "03-choices");
  await accessible(page, "an open list of choices");
  await page.keyboard.press("Escape");
  await choose(page, "/chatbotId", "Welc", /^Welcome/);
  check(await control(page, "/chatbotId").inputValue() === "Welcome", "the name of the choice is shown");
  await choose(page, "/channelId", "55", /55/);
  const json = await page.locator("#json").inputValue();
  check(json.includes("be700000-0000-4000-8000-000000000001"), "its value is stored");
  await page.locator("#json").fill(json.replace("be700000-0000-4000-8000-000000000001", "gone"));
  await page.getByText("The chosen value is no longer offered.").waitFor();
  check(await control(page, "/chatbotId").inputValue() === "gone", "a value that is no longer offered stays");
  await shot(page, "04-no-longer-offered");
  await page.context().close();
});

await scenario("a loader that fails says so", async () => {
  const page = await open(browser, CHAT);
  await page.route("**/options?**", (route) => route.fulfill({ status: 502, contentType: "application/json", body: JSON.stringify({ error: { message: "Failed to load bots: <b>no answer</b>", help: "Try again." } }) }));
  await page.getByRole("button", { name: "Reload the choices of Bots" }).click();
  await page.getByText("Failed to load bots: <b>no answer</b> Try again.").waitFor();
  await shot(page, "05-loader-fails");
  await page.unroute("**/options?**");
  await page.route("**/options?**", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 400));
    await route.continue();
  });
  await page.getByRole("button", { name: "Reload the choices of Bots" }).click();
  await page.getByRole("option", { name: "Welcome", exact: true }).waitFor();
  await page.context().close();
});

await scenario("expressions have previews and completions", async () => {
  const page = await open(browser, CHAT);
  await page.locator("#items").fill(JSON.stringify([{ name: "Ana", phone: "5511988880001" }, { name: "Beto", phone: "5511988880002" }]));
  await toggle(page, "/numberToSend").click();
  await page.waitForFunction(() => document.getElementById("c/numberToSend")?.tagName === "TEXTAREA");
  check(await page.evaluate(() => document.activeElement?.id) === "c/numberToSend", "the focus goes to the expression");
  await control(page, "/numberToSend").pressSequentially("{{ $json.ph");
  await page.getByRole("option", { name: /^phone/ }).waitFor();
  await shot(page, "06-completion");
  await accessible(page, "open completions");
  await page.keyboard.press("Enter");
  await page.keyboard.type(" }}");
  await page.locator("[id='v/numberToSend']", { hasText: "5511988880001" }).waitFor();
  await page.locator("#item").fill("1");
  await page.locator("[id='v/numberToSend']", { hasText: "5511988880002" }).waitFor();
  await control(page, "/numberToSend").fill("{{ $json.phone.toDateTime() }}");
  await page.locator("[id='v/numberToSend'][data-state=error]").waitFor();
  await shot(page, "07-expression-error");
  await control(page, "/numberToSend").fill("{{ $json.phone }}");
  await settled(page);
  await toggle(page, "/numberToSend").click();
  await page.waitForFunction(() => document.getElementById("c/numberToSend")?.tagName === "INPUT");
  check(await control(page, "/numberToSend").inputValue() === "5511988880002", "a fixed value is what the expression gave");
  await page.context().close();
});

await scenario("rows are added, moved and removed", async () => {
  const page = await open(browser, CHAT);
  const add = page.locator("[value='add:/sessionMetadatas/sessionMetadata']");
  await add.click();
  await control(page, "/sessionMetadatas/sessionMetadata/0/key").fill("first");
  await settled(page);
  await add.click();
  await control(page, "/sessionMetadatas/sessionMetadata/1/key").fill("second");
  await settled(page);
  await page.getByRole("button", { name: "Move Session Metadata 2 up" }).click();
  await page.waitForFunction(() => document.getElementById("c/sessionMetadatas/sessionMetadata/0/key").value === "second");
  await shot(page, "08-rows");
  await page.getByRole("button", { name: "Remove Session Metadata 1" }).click();
  await page.waitForFunction(() => !document.getElementById("c/sessionMetadatas/sessionMetadata/1/key"));
  check(await control(page, "/sessionMetadatas/sessionMetadata/0/key").inputValue() === "first", "the other row stays");
  await page.locator("[id='n/options']").selectOption({ label: "Delivery" });
  await control(page, "/options/delivery").selectOption({ label: "Queued" });
  await settled(page);
  check((await page.locator("[id='n/options']").textContent()).includes("Wait For Final Status"), "an option shows another");
  await page.context().close();
});

await scenario("every problem is listed and leads to its field", async () => {
  for (const scheme of ["light", "dark"]) {
    const page = await open(browser, SET, { scheme });
    await page.getByRole("button", { name: "+ Add field" }).click();
    await page.locator("[id='o/assignments/assignments/0']").selectOption({ label: "Number" });
    await page.waitForFunction(() => document.getElementById("c/assignments/assignments/0/value")?.inputMode === "decimal");
    await control(page, "/assignments/assignments/0/value").fill("many");
    await page.getByRole("button", { name: "Check" }).click();
    await page.locator("#summary .problems").waitFor();
    await accessible(page, `problems in ${scheme}`);
    await shot(page, `09-problems-${scheme}`);
    await page.locator("#summary a").first().click();
    check(await page.evaluate(() => document.activeElement?.id.startsWith("c/assignments")), "a problem leads to its field");
    await control(page, "/assignments/assignments/0/name").fill("count");
    await control(page, "/assignments/assignments/0/value").fill("4");
    await page.getByText("Nothing is wrong.").waitFor();
    await page.context().close();
  }
});

async function fillChat(page, items) {
  await choose(page, "/chatbotId", "Welc", /^Welcome/);
  await choose(page, "/channelId", "55", /55/);
  await page.locator("#items").fill(JSON.stringify(items));
  await toggle(page, "/numberToSend").click();
  await control(page, "/numberToSend").fill("{{ $json.phone }}");
  await settled(page);
}

await scenario("a run is watched, with an item that fails", async () => {
  for (const [width, scheme] of [[390, "light"], [1024, "dark"], [1600, "light"]]) {
    const page = await open(browser, CHAT, { width, scheme });
    await fillChat(page, [{ phone: "5511988887001" }, { phone: "not a number" }, { phone: "5511988887003" }]);
    await page.getByRole("button", { name: "Dry run" }).click();
    await page.locator(".execution .badge", { hasText: "dry run" }).waitFor();
    await page.locator(".execution:not([data-running])").waitFor();
    await shot(page, `10-dry-run-${width}-${scheme}`);
    await page.waitForTimeout(1000);
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.locator(".execution:not([data-running]) [data-status=error]").waitFor();
    check((await page.locator(".execution .items").textContent()).includes("sent"), "the verdicts are there");
    await accessible(page, `a run that failed, ${width} ${scheme}`);
    await shot(page, `11-run-${width}-${scheme}`);
    await page.context().close();
  }
});

await scenario("a run that goes on shows its output", async () => {
  const page = await open(browser, SET);
  await page.getByRole("button", { name: "+ Add field" }).click();
  await control(page, "/assignments/assignments/0/name").fill("greeting");
  await control(page, "/assignments/assignments/0/value").fill("=Hello {{ $json.name }} <script>alert(1)</script>");
  await page.locator("#items").fill("name\nAna\nBeto");
  await settled(page);
  await page.getByRole("button", { name: "Run", exact: true }).dblclick();
  await page.getByText("Output: 2 items").waitFor();
  check((await page.locator(".output").first().textContent()).includes("Hello Beto <script>"), "what came out is text");
  await page.locator(".output summary", { hasText: "Schema" }).click();
  await shot(page, "12-output-schema");
  await accessible(page, "an output");
  await page.context().close();
});

await scenario("a node of a package has a form", async () => {
  const page = await open(browser, "/");
  await page.getByRole("searchbox").fill("ledger");
  await page.getByRole("link", { name: /Ledger/ }).click();
  await page.getByRole("heading", { level: 1, name: "Ledger" }).waitFor();
  check(await control(page, "/columns/value/email").count() === 0, "no table is chosen, so there are no columns");
  await page.getByRole("button", { name: "Check" }).click();
  await page.locator("#summary a", { hasText: "Table" }).waitFor();
  await choose(page, "/table", "peo", /^People/);
  await control(page, "/columns/value/email").waitFor();
  check(await page.locator("[id='c/columns/value/team'] option").allTextContents().then((all) => all.join()) === "Choose…,Red,Blue", "a column has its choices");
  await shot(page, "18-columns");
  await accessible(page, "the columns of a table");
  // What is typed quickly is not lost to what a button does meanwhile.
  await control(page, "/columns/value/email").fill("ana@example.com");
  await page.getByRole("button", { name: "Remove Age" }).click();
  await control(page, "/note").pressSequentially("typed meanwhile", { delay: 5 });
  await settled(page);
  check(await control(page, "/columns/value/age").count() === 0, "a column is taken away");
  check(await control(page, "/note").inputValue() === "typed meanwhile", "nothing that was typed is lost");
  await page.locator("[id='n/columns']").selectOption({ label: "Age" });
  await control(page, "/columns/value/age").fill("4x");
  await page.locator("#summary a", { hasText: "age" }).waitFor();
  await control(page, "/columns/value/age").fill("41");
  await page.locator("[id='c/columns/value/team']").selectOption({ label: "Blue" });
  await page.getByText("Nothing is wrong.").waitFor();
  await page.locator("[id='t/columns/value/email']").click();
  await control(page, "/columns/value/email").fill("{{ $json.mail }}");
  await page.locator("#items").fill('[{"mail":"a@example.com"},{"mail":"b@example.com"}]');
  await settled(page);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByText("Output: 2 items").waitFor();
  const row = '"email": "b@example.com"';
  check((await page.locator(".output pre").last().textContent()).includes(row), "the row has what was mapped");
  check(await page.locator("[data-counts]").textContent() === "2 items", "a node that takes all items at once tells of none");
  await shot(page, "18-columns-run");
  // Another table has other columns, and one that cannot be read says so.
  await choose(page, "/table", "cit", /^Cities/);
  await control(page, "/columns/value/country").waitFor();
  check(await control(page, "/columns/value/email").count() === 0, "the columns of the other table are gone");
  await choose(page, "/table", "lock", /^Locked/);
  await page.getByText("The table cannot be read").waitFor();
  check(await control(page, "/columns/value/country").count() === 0, "the columns of the table before are gone");
  await shot(page, "18-columns-failed");
  await page.context().close();
});

await scenario("columns are mapped automatically, and choices have conditions", async () => {
  const page = await open(browser, LEDGER);
  check(!(await page.getByLabel("Operation", { exact: true }).textContent()).includes("Empty"), "a choice is not offered");
  await page.getByLabel("Offer Dangerous Operations").click();
  await page.waitForFunction(() => document.getElementById("c/operation").textContent.includes("Empty the Table"));
  await page.getByLabel("Operation", { exact: true }).selectOption({ label: "Count the Rows" });
  await page.waitForFunction(() => document.getElementById("c/note").matches(":disabled"));
  await shot(page, "18-disabled");
  await accessible(page, "a field that cannot be changed");
  await page.getByLabel("Operation", { exact: true }).selectOption({ label: "Add or Update a Row" });
  await page.waitForFunction(() => !document.getElementById("c/note").matches(":disabled"));
  await choose(page, "/table", "peo", /^People/);
  await control(page, "/columns/matchingColumns").waitFor();
  check(await control(page, "/columns/matchingColumns").inputValue() === '["email"]', "rows are found by the usual column");
  check(await page.getByRole("button", { name: "Remove E-mail" }).count() === 0, "what rows are found by stays");
  await control(page, "/columns/mappingMode").selectOption({ label: "Map automatically" });
  await page.waitForFunction(() => !document.getElementById("c/columns/value/age"));
  await page.locator("#items").fill("email,age\nana@example.com,41");
  await settled(page);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByText("Output: 1 item").waitFor();
  check((await page.locator(".output pre").last().textContent()).includes('"age": "41"'), "the row is the item");
  await page.context().close();
});

await scenario("two clicks start one run", async () => {
  const page = await open(browser, SET);
  const runs = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && new URLSearchParams(request.postData() ?? "").get("action") === "run") runs.push(request);
  });
  await page.getByRole("button", { name: "Run", exact: true }).dblclick();
  await page.locator(".execution:not([data-running])").waitFor();
  await page.waitForTimeout(300);
  check(runs.length === 1, `${runs.length} runs were asked for`);
  await page.context().close();
});

await scenario("a run is cancelled in the middle", async () => {
  const page = await open(browser, "/nodes/n8n-nodes-base.wait");
  await control(page, "/amount").fill("30");
  await page.getByLabel("Wait Unit", { exact: true }).selectOption({ label: "Seconds" });
  await settled(page);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.locator(".execution[data-running]").waitFor();
  await shot(page, "13-running");
  await accessible(page, "a run under way");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.locator(".execution [data-status=canceled]").waitFor();
  await shot(page, "14-cancelled");
  await page.context().close();
});

await scenario("all by keyboard", async () => {
  const page = await open(browser, CHAT);
  const go = async (id) => {
    for (let presses = 0; presses < 80; presses += 1) {
      if (await page.evaluate((id) => document.activeElement?.id === id, id)) return;
      await page.keyboard.press("Tab");
    }
    check(false, `the keyboard does not reach ${id}`);
  };
  await page.keyboard.press("Tab");
  check(await page.evaluate(() => document.activeElement?.className) === "skip", "the first stop skips the navigation");
  await page.keyboard.press("Enter");
  await go("c/chatbotId");
  await page.keyboard.type("Welc");
  await page.getByRole("option", { name: /^Welcome/ }).first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await settled(page);
  check(await page.evaluate(() => document.activeElement?.id) === "c/chatbotId", "the focus stays at the list");
  await go("c/channelId");
  await page.keyboard.press("ArrowDown");
  await page.locator("[role=option]").nth(1).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await settled(page);
  await go("t/numberToSend");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.getElementById("c/numberToSend")?.tagName === "TEXTAREA");
  await page.keyboard.type("{{ $json.phone }}");
  await page.keyboard.press("Escape");
  await settled(page);
  await go("items");
  await page.keyboard.insertText('[{"phone":"5511988887009"}]');
  await settled(page);
  for (let presses = 0; presses < 40 && await page.evaluate(() => document.activeElement?.value !== "run"); presses += 1) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator(".execution:not([data-running]) [data-status=success]").waitFor();
  check(await page.evaluate(() => document.activeElement !== document.body), "the focus is somewhere");
  await shot(page, "15-keyboard");
  await page.context().close();
});

await scenario("without script", async () => {
  const page = await open(browser, SET, { javaScript: false });
  await page.getByRole("button", { name: "+ Add field" }).click();
  await control(page, "/assignments/assignments/0/name").fill("a");
  await control(page, "/assignments/assignments/0/value").fill("=Hello {{ $json.name }}");
  await page.locator("#items").fill('[{"name":"Ana"}]');
  await page.getByRole("button", { name: "Update the form" }).click();
  check((await page.locator(".preview").first().textContent()).includes("Hello Ana"), "the preview is there");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  check((await page.locator(".output").textContent()).includes("Hello Ana"), "the output is there");
  await shot(page, "16-without-script");
  const chat = await open(browser, CHAT, { javaScript: false });
  await chat.locator("[value='load:/chatbotId']").click();
  await chat.locator("noscript select, select[name='json:/chatbotId']").first().selectOption({ label: "Welcome" });
  await shot(chat, "17-choices-without-script");
  await page.context().close();
  await chat.context().close();
});

await scenario("pages are accessible and fit", async () => {
  for (const scheme of ["light", "dark"]) {
    for (const width of [390, 1024, 1600]) {
      for (const [name, path] of [["nodes", "/"], ["chat", CHAT], ["set", SET], ["if", "/nodes/n8n-nodes-base.if"], ["http", "/nodes/n8n-nodes-base.httpRequest"], ["login", "/login"]]) {
        const page = await open(browser, path, { width, scheme });
        if (name === "if") await page.getByRole("button", { name: "+ Add condition" }).click();
        await settled(page);
        await accessible(page, `${name} ${width} ${scheme}`);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        check(over <= 0, `${name} at ${width}: ${over} pixels too wide`);
        await shot(page, `20-${name}-${width}-${scheme}`);
        await page.context().close();
      }
    }
  }
  // 400 % of 1280 pixels.
  const page = await open(browser, CHAT, { width: 320 });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(over <= 0, `at 400 %: ${over} pixels too wide`);
  await shot(page, "21-zoomed");
  await page.context().close();
});

await browser.close();
finish();
