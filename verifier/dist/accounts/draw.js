import { concat, u64be, utf8 } from "../bytes.js";
import { fromHex, toHex } from "../hex.js";
import { sha256 } from "../sha256.js";
const id = (hex) => fromHex(hex, 32, "a key id");
const n = (value) => u64be(BigInt(value));
const named = (name) => concat(n(utf8(name).length), utf8(name));
/** What commits an auditor to a secret, in hex. */
export const commitmentOf = (key, epoch, auditorKey, secret) => toHex(sha256(utf8("assay/audit-seed/v1\n"), id(key), n(epoch), id(auditorKey), secret));
/** What an auditor's log key signs of a commitment. */
export function promised(provider, key, epoch, auditor, rate, commitment) {
    const domain = utf8("assay/audit-promise/v1\n");
    return concat(domain, sha256(domain, named(provider), named(auditor.origin), id(key), n(epoch), n(rate), fromHex(commitment, 32, "a commitment")));
}
export const drawSeed = (key, epoch, root, seeds) => sha256(utf8("assay/audit-draw/v1\n"), id(key), n(epoch), root, concat(...seeds.flatMap(s => [n(s.index), s.secret])));
/** The sequences that a seed draws at a rate in millionths, in the order of the draw. */
export function drawnInOrder(seed, first, records, rate) {
    // A lot in hex has the order of its number; at the rate 10^6 all are drawn.
    const limit = (BigInt(rate) << 256n) / 1000000n, below = limit === 1n << 256n ? null : limit.toString(16).padStart(64, "0");
    const lots = [];
    for (let sequence = first; sequence < first + records; sequence++) {
        const lot = toHex(sha256(seed, n(sequence)));
        if (below === null || lot < below)
            lots.push({ sequence, lot });
    }
    return lots.sort((a, b) => a.lot < b.lot ? -1 : 1).map(l => l.sequence);
}
