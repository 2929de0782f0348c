/* Passports (docs/spec/passports.md). */
export { parsePassport, passportType, type Passport } from "./read.js";
export { verifyPassport } from "./verify.js";
export { passportExitCodes, type PassportReport } from "./report.js";
