import { equal, u64be, utf8 } from "../bytes.js";
import { fromHex } from "../hex.js";
import { leafHash, treeHead } from "../merkle.js";
const head = (entries) => treeHead(entries.map(e => leafHash(u64be(BigInt(e.index)), e.leaf)));
const below = (entries, size) => entries.filter(e => e.index < size);
/** Whether an epoch's index is that of the serving keys (docs/spec/receipt.md, Epochs): derived again from the entries. */
export function isIndexOf(event, keys) {
    const size = Number(event.size), known = [...keys].filter(([, k]) => k.events[0].index < size).sort(([a], [b]) => a < b ? -1 : 1);
    const leaves = known.map(([id, k]) => {
        const events = below(k.events, size), sealed = below(k.sealed, size);
        return leafHash(utf8("assay/index/v1\n"), fromHex(id, 32, "a key id"), u64be(BigInt(events.length)), head(events), u64be(BigInt(sealed.length)), head(sealed));
    });
    return event.keys === BigInt(known.length) && equal(event.index, treeHead(leaves));
}
