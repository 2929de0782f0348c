using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Assay.Engine.Numerics;

/// <summary>The execution profile that this engine follows: its text is docs/spec/assay-f32-v1.md, its name in receipts the text's SHA-256.</summary>
public static class Profile
{
    public const string Name = "assay-f32-v1";

    /// <summary>The text's bytes, as the engine was built with them.</summary>
    public static ImmutableArray<byte> Text { get; } = Read();

    /// <summary>SHA-256 of <see cref="Text"/>, 32 bytes.</summary>
    public static ImmutableArray<byte> Digest { get; } = [.. SHA256.HashData(Text.AsSpan())];

    /// <summary>The profile's test vectors (docs/spec/assay-f32-v1.vectors), whose digest stands in <see cref="Text"/>.</summary>
    public static Stream OpenVectors() => Open(Name + ".vectors");

    private static Stream Open(string file) => typeof(Profile).Assembly.GetManifestResourceStream(file)
        ?? throw new InvalidOperationException($"the engine was built without {file}");

    private static ImmutableArray<byte> Read()
    {
        using var stream = Open(Name + ".md");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return [.. bytes.ToArray()];
    }
}
