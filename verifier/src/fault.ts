import { Malformed, Unsupported } from "./errors.js";
import { equal, type Bytes } from "./bytes.js";
import { cosignedAt, parseCheckpoint, type Checkpoint } from "./checkpoint.js";
import { array, hash, integer, object, only, path, string } from "./fields.js";
import { parseJson, type Json, type JsonObject } from "./json.js";
import { isSignedBy, parseNote, type Note, type VerifierKey } from "./note.js";
import type { Policy } from "./policy.js";
import { parseLogProof, proves, type LogProof } from "./proof.js";
import { promises, readPromise, type LogPromise } from "./promise.js";
import { isQuorum, type TlogPolicy } from "./tlogpolicy.js";

export const faultType = "application/vnd.assay.fault.v1+json";

type Claim = { readonly leaf: Bytes } & ({ readonly promise: LogPromise; readonly path: readonly Bytes[] } | { readonly proof: LogProof });

/** What shows a stranger that a log broke its word. */
export type Fault =
  | { readonly kind: "two-roots"; readonly checkpoints: readonly [Checkpoint, Checkpoint] }
  | { readonly kind: "two-leaves"; readonly index: bigint; readonly claims: readonly [Claim, Claim] }
  | { readonly kind: "late"; readonly promise: LogPromise; readonly checkpoint: Checkpoint };

export interface FaultReport {
  readonly headline: string;
  readonly verdict: "proved" | "not-proved" | "no-policy" | "unsupported" | "malformed";
  readonly kind: Fault["kind"] | null;
  /** The log that is proved to have broken its word. */
  readonly accused: string | null;
  readonly policy: string | null;
  readonly detail: string;
}

export const faultExitCodes: Readonly<Record<FaultReport["verdict"], number>> = { proved: 0, "not-proved": 10, "no-policy": 20, unsupported: 20, malformed: 30 };

const maxBytes = 64 << 20;

export function parseFault(bytes: Bytes): Fault {
  const m = object(parseJson(bytes, "the fault", maxBytes), "the fault");
  const type = string(m.get("mediaType"), "mediaType"), kind = type === faultType ? string(m.get("kind"), "kind") : "";
  if (type !== faultType) throw new Unsupported(`the fault has the media type "${type.slice(0, 80)}"`);
  switch (kind) {
    case "two-roots":
      members(m, ["checkpoints"]);
      return { kind, checkpoints: two(m.get("checkpoints"), "checkpoints", v => parseCheckpoint(string(v, "a checkpoint"), "a checkpoint")) };
    case "two-leaves":
      members(m, ["index", "claims"]);
      return { kind, index: integer(m.get("index"), "index"), claims: two(m.get("claims"), "claims", readClaim) };
    case "late":
      members(m, ["promise", "checkpoint"]);
      return { kind, promise: promise(m.get("promise")), checkpoint: parseCheckpoint(string(m.get("checkpoint"), "checkpoint"), "the checkpoint") };
    default:
      throw new Unsupported(`the fault is of the kind "${kind.slice(0, 80)}"`);
  }
}

const members = (m: JsonObject, names: readonly string[]) => only(m, ["mediaType", "kind", ...names], "the fault");
const promise = (value: Json | undefined): LogPromise => readPromise(parseNote(string(value, "a promise"), "a promise"), "a promise");

function two<T>(value: Json | undefined, what: string, read: (v: Json) => T): [T, T] {
  const items = array(value, what);
  if (items.length !== 2) throw new Malformed(`${what} are not two`);
  return [read(items[0]!), read(items[1]!)];
}

function readClaim(value: Json): Claim {
  const m = object(value, "a claim");
  if (m.has("promise")) {
    only(m, ["promise", "leaf", "path"], "a claim");
    return { promise: promise(m.get("promise")), leaf: hash(m.get("leaf"), "the leaf of a claim"), path: path(m.get("path"), "the path of a claim") };
  }
  only(m, ["logProof", "leaf"], "a claim");
  const proof = parseLogProof(string(m.get("logProof"), "the logProof of a claim"), "the logProof of a claim");
  if (proof.extra !== null) throw new Malformed("the logProof of a claim has an extra line");
  return { proof, leaf: hash(m.get("leaf"), "the leaf of a claim") };
}

/** Judges a fault file by the logs and witnesses of a policy. */
export async function verifyFault(bytes: Bytes, policy: Policy | null): Promise<FaultReport> {
  const report = (verdict: FaultReport["verdict"], detail: string, kind: FaultReport["kind"] = null, accused: string | null = null): FaultReport =>
    ({ headline: verdict === "proved" ? `PROVED · ${names[kind!]}` : verdict.toUpperCase().replace("-", " "), verdict, kind, accused, policy: policy?.name ?? null, detail });
  let fault: Fault;
  try {
    fault = parseFault(bytes);
  } catch (error) {
    if (error instanceof Malformed) return report("malformed", error.message);
    if (error instanceof Unsupported) return report("unsupported", error.message);
    throw error;
  }
  if (policy === null) return report("no-policy", "a policy is needed that names the log", fault.kind);
  for (const log of policy.log.logs)
    if (await holds(fault, log, policy.log)) return report("proved", `the log ${log.name.slice(0, 80)} broke its word: ${names[fault.kind]}`, fault.kind, log.name);
  return report("not-proved", "this shows of none of the policy's logs that it broke its word", fault.kind);
}

const names = { "two-roots": "two trees of one size", "two-leaves": "two entries at one index", late: "a promise that was not kept in time" };

async function holds(fault: Fault, log: VerifierKey, policy: TlogPolicy): Promise<boolean> {
  const signed = async (c: { origin: string; note: Note }) => c.origin === log.name && await isSignedBy(c.note, log);
  switch (fault.kind) {
    case "two-roots": {
      const [a, b] = fault.checkpoints;
      return a.size === b.size && !equal(a.root, b.root) && await signed(a) && await signed(b);
    }
    case "two-leaves": {
      const [a, b] = fault.claims;
      const claimed = async (c: Claim) => "promise" in c
        ? await signed(c.promise) && promises(c.promise, fault.index, c.leaf, c.path)
        : await signed(c.proof.checkpoint) && c.proof.index === fault.index && proves(c.proof, c.leaf);
      return !equal(a.leaf, b.leaf) && await claimed(a) && await claimed(b);
    }
    case "late": {
      const { promise: p, checkpoint } = fault;
      if (policy.quorum === null || checkpoint.size >= p.first + p.count || !await signed(p) || !await signed(checkpoint)) return false;
      const late = new Set<string>();
      for (const witness of policy.witnesses) {
        const time = await cosignedAt(checkpoint.note, witness);
        if (typeof time === "bigint" && time > p.deadline) late.add(witness.key.id);
      }
      return isQuorum(policy.quorum, late);
    }
  }
}
