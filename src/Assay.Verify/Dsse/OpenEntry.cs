using Assay.Verify.Json;

namespace Assay.Verify.Dsse;

/// <summary>Log entries that are signed statements: the bytes of a DSSE envelope in compact JSON.</summary>
public static class OpenEntry
{
    /// <summary>The largest entry that a tile log can hold (c2sp.org/tlog-tiles, entry bundles: a 16-bit length).</summary>
    public const int MaxSize = 65_535;

    /// <exception cref="MalformedException">Not an envelope of an in-toto statement, not compact, or too large.</exception>
    public static Envelope Parse(ReadOnlySpan<byte> entry)
    {
        var envelope = Envelope.Parse(JsonAt.Root(StrictJson.Parse(entry, MaxSize), "entry"));
        if (envelope.PayloadType != Envelope.InToto)
            throw new MalformedException($"entry.payloadType: expected \"{Envelope.InToto}\"");
        // One spelling of an entry: what a verifier reads is what anyone else who parses and writes it again gets.
        if (!entry.SequenceEqual(envelope.ToBytes()))
            throw new MalformedException("entry: not in compact form");
        return envelope;
    }

    /// <summary>Says what an entry is, or refuses it: an entry that is neither kind does not belong in a log.</summary>
    /// <exception cref="MalformedException">Neither a sealed nor an open entry.</exception>
    public static EntryKind KindOf(ReadOnlySpan<byte> entry)
    {
        if (entry.StartsWith(SealedEntry.Prefix))
        {
            _ = SealedEntry.Parse(entry);
            return EntryKind.Sealed;
        }
        _ = Parse(entry);
        return EntryKind.Open;
    }
}
