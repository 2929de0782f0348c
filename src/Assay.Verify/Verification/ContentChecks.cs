using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Reports;
using Assay.Verify.Statements;

namespace Assay.Verify.Verification;

/// <summary>The axes <c>integrity</c>, <c>model</c> and <c>input</c>: whether what is shown is what was signed.</summary>
internal static class ContentChecks
{
    private delegate Hash Commit(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> bytes);

    public static Check Integrity(Parts parts)
    {
        if (parts.Bundle.Envelope.KeyId != parts.Receipt.Issuer.KeyId)
            return Refuted(Axis.Integrity, Reasons.KeyId, "the envelope and the statement name different serving keys");
        var origin = parts.Checkpoint.Origin;
        if (parts.Promise.Origin != origin || parts.Genesis.Event.Origin != origin || parts.Receipt.NotBefore.Origin != origin)
            return Refuted(Axis.Integrity, Reasons.Origin, "checkpoint, promise, genesis and statement do not name the same log");
        return Check.Verified(Axis.Integrity, Reasons.Agrees, "every part is well formed, and they agree");
    }

    public static Check Model(Parts parts, Trust trust)
    {
        var (claim, published) = (parts.Receipt.Model, parts.Model.Event);
        if (KeyChecks.Fault(parts.Model, parts, trust) is { } fault)
            return Refuted(Axis.Model, Reasons.EventProof, fault);
        if (published.Origin != parts.Genesis.Event.Origin)
            return Refuted(Axis.Model, Reasons.EventOrigin, KeyChecks.OtherLog(parts.Model.Proof.Index, published.Origin));
        if (parts.Model.Proof.Index >= parts.Index)
            return Refuted(Axis.Model, Reasons.PublishedLater, $"the model was published at index {parts.Model.Proof.Index}, not before the receipt's {parts.Index}");
        if (claim with { Language = null } != new ModelClaim(published.Name, published.Version, published.Manifest, published.Format)
            || parts.Receipt.Execution.Graph != published.Graph)
            return Refuted(Axis.Model, Reasons.OtherModel, $"the log's entry is for {Foreign.Cut($"{published.Name}@{published.Version}")} sha256:{published.Manifest}, or for another graph");
        var segment = parts.KeyEvents.FirstOrDefault(e => e.Event.Segment is not null)?.Event.Segment;
        if (segment is null || segment.Model != claim.Manifest || segment.Profile != parts.Receipt.Execution.Profile)
            return Refuted(Axis.Model, Reasons.Segment, "the serving key was not introduced for this model and profile");
        return Check.Verified(Axis.Model, Reasons.Published, $"{Foreign.Cut($"{claim.Name}@{claim.Version}")} sha256:{claim.Manifest}");
    }

    public static Check Input(Parts parts)
    {
        var (receipt, shown) = (parts.Receipt, parts.Bundle.Disclosures);
        var input = Opened("input", receipt.Input, shown.Input, Commitment.OfInput);
        if (receipt.WireInput is null)
            return shown.WireInput is null
                ? input
                : Refuted(Axis.Input, Reasons.NoCommitment, "bytes of a request are shown, but the receipt does not commit to any");
        var wire = Opened("request as it came over the wire", receipt.WireInput, shown.WireInput, Commitment.OfWireInput);
        // The worse of the two: one opened commitment does not excuse the other.
        return Rank(wire) > Rank(input) ? wire : input;
    }

    private static Check Opened(string what, ContentClaim claim, Disclosure? shown, Commit commit)
    {
        if (shown is null)
            return Check.NotChecked(Axis.Input, Reasons.Withheld, $"the {what} is not shown ({claim.Length} bytes)");
        if ((ulong)shown.Bytes.Length != claim.Length)
            return Refuted(Axis.Input, Reasons.Length, $"the {what} shown has {shown.Bytes.Length} bytes, the receipt says {claim.Length}");
        return commit(shown.Salt.Span, shown.Bytes.Span) == claim.Commitment
            ? Check.Verified(Axis.Input, Reasons.Opened, $"matches the bytes shown ({claim.Length} bytes, {Foreign.Cut(claim.MediaType)})")
            : Refuted(Axis.Input, Reasons.Commitment, $"the {what} shown is not what the receipt commits to");
    }

    private static int Rank(Check check) => check.Status switch
    {
        AxisStatus.Refuted => 2,
        AxisStatus.Verified => 0,
        _ => 1,
    };

    private static Check Refuted(Axis axis, string reason, string detail) => Check.Refuted(axis, reason, detail);
}
