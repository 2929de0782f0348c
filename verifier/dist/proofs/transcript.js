import { concat } from "../bytes.js";
import { deriveKey, keyedHash } from "./blake3.js";
import { p } from "./field.js";
import { demand } from "./refusal.js";
/* The transcript, and the reader that is the only way to a proof's messages: what is read under a tag is absorbed under it (section 2). */
/** Tags of messages and of what is drawn. */
export const tags = {
    parameters: 1, model: 2, context: 3, input: 4, output: 5, ofWeights: 6, witness: 16, treeRoot: 17, treeRound: 18, treeEnd: 19, round: 20, evaluations: 21,
    columnRound: 22, rowEvaluations: 23, row: 24, challenge: 64, indices: 65,
};
function u64le(n) {
    const eight = new Uint8Array(8);
    new DataView(eight.buffer).setBigUint64(0, BigInt(n), true);
    return eight;
}
export class Transcript {
    #state = deriveKey("assay.proofs/1 transcript");
    absorb(tag, bytes) {
        this.#state = keyedHash(this.#state, concat(Uint8Array.of(1, tag), u64le(bytes.length), bytes));
    }
    /** The first words of 31 bits below `limit`, others passed over; then the state is another. */
    #words(tag, count, limit) {
        for (let length = 64 + 5 * count;; length *= 2) {
            const out = keyedHash(this.#state, Uint8Array.of(2, tag), length), view = new DataView(out.buffer), words = [];
            for (let at = 0; at + 4 <= length && words.length < count; at += 4) {
                const word = view.getUint32(at, true) & 0x7fffffff;
                if (word < limit)
                    words.push(word);
            }
            if (words.length < count)
                continue;
            this.#state = keyedHash(this.#state, Uint8Array.of(3, tag));
            return words;
        }
    }
    challenges(count) {
        const words = this.#words(tags.challenge, 4 * count, p);
        return Array.from({ length: count }, (_, i) => [words[4 * i], words[4 * i + 1], words[4 * i + 2], words[4 * i + 3]]);
    }
    challenge() {
        return this.challenges(1)[0];
    }
    /** Numbers below 2^bits, with repetitions. */
    indices(count, bits) {
        return this.#words(tags.indices, count, 2 ** 31).map(word => word % 2 ** bits);
    }
}
/** A proof from its first message on. */
export class Messages {
    bytes;
    transcript;
    #view;
    #at = 0;
    constructor(bytes, transcript) {
        this.bytes = bytes;
        this.transcript = transcript;
        this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    get left() {
        return this.bytes.length - this.#at;
    }
    #take(length) {
        demand(length <= this.left, "framing", "the proof ends before its last message");
        return this.bytes.subarray(this.#at, this.#at += length);
    }
    #word() {
        const word = this.#view.getUint32(this.#at, true);
        demand(word < p, "canonical", `the word at byte ${this.#at} is not below p`);
        this.#at += 4;
        return word;
    }
    /** A message of bytes. */
    message(tag, length) {
        const bytes = this.#take(length);
        this.transcript.absorb(tag, bytes);
        return bytes;
    }
    /** A message of elements of 𝔽. */
    elements(tag, count) {
        const from = this.#at;
        this.message(tag, 16 * count);
        this.#at = from;
        return Array.from({ length: count }, () => [this.#word(), this.#word(), this.#word(), this.#word()]);
    }
    /** Words after the last challenge, which nobody absorbs. */
    words(count) {
        demand(4 * count <= this.left, "framing", "the proof ends before its last column");
        return Array.from({ length: count }, () => this.#word());
    }
    /** 32 bytes of a path. */
    sibling() {
        return this.#take(32);
    }
}
