using System.Buffers.Binary;
using Assay.Proofs.Field;
using Assay.Proofs.Files;
using Assay.Proofs.Hashing;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Soundness;

namespace Assay.Proofs.Protocol.Weights;

/// <summary>Checks, once for a model, what proofs of inference take for granted of its matrix: weights of eight bits, biases within their bounds, padding zero (docs/spec/proofs.md section 10).</summary>
internal static class WeightVerifier
{
    /// <summary>The first check that one of the parts fails, or null where all hold.</summary>
    /// <param name="root">Of the model's matrix.</param>
    /// <param name="messages">Of each <see cref="WeightPlan"/> of the model, in order, one behind the other.</param>
    /// <exception cref="Verify.MalformedException">The model's layers do not fit one another, or a bias bound is too large: nothing to do with the proofs.</exception>
    internal static ProofCheck? Verify(ProofModel model, byte[] root, ReadOnlyMemory<byte> modelId, ReadOnlyMemory<byte> messages, ProofChecks checks)
    {
        try
        {
            checks.Require(ProofLimits.Hold(model, 1), ProofCheck.Soundness);
            var matrix = new CommittedMatrix(root, model.WeightLayout().Rows, ProofCheck.ModelPath);
            foreach (var (part, plan) in WeightPlan.Each(model).Index())
                messages = messages[Part(model, plan, matrix, modelId, part, messages, checks)..];
            checks.Require(messages.IsEmpty, ProofCheck.End);
            return null;
        }
        catch (ProofRefused refused)
        {
            return refused.Check;
        }
    }

    /// <summary>How the transcript of a part begins.</summary>
    public static Transcript Begin(ProofModel model, ReadOnlySpan<byte> modelId, int part)
    {
        var transcript = new Transcript();
        transcript.Absorb(Tags.ModelProof, ProofHeader.Begin(model.Parameters));
        transcript.Absorb(2, modelId);
        var number = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(number, part);
        transcript.Absorb(3, number);
        return transcript;
    }

    // How many bytes of the messages are the part's.
    private static int Part(ProofModel model, WeightPlan plan, CommittedMatrix matrix, ReadOnlyMemory<byte> modelId, int part, ReadOnlyMemory<byte> messages, ProofChecks checks)
    {
        var reader = new ProofReader(messages, Begin(model, modelId.Span, part), checks);
        var witness = reader.TakeRoot(Tags.Root);
        var claims = new List<Claim>();
        var sections = LookupStage.Read(reader, plan.Lookups, claims);
        foreach (var (i, piece) in plan.Pieces.Index())
        {
            if (!piece.IsBias)
                continue;
            reader.Compared(2 * piece.Log);
            reader.Require(IsSplit(((WeightLayer)model.Layers[piece.Layer]).BiasBound, sections[i].Columns.AsSpan()), ProofCheck.Linear);
        }
        var counts = SoundnessCounts.Of(model.Parameters, plan.Lookups.LeafCount, reader, claims);
        reader.Require(claims.Count <= SoundnessReport.MostClaims && SoundnessReport.IsSound(counts), ProofCheck.Soundness);
        Opening.Read(reader, model.Parameters.Size, [matrix, new(witness, plan.Witness.Rows, ProofCheck.WitnessPath)], claims);
        return Math.Min(reader.At, messages.Length);
    }

    private static bool IsSplit(int bound, ReadOnlySpan<Felt4> at)
    {
        var (beta, shift) = (Felt4.From(bound), Felt.From(1L << WeightPlan.LogLimb));
        return beta + at[0] == at[1] + at[2] * shift && beta - at[0] == at[3] + at[4] * shift;
    }
}
