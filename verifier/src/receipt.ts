import { Malformed, Unsupported } from "./errors.js";
import type { Bytes } from "./bytes.js";
import { array, boolean, digest, hash, integer, label, object, string, time } from "./fields.js";
import type { Json, JsonObject } from "./json.js";
import { readStatement, subjectIs } from "./statement.js";

/** A length and a commitment, as 64 hex digits. */
export interface Commitment {
  readonly mediaType: string;
  readonly length: bigint;
  readonly commitment: string;
}

/** `tokens` is their number, or null where the output is anything else. */
export interface OutputCommitment extends Commitment {
  readonly tokens: bigint | null;
}

export interface Receipt {
  readonly recordId: string;
  readonly sequence: bigint;
  readonly clientNonce: string | null;
  readonly issuer: { readonly keyId: string; readonly node: string };
  readonly model: { readonly name: string; readonly version: string; readonly manifest: string; readonly format: string };
  readonly input: Commitment & { readonly wire: Commitment | null };
  readonly output: OutputCommitment;
  /** What no verifier interprets. */
  readonly parameters: JsonObject;
  readonly execution: { readonly profile: string; readonly engine: { readonly name: string; readonly version: string; readonly build: string }; readonly graph: string };
  readonly requestedAt: string;
  readonly completedAt: string;
  readonly notBefore: { readonly origin: string; readonly size: bigint; readonly root: Bytes };
  readonly auditable: boolean;
  readonly venue: readonly string[];
}

export const tensorType = "application/vnd.assay.tensors.v1", tokenType = "application/vnd.assay.tokens.v1", relayedType = "application/vnd.assay.relayed.v1";
export const pieceLength = 65_536n;
const members = ["recordId", "sequence", "clientNonce", "issuer", "model", "input", "output", "parameters", "execution",
  "requestedAt", "completedAt", "notBefore", "auditable", "venue", "evidence", "critical"];

/** Reads the statement of a receipt, in the order that docs/spec/verification.md gives: what is found first decides. */
export function readReceipt(payload: Bytes): Receipt {
  const statement = readStatement(payload, ["urn:assay:inference:v1"], "assay-hmac-sha256", "the statement");
  const p = statement.predicate, at = (name: string) => `predicate.${name}`;

  for (const item of array(p.get("critical"), at("critical"))) {
    const name = string(item, at("critical"));
    if (!members.includes(name)) throw new Unsupported(`the statement has a critical member "${name.slice(0, 80)}"`);
  }
  if (array(p.get("evidence"), at("evidence")).length > 0) throw new Unsupported("the statement has evidence of an unknown kind");
  const execution = object(p.get("execution"), at("execution"));
  const determinism = string(execution.get("determinism"), at("execution.determinism"));
  if (determinism !== "exact" && determinism !== "relayed") throw new Unsupported("the statement has another determinism than exact or relayed");
  const output = readOutput(p.get("output"));
  if ((determinism === "relayed") !== isRelayed(output)) throw new Malformed(`predicate.execution.determinism is relayed exactly where the output is ${relayedType}`);

  const recordId = string(p.get("recordId"), at("recordId"));
  if (!/^[0-9a-f]{32}$/.test(recordId)) throw new Malformed("predicate.recordId is not 32 lower-case hex digits");
  const sequence = integer(p.get("sequence"), at("sequence"));
  const clientNonce = p.has("clientNonce") ? string(p.get("clientNonce"), at("clientNonce")) : null;
  if (clientNonce !== null && clientNonce.length > 256) throw new Malformed("predicate.clientNonce is longer than 256 characters");
  const issuer = object(p.get("issuer"), at("issuer")), model = object(p.get("model"), at("model"));
  const input = readInput(p.get("input"));
  const parameters = object(p.get("parameters"), at("parameters"));
  const engine = object(execution.get("engine"), at("execution.engine"));
  const notBefore = object(p.get("notBefore"), at("notBefore"));
  const venue = array(p.get("venue"), at("venue"));
  if (venue.length > 64) throw new Malformed("predicate.venue has more than 64 claims");

  const receipt: Receipt = {
    recordId, sequence, clientNonce,
    issuer: { keyId: digest(issuer.get("keyId"), at("issuer.keyId")), node: label(issuer.get("node"), at("issuer.node")) },
    model: {
      name: label(model.get("name"), at("model.name")), version: label(model.get("version"), at("model.version")),
      manifest: digest(model.get("manifest"), at("model.manifest")), format: label(model.get("format"), at("model.format")),
    },
    input, output, parameters,
    execution: {
      profile: label(execution.get("profile"), at("execution.profile")),
      engine: {
        name: label(engine.get("name"), at("execution.engine.name")), version: label(engine.get("version"), at("execution.engine.version")),
        build: label(engine.get("build"), at("execution.engine.build")),
      },
      graph: digest(execution.get("graph"), at("execution.graph")),
    },
    requestedAt: time(p.get("requestedAt"), at("requestedAt")),
    completedAt: time(p.get("completedAt"), at("completedAt")),
    notBefore: {
      origin: label(notBefore.get("origin"), at("notBefore.origin")), size: integer(notBefore.get("size"), at("notBefore.size")),
      root: hash(notBefore.get("root"), at("notBefore.root")),
    },
    auditable: boolean(p.get("auditable"), at("auditable")),
    venue: venue.map(v => readClaim(v)),
  };
  subjectIs(statement, "output", output.commitment, "the statement");
  return receipt;
}

function readCommitment(value: Json | undefined, what: string): Commitment {
  const m = object(value, what);
  return {
    mediaType: label(m.get("mediaType"), `${what}.mediaType`), length: integer(m.get("length"), `${what}.length`),
    commitment: digest(m.get("commitment"), `${what}.commitment`),
  };
}

function readInput(value: Json | undefined): Receipt["input"] {
  const input = readCommitment(value, "predicate.input");
  const wire = object(value, "predicate.input").get("wire");
  return { ...input, wire: wire === undefined ? null : readCommitment(wire, "predicate.input.wire") };
}

function readOutput(value: Json | undefined): OutputCommitment {
  const m = object(value, "predicate.output"), type = string(m.get("mediaType"), "predicate.output.mediaType");
  if (type !== tensorType && type !== tokenType && type !== relayedType) throw new Unsupported(`the output has the media type "${type.slice(0, 80)}"`);
  if (type !== tokenType && integer(m.get("pieceLength"), "predicate.output.pieceLength") !== pieceLength)
    throw new Unsupported("the output has another length of pieces than 65536");
  const tokens = type === tokenType ? integer(m.get("tokens"), "predicate.output.tokens") : null;
  return { ...readCommitment(value, "predicate.output"), tokens };
}

/** Whether the output is what an upstream sent: nothing was computed by who signed. */
export const isRelayed = (output: OutputCommitment): boolean => output.mediaType === relayedType;

function readClaim(value: Json): string {
  const m = object(value, "predicate.venue");
  label(m.get("source"), "predicate.venue.source");
  return label(m.get("claim"), "predicate.venue.claim");
}
