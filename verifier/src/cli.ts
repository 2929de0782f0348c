#!/usr/bin/env node
import { readFile } from "node:fs/promises";
import { CannotJudge, Malformed } from "./errors.js";
import { exitCodes, type Report } from "./report.js";
import { parsePolicy, type Policy } from "./policy.js";
import { verify } from "./verify.js";
import { faultExitCodes, verifyFault, type FaultReport } from "./fault.js";

/* The command line. Exit codes: those of docs/spec/verification.md; 2 wrong usage, 3 a policy that is none, 4 no such file. */

const usage = `usage: node cli.js verify FILE... [--policy FILE] [--json]
       node cli.js fault FILE [--policy FILE] [--json]

Exit codes: 0 accepted (fault: proved), 10 rejected (not proved), 20 unsupported or no policy, 30 malformed,
1 internal error, 2 wrong usage, 3 a policy that is not one, 4 a file that cannot be read.
`;

/** An error with the exit code it ends in. */
class Failure extends Error {
  constructor(readonly code: number, message: string) {
    super(message);
  }
}

interface Arguments {
  readonly verb: "verify" | "fault";
  readonly files: readonly string[];
  readonly policy: string | null;
  readonly json: boolean;
}

function parse(args: readonly string[]): Arguments {
  const [verb, ...rest] = args, files: string[] = [];
  let policy: string | null = null, json = false;
  if (verb !== "verify" && verb !== "fault") throw new Failure(2, "the verb is verify or fault");
  for (let i = 0; i < rest.length; i++) {
    const arg = rest[i]!;
    if (arg === "--json") json = true;
    else if (arg === "--policy") {
      const file = rest[++i];
      if (file === undefined || policy !== null) throw new Failure(2, "--policy needs one file, once");
      policy = file;
    } else if (arg.startsWith("-") && arg !== "-") throw new Failure(2, `unknown option ${arg}`);
    else files.push(arg);
  }
  if (files.length === 0 || (verb === "fault" && files.length !== 1)) throw new Failure(2, verb === "fault" ? "fault needs one file" : "verify needs a file");
  return { verb, files, policy, json };
}

async function read(file: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = await readFile(file);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (error) {
    throw new Failure(4, `${file} cannot be read: ${(error as { code?: string }).code ?? "unknown reason"}`);
  }
}

async function readPolicy(file: string | null): Promise<Policy | null> {
  if (file === null) return null;
  try {
    return parsePolicy(await read(file));
  } catch (error) {
    if (error instanceof Malformed) throw new Failure(3, `${file} is not a policy: ${error.message}`);
    throw error;
  }
}

const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "?");
const marks = { verified: "+", refuted: "x", unverifiable: "?", "not-checked": "-" };

function text(report: Report): string {
  const rows = report.checks.map(c => `  ${marks[c.status]} ${c.axis.padEnd(12)} ${c.status.padEnd(12)} ${c.reason.padEnd(20)} ${c.detail}`);
  const revoked = report.revocations.map(r => `  ! the key has a ${r.action} event at index ${r.index}${r.from === undefined ? "" : `, not to be trusted from ${r.from} on`}`);
  const r = report.receipt;
  const facts = r === null ? [] : [`  receipt ${r.recordId}, entry ${r.logIndex} of ${r.origin.slice(0, 80)}, ${r.model.slice(0, 80)}, ${r.completedAt}`];
  return [report.headline, ...facts, ...rows, ...revoked, `  policy: ${report.policy ?? "none"}`, ""].map(printable).join("\n");
}

const faultText = (report: FaultReport): string =>
  [report.headline, `  ${report.detail}`, `  policy: ${report.policy ?? "none"}`, ""].map(printable).join("\n");

async function run(args: Arguments): Promise<number> {
  const policy = await readPolicy(args.policy);
  if (args.verb === "fault") {
    const report = await verifyFault(await read(args.files[0]!), policy);
    process.stdout.write(args.json ? `${JSON.stringify(report, null, 2)}\n` : faultText(report));
    return faultExitCodes[report.verdict];
  }
  const reports: { file: string; report: Report }[] = [];
  for (const file of args.files) reports.push({ file, report: await verify(await read(file), policy) });
  if (!args.json)
    for (const { file, report } of reports) process.stdout.write((reports.length > 1 ? `${file}\n` : "") + text(report));
  else {
    const all = { accepted: reports.every(r => r.report.accepted), reports: reports.map(({ file, report }) => ({ file, ...report })) };
    process.stdout.write(`${JSON.stringify(reports.length === 1 ? reports[0]!.report : all, null, 2)}\n`);
  }
  return Math.max(...reports.map(r => exitCodes[r.report.verdict]));
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(usage);
    return 0;
  }
  try {
    return await run(parse(args));
  } catch (error) {
    const code = error instanceof Failure ? error.code : 1;
    const message = error instanceof Failure || error instanceof CannotJudge ? error.message : `internal error: ${String((error as Error).stack ?? error)}`;
    process.stderr.write(`assay-verify: ${message}\n${code === 2 ? usage : ""}`);
    if (args.includes("--json")) process.stdout.write(`${JSON.stringify({ error: message, exitCode: code })}\n`);
    return code;
  }
}

// Node.js 20 calls its Ed25519 experimental and says so for every process; it is OpenSSL's.
process.removeAllListeners("warning");
process.exitCode = await main(process.argv.slice(2));
