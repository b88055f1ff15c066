// Forms in pages of others: our element in an axum program's page, and a node's schema in react-jsonschema-form.

import { build } from "esbuild";
import { fileURLToPath } from "node:url";
import { accessible, base, check, finish, launch, open, settled, shot } from "./support.mjs";

const NODE = "n8n-nodes-wts.wtsChat";
const browser = await launch();

// The element.
{
  const page = await open(browser, "/");
  const form = page.locator("heddle-form");
  await form.locator("[id='c/numberToSend']").waitFor();
  await form.locator("[id='c/numberToSend']").fill("5511988880001");
  await page.waitForFunction(() => document.getElementById("told").textContent.includes("5511988880001"));
  await form.locator("[id='c/chatbotId']").click();
  await form.getByRole("option", { name: "Welcome", exact: true }).click();
  await settled(page);
  await form.locator("[id='c/channelId']").click();
  await form.getByRole("option", { name: /55/ }).first().click();
  await settled(page);
  check((await page.locator("#told").textContent()).includes("be700000-0000-4000-8000-000000000001"), "the page hears of the choice");
  const tint = await form.locator(".primary").evaluate((button) => getComputedStyle(button).backgroundColor);
  check(tint === "rgb(122, 31, 92)", `the page's own colour counts, and is ${tint}`);
  await form.getByRole("button", { name: "Dry run" }).click();
  await form.locator(".execution [data-status=success]").waitFor();
  await accessible(page, "an embedded form");
  await shot(page, "30-embedded");
  await page.context().close();
}

// The schema.
{
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const bundle = await build({ entryPoints: [`${folder}rjsf.jsx`], bundle: true, write: false, minify: true, define: { "process.env.NODE_ENV": '"production"' } });
  const address = `${base}/forms/api/v1/nodes/${NODE}/schema?form=resolved`;
  const schema = await (await fetch(address)).json();
  const page = await browser.newPage();
  page.on("pageerror", (error) => check(false, `react-jsonschema-form: ${error.message}`));
  await page.setContent("<!doctype html><html lang=en><title>rjsf</title><div id=root></div>");
  await page.addScriptTag({ content: bundle.outputFiles[0].text });
  await page.evaluate((schema) => window.render(schema, undefined), schema);
  const number = page.getByLabel(/^To/).first();
  await number.waitFor();
  await number.fill("5511988880001");
  await page.waitForFunction(() => window.filled?.numberToSend === "5511988880001");
  check(await page.getByLabel(/Force Start Session/).count() > 0, "switches are there");
  await shot(page, "31-rjsf");
  await page.close();
}

await browser.close();
finish();
