using Assay.Proofs.Hashing;
using Assay.Proofs.Protocol;
using Assay.Proofs.Protocol.Weights;
using Assay.Verify.Crypto;

namespace Assay.Proofs.Files;

/// <summary>The proof, made once, that a commitment's matrix is what proofs of inference take for granted of it (docs/spec/proofs.md section 10), in a file.</summary>
public static class WeightProofFile
{
    /// <summary>No such file is larger that a verifier is given to read.</summary>
    public const int MostBytes = 1 << 26;

    /// <summary>Of the header; <see cref="ModelOf"/> is its end.</summary>
    internal const int HeaderSize = ProofHeader.Size;

    private static ReadOnlySpan<byte> Magic => "ASYW"u8;

    /// <summary>Id of the committed model that a file says it is about, or null where it does not begin as such a file.</summary>
    public static Hash? ModelOf(ReadOnlySpan<byte> file) => file.Length >= HeaderSize && file.StartsWith(Magic) ? Hash.From(file[(HeaderSize - Blake3.Size)..HeaderSize]) : null;

    /// <param name="messages">What a prover made, part by part.</param>
    public static byte[] Of(CommittedModel model, IEnumerable<byte[]> messages) => [.. Header(model), .. messages.SelectMany(m => m)];

    /// <summary>The first check that fails, or null where it holds. Refuses, and never throws for what the file holds.</summary>
    /// <exception cref="Verify.MalformedException">The model's layers do not fit one another, or a bias bound is above <see cref="WeightPlan.MostBias"/>: nothing to do with the file.</exception>
    public static ProofCheck? Verify(ReadOnlyMemory<byte> file, CommittedModel model) => Verify(file, model, ProofChecks.All);

    internal static ProofCheck? Verify(ReadOnlyMemory<byte> file, CommittedModel model, ProofChecks checks)
    {
        var header = Header(model);
        var differs = file.Span.CommonPrefixLength(header);
        if (differs < header.Length - Blake3.Size)
            return ProofCheck.Framing;
        if (differs < header.Length)
            return ProofCheck.Model;
        return WeightVerifier.Verify(model.Model, model.Root.ToArray(), model.Id, file[header.Length..], checks);
    }

    private static byte[] Header(CommittedModel model) => [.. Magic, .. ProofHeader.Begin(model.Model.Parameters), .. model.Id];
}
