using System.Collections.Immutable;
using Assay.Engine.Models;
using Assay.Proofs.Files;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;

namespace Assay.Prover.Models;

/// <summary>Reads the nodes of a graph, in order, as layers. The engine has checked their figures; what is left to refuse is what proofs do not know.</summary>
internal sealed class GraphReader
{
    private readonly Graph graph;
    private readonly PublicTensor input;
    private readonly Dictionary<int, int> tensors = [];
    private readonly Dictionary<int, Node> dequantised = [];
    private readonly List<ProofLayer> layers = [];
    private readonly List<LayerWeights?> weights = [];
    private readonly List<TensorShape> shapes = [];
    private int? zeroPoint;
    private (float Factor, int ZeroPoint)? quantised;

    public GraphReader(Graph graph, int input)
    {
        this.graph = graph;
        var info = graph.Values[input];
        var sizes = Sizes(input, "the input");
        shapes.Add(new TensorShape([Axis.Of(1), .. sizes.Select(Axis.Of)]));
        this.input = new PublicTensor(info.Name, info.Type == DType.Float32, Extents(input), 0, 0);
        if (info.Type is not (DType.Float32 or DType.Int8))
            throw ProvableModel.Wrong($"its input is {info.Type?.Name() ?? "of no known type"}; float32 and int8 can be quantised");
        if (!this.input.IsFloat)
            tensors[input] = 0;
    }

    public void Read(Node node)
    {
        var a = node.Attributes;
        switch (node.Op)
        {
            case Primitive.Int8Quantize:
                Quantize(node);
                break;
            case Primitive.Int8Dequantize:
                dequantised[node.Outputs[0]] = node;
                break;
            case Primitive.Identity when dequantised.TryGetValue(node.Inputs[0], out var made):
                dequantised[node.Outputs[0]] = made;
                break;
            case Primitive.Identity:
                tensors[node.Outputs[0]] = Tensor(node, 0);
                break;
            case Primitive.Int8Dense:
                Weighted(node, (groups, of) => new DenseLayer(Aligned(Tensor(node, 0)), Shape(node, 1)[0], Zero(a, "x_zero_point"), (int)a.Int("bias_bound"), groups, of));
                break;
            case Primitive.Int8Conv:
                Conv(node);
                break;
            case Primitive.Int8MaxPool:
                MaxPool(node);
                break;
            case Primitive.Int8AveragePool:
                AveragePool(node);
                break;
            case Primitive.Int8Add:
                Sum(node);
                break;
            case Primitive.Int8MatMul:
                Product(node);
                break;
            case Primitive.Int8Softmax:
                Add(node, new SoftmaxLayer(Tensor(node, 0), [.. Constant(node, 1).Span<int>()], a.Int("causal", 0) != 0));
                break;
            case Primitive.Int8Normalize:
                Add(node, new NormalizeLayer(
                    Tensor(node, 0), (int)a.Int("gain"), (int)a.Int("epsilon"), Zero(a, "y_zero_point"), (int)a.Int("low", -128), (int)a.Int("high", 127)));
                break;
            case Primitive.Int8Table:
                Add(node, new TableLayer(Tensor(node, 0), [.. Constant(node, 1).Span<sbyte>()]));
                break;
            case Primitive.Reshape or Primitive.Flatten:
                Add(node, new ReshapeLayer(Tensor(node, 0), Sizes(node.Outputs[0], node.Source)));
                break;
            case Primitive.Transpose:
                Transpose(node);
                break;
            case Primitive.Concat:
                Concat(node);
                break;
            default:
                throw ProvableModel.Wrong($"{node.Source}: proofs do not know {node.Op} yet");
        }
    }

    public ProvableModel Finish(int output)
    {
        var node = dequantised.GetValueOrDefault(output);
        var made = node is null ? tensors.GetValueOrDefault(output, -1) : Tensor(node, 0);
        if (layers.Count == 0 || made != layers.Count)
            throw ProvableModel.Wrong("its output is not what its last operation makes");
        if (input.IsFloat && quantised is null)
            throw ProvableModel.Wrong("its input is not quantised: it is no model of assay-int8-v1");
        var outside = new PublicTensor(
            graph.Values[output].Name, node is not null, Extents(output), node?.Attributes.Float("scale", 0) ?? 0, node is null ? 0 : Zero(node.Attributes, "zero_point"));
        var inside = quantised is { } q ? input with { Factor = q.Factor, ZeroPoint = q.ZeroPoint } : input;
        return new ProvableModel([.. shapes[0].Axes.Skip(1).Select(axis => axis.Size)], quantised?.ZeroPoint ?? zeroPoint ?? 0, [.. layers], [.. weights], inside, outside);
    }

    private void Quantize(Node node)
    {
        var made = (node.Attributes.Float("inverse_scale", 0), Zero(node.Attributes, "zero_point"));
        if (node.Inputs[0] != graph.Inputs[0] || (quantised is { } before && before != made))
            throw ProvableModel.Wrong($"{node.Source}: the input is quantised in two ways");
        quantised = made;
        tensors[node.Outputs[0]] = 0;
    }

    private void Conv(Node node)
    {
        var (a, kernel, output) = (node.Attributes, Shape(node, 1), Sizes(node.Outputs[0], node.Source));
        var (pads, stride) = (Pads(a), One(a, "strides", node));
        Weighted(node, (groups, of) => new ConvLayer(
            Tensor(node, 0), kernel[0], kernel[2], kernel[3], stride, One(a, "dilations", node), pads.Top, pads.Left, output[1], output[2],
            Zero(a, "x_zero_point"), (int)a.Int("bias_bound"), groups, of, a.Int("group", 1) > 1));
    }

    // Two by two without padding is a layer of its own; other windows go row by row, then column by column, in pieces of at most four.
    private void MaxPool(Node node)
    {
        var (a, output) = (node.Attributes, Sizes(node.Outputs[0], node.Source));
        var (kernel, strides, pads) = (a.Ints("kernel_shape"), Strides(a), Pads(a));
        var image = shapes[Tensor(node, 0)];
        if (kernel is [2, 2] && strides == (2, 2) && pads == (0, 0) && output[1] == image.Axes[2].Size / 2 && output[2] == image.Axes[3].Size / 2)
        {
            Add(node, new MaxPoolLayer(Tensor(node, 0)));
            return;
        }
        var tensor = Lines(Tensor(node, 0), 2, (int)kernel[0], strides.Down, pads.Top, output[1]);
        tensors[node.Outputs[0]] = Lines(tensor, 3, (int)kernel[1], strides.Across, pads.Left, output[2]);
    }

    private int Lines(int tensor, int along, int kernel, int stride, int before, int size)
    {
        for (; kernel > 4; kernel -= 3, before = 0)
            tensor = Push(new LinePoolLayer(tensor, along, 4, 1, before, (size - 1) * stride + kernel - 3));
        return kernel == 1 && stride == 1 && before == 0 ? tensor : Push(new LinePoolLayer(tensor, along, kernel, stride, before, size));
    }

    private void AveragePool(Node node)
    {
        var (a, output) = (node.Attributes, Sizes(node.Outputs[0], node.Source));
        var (kernel, pads) = (a.Ints("kernel_shape"), Pads(a));
        var (groups, of) = Groups(node, 1);
        Add(node, new AveragePoolLayer(
            Tensor(node, 0), (int)kernel[0], (int)kernel[1], One(a, "strides", node), pads.Top, pads.Left, output[1], output[2], Zero(a, "x_zero_point"), groups, of));
    }

    private void Sum(Node node)
    {
        var a = node.Attributes;
        var (left, right) = (Tensor(node, 0), Tensor(node, 1));
        // A pool leaves wider padding than others have: what is added must be padded alike.
        if (!shapes[left].Equals(shapes[right]))
            (left, right) = (Aligned(left), Aligned(right));
        Add(node, new AddLayer(left, right, (int)a.Int("a_multiplier"), (int)a.Int("b_multiplier"), Zero(a, "a_zero_point"), Zero(a, "b_zero_point"), Groups(node, 2).Groups[0]));
    }

    private void Product(Node node)
    {
        var a = node.Attributes;
        Add(node, new MatMulLayer(Aligned(Tensor(node, 0)), Aligned(Tensor(node, 1)), Zero(a, "a_zero_point"), Zero(a, "b_zero_point"), Groups(node, 2).Groups[0]));
    }

    private int Aligned(int tensor)
    {
        ImmutableArray<int> sizes = [.. shapes[tensor].Axes.Skip(1).Select(axis => axis.Size)];
        return shapes[tensor].Axes.Skip(1).All(axis => axis == Axis.Of(axis.Size)) ? tensor : Push(new ReshapeLayer(tensor, sizes));
    }

    private void Transpose(Node node)
    {
        var order = node.Attributes.Ints("perm");
        if (order.IsDefaultOrEmpty || order[0] != 0)
            throw ProvableModel.Wrong($"{node.Source}: the batch does not stay the first axis");
        Add(node, new TransposeLayer(Tensor(node, 0), [.. order.Skip(1).Select(o => (int)o)]));
    }

    private void Concat(Node node)
    {
        var parts = node.Inputs.Select((_, i) => Tensor(node, i)).ToImmutableArray();
        var along = (int)node.Attributes.Int("axis");
        if (along < 0)
            along += shapes[parts[0]].Axes.Length;
        if (parts.Length == 1)
            tensors[node.Outputs[0]] = parts[0];
        else
            Add(node, new ConcatLayer(parts, along));
    }

    private void Weighted(Node node, Func<ImmutableArray<ScaleGroup>, ImmutableArray<int>, WeightLayer> layer)
    {
        var (groups, of) = Groups(node, 3);
        Add(node, layer(groups, of), new LayerWeights([.. Constant(node, 1).Span<sbyte>()], [.. Constant(node, 2).Span<int>()]));
    }

    private void Add(Node node, ProofLayer layer, LayerWeights? of = null) => tensors[node.Outputs[0]] = Push(layer, of);

    private int Push(ProofLayer layer, LayerWeights? of = null)
    {
        layers.Add(layer);
        weights.Add(of);
        shapes.Add(layer.OutputOf([.. layer.Inputs.Select(t => shapes[t])]));
        zeroPoint ??= layer.Inputs.Contains(0) ? (layer as WeightLayer)?.ZeroPoint : null;
        return layers.Count;
    }

    // multipliers, shifts, groups, table: operands from first on (docs/spec/assay-int8-v1.md section 2).
    private (ImmutableArray<ScaleGroup> Groups, ImmutableArray<int> GroupOf) Groups(Node node, int first)
    {
        var (a, multipliers, shifts) = (node.Attributes, Constant(node, first), Constant(node, first + 1));
        ImmutableArray<sbyte> table = Has(node, first + 3) ? [.. Constant(node, first + 3).Span<sbyte>()] : [];
        var (zero, low, high) = (Zero(a, "y_zero_point"), (int)a.Int("low", -128), (int)a.Int("high", 127));
        var groups = ImmutableArray.CreateBuilder<ScaleGroup>();
        for (var g = 0; g < multipliers.Count; g++)
            groups.Add(new ScaleGroup(multipliers.Span<int>()[g], shifts.Span<int>()[g], zero, low, high, table));
        return (groups.ToImmutable(), Has(node, first + 2) && Constant(node, first + 2).Count > 0 ? [.. Constant(node, first + 2).Span<int>()] : [0]);
    }

    private static bool Has(Node node, int operand) => node.Inputs.Length > operand && node.Inputs[operand] >= 0;

    private Tensor Constant(Node node, int operand) => graph.Constants.TryGetValue(node.Inputs[operand], out var tensor)
        ? tensor
        : throw ProvableModel.Wrong($"{node.Source}: operand {operand} is no constant of the file");

    private Shape Shape(Node node, int operand) => Constant(node, operand).Shape;

    private int Tensor(Node node, int operand) => tensors.TryGetValue(node.Inputs[operand], out var tensor)
        ? tensor
        : throw ProvableModel.Wrong($"{node.Source}: takes what no operation of assay-int8-v1 makes");

    // Behind the batch, all known.
    private ImmutableArray<int> Sizes(int value, string what)
    {
        var dims = graph.Values[value].Dims;
        if (dims.IsDefault || dims.Length < 2 || dims[0] is not (-1 or 1))
            throw ProvableModel.Wrong($"{what}: the first axis has to be the batch, open or 1, and another one behind it");
        return dims[1..] is var sizes && sizes.All(d => d >= 1) ? sizes : throw ProvableModel.Wrong($"{what}: only the batch may be open");
    }

    private ImmutableArray<int> Extents(int value) => [graph.Values[value].Dims[0] == 1 ? 1 : 0, .. Sizes(value, "the input or output")];

    private static int Zero(Attributes a, string name) => (int)a.Int(name);

    private static (int Top, int Left) Pads(Attributes a) => a.Ints("pads") is [var top, var left, ..] ? ((int)top, (int)left) : (0, 0);

    private static (int Down, int Across) Strides(Attributes a) => a.Ints("strides") is [var down, var across] ? ((int)down, (int)across) : (1, 1);

    private static int One(Attributes a, string name, Node node) => a.Ints(name) switch
    {
        [] => 1,
        [var down, var across] when down == across => (int)down,
        _ => throw ProvableModel.Wrong($"{node.Source}: {name} that differ between rows and columns"),
    };
}
