import { Malformed } from "./errors.js";
import { concat, text, utf8 } from "./bytes.js";
/* Bodies of answers, bounded, and server-sent events as a node writes them. */
/** All bytes of a body; Malformed where there are more than `most`. */
export async function readBody(response, most) {
    const parts = [];
    for await (const part of chunks(response.body, most))
        parts.push(part);
    return concat(...parts);
}
async function* chunks(body, most) {
    if (body === null)
        return;
    const reader = body.getReader();
    let total = 0;
    try {
        for (;;) {
            const { done, value } = await reader.read();
            if (done)
                return;
            if ((total += value.length) > most)
                throw new Malformed(`the answer has more than ${most} bytes`);
            yield value;
        }
    }
    finally {
        // Who stops reading, for whatever reason, wants no more of it.
        await reader.cancel().catch(() => { });
    }
}
/**
 * The data of each event (html.spec.whatwg.org, 9.2), or null for a comment. An event is one line `data: ...` and a blank one: any other way to
 * write one is refused, since readers of events differ in the rare ones.
 */
export async function* events(body, most) {
    let held = [], line = null;
    for await (let part of chunks(body, most)) {
        for (let end; (end = part.indexOf(10)) >= 0; part = part.subarray(end + 1)) {
            const next = text(concat(...held, part.subarray(0, end)), "an event");
            held = [];
            if (next.includes("\r"))
                throw new Malformed("the stream has a carriage return");
            if (line === null) {
                line = next;
                continue;
            }
            if (next !== "" || !(line.startsWith(": ") || line.startsWith("data: ")))
                throw new Malformed("the stream has an event that is not one line of data");
            yield line.startsWith(": ") ? null : line.slice("data: ".length);
            line = null;
        }
        if (part.length > 0)
            held.push(part.slice());
    }
    if (line !== null || held.length > 0)
        throw new Malformed("the stream ends within an event");
}
/** A body that reads as the generator gives; who cancels it ends the generator. */
export const streamOf = (parts) => new ReadableStream({
    async pull(controller) {
        const { done, value } = await parts.next();
        if (done)
            controller.close();
        else
            controller.enqueue(value);
    },
    async cancel() {
        await parts.return(undefined);
    },
}, { highWaterMark: 0 });
export const framed = (data) => utf8(`data: ${data}\n\n`);
export const comment = utf8(": waiting\n\n");
