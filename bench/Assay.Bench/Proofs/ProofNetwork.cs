using System.Collections.Immutable;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;

namespace Assay.Bench.Proofs;

/// <summary>
/// A network of a published shape with made-up int8 weights, the same ones every time. Scales are such that outputs spread over their range
/// as those of a trained network would: no accumulator comes near its bound, and few activations are clamped. Each layer is of the tensor
/// before it, unless another is named: 0 is the input, i the output of layer i − 1.
/// </summary>
internal sealed class ProofNetwork
{
    // The standard deviation of an activation, of 256 steps: three of them are within the range.
    private const double Spread = 40, SpreadOfRectified = 80;

    // E[max(0, z)²] of a standard normal z, of the maximum of four, of the mean of four (0.24 where they are independent, 0.5 where they are
    // one; neighbours are in between); E[gelu²].
    private const double SquareOfRectified = 0.5, SquareOfLargest = 1.53, SquareOfMean = 0.4, SquareOfGelu = 0.425;

    private readonly Random random = new(11);
    private readonly List<ProofLayer> layers = [];
    private readonly List<LayerWeights?> weights = [];
    private readonly ImmutableArray<int> input;

    // Of each tensor: its zero point, and the mean square of a value less that.
    private readonly List<(int Zero, double Square)> tensors = [(0, 256 * 256 / 12.0)];

    /// <param name="input">Sizes behind the batch: neurons, or channels, rows and columns.</param>
    public ProofNetwork(params ReadOnlySpan<int> input) => this.input = [.. input];

    /// <summary>The tensor that the next layer is of.</summary>
    public int Last => layers.Count;

    /// <summary>Of each layer; null of one that has none.</summary>
    public ImmutableArray<LayerWeights?> Weights => [.. weights];

    public ProofModel Model(ProofParameters parameters) => new(input, 0, [.. layers], parameters);

    /// <summary>Whole inferences of int8, evenly spread.</summary>
    public ImmutableArray<sbyte> Inputs(int batch)
    {
        var inputs = new Random(12);
        return [.. Enumerable.Range(0, batch * input.Aggregate(1, (a, b) => a * b)).Select(_ => (sbyte)inputs.Next(-128, 128))];
    }

    /// <summary>Rectified, as it is, or through a table of GELU.</summary>
    public enum Then
    {
        Relu,
        Nothing,
        Gelu,
    }

    public ProofNetwork Dense(int outputs, Then then = Then.Relu, int? from = null)
    {
        var of = from ?? Last;
        var (group, bound) = Draw(outputs, Shape(of).Axes[^1].Size, of, then);
        return Add(new DenseLayer(of, outputs, tensors[of].Zero, bound, [group], [0]), After(then));
    }

    /// <summary>Without padding, stride 1, rectified.</summary>
    public ProofNetwork Conv(int outputs, int kernel)
    {
        var (of, axes) = (Last, Shape(Last).Axes);
        var (group, bound) = Draw(outputs, axes[1].Size * kernel * kernel, of, Then.Relu);
        return Add(
            new ConvLayer(of, outputs, kernel, kernel, 1, 1, 0, 0, axes[2].Size - kernel + 1, axes[3].Size - kernel + 1, tensors[of].Zero, bound, [group], [0]), After(Then.Relu));
    }

    /// <summary>The largest of two by two, after a rectified layer.</summary>
    public ProofNetwork MaxPool() => Add(new MaxPoolLayer(Last), (-128, SpreadOfRectified * SpreadOfRectified * SquareOfLargest));

    /// <summary>The mean of two by two, after a rectified layer.</summary>
    public ProofNetwork AveragePool()
    {
        var axes = Shape(Last).Axes;
        var quarter = new ScaleGroup(1 << 14, 16, -128, -128, 127, []);
        return Add(new AveragePoolLayer(Last, 2, 2, 2, 0, 0, axes[2].Size / 2, axes[3].Size / 2, -128, [quarter], [0]), (-128, SpreadOfRectified * SpreadOfRectified * SquareOfMean));
    }

    public ProofNetwork Flatten() => Reshape((int)Shape(Last).Count);

    public ProofNetwork Reshape(params ReadOnlySpan<int> sizes) => Add(new ReshapeLayer(Last, [.. sizes]), tensors[^1]);

    public ProofNetwork Transpose(params ReadOnlySpan<int> order) => Add(new TransposeLayer(Last, [.. order]), tensors[^1]);

    public ProofNetwork Normalize(int? from = null)
    {
        var of = from ?? Last;
        return Add(new NormalizeLayer(of, (int)(Spread * Math.Sqrt(Shape(of).Axes[^1].Size)), 3, 0, -128, 127), (0, Spread * Spread));
    }

    /// <param name="deviation">Of the sums, where their terms are not independent.</param>
    public ProofNetwork MatMul(int a, int b, double? deviation = null)
    {
        var sum = deviation ?? Math.Sqrt(Shape(a).Axes[^1].Size * tensors[a].Square * tensors[b].Square);
        return Add(new MatMulLayer(a, b, tensors[a].Zero, tensors[b].Zero, Group(sum, Then.Nothing)), After(Then.Nothing));
    }

    /// <summary>Causal; a step is a fortieth of a unit of the logits.</summary>
    public ProofNetwork Softmax() =>
        Add(new SoftmaxLayer(Last, [.. Enumerable.Range(0, 256).Select(d => (int)Math.Round(2048 * Math.Exp(-d / Spread)))], Causal: true), (-128, 0));

    /// <summary>The mean of two tensors of the same zero point.</summary>
    public ProofNetwork Residual(int a, int b) => Add(
        new AddLayer(a, b, 1 << 10, 1 << 10, tensors[a].Zero, tensors[b].Zero, new ScaleGroup(1, 11, 0, -128, 127, [])), (0, (tensors[a].Square + tensors[b].Square) / 4));

    private static (int Zero, double Square) After(Then then) => then switch
    {
        Then.Relu => (-128, SpreadOfRectified * SpreadOfRectified * SquareOfRectified),
        Then.Gelu => (0, Spread * Spread * SquareOfGelu),
        _ => (0, Spread * Spread),
    };

    private ProofNetwork Add(ProofLayer layer, (int Zero, double Square) output)
    {
        layers.Add(layer);
        tensors.Add(output);
        if (weights.Count < layers.Count)
            weights.Add(null);
        return this;
    }

    private TensorShape Shape(int tensor) => Model(default).Shapes(1)[tensor];

    // Weights are sums of three dice: nearly normal, of a standard deviation of 42.
    private (ScaleGroup Group, int BiasBound) Draw(int outputs, int inner, int of, Then then)
    {
        const int side = 42;
        var deviation = Math.Sqrt(((2 * side + 1) * (2 * side + 1) - 1) / 4.0);
        var drawn = new sbyte[outputs * inner];
        for (var i = 0; i < drawn.Length; i++)
            drawn[i] = (sbyte)(random.Next(2 * side + 1) + random.Next(2 * side + 1) + random.Next(2 * side + 1) - 3 * side);
        var sum = deviation * Math.Sqrt(inner * tensors[of].Square);
        var bias = (int)(sum / 2);
        weights.Add(new LayerWeights([.. drawn], [.. Enumerable.Range(0, outputs).Select(_ => random.Next(-bias, bias + 1))]));
        return (Group(sum, then), bias);
    }

    // m / 2^s, m of 15 bits, takes sums of that standard deviation to activations of theirs.
    private static ScaleGroup Group(double sum, Then then)
    {
        var scale = (then == Then.Relu ? SpreadOfRectified : Spread) / sum;
        var shift = 14 - (int)Math.Floor(Math.Log2(scale));
        var zero = then == Then.Relu ? -128 : 0;
        return new ScaleGroup((int)Math.Min((1 << 15) - 1, Math.Round(scale * Math.Pow(2, shift))), shift, zero, -128, 127, then == Then.Gelu ? Gelu() : []);
    }

    // By the approximation with tanh.
    private static ImmutableArray<sbyte> Gelu() =>
    [
        .. Enumerable.Range(-128, 256).Select(step => step / Spread)
            .Select(x => (sbyte)Math.Round(Spread * x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))))),
    ];
}
