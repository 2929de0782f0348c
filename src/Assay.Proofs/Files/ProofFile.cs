using Assay.Proofs.Hashing;
using Assay.Proofs.Protocol;
using Assay.Proofs.Soundness;
using Assay.Verify.Bundles;

namespace Assay.Proofs.Files;

/// <summary>What a verifier says of a proof.</summary>
/// <param name="Refused">The first check that fails, or null where the proof holds.</param>
/// <param name="Soundness">What the proof rests on, where it holds.</param>
public readonly record struct ProofVerdict(ProofCheck? Refused, SoundnessCounts? Soundness)
{
    public bool Holds => Refused is null;
}

/// <summary>A proof in a file: the header and the messages, neither of which says a length (docs/spec/proofs.md section 8).</summary>
public static class ProofFile
{
    /// <summary>No proof is larger that a verifier is given to read: a bundle takes as much.</summary>
    public const int MostBytes = ProofEvidence.MaxProof;

    /// <param name="messages">What a prover made.</param>
    public static byte[] Of(CommittedModel model, ReadOnlySpan<byte> messages) => [.. ProofHeader.Of(model.Model.Parameters, model.Id), .. messages];

    /// <summary>Checks a proof. Refuses, and never throws for what a proof holds.</summary>
    /// <param name="model">Of which the statement names the id.</param>
    /// <exception cref="Verify.MalformedException">The model's layers do not fit one another: nothing to do with the proof.</exception>
    public static ProofVerdict Verify(ReadOnlyMemory<byte> file, CommittedModel model, Statement statement) => Verify(file, model, statement, ProofChecks.All);

    internal static ProofVerdict Verify(ReadOnlyMemory<byte> file, CommittedModel model, Statement statement, ProofChecks checks)
    {
        try
        {
            Header(file.Span, model, statement, checks);
            return new ProofVerdict(null, InferenceVerifier.Check(model.Model, model.Root.ToArray(), statement, file[Math.Min(ProofHeader.Size, file.Length)..], checks));
        }
        catch (ProofRefused refused)
        {
            return new ProofVerdict(refused.Check, null);
        }
    }

    private static void Header(ReadOnlySpan<byte> file, CommittedModel model, Statement statement, ProofChecks checks)
    {
        var id = model.Id;
        checks.Require(file.Length >= ProofHeader.Size && file[..(ProofHeader.Size - Blake3.Size)].SequenceEqual(ProofHeader.Of(model.Model.Parameters, id).AsSpan(..^Blake3.Size)), ProofCheck.Framing);
        // The file's own word counts for nothing: it must be that of the model that was published, and of the commitment.
        checks.Require(file.Length < ProofHeader.Size || file[(ProofHeader.Size - Blake3.Size)..ProofHeader.Size].SequenceEqual(id), ProofCheck.Model);
        checks.Require(statement.ModelId.Span.SequenceEqual(id), ProofCheck.Model);
    }
}
