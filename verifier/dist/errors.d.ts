/** Bytes that do not follow their format. */
export declare class Malformed extends Error {
    name: string;
}
/** A version or kind that this version of the verifier does not know. */
export declare class Unsupported extends Error {
    name: string;
}
/** A well-formed entry that may not stand at its place in its log. */
export declare class Refused extends Error {
    name: string;
}
/** The place where the verifier runs cannot do what a check needs; nothing may be concluded from that. */
export declare class CannotJudge extends Error {
    name: string;
}
