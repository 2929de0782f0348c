using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;

namespace Assay.Proofs.Soundness;

/// <summary>What a verifier asks of a model and a batch before it allocates anything as large as they are (C2).</summary>
public static class ProofLimits
{
    /// <summary>No batch is larger.</summary>
    public const int MostBatch = 1 << 16;

    /// <summary>No committed matrix has more rows.</summary>
    public const long MostRows = 1 << 20;

    // Rows of tables before they are made: an upper bound may be above what it bounds.
    private const long MostIntervals = 1 << 23;

    /// <summary>Whether parameters are in their ranges, and tables and the model's matrix no larger than a verifier takes.</summary>
    /// <exception cref="Verify.MalformedException">The model's layers do not fit one another.</exception>
    public static bool Hold(ProofModel model, int batch)
    {
        var parameters = model.Parameters;
        if (batch is < 1 or > MostBatch || parameters.LogInverseRate is < 1 or > 3 || parameters.LogColumns < 1 || parameters.Queries is < 1 or > SoundnessReport.MostQueries
            || parameters.LogRange is < 8 or > 16 || parameters.LogColumns + parameters.LogInverseRate > 17)
            return false;
        if (model.Shapes(1).Any(shape => shape.Log + Axis.LogOf(batch) > ProofModel.MostLogPlaces))
            return false;
        var shapes = model.Shapes(batch);
        var (intervals, weights) = (0L, 0L);
        foreach (var layer in model.Layers)
        {
            intervals += layer switch
            {
                ScaledLayer scaled => (scaled.Limbs ? LimbColumns.Groups(scaled) : scaled.Groups).Length * (256 + (2 * scaled.Bound([.. layer.Inputs.Select(t => shapes[t])]) >> parameters.LogRange)),
                NormalizeLayer normalize => 2 * normalize.Gain + 1 + Remainder.Limbs.Length,
                SoftmaxLayer softmax => 512 + (softmax.Exponents.Length > 0 && softmax.IsWide(shapes[softmax.Input], parameters.LogRange) ? Remainder.Limbs.Length : 0),
                TableLayer => 256,
                _ => 0,
            };
            if (layer is WeightLayer of)
                weights += (1L << Axis.LogOf(of.Outputs)) * ((1L << Axis.LogOf(of.Inner(shapes[of.Input]))) + 1);
        }
        return intervals <= MostIntervals && weights >> parameters.LogColumns < MostRows && ProofSteps.Hold(model, shapes);
    }
}
