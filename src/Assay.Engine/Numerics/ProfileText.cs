using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Assay.Engine.Numerics;

/// <summary>The text of an execution profile, as the engine was built with it; receipts name the profile by its digest.</summary>
public sealed class ProfileText
{
    /// <param name="name">Of the profile, and of its file in docs/spec.</param>
    internal ProfileText(string name)
    {
        Name = name;
        using var stream = Open(name + ".md");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        Bytes = [.. bytes.ToArray()];
        Digest = [.. SHA256.HashData(bytes.ToArray())];
    }

    public string Name { get; }

    public ImmutableArray<byte> Bytes { get; }

    /// <summary>SHA-256 of <see cref="Bytes"/>.</summary>
    public ImmutableArray<byte> Digest { get; }

    /// <summary>A file that the engine was built with.</summary>
    internal static Stream Open(string file) => typeof(ProfileText).Assembly.GetManifestResourceStream(file)
        ?? throw new InvalidOperationException($"the engine was built without {file}");
}
