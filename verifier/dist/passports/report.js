export const passportExitCodes = { accepted: 0, rejected: 10, "no-policy": 20, unsupported: 20, malformed: 30 };
