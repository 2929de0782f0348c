using System.Collections.Immutable;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Statements;

namespace Assay.Verify.Verification;

/// <summary>The axes <c>log</c>, <c>witnesses</c> and <c>time</c>: what the checkpoint and the promise show.</summary>
internal static class LogChecks
{
    /// <param name="signers">Of the checkpoint, among the policy's logs.</param>
    public static Check Log(Parts parts, TlogPolicy policy, ImmutableArray<VerifierKey> signers)
    {
        var origin = parts.Checkpoint.Origin;
        if (!policy.Logs.Any(l => l.Name == origin))
            return Refuted(Reasons.UnknownLog, $"no log of the policy has the origin {Foreign.Cut(origin)}");
        if (signers.IsEmpty)
            return Refuted(Reasons.CheckpointSignature, $"the checkpoint is not signed by the log {Foreign.Cut(origin)}");
        // Whether it is the one that genesis names is asked on the key axis.
        var log = signers.Contains(parts.Genesis.Event.LogKey) ? parts.Genesis.Event.LogKey : signers[0];

        // The entry is rebuilt from what the bundle shows: equal bytes bind record, key and signature to the index.
        var leaf = SealedLeaf(parts);
        if (!parts.Bundle.LogProof.Includes(leaf, parts.Checkpoint))
            return Refuted(Reasons.Inclusion, $"this receipt is not entry {parts.Index} of the log's {parts.Checkpoint.Size}");
        if (!IsSignedBy(parts.Bundle.Promise.Note, log, parts))
            return Refuted(Reasons.PromiseSignature, $"the promise is not signed by the log {Foreign.Cut(origin)}");
        return Covers(parts.Promise, parts.Bundle.Promise, parts.Index, leaf)
            ? Check.Verified(Axis.Log, Reasons.Included, $"index {parts.Index} of {parts.Checkpoint.Size}, origin {Foreign.Cut(origin)}")
            : Refuted(Reasons.PromiseCoverage, $"the promise does not cover this receipt at index {parts.Index}");
    }

    public static Check Witnesses(Parts parts, TlogPolicy policy)
    {
        if (!policy.AsksForWitnesses)
            return Check.NotChecked(Axis.Witnesses, Reasons.NoneAsked, "the policy asks for none");
        try
        {
            var witnessed = policy.WitnessesOf(parts.Bundle.LogProof.Note, parts.Signatures);
            return policy.IsQuorum(witnessed)
                ? Check.Verified(Axis.Witnesses, Reasons.Quorum, $"{witnessed.Count} of {policy.Witnesses.Length} known witnesses cosigned: the policy's quorum")
                : Check.Refuted(Axis.Witnesses, Reasons.NoQuorum, $"{witnessed.Count} of {policy.Witnesses.Length} known witnesses cosigned: no quorum of the policy");
        }
        catch (MalformedException e)
        {
            return Check.Refuted(Axis.Witnesses, Reasons.Cosignature, e.Message);
        }
    }

    /// <summary>
    /// Clocks are the node's word. What can be told: the record is not older than the checkpoint that it names, and not younger than
    /// the moment when witnesses had seen it in the log.
    /// </summary>
    public static Check Time(Parts parts, TlogPolicy policy, Check witnesses)
    {
        var (before, now) = (parts.Receipt.NotBefore, parts.Checkpoint);
        if (before.Size > parts.Index)
            return Check.Refuted(Axis.Time, Reasons.NotBeforeAfter, $"the receipt at index {parts.Index} claims to have seen {before.Size} entries");
        var path = parts.Bundle.NotBeforePath.AsSpan();
        var isPrefix = before.Size == 0
            ? before.Root == MerkleTree.Empty && path.IsEmpty
            : MerkleProof.VerifyConsistency(before.Size, now.Size, before.Root, now.Root, path);
        if (!isPrefix)
            return Check.Refuted(Axis.Time, Reasons.NotBeforePrefix, $"the tree of {before.Size} entries that the receipt names is no prefix of the checkpoint");
        if (witnesses.Status == AxisStatus.Verified)
            return Check.Verified(
                Axis.Time, Reasons.Witnessed, $"a quorum of witnesses had seen it by {Shown(WitnessedAt(parts, policy))}; not before tree size {before.Size}");
        return Check.Unverifiable(
            Axis.Time, Reasons.Claimed, $"the node's clock says {parts.Receipt.CompletedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z; not before tree size {before.Size}");
    }

    /// <summary>Leaf hash of the receipt's entry, rebuilt from what the bundle shows.</summary>
    public static Hash SealedLeaf(Parts parts)
    {
        var algorithm = KeyChecks.ServingKey(parts)?.Algorithm ?? KeyAlgorithm.Ed25519;
        return MerkleTree.LeafHash(SealedEntry.Of(parts.Bundle.Envelope, parts.Receipt.Sequence, algorithm).ToBytes());
    }

    /// <summary>The logs of the policy that have the checkpoint's origin and signed it.</summary>
    public static ImmutableArray<VerifierKey> CheckpointSigners(Parts parts, TlogPolicy policy) =>
        [.. policy.Logs.Where(l => l.Name == parts.Checkpoint.Origin && IsSignedBy(parts.Bundle.LogProof.Note, l, parts))];

    // The least time at or before which those that cosigned are a quorum.
    private static ulong WitnessedAt(Parts parts, TlogPolicy policy)
    {
        var note = parts.Bundle.LogProof.Note;
        var (cosigned, known) = (policy.WitnessesOf(note, parts.Signatures), new HashSet<string>(StringComparer.Ordinal));
        var inTime = policy.Witnesses.Where(w => cosigned.Contains(w.Name))
            .Select(w => (w.Name, Time: Cosignature.Timestamp(note.Signatures.First(s => s.Name == w.Key.Name && s.KeyId == w.Key.Id).Bytes.Span)))
            .OrderBy(w => w.Time);
        foreach (var (name, time) in inTime)
            if (known.Add(name) && policy.IsQuorum(known))
                return time;
        throw new InvalidOperationException("a quorum that is none");
    }

    private static string Shown(ulong time) => time <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds()
        ? $"{DateTimeOffset.FromUnixTimeSeconds((long)time).UtcDateTime:yyyy-MM-dd HH:mm:ss}Z"
        : $"second {time} of Unix time";

    /// <summary>Whether an open entry of the bundle is in the checkpoint's tree.</summary>
    public static bool IsIncluded<T>(ReadEvent<T> read, Checkpoint checkpoint)
        where T : LogEvent =>
        MerkleProof.VerifyInclusion(read.Proof.Index, checkpoint.Size, read.Leaf, read.Proof.Path.AsSpan(), checkpoint.Root);

    private static bool Covers(Promise promise, PromiseProof proof, ulong index, in Hash leaf) =>
        index >= promise.First && index - promise.First < promise.Count
        && MerkleProof.VerifyInclusion(index - promise.First, promise.Count, leaf, proof.Path.AsSpan(), promise.Root);

    private static bool IsSignedBy(SignedNote note, VerifierKey key, Parts parts)
    {
        try
        {
            return note.IsSignedBy(key, parts.Signatures);
        }
        catch (MalformedException)
        {
            return false;
        }
    }

    private static Check Refuted(string reason, string detail) => Check.Refuted(Axis.Log, reason, detail);
}
