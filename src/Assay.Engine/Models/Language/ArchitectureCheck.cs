namespace Assay.Engine.Models.Language;

/// <summary>Whether the numbers of an architecture go together; whatever passes can be computed with.</summary>
internal static class ArchitectureCheck
{
    private const int MaxWidth = 1 << 20, MaxLayers = 1024, MaxHeads = 1 << 14, MaxHeadSize = 1 << 12, MaxExperts = 1 << 12, MaxContext = 1 << 26, MaxVocabulary = 1 << 24;

    /// <summary>What lists are made of while an architecture is read: to be checked before they are.</summary>
    /// <exception cref="ModelException">There would be too many.</exception>
    public static void Counts(int layers, int headSize)
    {
        InRange("layers", layers, MaxLayers);
        InRange("head size", headSize, MaxHeadSize);
    }

    /// <summary>The same of the elements that are rotated.</summary>
    public static void Rotated(int dimensions, int headSize) =>
        Require(dimensions >= 2 && dimensions % 2 == 0 && dimensions <= headSize, $"{dimensions} rotated elements of {headSize} make no sense");

    /// <exception cref="ModelException">They do not.</exception>
    public static LanguageArchitecture Checked(this LanguageArchitecture a)
    {
        InRange("width", a.Width, MaxWidth);
        Counts(a.Layers, a.HeadSize);
        InRange("heads", a.Heads, MaxHeads);
        InRange("key heads", a.KvHeads, a.Heads);
        InRange("vocabulary", a.VocabularySize, MaxVocabulary);
        InRange("context", a.ContextLength, MaxContext);
        Require(a.Heads % a.KvHeads == 0, $"{a.Heads} heads cannot share {a.KvHeads} heads of keys");
        Require((long)a.Heads * a.HeadSize <= MaxWidth, $"{a.Heads} heads of {a.HeadSize} are too many");
        Require(a.Epsilon is >= 0 and <= 1, $"an epsilon of {a.Epsilon} makes no sense");
        Require(float.IsFinite(a.AttentionScale) && a.AttentionScale > 0, $"a scale of attention of {a.AttentionScale} makes no sense");
        Require(a.AttentionSoftcap is >= 0 and < 1e6f && a.ScoreSoftcap is >= 0 and < 1e6f, "a softcap makes no sense");
        Require(a.Windows.Length == a.Layers && a.Windows.All(w => w >= 0), "the windows are not one for each layer");
        if (a.Experts is { } experts)
        {
            InRange("experts", experts.Count, MaxExperts);
            InRange("used experts", experts.Used, experts.Count);
            InRange("feed-forward of an expert", experts.FeedForward, MaxWidth);
        }
        else
            InRange("feed-forward", a.FeedForward, MaxWidth);
        Rotary(a.Rotary, a.HeadSize);
        if (a.WindowRotary is { } own)
            Rotary(own, a.HeadSize);
        return a;
    }

    private static void Rotary(RotaryEmbedding rotary, int headSize)
    {
        Rotated(rotary.Dimensions, headSize);
        Require(rotary.Base is > 0 and < 1e30f, $"a rotary base of {rotary.Base} makes no sense");
        Require(rotary.PositionScale is > 0 and <= 1e6f && rotary.Magnitude is > 0 and <= 1e6f, "the scaling of positions makes no sense");
        Require(rotary.Factors.IsEmpty || rotary.Factors.Length == rotary.Dimensions / 2 && rotary.Factors.All(f => f is > 0 and < 1e30f), "the factors of the rotation are not one positive number for each pair");
    }

    private static void InRange(string what, int value, int most) => Require(value >= 1 && value <= most, $"{what}: {value}, where 1 to {most} are allowed");

    private static void Require(bool holds, string message)
    {
        if (!holds)
            throw new ModelException($"the architecture makes no sense: {message}");
    }
}
