import { concat, equal } from "../bytes.js";
import { deriveKey, keyedHash } from "./blake3.js";
import { demand } from "./refusal.js";
const leafKey = deriveKey("assay.proofs/1 leaf"), nodeKey = deriveKey("assay.proofs/1 node");
/** The leaf of a column of a matrix of codewords. */
export function leafOf(column) {
    const bytes = new Uint8Array(4 * column.length), view = new DataView(bytes.buffer);
    column.forEach((word, i) => view.setUint32(4 * i, word, true));
    return keyedHash(leafKey, bytes);
}
export const nodeOf = (left, right) => keyedHash(nodeKey, concat(left, right));
/** Leaves at ascending places of a tree of 2^depth, whose missing siblings the proof gives level by level. */
export function demandPaths(proof, root, depth, places, leaves, check) {
    let level = places.map((place, i) => ({ place, node: leaves[i] }));
    for (let height = 0; height < depth; height++) {
        const above = [];
        for (let i = 0; i < level.length; i++) {
            const { place, node } = level[i], pair = level[i + 1];
            if (place % 2 === 0 && pair !== undefined && pair.place === place + 1) {
                above.push({ place: place / 2, node: nodeOf(node, pair.node) });
                i++;
            }
            else {
                const sibling = proof.sibling();
                above.push({ place: Math.floor(place / 2), node: place % 2 === 0 ? nodeOf(node, sibling) : nodeOf(sibling, node) });
            }
        }
        level = above;
    }
    demand(equal(level[0].node, root), check, "a queried column is not the committed one");
}
