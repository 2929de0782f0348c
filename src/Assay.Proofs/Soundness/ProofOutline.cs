using Assay.Proofs.Files;
using Assay.Proofs.Hashing;
using Assay.Proofs.Models;
using Assay.Proofs.Protocol;

namespace Assay.Proofs.Soundness;

/// <summary>What proofs of a model's batch are like, before there is one: how sound, how large. The verifier's own steps, gone through without a proof.</summary>
/// <param name="FixedBytes">Of a proof file: up to the combined row.</param>
/// <param name="MostBytes">With as many columns and hashes as queries that are all different could need.</param>
public sealed record ProofOutline(SoundnessCounts Counts, long FixedBytes, long MostBytes)
{
    /// <summary>Whether a verifier takes such proofs (C2).</summary>
    public bool Suffices => Counts.Claims <= SoundnessReport.MostClaims && SoundnessReport.IsSound(Counts);

    /// <exception cref="Verify.MalformedException">The model's layers do not fit one another.</exception>
    /// <returns>Null where a figure is out of its range (C4), or the model is larger than a verifier takes (C2).</returns>
    public static ProofOutline? Of(ProofModel model, int batch)
    {
        ProofPlan plan;
        try
        {
            plan = InferenceVerifier.Plan(model, batch, ProofChecks.All);
        }
        catch (ProofRefused)
        {
            return null;
        }
        var statement = new Statement(new byte[Blake3.Size], Array.Empty<byte>(), batch, [.. new sbyte[plan.Shapes[0].Count]], [.. new sbyte[plan.Shapes[^1].Count]]);
        var reader = new ProofReader(default, statement.Begin(model), ProofChecks.None);
        var (_, claims) = InferenceVerifier.Claims(reader, plan, statement);
        var size = model.Parameters.Size;
        var messages = reader.At + (16L * ((2 * size.LogColumns) + claims.Count + (1 << size.LogColumns)));
        var queried = Math.Min(size.Queries, 1 << size.LogLength);
        return new ProofOutline(
            SoundnessCounts.Of(model.Parameters, plan.LeafCount, reader, claims), ProofHeader.Size + messages,
            ProofHeader.Size + messages + (queried * ((4L * (plan.WeightRows + plan.Witness.Rows)) + (2L * Blake3.Size * size.LogLength))));
    }
}
