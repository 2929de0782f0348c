using Assay.Verify;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;

namespace Assay.Log.Witnessing;

/// <summary>What a witness answers, as an HTTP status of c2sp.org/tlog-witness.</summary>
public enum WitnessOutcome
{
    Cosign = 200,
    BadRequest = 400,
    NotSigned = 403,
    UnknownLog = 404,
    Conflict = 409,
    NotConsistent = 422,
}

/// <summary>Whether a checkpoint may be cosigned: the checks of c2sp.org/tlog-witness in the order of its text.</summary>
/// <remarks>
/// A key that is known and whose line does not verify counts as no signature, whatever stands beside it (signed-note refuses such a
/// note as a whole).
/// </remarks>
public static class WitnessRules
{
    /// <summary>The log keys whose origin the checkpoint names and who signed it; empty where none did.</summary>
    public static IReadOnlyList<VerifierKey> Signers(SignedNote note, IEnumerable<VerifierKey> trusted)
    {
        try
        {
            return note.VerifiedBy(trusted);
        }
        catch (MalformedException)
        {
            return [];
        }
    }

    /// <param name="trusted">Keys of the checkpoint's origin; empty for an unknown log.</param>
    /// <param name="latest">The checkpoint cosigned last for that origin, or null for none.</param>
    /// <returns>The outcome, and a line that says why.</returns>
    public static (WitnessOutcome Outcome, string Reason) Decide(AddCheckpoint request, IReadOnlyCollection<VerifierKey> trusted, Checkpoint? latest)
    {
        var next = request.Checkpoint;
        var (size, root) = latest is null ? (0, MerkleTree.Empty) : (latest.Size, latest.Root);
        if (trusted.Count == 0)
            return (WitnessOutcome.UnknownLog, "unknown log: no key is known for this origin");
        if (Signers(request.Note, trusted).Count == 0)
            return (WitnessOutcome.NotSigned, "invalid signature: no trusted key of this origin signed the checkpoint");
        if (request.OldSize > next.Size)
            return (WitnessOutcome.BadRequest, $"the old size {request.OldSize} is above the checkpoint's {next.Size}");
        if (request.OldSize != size)
            return (WitnessOutcome.Conflict, $"the latest checkpoint cosigned here has size {size}");
        if (size == next.Size && root != next.Root)
            return (WitnessOutcome.Conflict, $"another root was cosigned here at size {size}");
        var consistent = size == 0
            ? request.Proof.IsEmpty
            : MerkleProof.VerifyConsistency(size, next.Size, root, next.Root, request.Proof.AsSpan());
        return consistent
            ? (WitnessOutcome.Cosign, "consistent")
            : (WitnessOutcome.NotConsistent, $"the consistency proof does not lead from size {size} to {next.Size}");
    }
}
