/** A keeper that forgets with the program. */
export function memoryKeeper() {
    const bundles = new Map(), checkpoints = new Map();
    return {
        bundles,
        checkpoint: origin => Promise.resolve(checkpoints.get(origin) ?? null),
        keep: ({ id, bundle, origin, checkpoint }) => {
            bundles.set(id, bundle);
            if (checkpoint !== null)
                checkpoints.set(origin, checkpoint);
            return Promise.resolve();
        },
    };
}
