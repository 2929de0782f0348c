// Pages of a node's market in Chromium: a market on two accounts, all of it through the node's own desks (tests/Assay.Audit.Stories).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { poorContrast, smallTargets, structureFaults } from "./inspect.mjs";
import { startSite } from "./site.mjs";

let site, ids, paths;

before(async () => {
  site = await startSite({ prepare: (data, digest) => execFileSync(process.env.ASSAY_STORIES, ["market", data, digest.replace("sha256:", "")], { stdio: "inherit" }) });
  const { accounts } = await (await fetch(`${site.url}/v1/accounts`)).json();
  ids = Object.fromEntries(accounts.map(a => [a.provider.origin.split(".")[0], a.account]));
  paths = [
    "/market", "/market/participants/0", "/market/participants/2", "/market/auctions/0", "/market/auctions/1", "/market/covers/0", "/market/covers/1", "/market/covers/3",
    `/accounts/${ids.steady}`, `/accounts/${ids.swapped}`, "/market/covers/99", "/market/participants/99", "/market/auctions/99",
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
    await body(page, path);
  } finally {
    await context.close();
  }
  assert.deepEqual(complaints, [], path);
}

async function eachPage(options, body) {
  for (const path of paths) await visit(path, options, body);
}

const text = async locator => (await locator.innerText()).replace(/\s+/g, " ");

// How many verdicts of the story are failures hangs on its draws, and those on the served model's digest: what must hold for
// every digest is that the page's sums follow from the verdicts it names.
const figure = s => Number(s.replaceAll(" ", ""));
const grouped = n => String(n).replace(/\B(?=(\d{3})+$)/g, " ");
// A rate in millionths, the part of it above 2 % and up to 12 %, of a sum of 20 000 (docs/spec/market.md).
const paidFor = (failures, verdicts) => Math.floor(20_000 * Math.min(100_000, Math.max(0, Math.floor(1_000_000 * failures / verdicts) - 20_000)) / 100_000);

test("The market's page prices both segments and shows what pays against what corrupting costs", () => visit("/market", {}, async page => {
  const rows = page.locator("#segments-title + .scroll tbody tr");
  assert.equal(await rows.count(), 2);
  const steady = await text(rows.nth(0));
  assert.match(steady, /steady\.example\/log, segment 1/);
  assert.match(steady, /\d+ % of what it costs/);
  assert.match(steady, /36 % of 60 000/);
  for (const id of ["covers", "contracts", "bonds", "auctions", "settled", "participants"]) assert.ok(await page.locator(`#${id}-title + .scroll tbody tr`).count() >= 1, id);
  assert.match(await text(page.locator("#settled-title + .scroll")), /swapped\.example\/log, segment 1 [1-9][\d ]* of 20 000 units were paid/);
  // The page says what the journal says.
  const { state, entries } = await (await fetch(`${site.url}/v1/market`)).json();
  const journal = await text(page.locator("#journal-title + dl"));
  assert.ok(journal.includes(state) && journal.includes(`Entries ${entries}`), journal);
}));

test("Cover stands beside the account, with what the price is made of", async () => {
  await visit(`/accounts/${ids.steady}`, {}, async page => {
    const lines = page.locator("#cover-title + .scroll tbody tr");
    assert.equal(await lines.count(), 3);
    for (const line of await lines.all()) {
      const [premium, fair, , load, capacity] = (await line.locator("td.figure").allInnerTexts()).map(t => Number(t.replace(/\s/g, "")));
      assert.ok(premium > 0 && premium === fair + load + capacity, await line.innerText());
    }
    await page.locator("a[href='/market']").last().click();
    assert.match(page.url(), /\/market$/);
  });
});

test("A settled cover is followed from the payout down to the records that diverge", () => visit("/market", {}, async page => {
  await page.locator("#settled-title + .scroll a", { hasText: "Cover 1" }).click();
  const paid = (await text(page.locator(".headline"))).match(/([\d ]+) of 20 000 units were paid/)[1].trim();
  const [, verdicts, failures, rate] = (await text(page.locator(".headline + p"))).match(/Of ([\d ]+) verdicts in its window ([\d ]+) are failures, ([\d.]+) %/);
  assert.ok(figure(failures) >= 5, failures);
  assert.equal(figure(paid), paidFor(figure(failures), figure(verdicts)));
  assert.ok(Math.abs(Number(rate) - 100 * figure(failures) / figure(verdicts)) < 1e-3, rate);
  assert.equal(await page.locator(".chain li.verified").count(), 5);
  // Each failure of the window is there, by itself.
  for (const details of await page.locator("#evidence-title ~ details").all()) await details.evaluate(d => { d.open = true; });
  const records = page.locator("#evidence-title ~ details tbody tr");
  assert.equal(await records.count(), figure(failures));
  assert.match(await text(records.first()), /^\d+ d: diverged east\.auditors\.example\/log \d+ \d+ sha256:[0-9a-f]{64}$/);
  assert.ok((await text(page.locator("#paid-title + .scroll"))).includes(`participant 0 ${grouped(figure(paid))}`));
}));

test("A cover that paid nothing says why, and one that stands open how far it is", async () => {
  await visit("/market/covers/0", {}, async page => assert.match(await text(page.locator(".headline")), /nothing was due/));
  await visit("/market/covers/3", {}, async page => {
    assert.match(await text(page.locator(".headline")), /Stands open/);
    assert.equal(await page.locator("figure.plot svg.chart").count(), 1);
    assert.equal(await page.locator(".chain").count(), 0);
  });
});

test("An auction's page shows the book, the price and every order; a sealed one shows no limits", async () => {
  await visit("/market/auctions/0", {}, async page => {
    assert.match(await text(page.locator(".headline")), /60 lots at 10 units each/);
    assert.match(await page.locator("svg.chart").getAttribute("aria-label"), /At 10 units a lot 60 lots changed hands: 90 were wanted at that price, 60 offered/);
    await page.locator("figure summary").click();
    assert.match(await text(page.locator("figure tbody")), /10 90 60 cleared here/);
    const orders = await page.locator("#orders-title + .scroll tbody tr").allInnerTexts();
    assert.equal(orders.length, 6);
    assert.equal(orders.filter(o => o.includes("never opened")).length, 1);
    const filled = side => orders.filter(o => o.includes(side)).reduce((sum, o) => sum + Number(o.split("\t")[5]), 0);
    assert.deepEqual([filled("buy"), filled("sell")], [60, 60]);
  });
  await visit("/market/auctions/1", {}, async page => {
    assert.equal(await page.locator("svg.chart").count(), 0);
    assert.match(await text(page.locator("#orders-title + .scroll tbody")), /sealed .*sealed/);
  });
});

test("A participant's page draws what its positions pay, with the numbers", () => visit("/market/participants/0", {}, async page => {
  assert.equal(await page.locator("#positions-title + .scroll tbody tr").count(), 2);
  assert.equal(await page.locator("svg.chart").count(), 1);
  await page.locator("figure summary").click();
  const rows = await page.locator("figure tbody tr").allInnerTexts();
  // Nothing at the cover's and the contract's threshold of 2 %; all of both at 12 %.
  assert.deepEqual(rows.map(r => r.replace(/\u202f/g, "").split("\t")).filter(([rate]) => ["2%", "12%"].includes(rate)), [["2%", "0", "0", "0"], ["12%", "20000", "2000", "22000"]]);
  await page.goto(`${site.url}/market/covers/1`);
  const paid = (await text(page.locator(".headline"))).match(/([\d ]+) of 20 000 units were paid/)[1].trim();
  await page.goBack();
  assert.match(await text(page.locator("#history-title + .scroll")), new RegExp(`look, 0 of entry \\d+ .* \\+${paid} paper units, −20 000 cover 1`));
}));

test("Without scripts, in both colour schemes, nothing is missing and every word can be read", async () => {
  await eachPage({ javaScriptEnabled: false }, async page => assert.ok(await page.locator("h1").isVisible()));
  for (const colorScheme of ["light", "dark"])
    await eachPage({ colorScheme, reducedMotion: "reduce" }, async (page, path) => {
      for (const details of await page.locator("details").all()) await details.evaluate(d => { d.open = true; });
      assert.deepEqual(await poorContrast(page), [], `${path} in ${colorScheme}`);
    });
});

test("Structure, targets and the keyboard hold on every page", () => eachPage({}, async (page, path) => {
  assert.deepEqual(await structureFaults(page), [], path);
  assert.deepEqual(await smallTargets(page), [], path);
  for (const scroll of await page.locator(".scroll").all()) assert.equal(await scroll.getAttribute("tabindex"), "0", path);
}));

test("What is drawn stays within its drawing, and no page is wider than a small screen", async () => {
  await eachPage({}, async (page, path) => assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll("svg.chart")].flatMap(svg => {
    const frame = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("path, circle, line, text")].map(e => [e, e.getBoundingClientRect()])
      .filter(([, b]) => b.left < frame.left - 1 || b.right > frame.right + 1 || b.top < frame.top - 1 || b.bottom > frame.bottom + 1).map(([e]) => e.outerHTML);
  })), [], path));
  for (const width of [320, 360])
    await eachPage({ viewport: { width, height: 700 } }, async (page, path) => assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), path));
});
