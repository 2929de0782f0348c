using Assay.Verify.Policies;

namespace Assay.Client;

/// <summary>How answers are checked.</summary>
public sealed record ReceiptOptions
{
    /// <summary>Whose receipts count, and what they must show. It comes from the caller, never from the node that answers.</summary>
    public required Policy Policy { get; init; }

    /// <summary>Where bundles, checkpoints and evidence are kept; nothing is kept without one.</summary>
    public IKeeper Keeper { get; init; } = new MemoryKeeper();

    /// <summary>How long to wait for the bundle: the entry must be in the tree, and cosigned where the policy asks for that.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest request, answer or bundle that is held in memory.</summary>
    public int MaxBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Whether answers are taken that the node had from an upstream. Their receipts prove what was forwarded and what came back, byte for byte, and not which model
    /// answered: whoever relies on the model must not take them.
    /// </summary>
    public bool AcceptsRelayed { get; init; }

    /// <summary>
    /// Whether a streamed answer waits until its receipt has been verified. Otherwise its tokens are handed on as they come, as provisional, and reading ends
    /// in a <see cref="ReceiptException"/> where the receipt does not bear them out.
    /// </summary>
    public bool HoldsBackStreams { get; init; }

    /// <summary>Tells the time when a promise has run out.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
