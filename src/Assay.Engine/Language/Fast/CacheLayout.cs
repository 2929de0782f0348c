namespace Assay.Engine.Language.Fast;

/// <summary>
/// How a page of the cache holds keys and values of 64 positions: for each layer and head of keys first the keys, turned so that one
/// element of all positions lies side by side, [headSize, 64], then the values, [64, headSize].
/// </summary>
internal readonly record struct CacheLayout(int Layers, int Groups, int HeadSize)
{
    /// <summary>Positions of one page: whole vectors at every width.</summary>
    public const int Positions = PagedAttentionKernel.Page;

    /// <summary>Floats of one page.</summary>
    public long PageSize => 2L * Layers * Groups * HeadSize * Positions;

    /// <summary>Where the keys of a head begin in a page.</summary>
    public long Keys(int layer, int group) => 2 * (((long)layer * Groups) + group) * HeadSize * Positions;

    /// <summary>Where the values of a head begin in a page.</summary>
    public long Values(int layer, int group) => Keys(layer, group) + ((long)HeadSize * Positions);

    /// <summary>Floats from one head of keys to the next.</summary>
    public long GroupStep => 2L * HeadSize * Positions;

    /// <summary>Pages that so many positions need.</summary>
    public static int PagesFor(int positions) => (positions + Positions - 1) / Positions;
}
