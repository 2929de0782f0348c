/** The twelve axes, in the order of a report. */
export const axes = ["integrity", "signature", "log", "witnesses", "key", "time", "model", "input", "output", "execution", "venue", "completeness"];
export const verified = (reason, detail) => ({ status: "verified", reason, detail });
export const refuted = (reason, detail) => ({ status: "refuted", reason, detail });
export const unverifiable = (reason, detail) => ({ status: "unverifiable", reason, detail });
export const notChecked = (reason, detail) => ({ status: "not-checked", reason, detail });
/** Exit codes of the command line. */
export const exitCodes = { accepted: 0, rejected: 10, unsupported: 20, "no-policy": 20, malformed: 30 };
