import { Malformed } from "../errors.js";
import { text } from "../bytes.js";
/** Little-endian figures of a file of bounded size, one after the other. */
export class Reader {
    bytes;
    what;
    #view;
    #at = 0;
    constructor(bytes, what) {
        this.bytes = bytes;
        this.what = what;
        this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    demand(holds, what) {
        if (!holds)
            throw new Malformed(`${this.what}: ${what}`);
    }
    #next(length) {
        this.demand(length <= this.bytes.length - this.#at, "it ends too early");
        this.#at += length;
        return this.#at - length;
    }
    raw(length) {
        const at = this.#next(length);
        return this.bytes.subarray(at, at + length);
    }
    u8() { return this.#view.getUint8(this.#next(1)); }
    i8() { return this.#view.getInt8(this.#next(1)); }
    u16() { return this.#view.getUint16(this.#next(2), true); }
    i16() { return this.#view.getInt16(this.#next(2), true); }
    i32() { return this.#view.getInt32(this.#next(4), true); }
    u32() { return this.#view.getUint32(this.#next(4), true); }
    f32() { return this.#view.getFloat32(this.#next(4), true); }
    flag() {
        const byte = this.u8();
        this.demand(byte <= 1, "a flag is 0 or 1");
        return byte === 1;
    }
    /** A count and the elements, each of at least `least` bytes. */
    list(most, least, element) {
        const count = this.i32();
        this.demand(count >= 0 && count <= most && count * least <= this.bytes.length - this.#at, "a list's count is out of bounds");
        return Array.from({ length: count }, element);
    }
    text(most) {
        const length = this.i32();
        this.demand(length >= 0 && length <= most, "a text is too long");
        return text(this.raw(length), this.what);
    }
    end() {
        this.demand(this.#at === this.bytes.length, "there are bytes behind it");
    }
}
