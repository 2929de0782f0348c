using System.Text.Json;
using Assay.Engine.Language.Generation;
using Assay.Providers.Language;
using Assay.Verify.Answers;
using Microsoft.AspNetCore.Http;

namespace Assay.Node.Web.OpenAi;

/// <summary>
/// Answers that are handed over as they are made: events, each with a chunk of the OpenAI API. The last
/// one before <c>[DONE]</c> has no choices, and the receipt of all that came before it.
/// </summary>
internal sealed class AnswerStream(AnswerFrame frame, OfferedTools? tools, bool includesUsage, HttpContext http, NodeOptions options)
{
    private readonly Choice[] choices = [.. Enumerable.Range(0, frame.Answer.Request.Generation.Choices).Select(_ => new Choice(new AnswerText(frame.Tokenizer, tools)))];
    private readonly EventStream stream = new(http, options);
    private long tokens;

    /// <summary>Writes all of it.</summary>
    public Task WriteAsync() => stream.WriteAsync(WriteAnswerAsync);

    private async Task WriteAnswerAsync()
    {
        if (frame.IsChat)
            for (var i = 0; i < choices.Length; i++)
                await ChunkAsync(i, json => WriteDelta(json, i, "", [], 0, withRole: true), [], choices[i].Offsets, null);
        await foreach (var token in stream.OrSilenceAsync(frame.Answer.ReadAllAsync()))
            await TokenAsync(token);
        var finished = await frame.Answer.FinishAsync([.. choices.Select(c => c.Text.Calls)]);
        if (includesUsage)
            await stream.EventAsync(Bare(json => AnswerFrame.WriteUsage(json, frame.Answer.PromptTokens, tokens)));
        await stream.EventAsync(Bare(json => ReceiptJson.Write(json, finished.Receipt, finished.Words, frame.Answer.Request.Route)));
        await stream.DoneAsync();
    }

    private async Task TokenAsync(GeneratedToken token)
    {
        tokens++;
        var choice = choices[token.Choice];
        var before = choice.Text.Calls;
        var output = choice.Text.Append(token);
        choice.Waiting.Add(token);
        if (output.Content.Length > 0 || output.Calls.Count > 0 || choice.Text.Finish is not null && !frame.IsChat)
            await ChunkAsync(token.Choice, json => WriteDelta(json, token.Choice, output.Content, output.Calls, before, withRole: false), Take(choice), choice.Offsets, frame.IsChat ? null : choice.Text.Finish);
        if (choice.Text.Finish is { } finish && frame.IsChat)
            await ChunkAsync(token.Choice, json => WriteDelta(json, token.Choice, "", [], 0, withRole: false), Take(choice), choice.Offsets, finish);
    }

    private static List<GeneratedToken> Take(Choice choice)
    {
        var taken = choice.Waiting;
        choice.Waiting = [];
        return taken;
    }

    private void WriteDelta(Utf8JsonWriter json, int choice, string content, IReadOnlyList<ToolCall> calls, ulong firstCall, bool withRole)
    {
        if (!frame.IsChat)
        {
            json.WriteString("text", content);
            return;
        }
        json.WriteStartObject("delta");
        if (withRole)
            json.WriteString("role", "assistant");
        if (content.Length > 0 || withRole)
            json.WriteString("content", content);
        AnswerFrame.WriteCalls(json, [.. calls.Select((call, i) => (AnswerIds.OfCall(frame.Answer.RecordId, choice, (int)firstCall + i), call))], firstCall);
        json.WriteEndObject();
    }

    private Task ChunkAsync(int index, Action<Utf8JsonWriter> delta, IReadOnlyList<GeneratedToken> logged, TextOffsets offsets, string? finish) => stream.EventAsync(AnswerFrame.Json(json =>
    {
        json.WriteStartObject();
        frame.WriteHead(json, isChunk: true);
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", index);
        delta(json);
        frame.WriteLogs(json, logged, offsets);
        json.WriteString("finish_reason", finish);
        json.WriteEndObject();
        json.WriteEndArray();
        if (includesUsage)
            json.WriteNull("usage");
        json.WriteEndObject();
    }));

    // A chunk about all choices together.
    private byte[] Bare(Action<Utf8JsonWriter> member) => AnswerFrame.Json(json =>
    {
        json.WriteStartObject();
        frame.WriteHead(json, isChunk: true);
        json.WriteStartArray("choices");
        json.WriteEndArray();
        member(json);
        json.WriteEndObject();
    });

    private sealed class Choice(AnswerText text)
    {
        public AnswerText Text => text;

        /// <summary>Tokens whose log-probabilities were not sent yet.</summary>
        public List<GeneratedToken> Waiting { get; set; } = [];

        public TextOffsets Offsets { get; } = new();
    }
}
