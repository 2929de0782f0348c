/* Passports (docs/spec/passports.md). */
export { parsePassport, passportType } from "./read.js";
export { verifyPassport } from "./verify.js";
export { passportExitCodes } from "./report.js";
