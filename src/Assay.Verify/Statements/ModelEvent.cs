using System.Collections.Immutable;
using Assay.Verify.Crypto;
using Assay.Verify.Models;

namespace Assay.Verify.Statements;

/// <summary>A model is published: its name stands for these files and this graph.</summary>
/// <param name="Origin">Of the log that this is an entry of: the event means nothing in another.</param>
/// <param name="Manifest">The model digest (<see cref="ModelDigest"/>).</param>
/// <param name="Format">Of the files: <c>onnx</c>, …</param>
/// <param name="Graph">Digest of the lowered graph: what is executed.</param>
public sealed record ModelEvent(
    string Origin, string Name, string Version, Hash Manifest, string Format, Hash Graph, ImmutableArray<ModelFile> Files) : LogEvent
{
    public const string PredicateType = "urn:assay:model:v1";

    /// <summary>Id of the model as it was committed for proofs (docs/spec/proofs.md), or null where it was not.</summary>
    public Hash? ProofModel { get; init; }

    public bool Equals(ModelEvent? other) => other is not null && ToBytes().AsSpan().SequenceEqual(other.ToBytes());

    public override int GetHashCode() => Manifest.GetHashCode();

    /// <exception cref="MalformedException">Not a model statement, or its digest is not that of its files.</exception>
    public static new ModelEvent Parse(ReadOnlySpan<byte> payload)
    {
        var statement = Expect(payload, PredicateType);
        var json = statement.Predicate;
        var files = ModelFile.ReadList(json);
        var model = new ModelEvent(
            json["origin"].Label(), json["name"].Label(), json["version"].Label(), json["manifest"].HexHash(),
            json["format"].Label(), json["graph"].HexHash(), files) { ProofModel = json.Optional("proofModel")?.HexHash() };
        if (statement.SubjectName != $"{model.Name}@{model.Version}" || statement.Digest != model.Manifest)
            throw new MalformedException("statement.subject: expected name@version and the model digest");
        if (ModelDigest.Of(files) != model.Manifest)
            throw json["manifest"].Wrong("the digest of the files that follow");
        return model;
    }

    public override byte[] ToBytes() => Statement.Write($"{Name}@{Version}", Sha256Name, Manifest, PredicateType, json =>
    {
        json.WriteString("origin", Origin);
        json.WriteString("name", Name);
        json.WriteString("version", Version);
        json.WriteString("manifest", Manifest.ToHex());
        json.WriteString("format", Format);
        json.WriteString("graph", Graph.ToHex());
        if (ProofModel is { } id)
            json.WriteString("proofModel", id.ToHex());
        ModelFile.WriteList(json, Files);
    });
}
