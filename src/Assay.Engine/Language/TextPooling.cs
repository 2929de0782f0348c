using Assay.Engine.Language.Reference;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Language;

/// <summary>
/// Makes a text's embedding of its final states as they come, in any number of calls (2.9 of docs/spec/assay-llm-v1.md). Positions are
/// added one after another, so how they were cut into calls does not show.
/// </summary>
public sealed class TextPooling(Pooling pooling)
{
    private float[] pooled = [];
    private int count;

    /// <summary>How many of the last of the next tokens' states are needed.</summary>
    /// <param name="tokens">The next tokens, at least one.</param>
    /// <param name="left">How many come after them.</param>
    public int Needed(int tokens, int left) => pooling switch
    {
        Pooling.Mean => tokens,
        Pooling.Cls => count == 0 ? tokens : 0,
        _ => left == 0 ? 1 : 0,
    };

    /// <summary>Takes the state of the next position of which it is needed.</summary>
    public void Add(ReadOnlySpan<float> state)
    {
        if (pooled.Length == 0)
            pooled = new float[state.Length];
        if (pooling == Pooling.Mean)
            for (var i = 0; i < pooled.Length; i++)
                pooled[i] = ScalarMath.Canonical(pooled[i] + state[i]);
        else if (pooling == Pooling.Last || count == 0)
            state.CopyTo(pooled);
        count++;
    }

    /// <summary>The embedding: so many numbers, together of length 1; not numbers where the states are all zero or no numbers.</summary>
    /// <param name="dimensions">1 to the model's width.</param>
    public float[] Finish(int dimensions) =>
        RowMath.UnitLength(pooling == Pooling.Mean ? RowMath.Each(pooled[..dimensions], s => s / count) : pooled[..dimensions]);
}
