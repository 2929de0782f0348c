/** Bytes that do not follow their format. */
export class Malformed extends Error {
  override name = "Malformed";
}

/** A version or kind that this version of the verifier does not know. */
export class Unsupported extends Error {
  override name = "Unsupported";
}

/** A well-formed entry that may not stand at its place in its log. */
export class Refused extends Error {
  override name = "Refused";
}

/** The place where the verifier runs cannot do what a check needs; nothing may be concluded from that. */
export class CannotJudge extends Error {
  override name = "CannotJudge";
}
