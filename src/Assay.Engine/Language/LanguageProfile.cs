using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Assay.Engine.Language;

/// <summary>The execution profile of language models: its text is docs/spec/assay-llm-v1.md, its name in receipts the text's SHA-256.</summary>
public static class LanguageProfile
{
    public const string Name = "assay-llm-v1";

    /// <summary>The text's bytes, as the engine was built with them.</summary>
    public static ImmutableArray<byte> Text { get; } = Read();

    /// <summary>SHA-256 of <see cref="Text"/>, 32 bytes.</summary>
    public static ImmutableArray<byte> Digest { get; } = [.. SHA256.HashData(Text.AsSpan())];

    private static ImmutableArray<byte> Read()
    {
        using var stream = typeof(LanguageProfile).Assembly.GetManifestResourceStream(Name + ".md")
            ?? throw new InvalidOperationException($"the engine was built without {Name}.md");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return [.. bytes.ToArray()];
    }
}
