#!/usr/bin/env node
import { readFile } from "node:fs/promises";
import { CannotJudge, Malformed } from "./errors.js";
import { exitCodes } from "./report.js";
import { parsePolicy } from "./policy.js";
import { verify } from "./verify.js";
import { faultExitCodes, verifyFault } from "./fault.js";
import { passportExitCodes, verifyPassport } from "./passports/index.js";
import { proofReport } from "./proofs/report.js";
import { modelOf, proofVerifierWith } from "./proofs/index.js";
import { settlementExitCodes, verifySettlement } from "./settlements/index.js";
/* The command line. Exit codes: those of docs/spec/verification.md; 2 wrong usage, 3 a policy that is none, 4 no such file. */
const usage = `usage: node cli.js verify FILE... [--policy FILE] [--weights FILE]... [--json]
       node cli.js fault FILE [--policy FILE] [--json]
       node cli.js passport FILE [--policy FILE] [--json]
       node cli.js settlement FILE [--policy FILE] [--json]
       node cli.js proof FILE --commitment FILE --model ID --input FILE --output FILE [--context HEX] [--json]

Exit codes: 0 accepted (fault, proof: proved), 10 rejected (not proved), 20 unsupported or no policy, 30 malformed,
1 internal error, 2 wrong usage, 3 a policy (or a proof about weights) that is not one, 4 a file that cannot be read.
`;
/** An error with the exit code it ends in. */
class Failure extends Error {
    code;
    constructor(code, message) {
        super(message);
        this.code = code;
    }
}
const verbs = ["verify", "fault", "passport", "settlement", "proof"], proofOptions = ["--commitment", "--model", "--input", "--output", "--context"];
function parse(args) {
    const [verb, ...rest] = args, files = [], weights = [];
    const known = verbs.find(v => v === verb), options = new Map();
    let policy = null, json = false;
    if (known === undefined)
        throw new Failure(2, "the verb is verify, fault, passport, settlement or proof");
    for (let i = 0; i < rest.length; i++) {
        const arg = rest[i];
        if (arg === "--json")
            json = true;
        else if (known === "proof" && proofOptions.includes(arg)) {
            const value = rest[++i];
            if (value === undefined || options.has(arg))
                throw new Failure(2, `${arg} needs one value, once`);
            options.set(arg, value);
        }
        else if (known === "verify" && arg === "--weights") {
            const file = rest[++i];
            if (file === undefined)
                throw new Failure(2, "--weights needs a file");
            weights.push(file);
        }
        else if (arg === "--policy") {
            const file = rest[++i];
            if (file === undefined || policy !== null)
                throw new Failure(2, "--policy needs one file, once");
            policy = file;
        }
        else if (arg.startsWith("-") && arg !== "-")
            throw new Failure(2, `unknown option ${arg}`);
        else
            files.push(arg);
    }
    if (files.length === 0 || (verb !== "verify" && files.length !== 1))
        throw new Failure(2, verb === "verify" ? "verify needs a file" : `${verb} needs one file`);
    const missing = known === "proof" ? proofOptions.slice(0, -1).find(o => !options.has(o)) : undefined;
    if (missing !== undefined)
        throw new Failure(2, `a proof needs ${missing}`);
    if (known === "proof" && policy !== null)
        throw new Failure(2, "a proof is held against no policy");
    return { verb: known, files, policy, weights, json, options };
}
async function read(file) {
    try {
        const bytes = await readFile(file);
        return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    catch (error) {
        throw new Failure(4, `${file} cannot be read: ${error.code ?? "unknown reason"}`);
    }
}
async function readPolicy(file) {
    if (file === null)
        return null;
    try {
        return parsePolicy(await read(file));
    }
    catch (error) {
        if (error instanceof Malformed)
            throw new Failure(3, `${file} is not a policy: ${error.message}`);
        throw error;
    }
}
const printable = (text) => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "?");
const marks = { verified: "+", refuted: "x", unverifiable: "?", "not-checked": "-" };
function text(report) {
    const rows = report.checks.map(c => `  ${marks[c.status]} ${c.axis.padEnd(12)} ${c.status.padEnd(12)} ${c.reason.padEnd(20)} ${c.detail}`);
    const revoked = report.revocations.map(r => `  ! the key has a ${r.action} event at index ${r.index}${r.from === undefined ? "" : `, not to be trusted from ${r.from} on`}`);
    const r = report.receipt;
    const facts = r === null ? [] : [`  receipt ${r.recordId}, entry ${r.logIndex} of ${r.origin.slice(0, 80)}, ${r.model.slice(0, 80)}, ${r.completedAt}`];
    return [report.headline, ...facts, ...rows, ...revoked, `  policy: ${report.policy ?? "none"}`, ""].map(printable).join("\n");
}
const faultText = (report) => [report.headline, `  ${report.detail}`, `  policy: ${report.policy ?? "none"}`, ""].map(printable).join("\n");
function passportText(r) {
    const bound = ({ passes, failures, bound: b }) => `${b === undefined ? "insufficient data" : `at most ${(b / 10_000).toFixed(4)} %`} (n = ${passes + failures})`;
    const segments = (r.recomputed?.segments ?? []).flatMap(s => [
        `  segment ${s.model.slice(0, 8)} ${s.profile} ${s.region}: ${s.epochs} epochs, ${s.records} records`,
        `    proven failures ${bound(s.life)}, of the last epochs ${bound(s.trailing)}; canaries ${bound(s.canary)}`, `    ${s.faults} proven faults, ${s.disputed} disputed${s.alarmed ? ", ALARMED" : ""}`,
    ]);
    return [
        `${r.status.toUpperCase()} \u00b7 ${r.verdict}`, ...r.problem === null ? [] : [`  ${r.problem}`], ...r.differences.map(d => `  DIFFERS ${d.where}: ${d.detail}`),
        ...r.recomputed === null ? [] : [`  state ${r.recomputed.state} at second ${r.recomputed.time} of Unix time`], ...segments,
        ...r.completeness.map(l => `  log ${l.log.slice(0, 80)} (${l.roles.join(", ")}): ${l.shown} of ${l.size} entries shown; ${l.status} below ${l.upTo}; ${l.trusted === false ? "NOT TRUSTED: " : ""}${l.trust}`),
        `  policy: ${r.policy ?? "none"}`, ...r.recomputed === null ? [] : ["  What was proved is history: it does not promise the next answer."], "",
    ].map(printable).join("\n");
}
function settlementText(r) {
    const f = r.recomputed, w = f?.window, c = r.completeness;
    return [
        `${r.status.toUpperCase()} \u00b7 ${r.verdict}${r.policy === undefined ? "" : ` \u00b7 cover ${r.policy} of ${r.market.slice(0, 80)}`}`, ...r.problem === null ? [] : [`  ${r.problem}`],
        ...r.differences.map(d => `  DIFFERS ${d.where}: ${d.detail}`),
        ...f === null || w === undefined ? [] : [
            `  window: ${w.records} records in ${w.epochs} epochs: ${w.passes} passes, ${w.failures} failures, ${w.undecided} undecided, ${w.neither} neither`,
            f.premiumBack ? "  nothing was judged: the premium goes back" : `  ${(f.rate / 10_000).toFixed(4)} % of those judged failed; ${f.triggered ? "it triggers" : "it does not trigger"}: payout ${f.payout} units`,
        ],
        ...c === null ? [] : [`  journal: ${c.journal}, ${c.entriesLeftOut} entries left out; it was not folded: the policy's number and who was paid are as the file says`, `  looks: ${c.stepsWithoutLook} steps of the account have none that is shown`],
        `  policy: ${r.trustedBy ?? "none"}`, "",
    ].map(printable).join("\n");
}
const proofExitCodes = { proved: 0, refused: 10, malformed: 30 };
const proofText = (r) => [
    r.verdict === "proved" ? `PROVED \u00b7 ${r.detail}${r.batch === 1 ? "" : `, in a batch of ${r.batch}`}` : r.verdict === "refused" ? `REFUSED \u00b7 check C${r.check}` : "MALFORMED",
    ...r.verdict === "proved" ? [] : [`  ${r.detail}`], "",
].map(printable).join("\n");
async function run(args) {
    const policy = await readPolicy(args.policy);
    if (args.verb === "fault") {
        const report = await verifyFault(await read(args.files[0]), policy);
        process.stdout.write(args.json ? `${JSON.stringify(report, null, 2)}\n` : faultText(report));
        return faultExitCodes[report.verdict];
    }
    if (args.verb === "passport") {
        const report = await verifyPassport(await read(args.files[0]), policy);
        process.stdout.write(args.json ? `${JSON.stringify(report, null, 2)}\n` : passportText(report));
        return passportExitCodes[report.verdict];
    }
    if (args.verb === "settlement") {
        const report = await verifySettlement(await read(args.files[0]), policy);
        process.stdout.write(args.json ? `${JSON.stringify(report, null, 2)}\n` : settlementText(report));
        return settlementExitCodes[report.verdict];
    }
    if (args.verb === "proof") {
        const file = (option) => read(args.options.get(option));
        const report = proofReport(await read(args.files[0]), {
            commitment: await file("--commitment"), input: await file("--input"), output: await file("--output"), model: args.options.get("--model"), context: args.options.get("--context") ?? "",
        });
        process.stdout.write(args.json ? `${JSON.stringify(report, null, 2)}\n` : proofText(report));
        return proofExitCodes[report.verdict];
    }
    const reports = [], given = [];
    for (const file of args.weights) {
        const bytes = await read(file);
        if (modelOf(bytes) === null)
            throw new Failure(3, `${file} is no proof about a model's weights`);
        given.push(bytes);
    }
    const proofs = proofVerifierWith(given);
    for (const file of args.files)
        reports.push({ file, report: await verify(await read(file), policy, null, proofs) });
    if (!args.json)
        for (const { file, report } of reports)
            process.stdout.write((reports.length > 1 ? `${file}\n` : "") + text(report));
    else {
        const all = { accepted: reports.every(r => r.report.accepted), reports: reports.map(({ file, report }) => ({ file, ...report })) };
        process.stdout.write(`${JSON.stringify(reports.length === 1 ? reports[0].report : all, null, 2)}\n`);
    }
    return Math.max(...reports.map(r => exitCodes[r.report.verdict]));
}
async function main(args) {
    if (args.includes("--help") || args.includes("-h")) {
        process.stdout.write(usage);
        return 0;
    }
    try {
        return await run(parse(args));
    }
    catch (error) {
        const code = error instanceof Failure ? error.code : 1;
        const message = error instanceof Failure || error instanceof CannotJudge ? error.message : `internal error: ${String(error.stack ?? error)}`;
        process.stderr.write(`assay-verify: ${message}\n${code === 2 ? usage : ""}`);
        if (args.includes("--json"))
            process.stdout.write(`${JSON.stringify({ error: message, exitCode: code })}\n`);
        return code;
    }
}
// Node.js 20 calls its Ed25519 experimental and says so for every process; it is OpenSSL's.
process.removeAllListeners("warning");
process.exitCode = await main(process.argv.slice(2));
