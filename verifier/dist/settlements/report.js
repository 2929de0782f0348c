export const settlementExitCodes = { rejected: 10, "no-policy": 20, unfolded: 20, unsupported: 20, malformed: 30 };
