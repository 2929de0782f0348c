using System.Text.Json;
using Assay.Verify.Commitments;
using Assay.Verify.Json;
using Assay.Verify.Notes;

namespace Assay.Verify.Statements;

/// <summary>The JSON form of a <see cref="Receipt"/>.</summary>
internal static class ReceiptFormat
{
    private const int MaxNonce = 256;
    private const int MaxVenueClaims = 64;
    private const string Exact = "exact", Relayed = "relayed";

    private static readonly string[] Members =
    [
        "recordId", "sequence", "clientNonce", "issuer", "model", "input", "output", "parameters", "execution",
        "requestedAt", "completedAt", "notBefore", "auditable", "venue", "evidence", "critical",
    ];

    public static Receipt Read(ReadOnlySpan<byte> payload)
    {
        var root = Statement.Root(payload);
        if (Statement.PredicateTypeOf(root) is var type && type != Receipt.PredicateType)
            throw new UnsupportedException($"statement.predicateType: \"{StrictJson.Shown(type)}\" is no receipt that this version knows");
        var statement = Statement.Parse(root, Receipt.DigestName);
        var json = statement.Predicate;
        RequireKnown(json);
        var receipt = new Receipt
        {
            RecordId = RecordId(json["recordId"]),
            Sequence = json["sequence"].Integer(),
            ClientNonce = json.Optional("clientNonce")?.Text(MaxNonce),
            Issuer = new Issuer(json["issuer"]["keyId"].HexHash(), json["issuer"]["node"].Label()),
            Model = ReadModel(json["model"]),
            Input = ReadContent(json["input"]),
            WireInput = json["input"].Optional("wire") is { } wire ? ReadContent(wire) : null,
            Output = ReadOutput(json["output"]),
            Parameters = json["parameters"].Object(),
            Execution = ReadExecution(json["execution"]),
            RequestedAt = Instant.Read(json["requestedAt"]),
            CompletedAt = Instant.Read(json["completedAt"]),
            NotBefore = ReadNotBefore(json["notBefore"]),
            Auditable = json["auditable"].Boolean(),
            Venue = [.. json["venue"].Items(MaxVenueClaims).Select(v => new VenueClaim(v["claim"].Label(), v["source"].Label()))],
        };
        if (statement.SubjectName != Receipt.SubjectName || statement.Digest != receipt.Output.Commitment)
            throw new MalformedException("statement.subject: expected \"output\" with the commitment of predicate.output");
        return receipt;
    }

    // What this version cannot judge must not pass as judged.
    private static void RequireKnown(JsonAt json)
    {
        foreach (var name in json["critical"].Items())
            if (!Members.Contains(name.Text()))
                throw new UnsupportedException($"{name.Path}: \"{StrictJson.Shown(name.Text())}\" is unknown to this version");
        if (json["evidence"].Items().Length > 0)
            throw new UnsupportedException("predicate.evidence: no kind of evidence is known to this version");
        var determinism = json["execution"]["determinism"];
        if (determinism.Text() is not (Exact or Relayed))
            throw new UnsupportedException("predicate.execution.determinism: only \"exact\" and \"relayed\" are known to this version");
        var output = json["output"];
        if (output["mediaType"].Text() is not (Receipt.Tensors or Receipt.Tokens or Receipt.Relayed))
            throw new UnsupportedException($"predicate.output.mediaType: \"{StrictJson.Shown(output["mediaType"].Text())}\" is unknown to this version");
        if (!IsTokens(output) && output["pieceLength"].Integer() != OutputCommitment.PieceLength)
            throw new UnsupportedException($"predicate.output.pieceLength: only {OutputCommitment.PieceLength} is known to this version");
        // What was forwarded is neither computed here nor to be computed again.
        if ((determinism.Text() == Relayed) != (output["mediaType"].Text() == Receipt.Relayed))
            throw determinism.Wrong($"\"{Relayed}\" exactly where the output is {Receipt.Relayed}");
    }

    private static string RecordId(JsonAt json) =>
        json.Text() is { Length: 32 } id && id.All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f')
            ? id
            : throw json.Wrong("32 hexadecimal digits in lower case");

    private static ModelClaim ReadModel(JsonAt json) =>
        new(json["name"].Label(), json["version"].Label(), json["manifest"].HexHash(), json["format"].Label(), ReadLanguage(json));

    // Not interpreted by verifiers: whatever else stands under these names is no fault, and no claim either.
    private static LanguageClaim? ReadLanguage(JsonAt json)
    {
        try
        {
            return json.Optional("quantization") is { } quantization
                ? new LanguageClaim(quantization.Label(), json["tokenizer"].HexHash(), json.Optional("chatTemplate")?.HexHash())
                : null;
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    private static ContentClaim ReadContent(JsonAt json) =>
        new(json["mediaType"].Label(), json["length"].Integer(), json["commitment"].HexHash());

    private static OutputClaim ReadOutput(JsonAt json) =>
        new(json["length"].Integer(), json["commitment"].HexHash(), IsTokens(json) ? json["tokens"].Integer() : null) { IsRelayed = json["mediaType"].Text() == Receipt.Relayed };

    private static bool IsTokens(JsonAt output) => output["mediaType"].Text() == Receipt.Tokens;

    private static ExecutionClaim ReadExecution(JsonAt json)
    {
        var engine = json["engine"];
        return new ExecutionClaim(
            json["profile"].Label(),
            new EngineClaim(engine["name"].Label(), engine["version"].Label(), engine["build"].Label()),
            json["graph"].HexHash());
    }

    private static Checkpoint ReadNotBefore(JsonAt json) =>
        new(json["origin"].Label(), json["size"].Integer(), json["root"].Base64Hash());

    public static byte[] Write(Receipt receipt) =>
        Statement.Write(Receipt.SubjectName, Receipt.DigestName, receipt.Output.Commitment, Receipt.PredicateType, json =>
        {
            json.WriteString("recordId", receipt.RecordId);
            json.WriteNumber("sequence", receipt.Sequence);
            if (receipt.ClientNonce is not null)
                json.WriteString("clientNonce", receipt.ClientNonce);
            json.WriteStartObject("issuer");
            json.WriteString("keyId", receipt.Issuer.KeyId.ToHex());
            json.WriteString("node", receipt.Issuer.Node);
            json.WriteEndObject();
            WriteModel(json, receipt.Model);
            WriteContents(json, receipt);
            json.WritePropertyName("parameters");
            receipt.Parameters.Write(json);
            WriteExecution(json, receipt.Execution, receipt.Output.Kind);
            json.WriteString("requestedAt", Instant.Write(receipt.RequestedAt));
            json.WriteString("completedAt", Instant.Write(receipt.CompletedAt));
            json.WriteStartObject("notBefore");
            json.WriteString("origin", receipt.NotBefore.Origin);
            json.WriteNumber("size", receipt.NotBefore.Size);
            json.WriteString("root", receipt.NotBefore.Root.ToBase64());
            json.WriteEndObject();
            json.WriteBoolean("auditable", receipt.Auditable);
            WriteVenue(json, receipt);
            json.WriteStartArray("evidence");
            json.WriteEndArray();
            json.WriteStartArray("critical");
            json.WriteEndArray();
        });

    private static void WriteModel(Utf8JsonWriter json, ModelClaim model)
    {
        json.WriteStartObject("model");
        json.WriteString("name", model.Name);
        json.WriteString("version", model.Version);
        json.WriteString("manifest", model.Manifest.ToHex());
        json.WriteString("format", model.Format);
        if (model.Language is { } language)
        {
            json.WriteString("quantization", language.Quantization);
            json.WriteString("tokenizer", language.Tokenizer.ToHex());
            if (language.ChatTemplate is { } template)
                json.WriteString("chatTemplate", template.ToHex());
        }
        json.WriteEndObject();
    }

    private static void WriteContents(Utf8JsonWriter json, Receipt receipt)
    {
        json.WriteStartObject("input");
        WriteContent(json, receipt.Input);
        if (receipt.WireInput is { } wire)
        {
            json.WriteStartObject("wire");
            WriteContent(json, wire);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteStartObject("output");
        json.WriteString("mediaType", receipt.Output.MediaType);
        json.WriteNumber("length", receipt.Output.Length);
        if (receipt.Output.Tokens is { } tokens)
            json.WriteNumber("tokens", tokens);
        else
            json.WriteNumber("pieceLength", OutputCommitment.PieceLength);
        json.WriteString("commitment", receipt.Output.Commitment.ToHex());
        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, ContentClaim content)
    {
        json.WriteString("mediaType", content.MediaType);
        json.WriteNumber("length", content.Length);
        json.WriteString("commitment", content.Commitment.ToHex());
    }

    private static void WriteExecution(Utf8JsonWriter json, ExecutionClaim execution, OutputKind output)
    {
        json.WriteStartObject("execution");
        json.WriteString("profile", execution.Profile);
        json.WriteStartObject("engine");
        json.WriteString("name", execution.Engine.Name);
        json.WriteString("version", execution.Engine.Version);
        json.WriteString("build", execution.Engine.Build);
        json.WriteEndObject();
        json.WriteString("determinism", output == OutputKind.Relayed ? Relayed : Exact);
        json.WriteString("graph", execution.Graph.ToHex());
        json.WriteEndObject();
    }

    private static void WriteVenue(Utf8JsonWriter json, Receipt receipt)
    {
        json.WriteStartArray("venue");
        foreach (var (claim, source) in receipt.Venue)
        {
            json.WriteStartObject();
            json.WriteString("claim", claim);
            json.WriteString("source", source);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
