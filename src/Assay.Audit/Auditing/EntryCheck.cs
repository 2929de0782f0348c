using Assay.Verify;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Logs;
using Assay.Verify.Merkle;
using Assay.Verify.Statements;

namespace Assay.Audit.Auditing;

/// <summary>Whether what was shown of a record is what the provider's log holds of it (docs/spec/audits.md section 4, letter <c>w</c>).</summary>
internal static class EntryCheck
{
    /// <summary>The receipt that an envelope holds, if it is the one behind the key's record of that sequence.</summary>
    /// <returns>It, or what is wrong with it in one sentence.</returns>
    public static (Receipt? Receipt, string Wrong) Read(Envelope envelope, LogState provider, in Hash keyId, ulong sequence)
    {
        if (provider.RecordAt(keyId, sequence) is not { } logged)
            return (null, "the log holds no such record");
        var key = provider.Keys[keyId];
        if (MerkleTree.LeafHash(SealedEntry.Of(envelope, sequence, key.Key.Algorithm).ToBytes()) != logged.Leaf)
            return (null, $"it does not give the entry at index {logged.Index} of the log");
        if (!envelope.IsSignedBy(key.Key))
            return (null, "the serving key has not signed it");
        Receipt receipt;
        try
        {
            receipt = Receipt.Parse(envelope.Payload.Span);
        }
        catch (MalformedException e) when (e is not UnsupportedException)
        {
            return (null, $"what the serving key signed is no receipt: {e.Message}");
        }
        var (model, segment) = (receipt.Model, key.Segment);
        if (receipt.Sequence != sequence || receipt.Issuer.KeyId != keyId)
            return (null, "the statement says another key or sequence than the entry");
        if (model.Manifest != segment.Model || receipt.Execution.Profile != segment.Profile)
            return (null, "the receipt names another model or profile than its key was introduced for");
        // The graph is what the roots published: else whoever signs makes every replay impossible by naming another.
        return provider.Models.Any(m => m.Index < logged.Index && m.Event.Manifest == model.Manifest && m.Event.Graph == receipt.Execution.Graph)
            ? (receipt, "")
            : (null, "the log has no model of that digest with that graph before the record");
    }

    /// <summary>What is wrong with the disclosed parts, in one sentence; null where each is there and opens its commitment.</summary>
    public static string? Opened(Bundle bundle, Receipt receipt)
    {
        if (bundle.Disclosures is not { Input: { } input, Output: { } output } shown || receipt.WireInput is not null && shown.WireInput is null)
            return "input, request or output are not shown";
        if (!Opens(receipt.Input, input, Commitment.OfInput))
            return "the input shown is not what the receipt commits to";
        if (receipt.WireInput is { } wire && !Opens(wire, shown.WireInput!, Commitment.OfWireInput))
            return "the request shown is not what the receipt commits to";
        try
        {
            return (ulong)output.Bytes.Length == receipt.Output.Length && OutputCommitment.Of(receipt.Output.Kind, output.Salt.Span, output.Bytes.Span) == receipt.Output.Commitment
                ? null
                : "the output shown is not what the receipt commits to";
        }
        catch (MalformedException e)
        {
            return $"the output shown cannot be read: {e.Message}";
        }
    }

    private delegate Hash Commit(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> bytes);

    private static bool Opens(ContentClaim claim, Disclosure shown, Commit commit) =>
        (ulong)shown.Bytes.Length == claim.Length && commit(shown.Salt.Span, shown.Bytes.Span) == claim.Commitment;
}
