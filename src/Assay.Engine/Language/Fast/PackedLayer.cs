using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Fast;

/// <summary>A feed-forward network's matrices, or those of one expert.</summary>
internal sealed class PackedFeedForward(WeightMatrix gate, WeightMatrix up, WeightMatrix down) : IDisposable
{
    public ProductMatrix Gate { get; } = new(gate);

    public ProductMatrix Up { get; } = new(up);

    public ProductMatrix Down { get; } = new(down);

    public void Dispose()
    {
        Gate.Dispose();
        Up.Dispose();
        Down.Dispose();
    }
}

/// <summary>One layer's weights, ready for products.</summary>
internal sealed class PackedLayer : IDisposable
{
    private readonly List<IDisposable> owned = [];

    public PackedLayer(LayerWeights l)
    {
        (AttentionNorm, FfnNorm) = (Vector(l.AttentionNorm)!, Vector(l.FfnNorm)!);
        (QueryNorm, KeyNorm) = (Vector(l.QueryNorm), Vector(l.KeyNorm));
        (PostAttentionNorm, PostFfnNorm) = (Vector(l.PostAttentionNorm), Vector(l.PostFfnNorm));
        Query = Own(new ProductMatrix(l.Query, l.QueryBias));
        Key = Own(new ProductMatrix(l.Key, l.KeyBias));
        Value = Own(new ProductMatrix(l.Value, l.ValueBias));
        AttentionOutput = Own(new ProductMatrix(l.AttentionOutput, l.AttentionOutputBias));
        Router = l.Router is null ? null : Own(new ProductMatrix(l.Router));
        FeedForwards = l.Router is null
            ? [Own(new PackedFeedForward(l.Gate!, l.Up!, l.Down!))]
            : [.. Enumerable.Range(0, l.ExpertGates.Length).Select(e => Own(new PackedFeedForward(l.ExpertGates[e], l.ExpertUps[e], l.ExpertDowns[e])))];
    }

    public AlignedBuffer AttentionNorm { get; }

    public AlignedBuffer FfnNorm { get; }

    public AlignedBuffer? QueryNorm { get; }

    public AlignedBuffer? KeyNorm { get; }

    public AlignedBuffer? PostAttentionNorm { get; }

    public AlignedBuffer? PostFfnNorm { get; }

    public ProductMatrix Query { get; }

    public ProductMatrix Key { get; }

    public ProductMatrix Value { get; }

    public ProductMatrix AttentionOutput { get; }

    /// <summary>Null where there are no experts.</summary>
    public ProductMatrix? Router { get; }

    /// <summary>The network, or each expert's.</summary>
    public PackedFeedForward[] FeedForwards { get; }

    public void Dispose()
    {
        foreach (var part in owned)
            part.Dispose();
    }

    private AlignedBuffer? Vector(WeightMatrix? weights) => weights is null ? null : Own(ProductMatrix.Vector(weights));

    private T Own<T>(T part) where T : IDisposable
    {
        owned.Add(part);
        return part;
    }
}
