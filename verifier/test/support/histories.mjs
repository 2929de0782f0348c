import { figuresOf, foldHistory, stateBytes, stateDigest } from "../../dist/accounts/index.js";
import { base64, hex, utf8 } from "./data.mjs";
import { differing, readable } from "./statetext.mjs";

/* Histories as docs/spec/vectors/README.md describes them. */

/** The entries of a log: texts are open entries, [key id, n] are n sealed ones that nobody signed. */
export function entriesOf(items) {
  const next = new Map(), entries = [];
  for (const item of items) {
    if (typeof item === "string") {
      entries.push(utf8(item));
      continue;
    }
    const [key, count] = item, from = next.get(key) ?? 0;
    for (let i = 0; i < count; i++) entries.push(sealed(key, from + i));
    next.set(key, from + count);
  }
  return entries;
}

function sealed(key, sequence) {
  const entry = new Uint8Array(16 + 8 + 32 + 32 + 1 + 2 + 64), view = new DataView(entry.buffer);
  entry.set(utf8("assay/sealed/v1\n"));
  view.setBigUint64(16, BigInt(sequence));
  entry.set(hex(key), 56);
  entry[88] = 1;
  view.setUint16(89, 64);
  return entry;
}

const shown = figures => figures.map(f => {
  const proven = p => [Number(p.passes), Number(p.failures), Number(p.bound)];
  return {
    proven: proven(f.proven), recent: proven(f.recent), epoch: f.epoch === null ? null : [Number(f.epoch.lower), Number(f.epoch.upper)],
    canary: proven(f.canary), alarmed: f.alarmed, faults: f.faults,
  };
});

/** Folds a history again; what differs from what it says of its steps, in words. */
export async function compare(history) {
  const entries = new Map(Object.entries(history.logs).map(([origin, items]) => [origin, entriesOf(items)])), found = [];
  const steps = history.steps.map(s => ({ time: s.time, sizes: new Map(Object.entries(s.sizes)) }));
  let at = 0;
  await foldHistory(history.provider, history.service, entries, steps, account => {
    const due = history.steps[at++], state = stateBytes(account), digest = stateDigest(state);
    if (digest !== due.digest)
      found.push(...due.state === undefined ? [`step ${at}: the digest is ${digest}, not ${due.digest}`] : differing(readable(state), readable(base64(due.state)), `step ${at}: `));
    else if (due.state !== undefined && Buffer.from(state).toString("base64") !== due.state) found.push(`step ${at}: the digest is that of other bytes`);
    found.push(...differing(shown(account.segments.map(figuresOf)), due.figures, `step ${at}: figures`));
  });
  return found;
}
