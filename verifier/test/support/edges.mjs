import { keyOf, vkey } from "./signing.mjs";

/* Values at the edges of what the formats allow, well signed wherever something is signed: [name, options, how the JSON is rewritten]. */

const found = [];
const add = (name, options, rewrite = null) => found.push([name, options, rewrite]);
const part = (name, change, more = {}) => ({ ...more, edit: { [name]: change } });
const hash = `${"A".repeat(43)}=`, zeros = "0".repeat(64);

const numbers = ["0", "1", "9007199254740991", "9007199254740992", "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "99999999999999999999", "00", "01", "-1", "", " 1", "1 "];
for (const x of numbers) {
  add(`size ${x}`, part("checkpointText", t => t.replace(/\n\d+\n/, `\n${x}\n`)));
  add(`FIRST ${x}`, part("promiseText", t => t.replace(/\n\d+ /, `\n${x} `)));
  add(`COUNT ${x}`, part("promiseText", t => t.replace(/ \d+\n/, ` ${x}\n`)));
  add(`DEADLINE ${x}`, part("promiseText", t => t.replace(/\n\d+\n$/, `\n${x}\n`)));
  add(`index ${x}`, part("logProof", t => t.replace(/index \d+\n/, `index ${x}\n`)));
  add(`size of the index note ${x}`, part("indexText", t => t.replace(/\n\d+\n/, `\n${x}\n`)));
}
for (const [first, count] of [["18446744073709551613", 2], ["18446744073709551613", 3], ["18446744073709551613", 1], ["18446744073709551615", 1], ["18446744073709551614", 1]])
  add(`promise of ${first} ${count}`, part("promiseText", t => t.replace(/\n\d+ \d+\n/, `\n${first} ${count}\n`)));

const labels = ["", "\n", "x".repeat(1024), "x".repeat(1025), "a b", "a+b", "\u00a0", "\u{1f600}".repeat(512), "\u{1f600}".repeat(513), "\u2028", "\ufeff", "\u200b", "\u0085", "\t", "\u007f", "\u0080", "\u009f", "\u00ad", "\u180e", "\u2060", "none", "#x", "a#b", "\u00e9"];
for (const x of labels) {
  const is = `is ${JSON.stringify(x).slice(0, 12)} (${x.length})`;
  for (const f of ["name", "version", "format"]) {
    add(`model.${f} ${is}`, part("receipt", r => { r.model[f] = x; }));
    add(`the model event's ${f} ${is}`, part("model", m => { m[f] = x; }));
  }
  add(`origin of the checkpoint ${is}`, part("checkpointText", t => t.replace(/^[^\n]*/, x)));
  add(`origin of the promise ${is}`, part("promiseText", t => t.replace(/1\n[^\n]*/, `1\n${x}`)));
  add(`origin of the index note ${is}`, part("indexText", t => t.replace(/1\n[^\n]*/, `1\n${x}`)));
  add(`name of a cosigner ${is}`, part("checkpointNote", t => t.replace("witness.example/w1", x)));
  add(`name of an indexer ${is}`, part("indexNote", t => t.replace("indexer.example/i0", x)));
  add(`extension line ${is}`, part("checkpointText", t => `${t}${x}\n`));
  for (const k of ["service", "profile", "region", "model"]) add(`segment.${k} ${is}`, part("introduce", e => { e.segment[k] = x; }));
  add(`node ${is}`, part("genesis", g => { g.node = x; }));
  add(`origin of genesis ${is}`, part("genesis", g => { g.origin = x; }));
  add(`file ${is}`, part("model", m => { m.files[0].name = x; }));
  add(`claim ${is}`, part("receipt", r => { r.venue[0].claim = x; }, { venue: true }));
  add(`build ${is}`, part("receipt", r => { r.execution.engine.build = x; }));
  add(`clientNonce ${is}`, part("receipt", r => { r.clientNonce = x; }));
  add(`media type of the wire ${is}`, part("receipt", r => { r.input.wire.mediaType = x; }, { wire: true }));
  add(`media type of the input ${is}`, part("receipt", r => { r.input.mediaType = x; }));
  add(`name of the policy ${is}`, part("policy", p => { p.name = x; }));
  add(`name of a witness ${is}`, part("tlogPolicy", t => t.replaceAll("w1", x)));
  add(`URL of a log ${is}`, part("tlogPolicy", t => t.replace("\n", ` ${x}\n`)));
  add(`payload type ${is}`, part("envelope", e => { e.payloadType = x; }));
  add(`action ${is}`, part("introduce", e => { e.action = x; }));
  add(`graph ${is}`, part("model", m => { m.graph = x; }));
}

for (const x of ["01", "+1", "1.0", "0x1", "1e0", "3", "0", "2147483648", "4294967297", "99999999999999999999", "all", "any", "ALL"]) add(`threshold ${x}`, part("tlogPolicy", t => t.replace("group all 1", `group all ${x}`)));
for (const x of ["a/b", "/a", "a/", "a//b", ".", "..", "a/../b", "a\\b", "a:b", "A", "a.", "..."]) add(`file ${x}`, part("model", m => { m.files[0].name = x; }));
add("no files", part("model", m => { m.files = []; m.manifest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; }));
add("files in another order", part("model", m => { m.files.reverse(); }));
add("a file's size is text", part("model", m => { m.files[0].size = "x"; }));
const unknown = n => Array.from({ length: n }, (_, i) => `\u2014 u${i} AAAAAAA=\n`).join("");
for (const n of [12, 13, 14, 61, 96, 97, 98, 99, 100, 253, 1021, 2000]) {
  add(`${n} more lines on the checkpoint`, part("checkpointNote", t => t + unknown(n)));
  add(`${n} more lines on the index note`, part("indexNote", t => t + unknown(n)));
  add(`${n} more lines on the promise`, part("promiseNote", t => t + unknown(n)));
}
for (const s of ["AAAA", "AAAAAA==", "AAAAAAA=", "", "AAAAAAAA"]) add(`signature ${s}`, part("checkpointNote", t => `${t}\u2014 u ${s}\n`));
for (const s of ["AAAA", "AAAAAA==", "AAAAAAA="])
  add(`cosignature ${s}`, part("checkpointNote", t => t.replace(/(w1 )(\S+)/, (_, w, old) => w + Buffer.concat([Buffer.from(old, "base64").subarray(0, 4), Buffer.from(s, "base64")]).toString("base64"))));
for (const n of [62, 63, 64, 65, 127, 128, 129, 200]) {
  add(`${n} hashes in the proof`, part("logProof", t => t.replace(/(index \d+\n)(?:[^\n]+\n)*\n/, (_, i) => `${i}${`${hash}\n`.repeat(n)}\n`)));
  add(`${n} hashes in notBefore.path`, part("bundle", b => { b.notBefore.path = Array(n).fill(hash); }));
  add(`${n} hashes in promise.path`, part("bundle", b => { b.promise.path = Array(n).fill(hash); }));
}
for (const x of ["application/vnd.in-toto+json ", null, 5]) for (const e of ["envelope", "modelEnvelope"]) add(`payload type ${x} of ${e}`, part(e, v => { v.payloadType = x; }));
for (const x of ["", "ABC", "F".repeat(64), "f".repeat(63), null]) for (const e of ["envelope", "modelEnvelope"]) add(`key id ${x} of ${e}`, part(e, v => { v.signatures[0].keyid = x; }));
for (const n of [0, 1, 63, 64, 65]) for (const e of ["envelope", "modelEnvelope"]) add(`signature of ${n} bytes of ${e}`, part(e, v => { v.signatures[0].sig = Buffer.alloc(n, 1).toString("base64"); }));
for (const x of ["application/json", 5, null, "application/vnd.assay.tokens.v1"]) add(`media type of the input ${x}`, part("receipt", r => { r.input.mediaType = x; }));
for (const x of [null, [], { a: 1 }, { a: 1.5 }, "x", 5, { a: { b: [1] } }]) add(`parameters ${JSON.stringify(x)}`, part("receipt", r => { r.parameters = x; }));

for (const x of [1, 1.5]) {
  const more = (name, change, options) => add(`a member more: ${name} ${x}`, part(name, change, options));
  more("receipt", r => { r.more = x; });
  more("receipt", r => { r.issuer.more = x; });
  more("receipt", r => { r.output.more = x; r.output.tokens = "x"; });
  more("receipt", r => { r.venue[0].more = x; }, { venue: true });
  more("receipt", r => { r.input.wire.more = x; }, { wire: true });
  more("receipt", r => { r.output.pieceLength = x; }, { output: "tokens" });
  more("receiptStatement", s => { s.more = x; });
  more("receiptStatement", s => { s.subject[0].more = x; });
  more("genesis", g => { g.more = x; });
  more("genesisStatement", s => { s.more = x; });
  more("introduce", e => { e.more = x; e.segment.more = x; });
  more("model", m => { m.files[0].more = x; });
  more("epoch", e => { e.more = x; });
  more("renew", e => { Object.assign(e, { key: x, from: "x", segment: 4, algorithm: 3 }); }, { renew: true });
  more("introduce", e => { e.from = "x"; });
  more("retire", e => { e.until = "x"; e.from = null; }, { retire: true });
}
add("a claim of another source", part("receipt", r => { r.venue[0].source = "tee"; }, { venue: true }));
for (const n of [64, 65]) add(`${n} claims`, part("receipt", r => { r.venue = Array(n).fill({ claim: "a", source: "operator" }); }));
for (const n of [256, 257]) add(`clientNonce of ${n}`, part("receipt", r => { r.clientNonce = "\u0000".repeat(n); }));
add("clientNonce null", part("receipt", r => { r.clientNonce = null; }));
add("wire null", part("receipt", r => { r.input.wire = null; }));
for (const critical of [["venue", "venue"], Array(2000).fill("venue"), [1, "x"], ["x", 1], "x", [null]]) add(`critical ${JSON.stringify(critical).slice(0, 20)}`, part("receipt", r => { r.critical = critical; }));
for (const x of [0, 2 ** 53 - 1]) for (const m of ["maxLease", "promiseSeconds", "threshold"]) add(`${m} ${x}`, part("genesis", g => { g[m] = x; }));
add("a log key of another name", part("genesis", g => { g.logKey = vkey("other.example", 1, keyOf("log")); }));
add("a log key of type 4", part("genesis", g => { g.logKey = vkey(g.origin, 4, keyOf("log")); }));
add("an index of no keys", part("epoch", e => { e.keys = 0; }));

// Two things wrong: the first that is found decides.
const both = (name, edit) => add(`two things: ${name}`, { edit });
const unknownCritical = r => { r.critical = ["x"]; };
both("execution missing, critical", { receipt: r => { delete r.execution; r.critical = ["x"]; } });
both("execution, output", { receipt: r => { r.execution = 5; r.output.mediaType = "x"; } });
both("pieceLength, evidence", { receipt: r => { r.output.pieceLength = "x"; r.evidence = [1]; } });
both("determinism, output", { receipt: r => { r.execution.determinism = "x"; r.output = 5; } });
both("output, recordId", { receipt: r => { r.output.mediaType = "x"; r.recordId = 5; } });
both("_type, predicateType", { receiptStatement: s => { s._type = "x"; s.predicateType = "y"; } });
for (const [name, change] of [["_type", s => { s._type = "x"; }], ["no subject", s => { s.subject = []; }], ["subject", s => { s.subject[0].name = "x"; }], ["subject number", s => { s.subject[0].name = 5; }], ["two digests", s => { s.subject[0].digest.x = "y"; }],
  ["digest no hex", s => { s.subject[0].digest = { "assay-hmac-sha256": "zz" }; }], ["another digest", s => { s.subject[0].digest = { sha256: zeros }; }], ["no predicate", s => { delete s.predicate; }]])
  for (const critical of [[], ["y"]]) both(`${name}, critical ${critical}`, { receiptStatement: s => { s.predicate.critical = critical; change(s); } });
both("no history, critical", { bundle: b => { b.keyHistory = []; }, receipt: unknownCritical });
both("checkpoint, critical", { checkpointText: () => "x\n", receipt: unknownCritical });
both("promise, critical", { promiseText: () => "x\n", receipt: unknownCritical });
both("promise, genesis", { promiseText: () => "x\n", genesisStatement: s => { s.predicateType = "x"; } });
both("model, genesis", { modelStatement: s => { s.predicateType = "x"; }, genesis: g => { g.threshold = 9; } });
both("model, epoch", { epochStatement: s => { s.predicateType = "x"; }, model: m => { m.files = 3; } });
both("no evidence, media type", { bundle: b => { delete b.evidence; b.mediaType = "x"; } });
both("evidence, unknown member", { bundle: b => { b.more = 1; b.evidence = [1]; } });
both("evidence, envelope", { bundle: b => { b.envelope = 1; b.evidence = [1]; } });
both("evidence, no promise", { bundle: b => { delete b.promise; b.evidence = [1]; } });
both("evidence is text", { bundle: b => { b.evidence = "x"; } });

const tlog = (name, change) => add(`tlog-policy: ${name}`, part("tlogPolicy", change));
tlog("upper-case hex", t => t.replace(/\+([0-9a-f]{8})\+/, m => m.toUpperCase()));
tlog("tabs and comments", t => `\t # x\n  \n${t.replaceAll(" ", "\t ")}`);
for (const c of ["\u007f", "\u000b", "\u0085\u009f", "\u0000", "\r"]) tlog(`comment ${JSON.stringify(c)}`, t => `# ${c}\n${t}`);
tlog("a witness after the quorum", t => `${t}witness z ${vkey("z", 4, keyOf("z"))}\n`);
tlog("a witness as quorum", t => t.replace("quorum all", "quorum w0"));
tlog("one key for log and witness", t => `${t}witness z ${vkey("z", 4, keyOf("log"))}\n`);
tlog("a log twice", t => `${t}log ${vkey("z", 1, keyOf("log"))}\n`);
tlog("no log", () => "quorum none\n");
tlog("no newline at the end", t => t.trimEnd());
for (const name of ["\u007f", "\u0080", "\u009f", "\u00ad", "\u200b", "\ufeff", "\u180e", "a\u3000", "\u2028", "a\u0001", "x".repeat(1025)])
  add(`an indexer called ${JSON.stringify(name).slice(0, 12)}`, part("policy", p => { p.indexers = [vkey(name, 1, keyOf("indexer 0"))]; }));
add("an indexer of two names", part("policy", p => { p.indexers.push(vkey("z", 1, keyOf("indexer 0"))); }));
add("an indexer of type 4", part("policy", p => { p.indexers = [vkey("z", 4, keyOf("indexer 0"))]; }));
add("a root twice", part("policy", p => { p.roots.push(p.roots[0]); }));
add("another media type of the policy", part("policy", p => { p.mediaType = "x"; }));
for (const axis of ["log", "venue", "none"]) add(`require ${axis} more`, part("policy", p => { p.require.push(axis); }));
add("carriage return in a note", part("checkpointNote", t => t.replace("\n", "\r\n")));
add("a checkpoint of two lines", part("checkpointText", t => `${t.split("\n").slice(0, 2).join("\n")}\n`));
add("an empty extension line", part("checkpointText", t => `${t}\nx\n`));

for (const e of ["\\u0000", "\\uFFFF", "\\ufeff", "\\/", "\\b", "\\ud83d\\ude00", "\\ud83d"]) add(`escape ${e}`, {}, j => j.replace("\"promise\"", `"pr${e}"`));
add("an escaped name", {}, j => j.replace("\"promise\"", "\"\\u0070romise\""));
add("an escaped name twice", {}, j => j.replace("\"promise\"", "\"\\u0070romise\":1,\"promise\""));
add("an escaped slash in base64", {}, j => j.replaceAll("/", "\\/"));
add("a byte order mark", {}, j => `\ufeff${j}`);
for (const end of ["\n \t", "\u0000", "\u000b", "//x", "{}", ","]) add(`at the end ${JSON.stringify(end)}`, {}, j => j + end);
for (const zero of ["-0", "0.0", "0E0", "00"]) add(`first ${zero}`, { outputBytes: 70000, disclose: { input: true, output: [0, 1] } }, j => j.replace("\"first\":0", `"first":${zero}`));
for (const depth of [31, 32, 33]) add(`depth ${depth}`, {}, () => "[".repeat(depth) + "]".repeat(depth));
const disclosed = (name, change, output = "whole") => add(`disclosed: ${name}`, part("bundle", b => { change(b.disclosures); }, { outputBytes: 70000, disclose: { input: true, output } }));
disclosed("a span with a salt", d => { d.output.salt = "x"; }, [0, 1]);
disclosed("a whole with a first", d => { d.output.first = 0; });
disclosed("a span without first", d => { delete d.output.first; }, [0, 1]);
disclosed("null", d => { d.output = null; });
disclosed("the first piece is short", d => { d.output.pieces[0].bytes = "AAAA"; }, [0, 1]);
for (const first of [0, 1, 2, 2 ** 53 - 1]) disclosed(`first is ${first}`, d => { d.output.first = first; }, [1, 1]);
add("completeness null", part("bundle", b => { b.completeness = null; }));

export const edges = found;
