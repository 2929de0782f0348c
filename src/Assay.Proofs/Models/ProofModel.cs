using System.Collections.Immutable;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol;

namespace Assay.Proofs.Models;

/// <summary>Parameters of a proof system for a model: what is public beside its graph.</summary>
/// <param name="LogColumns">c, of both matrices.</param>
/// <param name="LogInverseRate">1 to 3.</param>
/// <param name="Queries">Columns that are looked at.</param>
/// <param name="LogRange">κ: a range is [0, 2^κ); 8 to 16.</param>
public readonly record struct ProofParameters(int LogColumns, int LogInverseRate, int Queries, int LogRange)
{
    public OpeningSize Size => new(LogColumns, LogColumns + LogInverseRate, Queries);
}

/// <summary>What is proved, without its weights: layers in order, the shape of the input, the parameters.</summary>
/// <param name="InputZeroPoint">What public input is padded with.</param>
public sealed record ProofModel(ImmutableArray<int> InputSizes, int InputZeroPoint, ImmutableArray<ProofLayer> Layers, ProofParameters Parameters)
{
    /// <summary>No tensor has more: then no number that is computed from figures of layers overflows.</summary>
    public const int MostAxes = 16, MostLogPlaces = 22;

    /// <summary>The shapes of the input and of every layer's output, for a batch.</summary>
    /// <exception cref="Verify.MalformedException">They do not fit one another.</exception>
    public ImmutableArray<TensorShape> Shapes(int batch)
    {
        var shapes = ImmutableArray.CreateBuilder<TensorShape>(Layers.Length + 1);
        if (batch < 1 || InputSizes.Any(s => s < 1))
            throw new Verify.MalformedException("a model of a proof: a size below one");
        Add(new TensorShape([Axis.Of(batch), .. InputSizes.Select(Axis.Of)]));
        foreach (var (i, layer) in Layers.Index())
        {
            if (layer.Inputs.Any(t => t < 0 || t > i))
                throw new Verify.MalformedException($"a layer of a proof: layer {i} of a tensor that is not before it");
            Add(layer.OutputOf([.. layer.Inputs.Select(t => shapes[t])]));
        }
        return shapes.MoveToImmutable();

        void Add(TensorShape shape) =>
            shapes.Add(shape.Axes.Length <= MostAxes && shape.Log <= MostLogPlaces ? shape : throw new Verify.MalformedException($"a model of a proof: a tensor of more than {MostAxes} axes or 2^{MostLogPlaces} places"));
    }

    /// <summary>Where the model's weights and biases stand in the matrix that is committed to once: (weights, bias) of each layer that has them.</summary>
    public BlockLayout WeightLayout()
    {
        var shapes = Shapes(1);
        var layout = new BlockLayout(0, Parameters.LogColumns);
        foreach (var layer in Layers.OfType<WeightLayer>())
        {
            layout.Add(Axis.LogOf(layer.Outputs) + Axis.LogOf(layer.Inner(shapes[layer.Input])));
            layout.Add(Axis.LogOf(layer.Outputs));
        }
        return layout.Place();
    }
}
