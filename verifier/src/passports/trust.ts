import { cosignedAt } from "../checkpoint.js";
import { isSignedBy } from "../note.js";
import { isQuorum } from "../tlogpolicy.js";
import type { Policy } from "../policy.js";
import { peek, type ShownLog } from "./shownlog.js";

const signedByRoots = new Set(["genesis", "key", "model", "owner", "audit-terms"]);

/** Whether a policy believes a log: its key, its witnesses, and of the provider's the roots. */
export async function trustOf({ part }: ShownLog, isProvider: boolean, policy: Policy | null): Promise<{ trusted: boolean | null; trust: string }> {
  if (policy === null) return { trusted: null, trust: "no policy" };
  const not = (trust: string) => ({ trusted: false, trust });
  let signed = false;
  for (const log of policy.log.logs) signed ||= log.name === part.origin && await isSignedBy(part.note.note, log);
  if (!signed) return not("no log key of the policy signed its note");
  const cosigned = new Set<string>();
  for (const witness of policy.log.witnesses) if (typeof await cosignedAt(part.note.note, witness) === "bigint") cosigned.add(witness.key.id);
  if (!isQuorum(policy.log.quorum, cosigned)) return not("the policy's quorum did not cosign its note");
  if (isProvider)
    for (const [i, item] of part.items.entries()) {
      const read = peek(item);
      if (read === null || read.sealed !== null || !signedByRoots.has(kindOf(read.envelope.payload))) continue;
      const own = read.envelope.signatures.filter(s => policy.roots.some(r => r.id === s.keyId)).length;
      if (BigInt(own) < policy.rootThreshold) return not(`item ${i} is signed by ${own} roots of the policy, of ${policy.rootThreshold}`);
    }
  return { trusted: true, trust: "signed by a log key of the policy and cosigned by its quorum" };
}

/** Of an entry that was read as one of a log. */
function kindOf(payload: Uint8Array): string {
  return /"predicateType"\s*:\s*"urn:assay:([a-z-]+):v1"/.exec(new TextDecoder().decode(payload))?.[1] ?? "";
}

