// What a person meets: the explorer's pages in Chromium.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { poorContrast, smallTargets, structureFaults } from "./inspect.mjs";
import { startSite } from "./site.mjs";

const axes = [
  "integrity", "signature", "log", "witnesses", "key", "time", "model", "input", "output", "execution", "venue", "completeness",
];
const hostile = "<img src=x onerror=\"window.broken=1\"><script>window.broken=1</script>";

let site, receipt, paths;

before(async () => {
  site = await startSite();
  receipt = await site.infer(hostile);
  paths = ["/", "/?before=2", `/receipts/${receipt.id}`, "/models/digits", "/search?q=nothing", "/receipts/none"];
});

after(() => site?.stop());

/** Opens a page in a context of its own, gives it to the body, and fails on anything that the browser complains of. */
async function visit(path, options, body) {
  const context = await site.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints = [];
  // That a page is not there is said by its status too, and Chromium repeats it on its console.
  page.on("console", m => m.type() === "error" && !m.text().includes("status of 404") && complaints.push(m.text()));
  page.on("pageerror", e => complaints.push(e.message));
  page.on("request", r => r.url().startsWith(site.url) || r.url().startsWith("data:") || complaints.push(`asked for ${r.url()}`));
  try {
    await page.goto(site.url + path);
    await body(page);
  } finally {
    await context.close();
  }
  assert.deepEqual(complaints, [], `${path}: the browser complains`);
}

const eachPage = async (options, body) => {
  for (const path of paths) await visit(path, options, page => body(page, path));
};

const count = (page, selector) => page.locator(selector).count();

test("The live log shows its head, entries, receipts and models", () => visit("/", {}, async page => {
  assert.match(await page.title(), /Live log/);
  assert.match(await page.locator("h1").innerText(), /^assay\.local\/[0-9a-f]{16}$/);
  assert.match(await page.locator(".gauge").innerText(), /^\d+\s+entries under one root$/);
  assert.match(await page.locator(".root").innerText(), /^[A-Za-z0-9+/]{43}=$/);
  assert.match(await page.locator("#log tbody tr").last().innerText(), /^0\s+genesis/);
  assert.ok(await count(page, `#receipts a[href="/receipts/${receipt.id}"]`));
  assert.ok(await count(page, "#models a[href='/models/digits']"));
}));

test("A new receipt appears on the live log by itself", () => visit("/", {}, async page => {
  const { id } = await site.infer();
  await page.locator(`#receipts a[href="/receipts/${id}"]`).waitFor();
  await page.locator(`#log a[href="/receipts/${id}"]`).waitFor();
}));

test("Pause holds the live log still until it goes on", async () => {
  const context = await site.browser.newContext();
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(site.url);
  await page.locator("#pause").press("Enter");
  assert.equal(await page.locator("#pause").getAttribute("aria-pressed"), "true");
  const { id } = await site.infer();
  let asked = 0;
  page.on("request", () => asked++);
  await page.clock.runFor(20_000);
  assert.equal(asked, 0);
  assert.equal(await count(page, `a[href="/receipts/${id}"]`), 0);
  await page.locator("#pause").press("Enter");
  await page.clock.runFor(4_000);
  await page.locator(`#receipts a[href="/receipts/${id}"]`).waitFor();
  await context.close();
});

test("Older entries are a link away and stand still", () => visit("/?before=1", {}, async page => {
  assert.equal(await count(page, "#log tbody tr"), 1);
  assert.equal(await count(page, "[data-live]"), 0);
  await page.getByRole("link", { name: "Newest" }).click();
  await page.locator("#log[data-live]").waitFor();
}));

test("The receipt page says what was found on every axis, by mark and by word", () => visit(`/receipts/${receipt.id}`, {}, async page => {
  assert.equal(await page.locator("h1").innerText(), receipt.id);
  assert.match(await page.locator(".headline").innerText(), /^AUTHENTIC · execution not checked$/);
  const found = await page.locator(".chain li").evaluateAll(items => items.map(li => ({
    axis: li.querySelector("b").textContent, word: li.querySelector(".word").textContent, mark: li.querySelector("svg.mark path") !== null,
    detail: li.querySelector(".detail").textContent.length > 0,
  })));
  assert.deepEqual(found.map(f => f.axis), axes);
  for (const axis of ["integrity", "signature", "log", "key", "model", "input", "output"])
    assert.equal(found.find(f => f.axis === axis).word, "verified", axis);
  assert.equal(found.find(f => f.axis === "execution").word, "not checked");
  assert.ok(found.every(f => f.mark && f.detail && ["verified", "not checked", "unverifiable"].includes(f.word)));
}));

test("The receipt page hands over the bundle and keeps private bytes to itself", () => visit(`/receipts/${receipt.id}`, {}, async page => {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download the bundle" }).click()]);
  assert.equal(download.suggestedFilename(), `${receipt.id}.receipt.json`);
  await page.locator("summary").press("Enter");
  const statement = JSON.parse(await page.locator("pre.json").innerText());
  assert.equal(statement.predicate.recordId, receipt.id);
  const html = await page.content();
  for (const salt of Object.values(receipt.body.assay.salts)) assert.ok(!html.includes(salt), "a salt is on the page");
}));

test("The model page shows digests, tensors, files, card and the lines to run it", () => visit("/models/digits", {}, async page => {
  const text = await page.locator("main").innerText();
  for (const part of [/Model digest\s+sha256:[0-9a-f]{64}/, /image\s+float32\s+1 × 1 × 28 × 28/, /model\.onnx\s+[\d.]+ KiB\s+[0-9a-f]{64}/, /assay run digits/, /# digits/])
    assert.match(text, part);
  assert.ok((await page.locator("pre.lines").allInnerTexts()).some(line => line.includes(`${site.url}/v2/models/digits/infer`)));
  assert.ok(await count(page, `a[href="/receipts/${receipt.id}"]`));
}));

test("Search works from the keyboard and leads to the page of what was typed", () => visit("/", {}, async page => {
  for (const [typed, path] of [[receipt.id.slice(0, 10), `/receipts/${receipt.id}`], ["digits", "/models/digits"]]) {
    await page.getByRole("searchbox").fill(typed);
    await page.getByRole("searchbox").press("Enter");
    await page.waitForURL(site.url + path);
  }
  await page.getByRole("searchbox").fill("no such thing");
  await page.getByRole("searchbox").press("Enter");
  await page.getByRole("heading", { name: "Nothing found" }).waitFor();
}));

test("The tab key meets everything in reading order, and the focus is seen", () => visit("/", {}, async page => {
  const met = [];
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press("Tab");
    met.push(await page.evaluate(() => {
      const { textContent, id } = document.activeElement;
      const style = getComputedStyle(document.activeElement);
      return { name: id || textContent.trim(), seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 };
    }));
  }
  assert.deepEqual(met.slice(0, 11).map(m => m.name), ["Skip to content", "Assay", "Log", "Models", "Receipts", "Accounts", "Chat", "Verify", "q", "Search", "pause"]);
  assert.match(met[11].name, /^(receipt|model|key)/);
  assert.deepEqual(met.filter(m => !m.seen).map(m => m.name), []);
  await page.reload();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
}));

test("Every page works with scripts switched off", () => eachPage({ javaScriptEnabled: false }, async (page, path) => {
  assert.ok((await page.locator("main").innerText()).length > 100, path);
  assert.equal(await page.locator("#pause:visible").count(), 0);
  await page.getByRole("searchbox").fill("digits");
  await page.getByRole("button", { name: "Search" }).click();
  await page.waitForURL(`${site.url}/models/digits`);
}));

test("The browser refuses scripts, styles and addresses that are not ours", async () => {
  const context = await site.browser.newContext();
  const page = await context.newPage();
  await page.goto(`${site.url}/receipts/${receipt.id}`);
  await page.evaluate(() => {
    window.refused = [];
    document.addEventListener("securitypolicyviolation", e => window.refused.push(e.effectiveDirective));
    const script = document.createElement("script");
    script.textContent = "window.broken = 1";
    document.body.append(script);
    document.body.setAttribute("style", "color: red");
    fetch("http://127.0.0.1:1/").catch(() => {});
    const frame = document.createElement("iframe");
    frame.src = "http://127.0.0.1:1/";
    document.body.append(frame);
  });
  // The browser tells of each refusal in its own time.
  for (const directive of ["script-src-elem", "style-src-attr", "connect-src", "frame-src"])
    await page.waitForFunction(d => window.refused.includes(d), directive, { timeout: 10_000 });
  assert.equal(await page.evaluate(() => window.broken), undefined);
  await context.close();
});

test("A hostile nonce is text on the page and runs nothing", () => visit(`/receipts/${receipt.id}`, {}, async page => {
  assert.ok((await page.locator("main").innerText()).includes(hostile));
  assert.equal(await count(page, "main img, main script"), 0);
  assert.equal(await page.evaluate(() => window.broken), undefined);
}));

for (const colorScheme of ["light", "dark"])
  test(`Text has contrast in ${colorScheme} mode`, async () => {
    await eachPage({ colorScheme }, async (page, path) => {
      for (const details of await page.locator("details").all()) await details.locator("summary").click();
      assert.deepEqual(await poorContrast(page), [], path);
    });
    await visit("/", { colorScheme }, async page => {
      const [r] = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g).map(Number));
      assert.ok(colorScheme === "dark" ? r < 60 : r > 200, `the background is ${r} in ${colorScheme} mode`);
    });
  });

for (const width of [320, 360, 700, 1000])
  test(`Nothing scrolls sideways at ${width} pixels`, () => eachPage({ viewport: { width, height: 740 } }, async (page, path) => {
    for (const details of await page.locator("details").all()) await details.locator("summary").click();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, path);
  }));

test("Every page has landmarks, headings, captions and names", () => eachPage({}, async (page, path) =>
  assert.deepEqual(await structureFaults(page), [], path)));

test("What is pressed is at least 24 pixels high and wide", () => eachPage({ viewport: { width: 360, height: 740 } }, async (page, path) =>
  assert.deepEqual(await smallTargets(page), [], path)));

test("Nothing moves for those who asked for less motion", () => eachPage({ reducedMotion: "reduce" }, async page => {
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior), "auto");
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
}));

test("The node serves the page that verifies, and it accepts the node's own receipt without asking for anything", async () => {
  const [bundle, policy] = await Promise.all([
    fetch(`${site.url}/v1/receipts/${receipt.id}`, { headers: { "Assay-Disclosure": receipt.body.assay.salts.output } }), fetch(`${site.url}/policy.json`),
  ].map(async answer => Buffer.from(await (await answer).arrayBuffer())));
  await visit("/", {}, async page => {
    await page.getByRole("link", { name: "Verify", exact: true }).click();
    const asked = [];
    await page.waitForLoadState();
    page.on("request", r => asked.push(r.url()));
    const upload = (name, buffer) => ({ name, mimeType: "application/json", buffer });
    await page.locator("#policy-file").setInputFiles(upload("policy.json", policy));
    await page.locator("#bundle-file").setInputFiles(upload("receipt.json", bundle));
    await page.locator(".headline").waitFor();
    assert.match(await page.locator(".headline").innerText(), /^AUTHENTIC/, await page.locator("main").innerText());
    assert.deepEqual(asked, []);
  });
});
