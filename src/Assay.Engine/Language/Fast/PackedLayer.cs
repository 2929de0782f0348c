using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Fast;

/// <summary>Makes stored weights ready for use.</summary>
internal sealed unsafe class Packer(Launcher launcher, Isa isa)
{
    /// <summary>A matrix for products, with its bias where it has one.</summary>
    public WeightPanels Matrix(WeightMatrix weights, WeightMatrix? bias = null)
    {
        using var numbers = bias is null ? null : Vector(bias);
        return WeightPanels.Pack(launcher, isa, weights.Type, weights.Data.Span, weights.Rows, weights.Columns, numbers is null ? [] : new(numbers.Pointer, bias!.Columns));
    }

    /// <summary>The numbers of a vector.</summary>
    public AlignedBuffer Vector(WeightMatrix weights)
    {
        var buffer = new AlignedBuffer(weights.Columns);
        QuantizedRows.Widen(weights.Type, weights.Data.Span, new Span<float>(buffer.Pointer, weights.Columns));
        return buffer;
    }
}

/// <summary>A feed-forward network's matrices, or those of one expert.</summary>
internal sealed class PackedFeedForward(WeightPanels gate, WeightPanels up, WeightPanels down) : IDisposable
{
    public WeightPanels Gate => gate;

    public WeightPanels Up => up;

    public WeightPanels Down => down;

    public void Dispose()
    {
        gate.Dispose();
        up.Dispose();
        down.Dispose();
    }
}

/// <summary>One layer's weights, ready for products.</summary>
internal sealed class PackedLayer : IDisposable
{
    private readonly List<IDisposable> owned = [];

    public PackedLayer(LayerWeights l, Packer packer)
    {
        AlignedBuffer? Vector(WeightMatrix? weights) => weights is null ? null : Own(packer.Vector(weights));
        (AttentionNorm, FfnNorm) = (Vector(l.AttentionNorm)!, Vector(l.FfnNorm)!);
        (QueryNorm, KeyNorm) = (Vector(l.QueryNorm), Vector(l.KeyNorm));
        (PostAttentionNorm, PostFfnNorm) = (Vector(l.PostAttentionNorm), Vector(l.PostFfnNorm));
        Query = Own(packer.Matrix(l.Query, l.QueryBias));
        Key = Own(packer.Matrix(l.Key, l.KeyBias));
        Value = Own(packer.Matrix(l.Value, l.ValueBias));
        AttentionOutput = Own(packer.Matrix(l.AttentionOutput, l.AttentionOutputBias));
        Router = l.Router is null ? null : Own(packer.Matrix(l.Router));
        PackedFeedForward Network(WeightMatrix gate, WeightMatrix up, WeightMatrix down) =>
            Own(new PackedFeedForward(packer.Matrix(gate), packer.Matrix(up), packer.Matrix(down)));
        FeedForwards = l.Router is null
            ? [Network(l.Gate!, l.Up!, l.Down!)]
            : [.. Enumerable.Range(0, l.ExpertGates.Length).Select(e => Network(l.ExpertGates[e], l.ExpertUps[e], l.ExpertDowns[e]))];
    }

    public AlignedBuffer AttentionNorm { get; }

    public AlignedBuffer FfnNorm { get; }

    public AlignedBuffer? QueryNorm { get; }

    public AlignedBuffer? KeyNorm { get; }

    public AlignedBuffer? PostAttentionNorm { get; }

    public AlignedBuffer? PostFfnNorm { get; }

    public WeightPanels Query { get; }

    public WeightPanels Key { get; }

    public WeightPanels Value { get; }

    public WeightPanels AttentionOutput { get; }

    /// <summary>Null where there are no experts.</summary>
    public WeightPanels? Router { get; }

    /// <summary>The network, or each expert's.</summary>
    public PackedFeedForward[] FeedForwards { get; }

    public void Dispose()
    {
        foreach (var part in owned)
            part.Dispose();
    }

    private T Own<T>(T part) where T : IDisposable
    {
        owned.Add(part);
        return part;
    }
}
