using System.Text;
using System.Text.Json;
using Assay.Node.Receipts;
using Assay.Providers.Language;
using Assay.Store;
using Assay.Verify.Answers;

namespace Assay.Node.Language;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
public sealed record ChatMessage(string Role, string Content);

/// <summary>How an answer is drawn; null leaves it to the API's defaults.</summary>
public sealed record ChatSettings(float? Temperature = null, float? TopP = null, long? Seed = null, int? MaxTokens = null);

/// <summary>Answers as text, for the command line and the pages: they ask as anyone does over HTTP, and the body they would send is what the receipt commits to.</summary>
public static class TextAnswers
{
    /// <summary>The body of a request to go on with a conversation.</summary>
    public static byte[] ChatBody(string model, IEnumerable<ChatMessage> messages, ChatSettings settings) => Body(model, settings, json =>
    {
        json.WriteStartArray("messages");
        foreach (var message in messages)
        {
            json.WriteStartObject();
            json.WriteString("role", message.Role);
            json.WriteString("content", message.Content);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    /// <summary>The body of a request to go on from a text.</summary>
    public static byte[] CompletionBody(string model, string prompt, ChatSettings settings) => Body(model, settings, json => json.WriteString("prompt", prompt));

    /// <summary>The body of a request to embed texts.</summary>
    /// <param name="dimensions">Numbers of each embedding; null for all that the model gives.</param>
    public static byte[] EmbeddingBody(string model, IEnumerable<string> texts, int? dimensions) => Body(model, new ChatSettings(), json =>
    {
        json.WriteStartArray("input");
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
        if (dimensions is { } count)
            json.WriteNumber("dimensions", count);
    });

    /// <summary>Answers one request with one choice.</summary>
    /// <param name="api"><see cref="RequestReader.Chat"/> or <see cref="RequestReader.Completion"/>.</param>
    /// <param name="show">Told each piece of text as it comes.</param>
    /// <inheritdoc cref="AssayNode.BeginAsync"/>
    public static async Task<(string Text, FinishedAnswer Finished)> AnswerAsync(
        this AssayNode node, StoredModel model, string api, byte[] body, CallerTerms terms, Action<string> show, string caller = "", CancellationToken cancel = default)
    {
        var request = RequestReader.Read(api, body, node.LoadLanguage(model), DateTimeOffset.UtcNow);
        await using var answer = await node.BeginAsync(model, request, terms with { Wire = new WireInput("application/json", body) }, caller, cancel);
        var (pieces, text) = (new Utf8Pieces(), new StringBuilder());
        await foreach (var token in answer.ReadAllAsync())
            Tell(pieces.Append(token.Text.Span));
        Tell(pieces.Finish());
        return (text.ToString(), await answer.FinishAsync());

        void Tell(string piece)
        {
            text.Append(piece);
            if (piece.Length > 0)
                show(piece);
        }
    }

    private static byte[] Body(string model, ChatSettings settings, Action<Utf8JsonWriter> input)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model", model);
            input(json);
            if (settings.Temperature is { } temperature)
                json.WriteNumber("temperature", temperature);
            if (settings.TopP is { } topP)
                json.WriteNumber("top_p", topP);
            if (settings.Seed is { } seed)
                json.WriteNumber("seed", seed);
            if (settings.MaxTokens is { } most)
                json.WriteNumber("max_tokens", most);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }
}
