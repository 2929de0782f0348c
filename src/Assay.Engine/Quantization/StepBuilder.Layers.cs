using Assay.Engine.Models;

namespace Assay.Engine.Quantization;

/// <content>The nodes that become a step each.</content>
internal sealed partial class StepBuilder
{
    private void TakeStep(Node node)
    {
        if (node.Outputs.Count(o => o >= 0) > 1)
            throw new ModelException($"{node.Op} with {node.Outputs.Length} outputs is not in assay-int8-v1");
        var y = node.Outputs[0];
        switch (node.Op)
        {
            case Primitive.Conv: TakeConvolution(node); break;
            case Primitive.MatMul: TakeProduct(node); break;
            case Primitive.MaxPool: TakePool(node, StepKind.MaxPool); break;
            case Primitive.AveragePool: TakePool(node, StepKind.AveragePool); break;
            case Primitive.ReduceMean: TakeReduction(node, StepKind.AveragePool); break;
            case Primitive.ReduceMax: TakeReduction(node, StepKind.MaxPool); break;
            case Primitive.Add or Primitive.Sub: TakeSum(node); break;
            case Primitive.Softmax: TakeSoftmax(node); break;
            case Primitive.LayerNormalization: TakeNormalization(node); break;
            case Primitive.Reshape or Primitive.Flatten or Primitive.Squeeze or Primitive.Unsqueeze: TakeReshape(Need(node.Inputs[0]), y); break;
            case Primitive.Transpose:
                Add(new(StepKind.Transpose, source, order, [Need(node.Inputs[0])], y) { Axes = [.. Permutation(node, Rank(node.Inputs[0]))] });
                break;
            case Primitive.Concat:
                Add(new(StepKind.Concat, source, order, [.. node.Inputs.Select(Need)], y) { Axes = [(int)node.Attributes.Int("axis")] });
                break;
            default:
                throw new ModelException(IsElementwise(node.Op) && node.Inputs.Length > 1
                    ? $"{node.Op} of two computed tensors is not in assay-int8-v1"
                    : $"{node.Op} is not in assay-int8-v1");
        }
    }

    private void TakeReshape(int x, int y) => Add(new(StepKind.Reshape, source, order, [x], y) { Dims = DimsOf(y) });

    private void TakeConvolution(Node node)
    {
        var x = node.Inputs[0];
        if (Constant(node.Inputs[1]) is not { } w)
            throw new ModelException("a convolution with computed weights is not in assay-int8-v1");
        if (Rank(x) != 4)
            throw new ModelException($"a convolution over {Rank(x) - 2} axes: only those over two are in assay-int8-v1");
        var shape = w.Shape.Dims.ToArray();
        var weights = Reals(w);
        var group = (int)node.Attributes.Int("group", 1);
        var given = StepsOf(node.Inputs[1], shape[0], 0);
        if (group != 1 && !(shape[1] == 1 && shape[0] == group))
        {
            Notes.Add($"{source}: a convolution of {group} groups is written as one, with zeros");
            shape = Whole(shape, ref weights, group);
            group = 1;
        }
        var window = Window.Of(node.Attributes, DimsOf(x).AsSpan()[2..], [shape[2], shape[3]]);
        var bias = node.Inputs.Length > 2 && node.Inputs[2] >= 0 ? Reals(Constant(node.Inputs[2]) ?? throw new ModelException("a computed bias")) : new double[shape[0]];
        Add(new(StepKind.Conv, source, order, [Need(x)], node.Outputs[0])
        {
            Linear = new(shape, weights, bias) { Given = given }, Window = window, Group = group, Dims = DimsOf(x),
        });
    }

    /// <summary>The weights of a convolution in groups as those of one in which most weights are 0.</summary>
    private static int[] Whole(int[] shape, ref double[] weights, int groups)
    {
        int own = shape[1], taps = shape[2] * shape[3];
        var whole = new double[shape[0] * own * groups * taps];
        for (var o = 0; o < shape[0]; o++)
        {
            var at = ((o * own * groups) + (o / (shape[0] / groups) * own)) * taps;
            weights.AsSpan(o * own * taps, own * taps).CopyTo(whole.AsSpan(at));
        }
        weights = whole;
        return [shape[0], own * groups, shape[2], shape[3]];
    }

    private void TakeProduct(Node node)
    {
        var (a, b) = (node.Inputs[0], node.Inputs[1]);
        if (Constant(b) is { } constant)
        {
            var dims = constant.Shape.Dims;
            if (dims.Length < 2 || dims[..^2].Any(d => d != 1))
                throw new ModelException($"a product with a constant {constant} is not in assay-int8-v1: a matrix is needed");
            int k = dims[^2], n = dims[^1];
            var from = Reals(constant);
            var weights = new double[from.Length];
            for (var i = 0; i < n; i++)
                for (var j = 0; j < k; j++)
                    weights[(i * k) + j] = from[(j * n) + i];
            var linear = new Linear([n, k], weights, new double[n]) { Given = StepsOf(node.Inputs[1], n, dims.Length - 1) };
            if (affine.TryGetValue(a, out var before) && before.Gain.Length == k)
            {
                linear.Precede(before.Gain, before.Offset);
                a = before.Root;
            }
            Add(new(StepKind.Dense, source, order, [Need(a)], node.Outputs[0]) { Linear = linear });
            return;
        }
        if (Constant(a) is not null)
            throw new ModelException("a product whose left operand is constant is not in assay-int8-v1");
        if (Rank(a) != Rank(b) || Rank(a) < 2 || !DimsOf(a)[..^2].SequenceEqual(DimsOf(b)[..^2]))
            throw new ModelException($"a product of {Describe(a)} and {Describe(b)}: all axes but the last two have to be the same");
        Add(new(StepKind.MatMul, source, order, [Need(a), Need(b)], node.Outputs[0]) { Dims = DimsOf(a) });
    }

    private void TakePool(Node node, StepKind kind)
    {
        var x = node.Inputs[0];
        var a = node.Attributes;
        if (Rank(x) != 4 || a.Ints("dilations").Any(d => d != 1))
            throw new ModelException("a pool over other than two axes, or with dilations, is not in assay-int8-v1");
        var window = Window.Of(a, DimsOf(x).AsSpan()[2..], [.. a.Ints("kernel_shape").Select(k => (int)k)]);
        Add(new(kind, source, order, [Need(x)], node.Outputs[0]) { Window = window, Dims = DimsOf(x), CountsPadding = a.Int("count_include_pad", 0) != 0 });
    }

    /// <summary>A mean or maximum over neighbouring axes is a pool over all of them, as one axis.</summary>
    private void TakeReduction(Node node, StepKind kind)
    {
        var (x, y) = (node.Inputs[0], node.Outputs[0]);
        var rank = Rank(x);
        var axes = node.Inputs.Length > 1 && node.Inputs[1] >= 0
            ? (Constant(node.Inputs[1]) ?? throw new ModelException("computed axes")).ToInts("axes").Select(i => ShapeRules.Axis(i, rank)).Order().ToArray() : [];
        if (axes.Length == 0 || axes[^1] - axes[0] != axes.Length - 1 || axes[0] == 0)
            throw new ModelException($"{node.Op} over axes {string.Join(", ", axes)} of {rank}: neighbouring ones without the first are needed");
        var dims = DimsOf(x);
        int First(int from, int to) => dims[from..to].Contains(-1) ? -1 : Shape.Of(dims.AsSpan()[from..to]).Count;
        var (before, over, behind) = (First(0, axes[0]), First(axes[0], axes[^1] + 1), First(axes[^1] + 1, rank));
        if (over < 1 || behind < 1)
            throw new ModelException($"{node.Op} over extents that are not known");
        if (rank == 4 && axes is [2, 3])
        {
            var made = DimsOf(y).Length == 4 ? y : NewValue(values[y].Name + ".row", [dims[0], dims[1], 1, 1]);
            Add(new(kind, source, order, [Need(x)], made) { Window = new([dims[2], dims[3]], [1, 1], [1, 1], [0, 0], [0, 0], [1, 1]), Dims = dims });
            if (made != y)
                TakeReshape(made, y);
            return;
        }
        var x4 = NewValue(values[x].Name + ".rows", [before, 1, over, behind]);
        var y4 = NewValue(values[y].Name + ".row", [before, 1, 1, behind]);
        TakeReshape(Need(x), x4);
        Add(new(kind, source, order, [x4], y4) { Window = new([over, 1], [1, 1], [1, 1], [0, 0], [0, 0], [1, behind]), Dims = DimsOf(x4) });
        TakeReshape(y4, y);
    }

    private void TakeSum(Node node)
    {
        var (a, b) = (Need(node.Inputs[0]), Need(node.Inputs[1]));
        if (DimsOf(a).IsDefault || DimsOf(b).IsDefault || !DimsOf(a).SequenceEqual(DimsOf(b)))
            throw new ModelException($"{node.Op} of {Describe(a)} and {Describe(b)}: one shape is needed");
        if (node.Op == Primitive.Sub)
            throw new ModelException("Sub of two computed tensors is not in assay-int8-v1");
        Add(new(StepKind.Add, source, order, [a, b], node.Outputs[0]));
    }

    private void TakeSoftmax(Node node)
    {
        var (x, y) = (node.Inputs[0], node.Outputs[0]);
        var rank = Rank(x);
        if (ShapeRules.Axis(node.Attributes.Int("axis", -1), rank) != rank - 1)
            throw new ModelException("a softmax over other than the last axis is not in assay-int8-v1");
        if (options.Logits && graph.Outputs.Contains(y) && uses[y] == 1)
        {
            Alias(y, x);
            var name = values[Same(x)].Name;
            Renamed[graph.Outputs.IndexOf(y)] = name.Length > 0 && !graph.Inputs.Concat(graph.Outputs).Any(id => graph.Values[id].Name == name) ? name : values[y].Name;
            return;
        }
        var causal = masks.TryGetValue(x, out var masked);
        if (causal && !IsCausal(masked.Mask))
            throw new ModelException("a mask other than a causal one is not in assay-int8-v1");
        if (DimsOf(x)[^1] is < 1 or > 1024)
            throw new ModelException($"a softmax over {DimsOf(x)[^1]} entries: 1 to 1024 are in assay-int8-v1");
        Given[y] = new(1f / 255, -128);
        Add(new(StepKind.Softmax, source, order, [Need(causal ? masked.Value : x)], y) { Causal = causal });
    }

    /// <summary>Whether row i of the last two axes hides what is behind entry i, and nothing else.</summary>
    private static bool IsCausal(Tensor mask)
    {
        if (mask.Shape.Rank < 2)
            return false;
        int rows = mask.Shape.Dims[^2], columns = mask.Shape.Dims[^1];
        var values = mask.Span<float>();
        for (var i = 0; i < values.Length; i++)
            if (values[i] < 0 != i % columns > i / columns % rows)
                return false;
        return true;
    }

    private void TakeNormalization(Node node)
    {
        var (x, y) = (node.Inputs[0], node.Outputs[0]);
        var rank = Rank(x);
        var n = DimsOf(x)[^1];
        if (ShapeRules.Axis(node.Attributes.Int("axis", -1), rank) != rank - 1 || n is < 1 or > 1024)
            throw new ModelException("a layer normalisation over other than 1 to 1024 entries of the last axis is not in assay-int8-v1");
        double[] Of(int i, double otherwise)
        {
            if (node.Inputs.Length <= i || node.Inputs[i] < 0)
                return [.. Enumerable.Repeat(otherwise, n)];
            var given = Constant(node.Inputs[i]) ?? throw new ModelException("a computed gain or offset");
            var at = OfAxis(given, rank, rank - 1, n) ?? throw new ModelException($"a gain or offset that is {given}");
            var reals = Reals(given);
            return [.. at.Select(p => reals[p])];
        }
        var root = NewValue(values[y].Name + ".normal", DimsOf(x));
        Hidden[root] = affine[y] = new(root, Of(1, 1), Of(2, 0), y, order);
        computed.Add(y);
        Add(new(StepKind.Normalize, source, order, [Need(x)], root) { Dims = DimsOf(x), Epsilon = node.Attributes.Float("epsilon", 1e-5f) });
        if (Hidden[root].IsPlain)
        {
            affine.Remove(y);
            Alias(y, root);
        }
    }
}
