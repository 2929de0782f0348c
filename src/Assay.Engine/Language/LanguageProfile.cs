using System.Collections.Immutable;
using Assay.Engine.Numerics;

namespace Assay.Engine.Language;

/// <summary>The execution profile of language models: its text is docs/spec/assay-llm-v1.md, its name in receipts the text's SHA-256.</summary>
public static class LanguageProfile
{
    public const string Name = "assay-llm-v1";

    private static readonly ProfileText Whole = new(Name);

    /// <summary>The text's bytes, as the engine was built with them.</summary>
    public static ImmutableArray<byte> Text => Whole.Bytes;

    /// <summary>SHA-256 of <see cref="Text"/>, 32 bytes.</summary>
    public static ImmutableArray<byte> Digest => Whole.Digest;

    /// <summary>The profile's test vectors (docs/spec/assay-llm-v1.vectors), whose digest stands in <see cref="Text"/>.</summary>
    public static Stream OpenVectors() => ProfileText.Open(Name + ".vectors");
}
