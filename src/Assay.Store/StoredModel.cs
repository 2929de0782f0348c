using System.Collections.Immutable;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Assay.Verify.Models;

namespace Assay.Store;

/// <summary>What the store knows of one version of a model.</summary>
/// <param name="Digest">The model digest (OpenSSF Model Signing root over <paramref name="Files"/>).</param>
/// <param name="Format"><c>onnx</c>, <c>gguf</c> or <c>safetensors</c>.</param>
/// <param name="Graph">Digest of the lowered graph (docs/spec/graph.md), or of a language model's architecture (docs/spec/assay-llm-v1.md, section 4).</param>
/// <param name="ImportedAt">Unix milliseconds.</param>
public sealed record StoredModel(
    string Name, string Version, string Format, Hash Digest, Hash Graph, ImmutableArray<ModelFile> Files, long ImportedAt)
{
    private const string MediaType = "application/vnd.assay.stored-model.v1+json";

    public string Reference => $"{Name}@{Version}";

    /// <summary>Whether it is a language model (format gguf or safetensors), opened by <see cref="ModelStore.OpenLanguage"/>.</summary>
    public bool IsLanguage => Format is "gguf" or "safetensors";

    public long Size => Files.Sum(f => f.Size);

    public byte[] ToBytes() => StrictJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("mediaType", MediaType);
        json.WriteString("name", Name);
        json.WriteString("version", Version);
        json.WriteString("format", Format);
        json.WriteString("digest", Digest.ToHex());
        json.WriteString("graph", Graph.ToHex());
        json.WriteNumber("importedAt", ImportedAt);
        ModelFile.WriteList(json, Files);
        json.WriteEndObject();
    });

    /// <exception cref="MalformedException">Not such a record, or its digest is not that of its files.</exception>
    public static StoredModel Parse(ReadOnlySpan<byte> bytes)
    {
        var json = JsonAt.Root(StrictJson.Parse(bytes, 1 << 24), "model");
        json.Only("mediaType", "name", "version", "format", "digest", "graph", "importedAt", "files");
        json["mediaType"].MustBe(MediaType);
        var model = new StoredModel(
            json["name"].Label(), json["version"].Label(), json["format"].Label(), json["digest"].HexHash(), json["graph"].HexHash(),
            ModelFile.ReadList(json),
            (long)json["importedAt"].Integer());
        return ModelDigest.Of(model.Files) == model.Digest
            ? model
            : throw new MalformedException("model: the digest is not that of the files listed");
    }
}
