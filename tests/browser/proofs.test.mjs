// A run of the committed digit model is proved from its page, and the proof is checked by the page that verifies, with the network off.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { poorContrast, smallTargets, structureFaults } from "./inspect.mjs";
import { command, startSite } from "./site.mjs";

let site, early, ready, fresh;

before(async () => {
  site = await startSite({
    model: "digits-int8",
    prepare: data => {
      const run = () => JSON.parse(execFileSync(command, ["run", "digits", join(process.env.ASSAY_MODELS, "digits/samples/7.png"), "-o", data, "--json", "--data", data]));
      early = run().receipt;
      execFileSync(command, ["commit", "digits", "--data", data], { stdio: ["ignore", "ignore", "inherit"] });
    },
  });
  ready = await site.infer();
  fresh = await site.infer();
  await ask("POST", ready.id);
  await made(ready.id);
});

after(() => site?.stop());

const ask = async (method, id, headers) => await (await fetch(`${site.url}/v1/receipts/${id}/proof`, { method, headers })).json();

async function made(id) {
  let state;
  while (["waiting", "proving"].includes((state = await ask("GET", id)).state)) await new Promise(resolve => setTimeout(resolve, 50));
  assert.equal(state.state, "ready", state.detail);
}

/** The bundle as the caller gets it: with everything that opens it, and the proof. */
const whole = async ({ id, body }) =>
  await (await fetch(`${site.url}/v1/receipts/${id}`, { headers: { "Assay-Disclosure": body.assay.salts.output } })).json();

/** Opens a page in a context of its own, gives it to the body, and fails on anything that the browser complains of. */
async function visit(path, options, body) {
  const context = await site.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage(), complaints = [];
  page.on("console", m => m.type() === "error" && complaints.push(m.text()));
  page.on("pageerror", e => complaints.push(e.message));
  page.on("request", r => r.url().startsWith(site.url) || r.url().startsWith("data:") || complaints.push(`asked for ${r.url()}`));
  try {
    await page.goto(site.url + path);
    await body(page, context);
  } finally {
    await context.close();
  }
  assert.deepEqual(complaints, [], `${path}: the browser complains`);
}

const proof = page => page.locator("section[aria-labelledby=proof]");
const pages = () => [ready, fresh].map(r => `/receipts/${r.id}`);
const execution = async page => (await page.locator(".chain li", { has: page.locator("b", { hasText: /^execution$/ }) }).locator(".word, .detail").allInnerTexts());

test("Where a proof can be asked for, the page says what it shows and what it tells of the model", () => visit(`/receipts/${fresh.id}`, {}, async page => {
  assert.match(await proof(page).innerText(), /Proof of the run[^]*without the model[^]*hides nothing[^]*enough of them tell all[^]*Prove this run/);
  assert.equal(await page.locator(".headline").innerText(), "AUTHENTIC · execution not checked");
}));

test("Of a run from before the commitment there can be no proof, and none is offered", () => visit(`/receipts/${early}`, {}, async page => {
  assert.equal(await proof(page).count(), 0);
  assert.match((await fetch(`${site.url}/v1/receipts/${early}/proof`, { method: "POST" }).then(r => r.json())).error, /had not been committed/);
}));

for (const javaScriptEnabled of [true, false])
  test(`A press of the button proves the run, and the page looks again by itself ${javaScriptEnabled ? "from the keyboard" : "with scripts switched off"}`, async () => {
    const { id } = await site.infer();
    await visit(`/receipts/${id}`, { javaScriptEnabled }, async page => {
      const button = page.getByRole("button", { name: "Prove this run" });
      if (javaScriptEnabled) await button.press("Enter");
      else await button.click();
      await page.waitForURL(`${site.url}/receipts/${id}#proof`);
      assert.match(await proof(page).innerText(), /It waits|It is being made|It is made/);
      await page.locator(".headline", { hasText: "AUTHENTIC · PROVED" }).waitFor();
      assert.match(await proof(page).innerText(), /It is made \([\d,.\s]+ bytes\)/);
      assert.match((await execution(page)).join(" "), /^verified proved: the committed model [0-9a-f]{8}… gives this output on this input; its weights are proved to be of eight bits, its biases within their bounds, its padding zero$/);
      assert.equal(await button.count(), 0);
    });
  });

test("What the page lets anyone download has no proof in it, and the caller's bundle has", async () => {
  await visit(`/receipts/${ready.id}`, {}, async page => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download the bundle" }).click()]);
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    assert.deepEqual(JSON.parse(Buffer.concat(chunks)).evidence, []);
    assert.match(await proof(page).innerText(), /has no proof in it/);
  });
  assert.equal((await whole(ready)).evidence.length, 1);
});

test("A page of another site asks for nothing", async () => {
  const { id } = await site.infer();
  const foreign = createServer((_, answer) => answer.setHeader("Content-Type", "text/html").end(
    `<form method="post" action="${site.url}/receipts/${id}/proof"><button>A</button></form><form method="post" action="${site.url}/v1/receipts/${id}/proof"><button>B</button></form>`)).listen(0, "127.0.0.1");
  await once(foreign, "listening");
  const context = await site.browser.newContext();
  try {
    const page = await context.newPage();
    for (const button of ["A", "B"]) {
      await page.goto(`http://127.0.0.1:${foreign.address().port}/`);
      const [answer] = await Promise.all([page.waitForResponse(r => r.request().method() === "POST"), page.getByRole("button", { name: button }).click()]);
      assert.equal(answer.status(), 403);
    }
    assert.equal((await ask("GET", id)).state, "none");
  } finally {
    await context.close();
    foreign.close();
  }
});

for (const colorScheme of ["light", "dark"])
  test(`Text has contrast in ${colorScheme} mode, structure and targets hold`, async () => {
    for (const path of pages())
      await visit(path, { colorScheme, viewport: { width: 360, height: 740 } }, async page =>
        assert.deepEqual([await poorContrast(page), await structureFaults(page), await smallTargets(page)], [[], [], []], path));
  });

for (const width of [320, 700])
  test(`Nothing scrolls sideways at ${width} pixels`, async () => {
    for (const path of pages())
      await visit(path, { viewport: { width, height: 740 } }, async page => assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, path));
  });

test("The page that verifies checks a proof with the network off, and refuses it damaged or beside another receipt", async () => {
  const [bundle, policy, other] = [await whole(ready), await (await fetch(`${site.url}/policy.json`)).json(), await whole(fresh)];
  const damaged = structuredClone(bundle), held = damaged.evidence[0].proof, bytes = Buffer.from(held.bytes, "base64");
  bytes[bytes.length >> 1] ^= 1;
  Object.assign(held, { bytes: bytes.toString("base64"), sha256: createHash("sha256").update(bytes).digest("hex") });
  await visit("/verify", {}, async (page, context) => {
    await page.waitForLoadState();
    await context.setOffline(true);
    const asked = [];
    page.on("request", r => asked.push(r.url()));
    const choose = async (what, name, value) => await page.locator(what).setInputFiles({ name, mimeType: "application/json", buffer: Buffer.from(JSON.stringify(value)) });
    await choose("#policy-file", "policy.json", { ...policy, execution: "proved" });
    for (const [name, value, headline, found] of [
      ["proved", bundle, /^AUTHENTIC · PROVED$/, /^verified .*committed model/],
      ["damaged", damaged, /^REJECTED · execution/, /^refuted .*C\d+/],
      ["swapped", { ...other, evidence: bundle.evidence }, /^REJECTED · execution/, /^refuted .*C\d+/],
      ["bare", { ...bundle, evidence: [] }, /^AUTHENTIC · execution not checked/, /^not checked/],
    ]) {
      await choose("#bundle-file", `${name}.receipt.json`, value);
      await page.locator("#bundle-name", { hasText: name }).waitFor();
      await page.waitForFunction(source => new RegExp(source).test(document.querySelector(".headline")?.innerText ?? ""), headline.source);
      assert.match((await execution(page)).join(" "), found, name);
    }
    assert.deepEqual(asked, []);
  });
});
