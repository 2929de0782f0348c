using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Reports;
using Assay.Verify.Statements;

namespace Assay.Verify.Verification;

/// <summary>The axes <c>integrity</c>, <c>model</c>, <c>input</c> and <c>output</c>: whether what is shown is what was signed.</summary>
internal static class ContentChecks
{
    private delegate Hash Commit(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> bytes);

    public static Check Integrity(Parts parts)
    {
        if (parts.Bundle.Envelope.KeyId != parts.Receipt.Issuer.KeyId)
            return Refuted(Axis.Integrity, "key-id", "the envelope and the statement name different serving keys");
        var origin = parts.Checkpoint.Origin;
        if (parts.Promise.Origin != origin || parts.Genesis.Event.Origin != origin || parts.Receipt.NotBefore.Origin != origin)
            return Refuted(Axis.Integrity, "origin", "checkpoint, promise, genesis and statement do not name the same log");
        return Check.Verified(Axis.Integrity, "agrees", "every part is well formed, and they agree");
    }

    public static Check Model(Parts parts)
    {
        var (claim, published) = (parts.Receipt.Model, parts.Model.Event);
        if (KeyChecks.Fault(parts.Model, parts) is { } fault)
            return Refuted(Axis.Model, "event-proof", fault);
        if (published.Origin != parts.Genesis.Event.Origin)
            return Refuted(Axis.Model, "event-origin", KeyChecks.OtherLog(parts.Model.Proof.Index, published.Origin));
        if (parts.Model.Proof.Index >= parts.Index)
            return Refuted(Axis.Model, "published-later", $"the model was published at index {parts.Model.Proof.Index}, not before the receipt's {parts.Index}");
        if (claim != new ModelClaim(published.Name, published.Version, published.Manifest, published.Format)
            || parts.Receipt.Execution.Graph != published.Graph)
            return Refuted(Axis.Model, "other-model", $"the log's entry is for {Foreign.Cut($"{published.Name}@{published.Version}")} sha256:{published.Manifest}, or for another graph");
        var segment = parts.KeyEvents.FirstOrDefault(e => e.Event.Segment is not null)?.Event.Segment;
        if (segment is null || segment.Model != claim.Manifest || segment.Profile != parts.Receipt.Execution.Profile)
            return Refuted(Axis.Model, "segment", "the serving key was not introduced for this model and profile");
        return Check.Verified(Axis.Model, "published", $"{Foreign.Cut($"{claim.Name}@{claim.Version}")} sha256:{claim.Manifest}");
    }

    public static Check Input(Parts parts)
    {
        var (receipt, shown) = (parts.Receipt, parts.Bundle.Disclosures);
        var input = Opened(Axis.Input, "input", receipt.Input, shown.Input, Commitment.OfInput);
        if (receipt.WireInput is null)
            return shown.WireInput is null
                ? input
                : Refuted(Axis.Input, "no-commitment", "bytes of a request are shown, but the receipt does not commit to any");
        var wire = Opened(Axis.Input, "request as it came over the wire", receipt.WireInput, shown.WireInput, Commitment.OfWireInput);
        // The worse of the two: one opened commitment does not excuse the other.
        return Rank(wire) > Rank(input) ? wire : input;
    }

    public static Check Output(Parts parts) =>
        Opened(Axis.Output, "output", parts.Receipt.Output, parts.Bundle.Disclosures.Output, OutputCommitment.Of);

    private static Check Opened(Axis axis, string what, ContentClaim claim, Disclosure? shown, Commit commit)
    {
        if (shown is null)
            return Check.NotChecked(axis, "withheld", $"the {what} is not shown ({claim.Length} bytes)");
        if ((ulong)shown.Bytes.Length != claim.Length)
            return Refuted(axis, "length", $"the {what} shown has {shown.Bytes.Length} bytes, the receipt says {claim.Length}");
        return commit(shown.Salt.Span, shown.Bytes.Span) == claim.Commitment
            ? Check.Verified(axis, "opened", $"matches the bytes shown ({claim.Length} bytes, {Foreign.Cut(claim.MediaType)})")
            : Refuted(axis, "commitment", $"the {what} shown is not what the receipt commits to");
    }

    private static int Rank(Check check) => check.Status switch
    {
        AxisStatus.Refuted => 2,
        AxisStatus.Verified => 0,
        _ => 1,
    };

    private static Check Refuted(Axis axis, string reason, string detail) => Check.Refuted(axis, reason, detail);
}
