using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Statements;

namespace Assay.Verify.Verification;

/// <summary>
/// For whoever verifies many bundles of few logs: genesis, key events, the model event and often the checkpoint are the same in each.
/// Bounded, safe for many threads. A report is the same with it as without: it holds nothing but results of pure functions.
/// </summary>
public sealed class VerifierCache
{
    // An entry has at most 64 KiB, and its event somewhat more.
    private const int MaxEntries = 512;

    private readonly Recent<(OpenEntry Entry, LogEvent Event)> events = new(MaxEntries);

    public SignatureCache Signatures { get; } = new();

    /// <summary>Reads an open entry and its event, or gives back what was read from the same bytes.</summary>
    /// <param name="cache">Null to read always.</param>
    /// <param name="leaf">The entry's leaf hash: its name.</param>
    /// <param name="entry">The entry's bytes.</param>
    /// <exception cref="MalformedException">Not such an entry; nothing is remembered then.</exception>
    internal static (OpenEntry Entry, LogEvent Event) Event(VerifierCache? cache, in Hash leaf, ReadOnlySpan<byte> entry)
    {
        if (cache is not null && cache.events.TryGet(leaf, out var known))
            return known;
        var open = OpenEntry.Parse(entry);
        var read = (open, LogEvent.Parse(open.Payload.Span));
        cache?.events.Add(leaf, read);
        return read;
    }
}
