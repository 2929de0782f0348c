// Pages of accounts in Chromium: made-up histories, folded by the real fold (tests/Assay.Audit.Stories).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { poorContrast, smallTargets, structureFaults } from "./inspect.mjs";
import { startSite } from "./site.mjs";

let site, ids, paths;

before(async () => {
  site = await startSite({
    prepare(data, digest) {
      mkdirSync(join(data, "accounts"));
      execFileSync(process.env.ASSAY_STORIES, [join(data, "accounts"), digest], { stdio: "inherit" });
    },
  });
  const { accounts } = await (await fetch(`${site.url}/v1/accounts`)).json();
  ids = Object.fromEntries(accounts.map(a => [a.provider.origin.split(".")[0], a.account]));
  paths = [
    "/accounts", ...Object.values(ids).map(id => `/accounts/${id}`), `/accounts/${ids.swapped}?segment=1`,
    "/providers/swapped.example/log", "/providers/silent.example/log", "/models/digits",
    `/accounts?model=${accounts[0].segments[0].model}`, "/accounts?model=none", "/accounts/none", "/providers/nobody",
  ];
});

after(() => site?.stop());

async function visit(path, options, body) {
  const context = await site.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints = [];
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

test("The list says of each provider what is proven, with n, and promises nothing", () => visit("/accounts", {}, async page => {
  const rows = await page.locator(".segments tbody tr").allInnerTexts();
  assert.equal(rows.length, 5);
  const row = name => rows.find(r => r.includes(`${name}.example`)).replace(/\s/g, " ");
  assert.match(row("careful"), /at least 99\.9\d+ % pass \(n = 5 \d{3}, 0 failed\).*no alarm/);
  assert.match(row("swapped"), /alarmed/);
  assert.match(row("silent"), /insufficient data \(n = 0, 0 failed\)/);
  assert.match(row("fresh"), /<script>Fresh<\/script>.*no detector yet/);
  assert.match(await page.locator("main").innerText(), /does not promise that the provider behaves so tomorrow/);
}));

test("An account that was swapped shows band, alarm, forecasts and canaries, each with its numbers", () => visit(`/accounts/${ids.swapped}`, {}, async page => {
  assert.match(await page.locator(".headline").innerText(), /^Alarmed: the failure rate has risen/);
  const charts = page.locator("figure.plot");
  assert.equal(await charts.count(), 4);
  assert.equal(await count(page, "svg.chart path.band"), 1);
  assert.ok(await count(page, "svg.chart path.sign") >= 1);
  assert.match(await page.locator("svg.chart").nth(1).getAttribute("aria-label"), /It alarmed/);
  for (let i = 0; i < 4; i++) {
    assert.equal(await charts.nth(i).locator("table").isVisible(), false);
    await charts.nth(i).locator("summary").click();
    assert.ok(await charts.nth(i).locator("tbody tr").count() >= 3);
  }
  // Every drawn number is within the drawing.
  assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll("svg.chart")].flatMap(svg => {
    const frame = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("path, circle, line, text")].map(e => [e, e.getBoundingClientRect()])
      .filter(([, b]) => b.left < frame.left - 1 || b.right > frame.right + 1 || b.top < frame.top - 1 || b.bottom > frame.bottom + 1).map(([e]) => e.outerHTML);
  })), []);
}));

test("Segments are told apart, and the older one has a page", () => visit(`/accounts/${ids.swapped}`, {}, async page => {
  await page.locator("#segments-title + .scroll a").first().click();
  assert.match(page.url(), /segment=1$/);
  assert.match(await page.locator(".headline + p").innerText(), /Segment 1 of 2/);
  assert.equal(await page.locator("a[aria-current=true]").count(), 1);
}));

test("A clean record says what it does not promise, and a fresh one that too little is known", async () => {
  await visit(`/accounts/${ids.careful}`, {}, async page =>
    assert.match((await page.locator(".headline + p").innerText()).replace(/\s/g, " "), /No failure among 5 \d{3} judged: a provider that fails in up to 0\.0\d+ % of its answers could have looked the same\./));
  await visit(`/accounts/${ids.silent}`, {}, async page => {
    assert.match(await page.locator(".headline").innerText(), /insufficient data/);
    assert.match(await page.locator("#history-title + p").innerText(), /no history to draw yet/);
  });
});

test("A provider's page shows its days, its alarms, and what nobody measured", () => visit("/providers/swapped.example/log", {}, async page => {
  assert.match(await page.locator("svg.days").getAttribute("aria-label"), /days? alarm/);
  await page.locator("figure summary").first().click();
  assert.ok(await count(page, "figure table tbody tr") >= 40);
  assert.match(await page.locator("#happened-title + table").innerText(), /alarm[\s\S]*segment begins/);
  assert.match(await page.locator("#else-title + dl").innerText(), /not measured/);
}));

test("A model's page puts providers side by side, and a receipt leads there", async () => {
  await visit("/models/digits", {}, async page => assert.equal(await count(page, "#providers-title + .scroll tbody tr"), 5));
  const { id } = await site.infer();
  await visit(`/receipts/${id}`, {}, async page => {
    await page.locator("a[href^='/accounts?model=']").click();
    assert.equal(await count(page, ".segments tbody tr"), 5);
  });
});

test("Without scripts, in both colour schemes and on paper, nothing is missing", async () => {
  await eachPage({ javaScriptEnabled: false }, async page => assert.ok(await page.locator("h1").isVisible()));
  for (const colorScheme of ["light", "dark"])
    await eachPage({ colorScheme, reducedMotion: "reduce" }, async (page, path) => {
      for (const details of await page.locator("details").all()) await details.evaluate(d => { d.open = true; });
      assert.deepEqual(await poorContrast(page), [], `${path} in ${colorScheme}`);
    });
});

test("Lines and areas stand out from what is behind them", async () => {
  for (const colorScheme of ["light", "dark"])
    await visit(`/accounts/${ids.swapped}`, { colorScheme }, async page => assert.deepEqual(await page.evaluate(() => {
      const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
      const light = colour => {
        pen.clearRect(0, 0, 1, 1);
        pen.fillStyle = colour;
        pen.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map(c => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const paper = light(getComputedStyle(document.documentElement).backgroundColor);
      return [...document.querySelectorAll(".seen, .proven, .expected, .limit, .reach, .chart .band")].map(e => light(getComputedStyle(e).stroke))
        .map(l => (Math.max(l, paper) + 0.05) / (Math.min(l, paper) + 0.05)).filter(ratio => ratio < 3);
    }), [], colorScheme));
});

test("Structure, targets and the keyboard hold on every page", () => eachPage({}, async (page, path) => {
  assert.deepEqual(await structureFaults(page), [], path);
  assert.deepEqual(await smallTargets(page), [], path);
  for (const scroll of await page.locator(".scroll").all()) assert.equal(await scroll.getAttribute("tabindex"), "0", path);
}));

test("On a small screen nothing makes the page wider than it is", () => eachPage({ viewport: { width: 320, height: 700 } }, async (page, path) =>
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), path)));
