import { Malformed, Unsupported } from "./errors.js";
import * as judges from "./axes.js";
import { parseBundle, type Bundle } from "./bundle.js";
import { concat, type Bytes } from "./bytes.js";
import { judgeOutput } from "./disclosure.js";
import type { ProofEvidence, ProofVerifier } from "./evidence.js";
import { fromHex } from "./hex.js";
import { openCase, type Case } from "./judge.js";
import type { Policy } from "./policy.js";
import { isRelayed } from "./receipt.js";
import {
  axes, notChecked, refuted, unverifiable, verified,
  type Axis, type Check, type Facts, type Judgement, type Report, type Revocation, type Verdict,
} from "./report.js";

/** What a replay or a proof has shown about a statement; `statement` is the SHA-256 of its PAE in hex. */
export interface Finding {
  readonly statement: string;
  readonly found: "reproduced" | "proved" | "diverged";
}

/** On what each axis leans: it is not verified where one of these is not. */
const leans: Partial<Record<Axis, readonly Axis[]>> = {
  witnesses: ["log"], key: ["log"], time: ["witnesses"], model: ["log", "signature", "key"], input: ["signature"], output: ["signature"],
  execution: ["model", "input", "output"], completeness: ["log", "signature", "key"],
};

/** Judges a bundle by a policy, or without one only whether it contradicts itself. Throws CannotJudge where the platform lacks a signature. */
export async function verify(bytes: Bytes, policy: Policy | null, finding: Finding | null = null, proofs: ProofVerifier | null = null): Promise<Report> {
  let bundle: Bundle;
  try {
    bundle = parseBundle(bytes);
  } catch (error) {
    if (error instanceof Malformed) return unread(policy, "malformed", refuted("malformed", error.message));
    if (error instanceof Unsupported) return unread(policy, "unsupported", unverifiable("unsupported", error.message));
    throw error;
  }
  return verifyBundle(bundle, policy, finding, proofs);
}

export async function verifyBundle(bundle: Bundle, policy: Policy | null, finding: Finding | null = null, proofs: ProofVerifier | null = null): Promise<Report> {
  const c = await openCase(bundle, policy ?? standIn(bundle));
  const witnesses = await judges.witnesses(c);
  const model = await judges.model(c), input = judges.input(c), output = judgeOutput(bundle.receipt.output, bundle.disclosures.output);
  const first = {
    integrity: judges.integrity(c), signature: await judges.signature(c), log: await judges.log(c), witnesses: witnesses.judgement,
    key: await judges.key(c), time: judges.time(c, witnesses.since), model, input, output,
    execution: notChecked("no-replay", ""), venue: bundle.receipt.venue.length === 0 ? notChecked("no-claim", "the statement claims no venue") : notChecked("operator-word", "its venue is the operator's word"),
    completeness: await judges.completeness(c),
  };
  const stands = lean(first);
  // A proof takes time: it is looked at only where all that it would be about is verified.
  const judged = lean({ ...first, execution: await execution(c, finding, proofs, (["model", "input", "output"] as const).map(a => [a, stands[a]])) });
  if (policy === null)
    for (const axis of axes)
      if (judged[axis].status === "verified") judged[axis] = unverifiable("no-policy", `${judged[axis].detail}, if the keys that the bundle names are to be trusted`);

  const revocations = revocationsOf(bundle, judged.key);
  const verdict = judge(judged, policy);
  return {
    headline: headline(judged, policy, verdict), accepted: verdict === "accepted", verdict, policy: policy?.name ?? null,
    checks: axes.map(axis => ({ axis, ...judged[axis] })), revocations, receipt: facts(c),
  };
}

function unread(policy: Policy | null, verdict: Verdict, integrity: Judgement): Report {
  const rest = notChecked("not-read", "the bundle could not be read");
  const checks: Check[] = axes.map(axis => ({ axis, ...(axis === "integrity" ? integrity : rest) }));
  return { headline: verdict === "malformed" ? "MALFORMED" : "UNSUPPORTED", accepted: false, verdict, policy: policy?.name ?? null, checks, revocations: [], receipt: null };
}

/** The keys that genesis names: only to see whether the bundle contradicts itself. */
function standIn({ genesis: { event: g } }: Bundle): Policy {
  return {
    name: "", log: { logs: [g.logKey], witnesses: [], quorum: null }, roots: g.rootKeys, rootThreshold: g.threshold,
    indexers: [], indexerThreshold: 0n, require: [], execution: "any",
  };
}

/** What leans on an axis that is not verified is not verified either. */
function lean(judged: Record<Axis, Judgement>): Record<Axis, Judgement> {
  const result = { ...judged };
  for (const axis of axes) {
    const { status, detail } = result[axis];
    if (status !== "verified" && !(axis === "execution" && status === "refuted")) continue;
    const missing = leans[axis]?.find(a => result[a].status !== "verified");
    if (missing !== undefined) result[axis] = unverifiable(`depends-on-${missing}`, `${detail}; but the axis ${missing}, on which this leans, is not verified`);
  }
  return result;
}

async function execution(c: Case, finding: Finding | null, proofs: ProofVerifier | null, judged: readonly (readonly [Axis, Judgement])[]): Promise<Judgement> {
  if (isRelayed(c.bundle.receipt.output)) return unverifiable("relayed", "relayed: proves what was forwarded and what came back, not which model answered");
  const proved = c.bundle.evidence === null ? null : await judgeProof(c, c.bundle.evidence, proofs, judged);
  if (proved?.status === "refuted") return proved;
  if (finding === null) return proved ?? notChecked("no-replay", "nothing was computed again");
  if (finding.statement !== c.statement) return unverifiable("other-statement", "the finding is about another statement");
  return finding.found === "diverged" ? refuted("diverged", "computed again, the output differs") : verified(finding.found, "computed again, the output is the same");
}

async function judgeProof({ bundle }: Case, evidence: ProofEvidence, proofs: ProofVerifier | null, judged: readonly (readonly [Axis, Judgement])[]): Promise<Judgement> {
  if (proofs === null) return notChecked("proof-not-checked", "there is a proof, and this verifier checks none");
  const { model: { event: { proofModel } }, receipt, disclosures: { input, output } } = bundle;
  if (proofModel === null) return unverifiable("not-committed", "there is a proof, but the log's entry of the model names no committed model");
  const missing = judged.find(([, j]) => j.status !== "verified")?.[0];
  if (missing !== undefined || input === null || output === null) {
    const axis = missing ?? (input === null ? "input" : "output");
    return unverifiable(`depends-on-${axis}`, `there is a proof, at which nobody looked while the axis ${axis} is not verified`);
  }
  const { holds, detail, weights } = await proofs(evidence, {
    model: proofModel, manifest: receipt.model.manifest, nonce: receipt.clientNonce, inputType: receipt.input.mediaType, outputType: receipt.output.mediaType,
    inputCommitment: fromHex(receipt.input.commitment, 32, "a commitment"),
    outputCommitment: fromHex(receipt.output.commitment, 32, "a commitment"), input: input.bytes,
    output: "pieces" in output ? concat(...output.pieces.map(p => p.bytes)) : output.bytes,
  });
  return holds ? { ...verified("proved", detail), ...weights === undefined ? {} : { weights } } : refuted("bad-proof", detail);
}

function revocationsOf(bundle: Bundle, key: Judgement): Revocation[] {
  if (key.status !== "verified" && key.reason !== "retired" && key.reason !== "compromised") return [];
  return bundle.keyEvents.flatMap(({ index, event: { action, from } }): Revocation[] =>
    action === "retire" ? [{ action, index: Number(index) }]
    : action === "compromise" ? [{ action, index: Number(index), from: Number(from) }] : []);
}

function judge(judged: Record<Axis, Judgement>, policy: Policy | null): Verdict {
  if (axes.some(a => judged[a].status === "refuted")) return "rejected";
  if (policy === null) return "no-policy";
  if (policy.require.some(a => judged[a].status !== "verified")) return "rejected";
  const { status, reason } = judged.execution;
  return policy.execution !== "any" && (status !== "verified" || reason !== policy.execution) ? "rejected" : "accepted";
}

function headline(judged: Record<Axis, Judgement>, policy: Policy | null, verdict: Verdict): string {
  const refutedAxes = axes.filter(a => judged[a].status === "refuted");
  if (policy === null) return verdict === "rejected" ? `REJECTED · ${refutedAxes.join(", ")}` : "NOT JUDGED · no policy";
  const missing = policy.require.filter(a => a !== "execution" && judged[a].status !== "verified");
  if (missing.length > 0 || refutedAxes.some(a => judged[a].reason !== "diverged")) return `REJECTED · ${[...new Set([...refutedAxes, ...missing])].join(", ")}`;
  if (judged.execution.status === "refuted") return "AUTHENTIC · DIVERGED";
  const how = judged.execution.status === "verified" ? (judged.execution.reason === "proved" ? "PROVED" : `execution ${judged.execution.reason}`) : judged.execution.reason === "relayed" ? "RELAYED" : "execution not checked";
  return `AUTHENTIC · ${how}`;
}

function facts(c: Case): Facts {
  const { receipt: r, logProof } = c.bundle;
  return {
    recordId: r.recordId, statement: c.statement, logIndex: Number(logProof.index), sequence: Number(r.sequence), clientNonce: r.clientNonce,
    origin: logProof.checkpoint.origin, node: r.issuer.node, keyId: r.issuer.keyId, model: `${r.model.name}@${r.model.version}`, manifest: r.model.manifest,
    profile: r.execution.profile, requestedAt: r.requestedAt, completedAt: r.completedAt,
  };
}

