import { Malformed } from "./errors.js";
import type { Bytes } from "./bytes.js";
import { fromBase64, hash64 } from "./base64.js";
import { decimal } from "./fields.js";
import { parseCheckpoint, type Checkpoint } from "./checkpoint.js";
import { includes } from "./merkle.js";

/** C2SP tlog-proof. */
export interface LogProof {
  readonly extra: Bytes | null;
  readonly index: bigint;
  readonly path: readonly Bytes[];
  /** The checkpoint's text as it stands, and as it reads. */
  readonly checkpointText: string;
  readonly checkpoint: Checkpoint;
}

const maxHashes = 64;

/** A proof's text in two steps, as a bundle is read: its frame, then its checkpoint. */
export function parseLogProof(text: string, what: string): LogProof {
  const frame = parseProofFrame(text, what);
  return { ...frame, checkpoint: parseCheckpoint(frame.checkpointText, `the checkpoint of ${what}`) };
}

export function parseProofFrame(text: string, what: string): Omit<LogProof, "checkpoint"> {
  const bad = (why: string) => new Malformed(`${what} is not a tlog-proof: ${why}`);
  const split = text.indexOf("\n\n");
  if (split < 0) throw bad("there is no empty line before the checkpoint");
  const rows = text.slice(0, split).split("\n");
  if (rows.shift() !== "c2sp.org/tlog-proof@v1") throw bad("its first line is another");
  const extra = rows[0]?.startsWith("extra ") ? fromBase64(rows.shift()!.slice(6), `the extra data of ${what}`) : null;
  const index = rows.shift();
  if (index === undefined || !index.startsWith("index ")) throw bad("there is no index");
  if (rows.length > maxHashes) throw bad(`more than ${maxHashes} hashes`);
  return {
    extra, index: decimal(index.slice(6), `the index of ${what}`), path: rows.map(r => hash64(r, `a hash of ${what}`)),
    checkpointText: text.slice(split + 2),
  };
}

/** Whether the proof shows a leaf hash at its index in the checkpoint's tree. */
export const proves = (proof: LogProof, leaf: Bytes): boolean =>
  includes(proof.index, proof.checkpoint.size, leaf, proof.path, proof.checkpoint.root);
