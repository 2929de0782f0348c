using Assay.Engine.Models.Language;
using Assay.Verify;
using Assay.Verify.Json;

namespace Assay.Providers.Language;

/// <summary>What a receipt of embeddings says in <c>parameters</c> (docs/spec/receipt.md, Embeddings).</summary>
public sealed record EmbeddingParameters
{
    /// <inheritdoc cref="AnswerParameters.Ticket"/>
    public required ulong Ticket { get; init; }

    public required Pooling Pooling { get; init; }

    /// <summary>Numbers of each embedding.</summary>
    public required ulong Dimensions { get; init; }

    /// <inheritdoc cref="EmbeddingCall.Encoding"/>
    public required string Encoding { get; init; }

    /// <summary>How many there are.</summary>
    public required ulong Texts { get; init; }

    /// <summary>Of all texts together.</summary>
    public required ulong PromptTokens { get; init; }

    /// <inheritdoc cref="AnswerParameters.SystemFingerprint"/>
    public required string SystemFingerprint { get; init; }

    /// <summary>Null where the answer is whole.</summary>
    public VoidReason? Void { get; init; }

    public JsonValue ToJson() => StrictJson.Parse(StrictJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("api", RequestReader.Embedding);
        AnswerParametersFormat.WriteOutcome(json, Void);
        json.WriteNumber("ticket", Ticket);
        json.WriteString("pooling", Pooling.Name());
        json.WriteNumber("dimensions", Dimensions);
        json.WriteString("encoding", Encoding);
        json.WriteNumber("texts", Texts);
        json.WriteStartObject("usage");
        json.WriteNumber("promptTokens", PromptTokens);
        json.WriteEndObject();
        json.WriteString("systemFingerprint", SystemFingerprint);
        json.WriteEndObject();
    }), 1 << 20);

    /// <exception cref="MalformedException">Not the parameters of embeddings.</exception>
    public static EmbeddingParameters Read(JsonValue value)
    {
        var json = new JsonAt(value, "predicate.parameters");
        if (json["api"].Text() != RequestReader.Embedding)
            throw json["api"].Wrong("\"embedding\"");
        return new EmbeddingParameters
        {
            Ticket = json["ticket"].Integer(),
            Pooling = PoolingNames.Find(json["pooling"].Text()) ?? throw json["pooling"].Wrong("\"last\", \"cls\" or \"mean\""),
            Dimensions = json["dimensions"].Integer(),
            Encoding = json["encoding"].Text() is EmbeddingCall.Float or EmbeddingCall.Base64 ? json["encoding"].Text() : throw json["encoding"].Wrong("\"float\" or \"base64\""),
            Texts = json["texts"].Integer(),
            PromptTokens = json["usage"]["promptTokens"].Integer(),
            SystemFingerprint = json["systemFingerprint"].Label(),
            Void = AnswerParametersFormat.ReadOutcome(json),
        };
    }
}
