import type { Bytes } from "./bytes.js";

/** Where a client keeps receipts, and the newest checkpoint that it has seen of each log. */
export interface Keeper {
  /** The text of the newest checkpoint of the log with this origin, or null. */
  checkpoint(origin: string): Promise<string | null>;
  /** Keeps a verified bundle; `checkpoint` is null where a newer one is kept already. */
  keep(receipt: { readonly id: string; readonly bundle: Bytes; readonly origin: string; readonly checkpoint: string | null }): Promise<void>;
}

/** A keeper that forgets with the program. */
export function memoryKeeper(): Keeper & { readonly bundles: ReadonlyMap<string, Bytes> } {
  const bundles = new Map<string, Bytes>(), checkpoints = new Map<string, string>();
  return {
    bundles,
    checkpoint: origin => Promise.resolve(checkpoints.get(origin) ?? null),
    keep: ({ id, bundle, origin, checkpoint }) => {
      bundles.set(id, bundle);
      if (checkpoint !== null) checkpoints.set(origin, checkpoint);
      return Promise.resolve();
    },
  };
}
