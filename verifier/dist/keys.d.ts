import { type Bytes } from "./bytes.js";
export type Algorithm = "ed25519" | "ecdsa-p256-sha256";
/** A public key; `id` is the SHA-256 of its DER SubjectPublicKeyInfo in hex. */
export interface PublicKey {
    readonly algorithm: Algorithm;
    readonly raw: Bytes;
    readonly id: string;
}
/** Reads one of the two forms of SPKI; a key of another form, or one under which nothing may verify, is malformed. */
export declare function parseSpki(spki: Bytes, what: string): PublicKey;
/** An Ed25519 key from its 32 bytes. */
export declare function ed25519Key(raw: Bytes, what: string): PublicKey;
export declare const spkiOf: (key: PublicKey) => Bytes;
export declare const verifySignature: (key: PublicKey, message: Bytes, signature: Bytes) => Promise<boolean>;
