import { type Bytes } from "./bytes.js";
/** All bytes of a body; Malformed where there are more than `most`. */
export declare function readBody(response: Response, most: number): Promise<Bytes>;
/**
 * The data of each event (html.spec.whatwg.org, 9.2), or null for a comment. An event is one line `data: ...` and a blank one: any other way to
 * write one is refused, since readers of events differ in the rare ones.
 */
export declare function events(body: ReadableStream<Uint8Array> | null, most: number): AsyncGenerator<string | null>;
/** A body that reads as the generator gives; who cancels it ends the generator. */
export declare const streamOf: (parts: AsyncGenerator<Bytes>) => ReadableStream<Bytes>;
export declare const framed: (data: string) => Bytes;
export declare const comment: Bytes;
