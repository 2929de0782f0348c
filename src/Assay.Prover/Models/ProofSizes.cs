using System.Collections.Immutable;
using System.Globalization;
using Assay.Engine.Models;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;
using Assay.Proofs.Soundness;

namespace Assay.Prover.Models;

/// <summary>Chooses the parameters of a model's proofs: sound first, then few lookups, then small.</summary>
public static class ProofSizes
{
    // Queries by the inverse rate's log: 247, 152 and 124 leave room for all other terms under 2^-100 (docs/spec/proofs.md).
    private static readonly ImmutableArray<int> Queries = [0, 247, 152, 124];

    /// <summary>The layers with the choice of how each is requantised, and the parameters.</summary>
    /// <exception cref="ModelException">None of them proves this model to 100 bits.</exception>
    public static (ProofModel Model, ProofOutline Outline) Choose(ProvableModel model)
    {
        var (layers, logRange) = LeastLookups(model);
        var rough = Plan(model with { Layers = layers }, new ProofParameters(10, 3, Queries[3], logRange));
        var values = (double)((long)rough.WeightRows + rough.Witness.Rows) * (1 << 10);
        // A proof has 4 Q bytes for each row of 2^c values, and 16 for each column of one row: least where 2^c = sqrt(Q · values / 4).
        var logColumns = Math.Clamp((int)Math.Round(Math.Log2(Math.Sqrt(Queries[3] * values / 4))), 6, 15);
        for (var logInverseRate = 3; logInverseRate >= 1; logInverseRate--)
        {
            var chosen = (model with { Layers = layers }).With(new ProofParameters(logColumns, logInverseRate, Queries[logInverseRate], logRange));
            if (ProofOutline.Of(chosen, 1) is { Suffices: true } outline)
                return (chosen, outline);
        }
        throw ProvableModel.Wrong($"no parameters prove its {rough.LeafCount} lookups to {SoundnessReport.LeastBits} bits");
    }

    /// <summary>For people.</summary>
    public static string Describe(ProofParameters p) => string.Create(
        CultureInfo.InvariantCulture, $"rows of 2^{p.LogColumns}, rate 1/{1 << p.LogInverseRate}, {p.Queries} queries, ranges of 2^{p.LogRange}");

    // Each layer by tables for each multiplier, or by limbs, which cost more lookups and one table; limbs want ranges of 2^15.
    private static (ImmutableArray<ProofLayer> Layers, int LogRange) LeastLookups(ProvableModel model)
    {
        var shapes = model.With(default).Shapes(1);
        ImmutableArray<TensorShape> InputsOf(ProofLayer layer) => [.. layer.Inputs.Select(t => shapes[t])];
        var (best, least) = ((model.Layers, 0), long.MaxValue);
        for (var logRange = 8; logRange <= 16; logRange++)
        {
            var (layers, rows) = (model.Layers.ToBuilder(), 1L << logRange);
            for (var i = 0; i < layers.Count; i++)
            {
                if (layers[i] is not ScaledLayer layer)
                {
                    rows += Lookups(layers[i], InputsOf(layers[i]), shapes[i + 1], logRange);
                    continue;
                }
                var (inputs, places) = (InputsOf(layer), 1L << shapes[i + 1].Log);
                var interval = 256 + (2 * layer.Bound(inputs) >> logRange);
                var limbed = layer with { Limbs = true };
                var (tables, limbs) = (3 * places + layer.Groups.Length * interval, 7 * places + LimbColumns.Groups(limbed).Length * interval);
                if (logRange == 15 && limbs < tables && limbed.IsValid(inputs))
                    layers[i] = limbed;
                rows += layers[i] == layer ? tables : limbs;
            }
            if (rows < least)
                (best, least) = ((layers.ToImmutable(), logRange), rows);
        }
        return best;
    }

    private static long Lookups(ProofLayer layer, ImmutableArray<TensorShape> inputs, TensorShape output, int logRange) =>
        layer.Sections(inputs, output, logRange, 1).Sum(s => (long)s.Lookups.Length << s.Log) + layer.Tables(inputs, logRange).Sum(t => (long)t.Length);

    private static ProofPlan Plan(ProvableModel model, ProofParameters parameters)
    {
        try
        {
            return new ProofPlan(model.With(parameters), 1);
        }
        catch (Verify.MalformedException e)
        {
            throw ProvableModel.Wrong(e.Message, e);
        }
    }
}
