using System.Collections.Immutable;

namespace Assay.Engine.Numerics;

/// <summary>The execution profile of whole numbers: its text is docs/spec/assay-int8-v1.md, its name in receipts the text's SHA-256.</summary>
public static class Int8Profile
{
    public const string Name = "assay-int8-v1";

    private static readonly ProfileText Whole = new(Name);

    /// <summary>The text's bytes, as the engine was built with them.</summary>
    public static ImmutableArray<byte> Text => Whole.Bytes;

    /// <summary>SHA-256 of <see cref="Text"/>, 32 bytes.</summary>
    public static ImmutableArray<byte> Digest => Whole.Digest;

    /// <summary>The profile's test vectors (docs/spec/assay-int8-v1.vectors), whose digest stands in <see cref="Text"/>.</summary>
    public static Stream OpenVectors() => ProfileText.Open(Name + ".vectors");
}
