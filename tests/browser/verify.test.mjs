// The page that verifies a file by itself, opened from the disk as a person who saved it would.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { jsonOf, needs } from "../../verifier/test/support/data.mjs";
import { issue, origin } from "../../verifier/test/support/issuer.mjs";
import { b64, noteLine } from "../../verifier/test/support/signing.mjs";
import { poorContrast, smallTargets } from "./inspect.mjs";
import { startBrowser } from "./site.mjs";

const file = fileURLToPath(new URL("../../verifier/dist/verify.html", import.meta.url));
const hostile = "<img src=x onerror=\"window.broken=1\">";

let browser;
before(async () => { browser = await startBrowser(); });
after(() => browser?.close());

/** Opens the page, gives it to the body, and fails on any request that leaves it and anything the browser complains of. */
async function visit(options, body) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage(), complaints = [];
  page.on("console", m => m.type() === "error" && complaints.push(m.text()));
  page.on("pageerror", e => complaints.push(e.message));
  page.on("request", r => r.url() === pathToFileURL(file).href || complaints.push(`asked for ${r.url()}`));
  try {
    await page.goto(pathToFileURL(file).href);
    await body(page);
  } finally {
    await context.close();
  }
  assert.deepEqual(complaints, [], "the browser complains");
}

const upload = (name, value) => ({ name, mimeType: "application/json", buffer: Buffer.from(JSON.stringify(value)) });
async function choose(page, bundle, policy) {
  if (policy !== undefined) await page.locator("#policy-file").setInputFiles(upload("policy.json", policy));
  await page.locator("#bundle-file").setInputFiles(upload("answer.receipt.json", bundle));
  await page.locator(".headline, .notice").first().waitFor();
}
const axis = async (page, name) => {
  const [status, , reason] = (await page.locator(".chain li", { has: page.locator("b", { hasText: new RegExp(`^${name}$`) }) }).locator("b, .word, code").allInnerTexts()).slice(1).reduce((all, t) => [...all, t, ""], []);
  return [status, reason];
};

test("A receipt in order is accepted, with every axis by mark and by word", () => visit({}, async page => {
  const { bundle, policy } = issue({ wire: true });
  await choose(page, bundle, policy);
  assert.equal(await page.locator(".headline").innerText(), "AUTHENTIC · execution not checked");
  assert.equal(await page.locator(".chain li svg.mark").count(), 12);
  assert.deepEqual(await axis(page, "log"), ["verified", "included"]);
  assert.deepEqual(await axis(page, "execution"), ["not checked", "no-replay"]);
  assert.match(await page.locator(".disclosed pre").nth(1).innerText(), /"inputs"/);
  await page.locator("summary").press("Enter");
  assert.equal(JSON.parse(await page.locator("pre.json").innerText()).verdict, "accepted");
}));

test("A passport shows the figures that its entries give, and a changed one what differs", () => visit({}, async page => {
  const vectors = JSON.parse(readFileSync(new URL("../../docs/spec/vectors/passports/passports.json", import.meta.url), "utf8"));
  const drop = async lines => {
    await page.locator("#bundle-file").setInputFiles({ name: "small.passport.json", mimeType: "application/json", buffer: Buffer.from(lines.map(l => `${l}\n`).join("")) });
    await page.locator("#bundle-name", { hasText: "small.passport.json" }).waitFor();
  };
  await page.locator("#policy-file").setInputFiles({ name: "policy.json", mimeType: "application/json", buffer: Buffer.from(vectors.policies.small) });
  const lines = vectors.passports.small, last = lines.at(-1);
  await drop(lines);
  await page.locator(".headline", { hasText: "ACCEPTED" }).waitFor();
  assert.equal(await page.locator(".headline").innerText(), "ACCEPTED \u00b7 recomputed");
  const figures = JSON.parse(last);
  assert.match(await page.locator("dl").first().innerText(), new RegExp(`n = ${figures.life.passes + figures.life.failures}`));
  assert.deepEqual([await poorContrast(page), await smallTargets(page)], [[], []]);
  await drop([...lines.slice(0, -1), last.replace(/"disputed":(\d+)/, (_, n) => `"disputed":${Number(n) + 1}`)]);
  await page.locator(".headline", { hasText: "REJECTED" }).waitFor();
  assert.match(await page.locator(".notice").first().innerText(), /segments\[0\]\.disputed/);
}));

test("A changed receipt is rejected on the axis that was changed", () => visit({}, async page => {
  const { bundle, policy } = issue();
  bundle.disclosures.input.bytes = b64(Buffer.from("another input, as long as it is it!"));
  await choose(page, bundle, policy);
  assert.match(await page.locator(".headline").innerText(), /^REJECTED · input/);
  assert.deepEqual(await axis(page, "input"), ["refuted", "length"]);
  assert.deepEqual(await axis(page, "signature"), ["verified", "signed"]);
}));

test("A P-256 receipt, witnesses and a key that was retired later are shown", () => visit({}, async page => {
  const { bundle, policy } = issue({ serving: "ecdsa-p256-sha256", retire: true });
  await choose(page, bundle, policy);
  assert.deepEqual(await axis(page, "signature"), ["verified", "signed"]);
  assert.deepEqual(await axis(page, "witnesses"), ["verified", "quorum"]);
  assert.match(await page.locator(".notice").innerText(), /retire event/);
}));

test("Without a policy nothing is accepted, and with one the same receipt is judged again", () => visit({}, async page => {
  const { bundle, policy } = issue();
  await choose(page, bundle);
  assert.match(await page.locator(".headline").innerText(), /^NOT JUDGED/);
  await page.locator("#policy-file").setInputFiles(upload("policy.json", policy));
  await page.locator(".headline", { hasText: "AUTHENTIC" }).waitFor();
}));

test("Files dropped together are told apart by what they are", () => visit({}, async page => {
  const { bundle, policy } = issue();
  const transfer = await page.evaluateHandle(files => {
    const data = new DataTransfer();
    for (const [name, text] of files) data.items.add(new File([text], name));
    return data;
  }, [["a.json", JSON.stringify(policy)], ["b.json", JSON.stringify(bundle)]]);
  await page.dispatchEvent("main", "drop", { dataTransfer: transfer });
  await page.locator(".headline", { hasText: "AUTHENTIC" }).waitFor();
  assert.match(await page.locator("#policy-name").innerText(), /^a\.json/);
}));

test("A span of an output is shown alone, and said to be a span", () => visit({}, async page => {
  const { bundle, policy } = issue({ output: "tokens", disclose: { output: [1, 2] }, require: ["integrity", "signature", "log", "key"] });
  await choose(page, bundle, policy);
  assert.deepEqual(await axis(page, "output"), ["unverifiable", "span"]);
  assert.match(await page.locator(".disclosed").innerText(), /Tokens 1 to 2 alone[^]*t1 \u00e9t2 \u00e9/);
}));

test("A fault file is judged by the policy", () => visit({}, async page => {
  const { policy, logKey } = issue(), note = root => (text => `${text}\n${noteLine(origin, logKey, text)}`)(`${origin}\n7\n${b64(Buffer.alloc(32, root))}\n`);
  await choose(page, { mediaType: "application/vnd.assay.fault.v1+json", kind: "two-roots", checkpoints: [note(1), note(2)] }, policy);
  assert.match(await page.locator(".headline").innerText(), /^PROVED/);
}));

test("What a file says is never markup", () => visit({}, async page => {
  const { bundle, policy } = issue({ edit: { receipt: r => { r.issuer.node = hostile; r.clientNonce = hostile; }, policy: p => { p.name = hostile; }, bundle: b => { b.disclosures.input.salt = b64(Buffer.alloc(32)); } } });
  await choose(page, bundle, policy);
  await choose(page, { mediaType: hostile }, policy);
  assert.match(await page.locator(".headline").innerText(), /^UNSUPPORTED/);
  await choose(page, { mediaType: "application/vnd.assay.bundle.v1+json", [hostile]: 1 }, policy);
  assert.match(await page.locator(".headline").innerText(), /^MALFORMED/);
  assert.equal(await page.evaluate(() => window.broken), undefined);
  assert.equal(await page.locator("main img").count(), 0);
}));

test("Whatever its script tried, nothing would leave the page", async () => {
  const context = await browser.newContext(), page = await context.newPage(), asked = [];
  await page.goto(pathToFileURL(file).href);
  assert.match(await page.locator("meta[http-equiv]").getAttribute("content"), /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; connect-src 'none'/);
  page.on("requestfinished", r => asked.push(r.url()));
  const refused = await page.evaluate(() => new Promise(done => {
    document.addEventListener("securitypolicyviolation", e => done(e.effectiveDirective));
    fetch("https://example.com/").catch(() => {});
  }));
  const image = await page.evaluate(() => new Promise(done => {
    document.addEventListener("securitypolicyviolation", e => done(e.effectiveDirective));
    new Image().src = "https://example.com/x.png";
  }));
  await context.close();
  assert.deepEqual([refused, image, asked], ["connect-src", "img-src", []]);
});

for (const [scheme, width] of [["light", 1280], ["dark", 1280], ["light", 360]])
  test(`Text can be read and everything reached by keyboard: ${scheme}, ${width} wide`, () => visit({ colorScheme: scheme, viewport: { width, height: 900 }, reducedMotion: "reduce" }, async page => {
    const { bundle, policy } = issue({ compromise: "before", wire: true });
    await choose(page, bundle, policy);
    assert.deepEqual(await poorContrast(page), []);
    assert.deepEqual(await smallTargets(page), []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), "it scrolls sideways");
    await page.evaluate(() => document.activeElement?.blur());
    const reached = [];
    for (let i = 0; i < 4; i++) {
      await page.keyboard.press("Tab");
      reached.push(await page.evaluate(() => document.activeElement.id || document.activeElement.tagName || ""));
    }
    assert.ok(reached.includes("bundle-file") && reached.includes("policy-file"), reached.join());
  }));

test("Ed25519 in this browser accepts exactly the vectors that the written rule accepts", needs("crypto/ed25519vectors.json"), async () => {
  const context = await browser.newContext(), page = await context.newPage(), dist = fileURLToPath(new URL("../../verifier/dist/", import.meta.url));
  // The modules as they are, under an address that never leaves the machine.
  await page.route("https://verifier.test/**", (route, request) => {
    const name = new URL(request.url()).pathname.slice(1);
    return route.fulfill({ contentType: name === "" ? "text/html" : "text/javascript", body: name === "" ? "<title>test</title>" : readFileSync(`${dist}${basename(name)}`) });
  });
  await page.goto("https://verifier.test/");
  const accepted = await page.evaluate(async vectors => {
    const { verifyEd25519 } = await import("/ed25519.js");
    const hex = text => Uint8Array.from(text.match(/../g) ?? [], h => parseInt(h, 16)), good = [];
    for (const v of vectors) if (await verifyEd25519(hex(v.key), new TextEncoder().encode(v.msg), hex(v.sig))) good.push(v.number);
    return good;
  }, jsonOf("crypto/ed25519vectors.json"));
  await context.close();
  const edge = ["low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R"], cofactorless = new Set(jsonOf("crypto/ed25519vectors_cofactorless_accepts.json").accepted);
  assert.deepEqual(accepted, jsonOf("crypto/ed25519vectors.json").filter(v => cofactorless.has(v.number) && !v.flags?.some(f => edge.includes(f))).map(v => v.number));
  assert.equal(accepted.length, 43);
});

// The rule of docs/spec/ed25519.md in this browser: what its own Ed25519 does at the edges is not what decides.
test("The browser's Ed25519 with the strict checks before it refuses points of small order", () => visit({}, async page => {
  const identity = Buffer.concat([Buffer.of(1), Buffer.alloc(31)]);
  const { bundle, policy } = issue({ edit: { bundle: b => { b.envelope.signatures[0].sig = b64(Buffer.concat([identity, Buffer.alloc(32)])); } } });
  await choose(page, bundle, policy);
  assert.deepEqual(await axis(page, "signature"), ["refuted", "bad-signature"]);
}));
