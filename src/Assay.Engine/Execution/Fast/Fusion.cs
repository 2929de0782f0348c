using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>A convolution and the nodes behind it that its kernel computes as well.</summary>
/// <param name="Output">The value that the last of them makes.</param>
/// <param name="Absorbed">The nodes that then have nothing left to do.</param>
/// <param name="Normalization">Mean, factor and shift, so many channels each; or null.</param>
/// <param name="Channels">Output channels.</param>
/// <param name="Relu">Whether Relu ends it.</param>
/// <param name="Bias">A bias that a node of its own adds, a number for each channel; or null.</param>
internal sealed record Fusion(int Output, Node[] Absorbed, AlignedBuffer? Normalization, int Channels, bool Relu, AlignedBuffer? Bias);

/// <summary>
/// Finds what can be computed in one pass with the same bits: Conv, then a bias for each channel, then BatchNormalization with constant statistics, then Relu,
/// where nobody else sees the values between. In 16 bits the normalisation's operand would be rounded in between, so there only
/// Relu joins: rounding is monotonic and keeps zero, and so may come after it.
/// </summary>
internal sealed unsafe class Fusions
{
    private readonly Dictionary<Node, Fusion> found = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<int, int> uses = [];
    private readonly IReadOnlyDictionary<int, Tensor> constants;
    private readonly Func<long, AlignedBuffer> allocate;

    /// <param name="constants">The values that no run changes.</param>
    /// <param name="allocate">Gives memory that lives as long as the session.</param>
    public Fusions(Graph graph, IReadOnlyDictionary<int, Tensor> constants, Func<long, AlignedBuffer> allocate)
    {
        (this.constants, this.allocate) = (constants, allocate);
        CountUses(graph.Body);
        Find(graph.Body);
    }

    public Fusion? Of(Node node) => found.GetValueOrDefault(node);

    private void CountUses(Block block)
    {
        foreach (var id in block.Nodes.SelectMany(n => n.Inputs).Concat(block.Results))
            uses[id] = uses.GetValueOrDefault(id) + 1;
        foreach (var nested in block.Nodes.Where(n => !n.Blocks.IsDefault).SelectMany(n => n.Blocks))
            CountUses(nested);
    }

    private void Find(Block block)
    {
        var readers = new Dictionary<int, Node>();
        foreach (var node in block.Nodes)
        {
            if (node.Inputs.Length > 0)
                readers[node.Inputs[0]] = node;
            foreach (var nested in node.Blocks.IsDefault ? [] : node.Blocks)
                Find(nested);
        }
        foreach (var node in block.Nodes)
            if (node is { Op: Primitive.Conv, Inputs.Length: > 1 } && constants.TryGetValue(node.Inputs[1], out var w) && w.Shape.Rank > 2 && Weights.IsSound(node, constants))
                Extend(node, w, readers);
    }

    private void Extend(Node conv, Tensor w, Dictionary<int, Node> readers)
    {
        var absorbed = new List<Node>();
        AlignedBuffer? normalization = null, bias = null;
        var relu = false;
        var output = conv.Outputs[0];
        while (!relu && output >= 0 && uses.GetValueOrDefault(output) == 1 && readers.TryGetValue(output, out var next) && Weights.IsSound(next, constants))
        {
            if (next.Op == Primitive.Relu)
                relu = true;
            else if (next.Op == Primitive.BatchNormalization && normalization is null && w.Type == DType.Float32 && Statistics(next, w.Shape[0]) is { } statistics)
                normalization = statistics;
            else if (next.Op == Primitive.Add && absorbed.Count == 0 && Addend(conv, next, w) is { } addend)
                bias = addend;
            else
                break;
            absorbed.Add(next);
            output = next.Outputs[0];
        }
        if (absorbed.Count > 0 && output >= 0)
            found[conv] = new(output, [.. absorbed], normalization, w.Shape[0], relu, bias);
    }

    /// <summary>What is added to each channel after a convolution without a bias.</summary>
    private AlignedBuffer? Addend(Node conv, Node add, Tensor w)
    {
        var channels = w.Shape[0];
        // Of the operands' shapes only the constant's is known here: so many axes that it cannot add any, all but the channels' of one element.
        if (w.Type != DType.Float32 || (conv.Inputs.Length > 2 && conv.Inputs[2] >= 0) || !constants.TryGetValue(add.Inputs[1], out var x) || x.Type != DType.Float32
            || x.Count != channels || x.Shape.Rank > w.Shape.Rank || x.Shape.Rank < w.Shape.Rank - 1 || x.Shape.Dims[^(w.Shape.Rank - 1)] != channels)
            return null;
        var buffer = allocate(channels);
        x.Span<float>().CopyTo(new Span<float>(buffer.Pointer, channels));
        return buffer;
    }

    private AlignedBuffer? Statistics(Node node, int channels)
    {
        var tensors = new Tensor[4];
        for (var i = 0; i < 4; i++)
            if (!constants.TryGetValue(node.Inputs[i + 1], out tensors[i]!) || tensors[i].Type != DType.Float32 || tensors[i].Shape.Rank != 1 || tensors[i].Count != channels)
                return null;
        var buffer = allocate(3L * channels);
        var epsilon = node.Attributes.Float("epsilon", 1e-5f);
        for (var c = 0; c < channels; c++)
        {
            buffer.Pointer[c] = tensors[2].Span<float>()[c];
            buffer.Pointer[channels + c] = NormalizationKernel.Factor(tensors[0].Span<float>()[c], tensors[3].Span<float>()[c], epsilon);
            buffer.Pointer[(2 * channels) + c] = tensors[1].Span<float>()[c];
        }
        return buffer;
    }
}
