using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Verify.Faults;

/// <summary>Whether a fault is proved, by a relying party's own log keys.</summary>
/// <param name="Accused">The log key against which it is proved, or null.</param>
/// <param name="Reason">One line: what is proved, or why nothing is.</param>
public sealed record FaultVerdict(VerifierKey? Accused, string Reason)
{
    public bool Proved => Accused is not null;
}

/// <summary>Judges faults (docs/spec/verification.md, Faults).</summary>
public static class FaultJudge
{
    /// <summary>The first log key of the policy against which the fault is proved, if there is one.</summary>
    public static FaultVerdict Judge(Fault fault, TlogPolicy policy)
    {
        string? reason = null;
        foreach (var key in policy.Logs)
        {
            var problem = Against(fault, key, policy);
            if (problem is null)
                return new FaultVerdict(key, Says(fault));
            // Of a key whose signature is there, the reason says more than "not signed".
            if (reason is null || problem != NotSigned)
                reason = problem;
        }
        return new FaultVerdict(null, reason ?? "the policy names no log");
    }

    private const string NotSigned = "no log of the policy has signed both notes under its own origin";

    // What is missing for the fault to be proved against this key, or null.
    private static string? Against(Fault fault, VerifierKey log, TlogPolicy policy) => fault switch
    {
        TwoRoots f => AgainstRoots(Signed(f.First, log), Signed(f.Second, log)),
        TwoLeaves f => AgainstLeaves(f, log),
        Late f => AgainstLate(f, log, policy),
        _ => throw new ArgumentException($"no rule is known for {fault.GetType().Name}", nameof(fault)),
    };

    private static string? AgainstRoots(Checkpoint? first, Checkpoint? second) =>
        first is null || second is null ? NotSigned
        : first.Size != second.Size ? $"the checkpoints have the sizes {first.Size} and {second.Size}: only one of the same size contradicts another"
        : first.Root == second.Root ? "the checkpoints have the same root"
        : null;

    private static string? AgainstLeaves(TwoLeaves fault, VerifierKey log) =>
        Holds(fault.First, fault.Index, log) is not { } first || Holds(fault.Second, fault.Index, log) is not { } second ? NotSigned
        : !first || !second ? $"a claim does not hold at index {fault.Index}"
        : fault.First.Leaf == fault.Second.Leaf ? "both claims are about the same leaf"
        : null;

    private static string? AgainstLate(Late fault, VerifierKey log, TlogPolicy policy)
    {
        if (Promised(fault.Promise, log) is not { } promise || Signed(fault.Checkpoint, log) is not { } checkpoint)
            return NotSigned;
        if (checkpoint.Size >= promise.First + promise.Count)
            return "the checkpoint covers what was promised";
        if (!policy.AsksForWitnesses)
            return "the policy has no quorum of witnesses: nobody says when the checkpoint was seen";
        var after = policy.Witnesses.Where(w => CosignedAfter(fault.Checkpoint, w.Key, promise.Deadline)).Select(w => w.Name);
        return policy.IsQuorum(after.ToHashSet(StringComparer.Ordinal))
            ? null
            : "no quorum of witnesses has cosigned the checkpoint after the deadline";
    }

    // Whether the claim leads to its leaf at the index; null where the log did not sign it.
    private static bool? Holds(LeafClaim claim, ulong index, VerifierKey log)
    {
        if (claim is LoggedLeaf logged)
            return Signed(logged.Note, log) is { } checkpoint ? logged.Proof.Index == index && logged.Proof.Includes(claim.Leaf, checkpoint) : null;
        if (Promised(claim.Note, log) is not { } promise)
            return null;
        return index >= promise.First && index - promise.First < promise.Count
            && MerkleProof.VerifyInclusion(index - promise.First, promise.Count, claim.Leaf, ((PromisedLeaf)claim).Path.AsSpan(), promise.Root);
    }

    // The checkpoint, if it is of this log's origin and signed by it.
    private static Checkpoint? Signed(SignedNote note, VerifierKey log) =>
        Checkpoint.Parse(note.Text) is var checkpoint && IsBy(log, checkpoint.Origin, note) ? checkpoint : null;

    private static Promise? Promised(SignedNote note, VerifierKey log) =>
        Promise.Parse(note.Text) is var promise && IsBy(log, promise.Origin, note) ? promise : null;

    private static bool IsBy(VerifierKey log, string origin, SignedNote note) =>
        origin == log.Name && note.LinesOf(log).ToList() is { Count: > 0 } lines && lines.TrueForAll(l => log.Verify(note.Text, l.Bytes.Span));

    private static bool CosignedAfter(SignedNote note, VerifierKey witness, ulong deadline) =>
        note.LinesOf(witness).FirstOrDefault() is { } line && witness.Verify(note.Text, line.Bytes.Span) && Cosignature.Timestamp(line.Bytes.Span) > deadline;

    private static string Says(Fault fault) => fault switch
    {
        TwoRoots { First: var note } => $"split view: two trees of size {Checkpoint.Parse(note.Text).Size}, both signed by the log",
        TwoLeaves { Index: var index, First: LoggedLeaf, Second: LoggedLeaf } => $"rewritten entry: two entries at index {index}, both under the log's signature",
        TwoLeaves { Index: var index, First: PromisedLeaf, Second: PromisedLeaf } => $"broken promise: two entries were promised at index {index}",
        TwoLeaves { Index: var index } => $"broken promise: at index {index} the log shows another entry than it promised",
        Late { Promise: var note } => $"late: what was promised by {Promise.Parse(note.Text).Deadline} was not there after that time",
        _ => fault.Kind,
    };
}
