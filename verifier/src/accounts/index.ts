/* Accounts folded again (docs/spec/audits.md, docs/spec/accounts-fold.md). */
export { Log } from "./log.js";
export { Account, accountId } from "./fold.js";
export { foldHistory, type Entries, type Step } from "./history.js";
export { chosenBy, figuresOf, validFor, type Figures, type Proven } from "./figures.js";
export { stateBytes, stateDigest } from "./state.js";
export { commitmentOf, drawnInOrder, drawSeed, type RevealedSeed } from "./draw.js";
