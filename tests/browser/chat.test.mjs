// The chat page in Chromium: an answer streams in, is checked in the browser, and is refused where someone changed it.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { tinyModel } from "../Shared/tiny-model.mjs";
import { poorContrast, smallTargets, structureFaults } from "./inspect.mjs";
import { startSite } from "./site.mjs";

const pictures = process.env.ASSAY_PICTURES;
let site;

before(async () => {
  site = await startSite({ language: tinyModel() });
});

after(() => site?.stop());

/** Opens the chat page in a context of its own; fails on anything that the browser complains of. */
async function chat(options, body, path = "/chat") {
  const context = await site.browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, ...options });
  const page = await context.newPage(), complaints = [];
  page.on("console", m => m.type() === "error" && !m.text().includes("status of 400") && complaints.push(m.text()));
  page.on("pageerror", e => complaints.push(e.message));
  page.on("request", r => r.url().startsWith(site.url) || r.url().startsWith("blob:") || complaints.push(`asked for ${r.url()}`));
  try {
    await page.goto(site.url + path);
    await body(page, context);
  } finally {
    await context.close();
  }
  assert.deepEqual(complaints, [], "the browser complains");
}

async function say(page, text, settings = {}) {
  for (const [name, value] of Object.entries({ temperature: "0.8", max_tokens: "24", ...settings })) await page.locator(`input[name=${name}]`).fill(value);
  await page.getByLabel("Message").fill(text);
  await page.getByLabel("Message").press("Enter");
}

const last = page => page.locator(".turn.assistant").last();
const picture = async (page, name) => {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
};

/** Changes what comes of the chat API on its way into the page. */
const meddle = (page, change) => page.route("**/v1/chat/completions", async route => {
  const response = await route.fetch();
  await route.fulfill({ response, body: change(await response.text()) });
});

test("A message is answered, and its receipt is checked in the browser against what is on the screen", () => chat({}, async page => {
  await say(page, "once upon a time");
  const turn = page.locator(".turn.assistant").first(), verdict = turn.locator("details.verdict");
  await verdict.waitFor();
  assert.match(await verdict.locator("> summary").innerText(), /^Verified in this browser: \d+ of 12 checks hold; not shown: .*execution/);
  const said = await turn.locator(".said").textContent();
  assert.match(said, /^( [a-z]+){24}$/);
  // With the keyboard alone.
  await verdict.locator("> summary").press("Enter");
  assert.match(await verdict.innerText(), new RegExp(`${said.length} characters, from 24 tokens`));
  assert.match(await verdict.innerText(), /not checked here: the command assay replay/);
  const found = await verdict.locator(".chain li").evaluateAll(items => items.map(li => [li.querySelector("b").textContent, li.className, li.querySelector(".word").textContent, li.querySelector("svg") !== null]));
  assert.equal(found.length, 12);
  for (const axis of ["integrity", "signature", "log", "key", "model", "input", "output"]) assert.deepEqual(found.find(f => f[0] === axis), [axis, "verified", "verified", true]);
  assert.equal(found.find(f => f[0] === "execution")[2], "not checked");
  const [download] = await Promise.all([page.waitForEvent("download"), turn.getByRole("button", { name: "Save its file" }).click()]);
  const id = await turn.locator("a.hash").innerText();
  assert.equal(download.suggestedFilename(), `${id}.receipt.json`);
  await say(page, "and then");
  await page.locator("details.verdict").nth(1).waitFor();
  assert.equal(JSON.parse(await page.locator("input[name=history]").inputValue()).length, 4);
  await picture(page, "chat-light");
  await turn.locator("a.hash").click();
  await page.waitForURL(`${site.url}/receipts/${id}`);
  assert.match(await page.locator("main").innerText(), /24 tokens in 1 choice: length after 24/);
}));

test("Tokens are on the screen before the answer has ended, and Stop breaks it off: the log holds a void", () => chat({}, async (page, context) => {
  await say(page, "tell me all", { max_tokens: "3900" });
  const turn = last(page);
  await page.waitForFunction(() => document.querySelector(".turn.assistant .said")?.textContent.length > 20);
  assert.ok(await turn.getByText("Provisional").isVisible());
  assert.equal(await turn.locator("details.verdict").count(), 0);
  await page.getByRole("button", { name: "Stop" }).click();
  await turn.getByText("Broken off").waitFor();
  assert.equal(await turn.locator("details.verdict").count(), 0);
  assert.equal(await page.getByRole("button", { name: "Stop" }).isVisible(), false);
  assert.equal(await page.locator("input[name=history]").inputValue(), "[]");
  const log = await context.newPage();
  for (let tries = 0; ; tries++) {
    await log.goto(site.url);
    await log.locator("#receipts a[href^='/receipts/']").first().click();
    if (/Void\s+cancelled/.test(await log.locator("main").innerText())) break;
    assert.ok(tries < 50, "no void is in the log");
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}));

for (const [what, change] of [
  ["a word", body => body.replace(/"content":" [a-z]/, "\"content\":\" X")],
  ["the order of words", body => body.split("\n\n").toSpliced(2, 2, ...body.split("\n\n").slice(2, 4).reverse()).join("\n\n")],
  ["the end", body => body.replace("\"finish_reason\":\"length\"", "\"finish_reason\":\"stop\"")],
  ["the receipt", body => body.replace(/data: [^\n]*"assay".*\n\n/, "")],
])
  test(`An answer is shown as refused where ${what} was changed on the way`, () => chat({}, async page => {
    await meddle(page, body => {
      const changed = change(body);
      assert.notEqual(changed, body);
      return changed;
    });
    await say(page, "once upon a time", { temperature: "1", max_tokens: "12" });
    const verdict = last(page).locator("details.verdict[data-status=refuted]");
    await verdict.waitFor();
    assert.match(await verdict.locator("> summary").innerText(), /^Refused: this is not what was signed/);
    assert.match(await verdict.innerText(), /not part of the conversation/);
    assert.equal(await page.locator("input[name=history]").inputValue(), "[]");
    assert.equal(await last(page).getByRole("button", { name: "Save its file" }).count(), 0);
    if (what === "a word") await picture(page, "chat-refused");
  }));

test("A prompt that is too long is told as what it is, and goes back to where it can be cut", () => chat({}, async page => {
  const text = "word ".repeat(5000).trim();
  await say(page, text);
  await page.locator("#chat-state").getByText("context has room for 4096 tokens").waitFor();
  assert.equal(await page.getByLabel("Message").inputValue(), text);
  assert.equal(await page.locator(".turn").count(), 0);
}));

test("Without the verifier an answer is said to be unchecked, and its file can be saved", () => chat({}, async page => {
  await page.addInitScript(() => Object.defineProperty(globalThis.crypto, "subtle", { value: undefined }));
  await page.reload();
  await say(page, "once");
  await last(page).locator("details.verdict[data-status=not-checked]").waitFor();
  assert.match(await last(page).locator("summary").innerText(), /^Not checked here/);
  const [download] = await Promise.all([page.waitForEvent("download"), last(page).getByRole("button", { name: "Save its file" }).click()]);
  assert.match(download.suggestedFilename(), /receipt\.json$/);
}));

for (const colorScheme of ["light", "dark"])
  for (const width of [320, 1280])
    test(`The page with answers is in order: ${colorScheme}, ${width} pixels`, () => chat({ colorScheme, viewport: { width, height: 800 } }, async page => {
      await say(page, "once upon a time", { max_tokens: "60" });
      const good = page.locator(".turn.assistant").first().locator("details.verdict");
      await good.waitFor();
      await meddle(page, body => body.replace(/"content":" [a-z]/, "\"content\":\" X"));
      await say(page, "and then", { max_tokens: "12" });
      await last(page).locator("details.verdict[data-status=refuted]").waitFor();
      await picture(page, `chat-${colorScheme}-${width}-closed`);
      await good.locator("> summary").click();
      await last(page).getByText("What was found of the receipt").click();
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      assert.deepEqual(await poorContrast(page), []);
      assert.deepEqual(await structureFaults(page), []);
      assert.deepEqual(await smallTargets(page), []);
      await picture(page, `chat-${colorScheme}-${width}`);
    }));
