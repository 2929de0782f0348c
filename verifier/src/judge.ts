import type { Bundle, Logged } from "./bundle.js";
import type { Policy } from "./policy.js";
import { verifySignature, type PublicKey } from "./keys.js";
import { sealedLeaf, type Signature } from "./envelope.js";
import { emptyRoot, includes, isConsistent } from "./merkle.js";
import { equal, type Bytes } from "./bytes.js";
import { toHex } from "./hex.js";
import { sha256 } from "./sha256.js";
import { isSignedBy, type VerifierKey } from "./note.js";

/** What the checks of several axes lean on, computed once. */
export interface Case {
  readonly bundle: Bundle;
  /** The relying party's, or the stand-in that genesis gives. */
  readonly policy: Policy;
  /** The index of the receipt. */
  readonly index: bigint;
  /** The first key that an introduce event gives and that the statement names. */
  readonly servingKey: PublicKey | null;
  /** The leaf hash of the receipt's sealed entry. */
  readonly leaf: Bytes;
  /** The logs of the policy that have the log's origin and signed the checkpoint. */
  readonly signers: readonly VerifierKey[];
  /** The SHA-256 of the statement's PAE in hex: how findings name it. */
  readonly statement: string;
}

export async function openCase(bundle: Bundle, policy: Policy): Promise<Case> {
  const { receipt, envelope, logProof: { checkpoint, index } } = bundle;
  const servingKey = bundle.keyEvents.find(e => e.event.key?.id === receipt.issuer.keyId)?.event.key ?? null;
  const signers: VerifierKey[] = [];
  for (const log of policy.log.logs)
    if (log.name === checkpoint.origin && await isSignedBy(checkpoint.note, log)) signers.push(log);
  return {
    bundle, policy, index, servingKey, signers,
    leaf: sealedLeaf(receipt.sequence, envelope, servingKey?.algorithm ?? "ed25519"),
    statement: toHex(sha256(envelope.pae)),
  };
}

export const sameKey = (a: VerifierKey, b: VerifierKey): boolean => a.name === b.name && a.key.id === b.key.id;

/** The key that genesis names, if it is a signer, else the first signer in the policy's order. */
export const logKeyOf = (c: Case): VerifierKey | undefined =>
  c.signers.find(s => sameKey(s, c.bundle.genesis.event.logKey)) ?? c.signers[0];

/** Whether an entry is proved to be at its index in the checkpoint's tree. */
export const isProved = (c: Case, e: Logged<unknown>): boolean => {
  const { size, root } = c.bundle.logProof.checkpoint;
  return includes(e.index, size, e.leaf, e.path, root);
};

/** Signed by the roots: by keys of genesis only, each signature right, as many as genesis and the policy ask. */
async function isSignedByRoots(c: Case, e: Logged<unknown>): Promise<boolean> {
  const { rootKeys, threshold } = c.bundle.genesis.event, signed = e.envelope.signatures;
  const byPolicy = signed.filter(s => c.policy.roots.some(r => r.id === s.keyId)).length;
  if (BigInt(signed.length) < threshold || BigInt(byPolicy) < c.policy.rootThreshold) return false;
  for (const s of signed)
    if (!await verifiesUnder(rootKeys.find(k => k.id === s.keyId), e.envelope.pae, s)) return false;
  return true;
}

const verifiesUnder = async (key: PublicKey | undefined, message: Bytes, s: Signature): Promise<boolean> =>
  key !== undefined && verifySignature(key, message, s.bytes);

/** What the tables call a fault of an entry: not signed by the roots, or not proved at its index. */
export const hasFault = async (c: Case, e: Logged<unknown>): Promise<boolean> => !isProved(c, e) || !await isSignedByRoots(c, e);

/** Whether a tree of this size and root is proved to be the beginning of the checkpoint's. */
export function isPrefix(c: Case, size: bigint, root: Bytes, path: readonly Bytes[]): boolean {
  const { checkpoint } = c.bundle.logProof;
  if (size === 0n) return equal(root, emptyRoot) && path.length === 0;
  return isConsistent(size, root, checkpoint.size, checkpoint.root, path);
}
