import { Malformed } from "./errors.js";
import { hash64 } from "./base64.js";
import { decimal } from "./fields.js";
import { includes } from "./merkle.js";
export function readPromise(note, what) {
    const rows = note.text.split("\n");
    const [domain, origin, range, root, deadline, end] = rows, numbers = range?.split(" ");
    if (rows.length !== 6 || domain !== "assay/promise/v1" || numbers?.length !== 2 || end !== "")
        throw new Malformed(`${what} is not the text of a promise`);
    const first = decimal(numbers[0], `FIRST of ${what}`), count = decimal(numbers[1], `COUNT of ${what}`);
    if (count < 1n || first + count >= 1n << 64n)
        throw new Malformed(`${what} is over an impossible range`);
    if (origin === "")
        throw new Malformed(`${what} names no origin`);
    return {
        note, origin: origin, first, count,
        batchRoot: hash64(root, `the batch root of ${what}`), deadline: decimal(deadline, `the deadline of ${what}`),
    };
}
/** Whether the promise and a path in its batch say that `leaf` stands at `index`. */
export const promises = (promise, index, leaf, path) => index >= promise.first && index < promise.first + promise.count
    && includes(index - promise.first, promise.count, leaf, path, promise.batchRoot);
