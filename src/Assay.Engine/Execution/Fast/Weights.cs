using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>What a session makes of a graph's constants, once: read by all its runs, written by none.</summary>
internal sealed unsafe class Weights : IDisposable
{
    private readonly Dictionary<int, Value> constants = [];
    private readonly Dictionary<Node, AlignedBuffer> packed = new(ReferenceEqualityComparer.Instance);
    private readonly List<AlignedBuffer> owned = [];

    public Weights(Graph graph, Isa isa)
    {
        using var context = new RunContext(isa, 1, RunLimits.Default);
        var launcher = context.Launcher;
        Folded = new Folding(graph, context);
        foreach (var (id, tensor) in Folded.Constants)
            constants[id] = Value.Of(tensor);
        Prepare(graph.Body, Folded.Constants, launcher, isa);
        Fusions = new Fusions(graph, Folded.Constants, Own);
    }

    public Fusions Fusions { get; }

    public Folding Folded { get; }

    public Value Constant(int id) => constants[id];

    /// <summary>The node's weights as its kernel wants them, if they are constants.</summary>
    public float* Packed(Node node) => packed.TryGetValue(node, out var buffer) ? buffer.Pointer : null;

    public void Dispose()
    {
        foreach (var buffer in owned)
            buffer.Dispose();
    }

    private void Prepare(Block block, IReadOnlyDictionary<int, Tensor> tensors, Launcher launcher, Isa isa)
    {
        foreach (var node in block.Nodes)
        {
            foreach (var nested in node.Blocks.IsDefault ? [] : node.Blocks)
                Prepare(nested, tensors, launcher, isa);
            // What is folded runs no more.
            if (Folded.Contains(node))
                continue;
            var isSound = node.Op is Primitive.Conv or Primitive.Lstm or Primitive.Int8Dense or Primitive.Int8Conv && IsSound(node, tensors);
            if (isSound && node.Op is Primitive.Int8Dense or Primitive.Int8Conv)
                PackInt8(node, tensors);
            for (var i = 0; i < node.Inputs.Length; i++)
            {
                if (!tensors.TryGetValue(node.Inputs[i], out var tensor) || !Value.Of(tensor).IsWide)
                    continue;
                if (isSound && node.Op == Primitive.Conv && i == 1 && PackConv(node, tensor, launcher, isa))
                    continue;
                if (isSound && node.Op == Primitive.Lstm && i is >= 1 and <= 3 && (packed.ContainsKey(node) || (i == 1 && PackLstm(node, tensors, launcher, isa))))
                    continue;
                if (!constants[node.Inputs[i]].HasFloats)
                    constants[node.Inputs[i]] = Widened(tensor, launcher, isa);
            }
        }
    }

    /// <summary>
    /// Whether a node can be computed, as far as its constants tell. In a branch that may never run the reader lets any node stand: what
    /// such a node says of its operands is not to be trusted, and the run says what is wrong with it.
    /// </summary>
    public static bool IsSound(Node node, IReadOnlyDictionary<int, Tensor> tensors)
    {
        try
        {
            ShapeRules.Infer(node, [.. node.Inputs.Select(id => id < 0 ? null : tensors.TryGetValue(id, out var tensor) ? Fact.Of(tensor) : Fact.Unknown)]);
            return true;
        }
        catch (ModelException)
        {
            return false;
        }
    }

    private bool PackConv(Node node, Tensor w, Launcher launcher, Isa isa)
    {
        var groups = node.Attributes.Int("group", 1);
        if (groups < 1 || w.Shape.Rank < 3 || w.Count == 0 || Contractions.IsDepthwise(groups, w.Shape) || w.Shape[0] % groups != 0)
            return false;
        var k = w.Count / w.Shape[0];
        var perGroup = (int)(w.Shape[0] / groups);
        using var wide = new AlignedBuffer(w.Count);
        Value.Widen(launcher, isa, w, wide.Pointer);
        var buffer = Own(Convolution.PackedSize((int)groups, perGroup, k));
        Convolution.Pack(isa, wide.Pointer, (int)groups, perGroup, k, buffer.Pointer);
        packed[node] = buffer;
        return true;
    }

    private void PackInt8(Node node, IReadOnlyDictionary<int, Tensor> tensors)
    {
        // All but the first are constants, or it were not sound.
        var operands = node.Inputs.Select(id => tensors.GetValueOrDefault(id)).ToArray();
        var size = Int8Packing.Size(node, operands[1]!);
        if (size == 0)
            return;
        var buffer = Own(size);
        Int8Packing.Pack(node, operands, buffer.Pointer);
        packed[node] = buffer;
    }

    private bool PackLstm(Node node, IReadOnlyDictionary<int, Tensor> tensors, Launcher launcher, Isa isa)
    {
        if (!tensors.TryGetValue(node.Inputs[2], out var r) || r.Type != tensors[node.Inputs[1]].Type || r.Shape.Rank != 3 || tensors[node.Inputs[1]].Shape.Rank != 3)
            return false;
        Tensor? b = null;
        if (node.Inputs.Length > 3 && node.Inputs[3] >= 0 && !tensors.TryGetValue(node.Inputs[3], out b))
            return false;
        var w = tensors[node.Inputs[1]];
        var (directions, inputs, hidden) = (w.Shape[0], w.Shape[2], r.Shape[2]);
        if (w.Shape[1] != 4L * hidden || r.Shape[0] != directions || r.Shape[1] != 4L * hidden || (b is not null && (b.Type != w.Type || b.Count != directions * 8L * hidden)))
            return false;
        using AlignedBuffer wideW = new(w.Count), wideR = new(r.Count), wideB = new(b?.Count ?? 0);
        Value.Widen(launcher, isa, w, wideW.Pointer);
        Value.Widen(launcher, isa, r, wideR.Pointer);
        if (b is not null)
            Value.Widen(launcher, isa, b, wideB.Pointer);
        var buffer = Own(directions * LstmCell.PackedSize(inputs, hidden));
        Recurrences.Pack(isa, wideW.Pointer, wideR.Pointer, b is null ? null : wideB.Pointer, directions, inputs, hidden, buffer.Pointer);
        packed[node] = buffer;
        return true;
    }

    private Value Widened(Tensor tensor, Launcher launcher, Isa isa)
    {
        var buffer = Own(tensor.Count);
        Value.Widen(launcher, isa, tensor, buffer.Pointer);
        return Value.Constant(tensor, new Floats(buffer.Pointer, buffer, null));
    }

    private AlignedBuffer Own(long count)
    {
        var buffer = new AlignedBuffer(count);
        owned.Add(buffer);
        return buffer;
    }
}
