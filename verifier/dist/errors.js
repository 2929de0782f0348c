/** Bytes that do not follow their format. */
export class Malformed extends Error {
    name = "Malformed";
}
/** A version or kind that this version of the verifier does not know. */
export class Unsupported extends Error {
    name = "Unsupported";
}
/** A well-formed entry that may not stand at its place in its log. */
export class Refused extends Error {
    name = "Refused";
}
/** The place where the verifier runs cannot do what a check needs; nothing may be concluded from that. */
export class CannotJudge extends Error {
    name = "CannotJudge";
}
