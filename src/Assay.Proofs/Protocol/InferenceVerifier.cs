using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol.Relations;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Soundness;

namespace Assay.Proofs.Protocol;

/// <summary>Checks that a committed model gave an output on an input (docs/spec/proofs.md section 7). Pure; refuses, and never throws for what a proof holds.</summary>
public static class InferenceVerifier
{
    /// <summary>The first check that a proof fails, or null where it holds.</summary>
    /// <param name="weightsRoot">Of the model's matrix: what the statement's model id stands for.</param>
    /// <exception cref="Verify.MalformedException">The model's layers do not fit one another: nothing to do with the proof.</exception>
    public static ProofCheck? Verify(ProofModel model, byte[] weightsRoot, Statement statement, ReadOnlyMemory<byte> proof) =>
        Verify(model, weightsRoot, statement, proof, ProofChecks.All);

    internal static ProofCheck? Verify(ProofModel model, byte[] weightsRoot, Statement statement, ReadOnlyMemory<byte> proof, ProofChecks checks)
    {
        try
        {
            Check(model, weightsRoot, statement, proof, checks);
            return null;
        }
        catch (ProofRefused refused)
        {
            return refused.Check;
        }
    }

    /// <summary>What the proof rests on, where it holds.</summary>
    /// <exception cref="ProofRefused">It does not.</exception>
    internal static SoundnessCounts Check(ProofModel model, byte[] weightsRoot, Statement statement, ReadOnlyMemory<byte> proof, ProofChecks checks)
    {
        var plan = Plan(model, statement.Batch, checks);
        checks.Require(statement.Input.Length == plan.Shapes[0].Count, ProofCheck.InputBinding);
        checks.Require(statement.Output.Length == plan.Shapes[^1].Count, ProofCheck.OutputBinding);
        var reader = new ProofReader(proof, statement.Begin(model), checks);
        var (root, claims) = Claims(reader, plan, statement);
        var counts = SoundnessCounts.Of(model.Parameters, plan.LeafCount, reader, claims);
        checks.Require(claims.Count <= SoundnessReport.MostClaims && SoundnessReport.IsSound(counts), ProofCheck.Soundness);
        Opening.Read(reader, model.Parameters.Size, [new(weightsRoot, plan.WeightRows, ProofCheck.ModelPath), new(root, plan.Witness.Rows, ProofCheck.WitnessPath)], claims);
        reader.End();
        return counts;
    }

    /// <summary>What follows from the model: its figures in range (C4), nothing larger than a verifier takes (C2).</summary>
    /// <exception cref="ProofRefused">C2 or C4.</exception>
    internal static ProofPlan Plan(ProofModel model, int batch, ProofChecks checks)
    {
        // Figures are those of any batch; whether this one is too large is for C2.
        var shapes = model.Shapes(1);
        foreach (var layer in model.Layers)
            checks.Require(
                layer.IsValid([.. layer.Inputs.Select(t => shapes[t])]) && (layer is not ScaledLayer { Limbs: true } || model.Parameters.LogRange == LimbColumns.Bits), ProofCheck.Requantisation);
        checks.Require(ProofLimits.Hold(model, batch), ProofCheck.Soundness);
        var plan = new ProofPlan(model, batch);
        checks.Require((ulong)plan.LeafCount <= SoundnessReport.MostLookups, ProofCheck.Soundness);
        return plan;
    }

    /// <summary>All that comes before the opening: the witness's root, and what is left to open.</summary>
    /// <exception cref="ProofRefused">C7 to C19.</exception>
    internal static (byte[] Root, List<Claim> Claims) Claims(ProofReader reader, ProofPlan plan, Statement statement)
    {
        var root = reader.TakeRoot(Tags.Root);
        var claims = new List<Claim>();
        var sections = LookupStage.Read(reader, plan.Lookups, claims);
        var relations = new RelationReader(reader, plan, claims, statement.InputTable(plan));
        for (var i = 0; i < plan.Model.Layers.Length; i++)
            if (!plan.Model.Layers[i].IsView)
                relations.Layer(i, sections.AsSpan(plan.SectionOf(i)));
        Output(relations, plan, statement);
        return (root, claims);
    }

    // The last tensor's real places are the public output (C19).
    private static void Output(RelationReader relations, ProofPlan plan, Statement statement)
    {
        var shape = plan.Shapes[^1];
        var tau = relations.Challenges(shape.Log);
        var (point, final) = relations.Sumcheck(Multilinear.Evaluate(statement.OutputTable(plan), tau), shape.Log, degree: 2);
        var y = relations.Take(1)[0];
        relations.Require(final == shape.EqOfReal(tau, point) * y, ProofCheck.Output);
        relations.Tensor(plan.Model.Layers.Length, point, y);
    }
}
