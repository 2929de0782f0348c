import type { Bytes } from "../bytes.js";
import { parseBundle } from "../bundle.js";
import { array, integer, object } from "../fields.js";
import { readTokens } from "../tokens.js";

/* What a page needs that asks for answers and checks them: one module, with nothing to be fetched besides. */

export { assayFetch, verifiedReceipt } from "../fetch.js";
export { parsePolicy } from "../policy.js";
export { mark } from "./elements.js";

/** The text of each choice of an answer without tools, as a bundle that was accepted commits to it, and the number of all tokens. */
export function committedTexts(bundle: Bytes): { texts: string[]; tokens: number } {
  const { receipt: { parameters }, disclosures: { output } } = parseBundle(bundle);
  if (output === null || "pieces" in output) return { texts: [], tokens: 0 };
  const tokens = readTokens(output.bytes);
  let first = 0;
  const texts = array(parameters.get("choices"), "choices").map(choice => {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true }), count = Number(integer(object(choice, "a choice").get("tokens"), "tokens"));
    return tokens.slice(first, first += count).map(t => decoder.decode(t.text, { stream: true })).join("") + decoder.decode();
  });
  return { texts, tokens: tokens.length };
}
