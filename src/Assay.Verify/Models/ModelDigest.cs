using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Verify.Models;

/// <summary>One file of a model.</summary>
/// <param name="Name">Relative path with forward slashes.</param>
/// <param name="Sha256">Of the file's bytes.</param>
/// <param name="Size">In bytes: shown beside the digest, not hashed into it.</param>
public sealed record ModelFile(string Name, Hash Sha256, long Size)
{
    /// <summary>Writes the member <c>files</c>: an array of <c>{name, sha256, size}</c>.</summary>
    public static void WriteList(Utf8JsonWriter json, IEnumerable<ModelFile> files)
    {
        json.WriteStartArray("files");
        foreach (var file in files)
        {
            json.WriteStartObject();
            json.WriteString("name", file.Name);
            json.WriteString("sha256", file.Sha256.ToHex());
            json.WriteNumber("size", file.Size);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>The inverse of <see cref="WriteList"/>, from the object that has the member.</summary>
    /// <exception cref="MalformedException">Not such a list.</exception>
    public static ImmutableArray<ModelFile> ReadList(JsonAt json) =>
    [
        .. json["files"].Items(ModelDigest.MaxFiles).Select(file =>
            new ModelFile(file["name"].Text(), file["sha256"].HexHash(), (long)file["size"].Integer())),
    ];
}

/// <summary>
/// The model digest: the root digest of OpenSSF Model Signing v1.0, that is SHA-256 over the files' SHA-256 digests,
/// concatenated in the order of their names.
/// </summary>
public static class ModelDigest
{
    public const int MaxFiles = 65_536;

    /// <exception cref="MalformedException">No file, too many, a duplicate or an unsafe name.</exception>
    public static Hash Of(IEnumerable<ModelFile> files)
    {
        var sorted = files.ToArray();
        if (sorted.Length is 0 or > MaxFiles)
            throw new MalformedException($"a model of {sorted.Length} files: expected 1 to {MaxFiles}");
        foreach (var file in sorted)
            RequireSafeName(file.Name);
        Array.Sort(sorted, (a, b) => CompareNames(a.Name, b.Name));
        var sha = Crypto.Sha256.Start();
        for (var i = 0; i < sorted.Length; i++)
        {
            if (i > 0 && sorted[i].Name == sorted[i - 1].Name)
                throw new MalformedException($"the model names the file \"{sorted[i].Name}\" twice");
            sha.Add(sorted[i].Sha256.Bytes);
        }
        return sha.Finish();
    }

    /// <summary>Order of the UTF-8 bytes, which is the order of code points: not the order of UTF-16 units beyond U+FFFF.</summary>
    public static int CompareNames(string a, string b) =>
        System.Text.Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(b));

    /// <summary>A name must stay below the model's folder on every system, and print on one line.</summary>
    /// <exception cref="MalformedException">It does not.</exception>
    public static void RequireSafeName(string name)
    {
        if (name.Length is 0 or > 1024 || name.EnumerateRunes().Any(r => r == Rune.ReplacementChar || Rune.IsControl(r)))
            throw new MalformedException("a model file's name is empty, too long, or holds a control character");
        if (name.Contains('\\') || name.Contains(':') || name.Split('/').Any(part => part is "" or "." or ".."))
            throw new MalformedException(
                $"the model file name \"{Json.StrictJson.Shown(name)}\" is not a plain relative path (no '..', no root, no backslash, no colon)");
    }
}
