namespace Assay.Engine.Models.Language;

/// <summary>What of a text's positions makes its embedding: section 2.9 of docs/spec/assay-llm-v1.md.</summary>
public enum Pooling
{
    /// <summary>The last position, which has seen the whole text.</summary>
    Last,

    /// <summary>The first position.</summary>
    Cls,

    /// <summary>The mean over all positions.</summary>
    Mean,
}

public static class PoolingNames
{
    /// <summary>As receipts write it.</summary>
    public static string Name(this Pooling pooling) => pooling switch
    {
        Pooling.Last => "last",
        Pooling.Cls => "cls",
        Pooling.Mean => "mean",
        _ => throw new ArgumentOutOfRangeException(nameof(pooling)),
    };

    /// <summary>Of its name; null where there is none of that name.</summary>
    public static Pooling? Find(string name) => name switch
    {
        "last" => Pooling.Last,
        "cls" => Pooling.Cls,
        "mean" => Pooling.Mean,
        _ => null,
    };

    /// <summary>Of the number in a GGUF file (llama.cpp, include/llama.h, llama_pooling_type); null of 0 (none), of 4 (a ranking) and of what nobody knows.</summary>
    internal static Pooling? OfGguf(int number) => number switch
    {
        1 => Pooling.Mean,
        2 => Pooling.Cls,
        3 => Pooling.Last,
        _ => null,
    };
}
