using Assay.Engine.Models;

namespace Assay.Providers.Language;

/// <summary>What receipts commit to of embeddings: one tensor <c>embedding</c>, float32, a row for each text (docs/spec/receipt.md, Embeddings).</summary>
public static class EmbeddingTensors
{
    public const string Name = "embedding";

    /// <summary>Of an answer that was broken off.</summary>
    public static byte[] None { get; } = TensorEncoding.Encode([]);

    /// <param name="rows">Of one length.</param>
    public static IReadOnlyList<NamedTensor> Of(float[][] rows)
    {
        var all = new float[(long)rows.Length * rows[0].Length];
        for (var i = 0; i < rows.Length; i++)
            rows[i].CopyTo(all, i * rows[0].Length);
        return [new NamedTensor(Name, Tensor.From<float>(Shape.Of(rows.Length, rows[0].Length), all))];
    }
}
