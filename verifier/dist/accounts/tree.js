import { emptyRoot, nodeHash } from "../merkle.js";
/** A tree that grows (RFC 6962 section 2.1), by leaves or by whole subtrees, and has a head at every size that it had on the way. */
export class Tree {
    size = 0;
    peak = null;
    cuts = new Map([[0, null]]);
    append(leaf) {
        this.add(0, leaf);
    }
    /** The head of the complete subtree over the next 2^height leaves; a subtree stands at a multiple of its size. */
    add(height, head) {
        if (this.size % 2 ** height !== 0)
            throw new RangeError(`no subtree of 2^${height} leaves stands at ${this.size}`);
        let peak = { height, head, left: this.peak };
        while (peak.left !== null && peak.left.height === peak.height)
            peak = { height: peak.height + 1, head: nodeHash(peak.left.head, peak.head), left: peak.left.left };
        this.size += 2 ** height;
        this.peak = peak;
        this.cuts.set(this.size, peak);
    }
    /** The head over the first `size` leaves, or null where the tree never had that size. */
    head(size = this.size) {
        const peak = this.cuts.get(size);
        if (peak === undefined)
            return null;
        if (peak === null)
            return emptyRoot;
        let head = peak.head;
        for (let left = peak.left; left !== null; left = left.left)
            head = nodeHash(left.head, head);
        return head;
    }
}
