/* The statistics of accounts (docs/spec/accounts.md), in BigInt: what a program that checks an account uses. */
export { ln, exp, lnFactorial } from "./fixed.js";
export { band, proven, rateWithoutReplacement, wealth, whole, withoutReplacement } from "./bounds.js";
export { alarms, baseline, excess, ratiosAbove, step } from "./change.js";
export { foldUptime } from "./uptime.js";
export { close, expected, hazard, noForecast, remembered } from "./forecast.js";
