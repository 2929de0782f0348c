import { Malformed } from "./errors.js";
import { ascending, concat, equal, u16be, u64be, utf8 } from "./bytes.js";
import { toBase64 } from "./base64.js";
import { fromHex } from "./hex.js";
import { array, bytes64, digest, only, string } from "./fields.js";
import { parseJson } from "./json.js";
import { sha256 } from "./sha256.js";
import { leafHash } from "./merkle.js";
/* DSSE v1 envelopes and the two kinds of log entries. */
export const payloadType = "application/vnd.in-toto+json";
const maxPayload = 1 << 20, maxEntry = 65_535;
export const pae = (type, body) => concat(utf8(`DSSEv1 ${utf8(type).length} ${type} ${body.length} `), body);
export function readEnvelope(value, what) {
    const members = only(value, ["payloadType", "payload", "signatures"], what);
    if (string(members.get("payloadType"), `the payloadType of ${what}`) !== payloadType)
        throw new Malformed(`${what} has another payload type than ${payloadType}`);
    const payload = bytes64(members.get("payload"), `the payload of ${what}`);
    if (payload.length > maxPayload)
        throw new Malformed(`the payload of ${what} has more than ${maxPayload} bytes`);
    const list = array(members.get("signatures"), `the signatures of ${what}`);
    if (list.length < 1 || list.length > 16)
        throw new Malformed(`${what} has not 1 to 16 signatures`);
    const signatures = list.map(s => {
        const each = only(s, ["keyid", "sig"], `a signature of ${what}`);
        const bytes = bytes64(each.get("sig"), `a signature of ${what}`);
        if (bytes.length !== 64)
            throw new Malformed(`a signature of ${what} has not 64 bytes`);
        return { keyId: digest(each.get("keyid"), `a key id of ${what}`), bytes };
    });
    return { payload, signatures, pae: pae(payloadType, payload) };
}
/** An open entry: an envelope as compact JSON, its signatures in ascending order of their key ids. */
export function readOpenEntry(entry, what) {
    const envelope = readEnvelope(parseJson(entry, what, maxEntry), what);
    if (!ascending(envelope.signatures.map(s => s.keyId)))
        throw new Malformed(`the signatures of ${what} are not in ascending order of their key ids`);
    if (!equal(entry, writeOpenEntry(envelope)))
        throw new Malformed(`${what} is not compact JSON in the order of its members`);
    return envelope;
}
const writeOpenEntry = (e) => utf8(`{"payloadType":"${payloadType}","payload":"${toBase64(e.payload)}","signatures":[`
    + e.signatures.map(s => `{"keyid":"${s.keyId}","sig":"${toBase64(s.bytes)}"}`).join() + "]}");
/** The leaf hash of the sealed entry of a receipt: of its envelope's one signature and key id. */
export function sealedLeaf(sequence, envelope, algorithm) {
    const { bytes: signature, keyId } = envelope.signatures[0];
    return leafHash(utf8("assay/sealed/v1\n"), u64be(sequence), sha256(envelope.pae), fromHex(keyId, 32, "a key id"), Uint8Array.of(algorithm === "ed25519" ? 1 : 2), u16be(signature.length), signature);
}
