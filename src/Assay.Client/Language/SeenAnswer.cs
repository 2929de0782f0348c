using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Assay.Verify.Answers;

namespace Assay.Client.Language;

/// <summary>
/// What a caller can see of an answer, put together from the whole of it or from the chunks of a stream (the OpenAI API's reference: chat,
/// completions). A member that is not known is refused when it comes: whatever is handed on is compared with the receipt, or was not there.
/// </summary>
internal sealed class SeenAnswer(LanguageQuestion question) : ISeenAnswer
{
    public ChoiceParts[] Choices { get; } = [.. Enumerable.Range(0, question.Choices).Select(_ => new ChoiceParts())];

    public string? Id { get; private set; }

    public long Created { get; private set; }

    public string Model { get; private set; } = "";

    public string Fingerprint { get; private set; } = "";

    public TokenUsage? Usage { get; private set; }

    /// <summary>The member <c>assay</c>.</summary>
    public JsonElement? Receipt { get; private set; }

    /// <summary>Whether every choice has its end, so that nothing but usage and receipt is to come.</summary>
    public bool IsComplete => Choices.All(c => c.Finish is not null);

    /// <exception cref="ReceiptException">It has members that no receipt vouches for, or is no such answer.</exception>
    public void TakeWhole(JsonElement answer) => Guard(() =>
    {
        Only(answer, "id", "object", "created", "model", "system_fingerprint", "choices", "usage", "assay");
        TakeHead(answer, question.IsChat ? "chat.completion" : "text_completion");
        var choices = answer.GetProperty("choices");
        Require(choices.GetArrayLength() == Choices.Length, "the answer has another number of choices than was asked for");
        foreach (var (i, choice) in choices.EnumerateArray().Index())
        {
            Only(choice, "index", question.IsChat ? "message" : "text", "logprobs", "finish_reason");
            Require(choice.GetProperty("index").GetInt32() == i, "the choices are out of order");
            if (question.IsChat)
                TakeMessage(Choices[i], choice.GetProperty("message"));
            else
                Choices[i].Content.Append(choice.GetProperty("text").GetString());
            TakeLogs(Choices[i], choice.GetProperty("logprobs"));
            Choices[i].Finish = Text(choice, "finish_reason");
        }
        Usage = UsageOf(answer.GetProperty("usage"));
        Receipt = answer.GetProperty("assay").Clone();
    });

    /// <exception cref="ReceiptException">It has members that no receipt vouches for, or cannot stand here.</exception>
    public void TakeChunk(JsonElement chunk) => Guard(() =>
    {
        Require(Receipt is null, "the stream goes on after its receipt");
        Only(chunk, "id", "object", "created", "model", "system_fingerprint", "choices", "usage", "assay");
        TakeHead(chunk, question.IsChat ? "chat.completion.chunk" : "text_completion");
        var (choices, usage) = (chunk.GetProperty("choices"), Find(chunk, "usage"));
        if (choices.GetArrayLength() > 0)
        {
            Require(choices.GetArrayLength() == 1 && usage is null && Find(chunk, "assay") is null, "a chunk of one choice holds more than that");
            TakePart(choices[0]);
            return;
        }
        Require(IsComplete, "a chunk without choices comes before all choices have ended");
        if (usage is { } said)
        {
            Require(question.IncludesUsage && Usage is null && Find(chunk, "assay") is null, "the usage stands where it was not asked for");
            Usage = UsageOf(said);
            return;
        }
        Require(Usage is not null == question.IncludesUsage, "the stream has no usage, and it was asked for");
        Receipt = chunk.GetProperty("assay").Clone();
    });

    private void TakePart(JsonElement choice)
    {
        Only(choice, "index", question.IsChat ? "delta" : "text", "logprobs", "finish_reason");
        var index = choice.GetProperty("index").GetInt32();
        Require(index >= 0 && index < Choices.Length && Choices[index].Finish is null, "a chunk of a choice that is not under way");
        var parts = Choices[index];
        if (question.IsChat)
        {
            var delta = choice.GetProperty("delta");
            Only(delta, "role", "content", "tool_calls");
            Require(Find(delta, "role") is not { } role || role.GetString() == "assistant", "a role that is not the assistant's");
            if (Find(delta, "content") is { } content)
                parts.Content.Append(content.GetString());
            if (Find(delta, "tool_calls") is { } calls)
                TakeCalls(parts, calls, isPart: true);
        }
        else
            parts.Content.Append(choice.GetProperty("text").GetString());
        TakeLogs(parts, choice.GetProperty("logprobs"));
        parts.Finish = Find(choice, "finish_reason")?.GetString();
    }

    private void TakeMessage(ChoiceParts parts, JsonElement message)
    {
        Only(message, "role", "content", "refusal", "tool_calls");
        Require(Text(message, "role") == "assistant", "a role that is not the assistant's");
        Require(message.GetProperty("refusal").ValueKind == JsonValueKind.Null, "a refusal, which no receipt vouches for");
        var content = message.GetProperty("content");
        parts.Content.Append(content.GetString());
        if (message.TryGetProperty("tool_calls", out var calls))
            TakeCalls(parts, calls, isPart: false);
        Require(content.ValueKind == JsonValueKind.String || parts.Calls.Count > 0, "an answer without content and without calls");
    }

    private void TakeCalls(ChoiceParts parts, JsonElement calls, bool isPart)
    {
        foreach (var call in calls.EnumerateArray())
        {
            Only(call, isPart ? ["index", "id", "type", "function"] : ["id", "type", "function"]);
            Require(!isPart || call.GetProperty("index").GetInt32() == parts.Calls.Count, "calls of tools that do not follow one another");
            Require(Text(call, "type") == "function", "a call of something that is not a function");
            parts.CallIds.Add(Text(call, "id"));
            var function = call.GetProperty("function");
            Only(function, "name", "arguments");
            parts.Calls.Add(new ToolCall(Text(function, "name"), Text(function, "arguments")));
        }
    }

    private void TakeLogs(ChoiceParts parts, JsonElement logs)
    {
        if (logs.ValueKind == JsonValueKind.Null)
            return;
        if (question.IsChat)
        {
            Only(logs, "content", "refusal");
            Require(logs.GetProperty("refusal").ValueKind == JsonValueKind.Null, "a refusal, which no receipt vouches for");
            foreach (var token in logs.GetProperty("content").EnumerateArray())
            {
                Only(token, "token", "logprob", "bytes", "top_logprobs");
                parts.Logs.Add(new TokenLog(Named(token), [.. token.GetProperty("top_logprobs").EnumerateArray().Select(other =>
                {
                    Only(other, "token", "logprob", "bytes");
                    return Named(other);
                })], null));
            }
            return;
        }
        Only(logs, "tokens", "token_logprobs", "top_logprobs", "text_offset");
        JsonElement[] lists = [logs.GetProperty("tokens"), logs.GetProperty("token_logprobs"), logs.GetProperty("top_logprobs"), logs.GetProperty("text_offset")];
        Require(lists.All(l => l.GetArrayLength() == lists[0].GetArrayLength()), "lists of log-probabilities that have not one length");
        foreach (var (((text, number), others), offset) in lists[0].EnumerateArray().Zip(lists[1].EnumerateArray()).Zip(lists[2].EnumerateArray()).Zip(lists[3].EnumerateArray()))
            parts.Logs.Add(new TokenLog(
                new NamedToken(text.GetString()!, Number(number), null),
                [.. others.EnumerateObject().Select(o => new NamedToken(o.Name, Number(o.Value), null))], offset.GetInt32()));
    }

    private void TakeHead(JsonElement json, string kind)
    {
        Require(Text(json, "object") == kind, "the answer is another object than was asked for");
        var (name, created, model, fingerprint) = (Text(json, "id"), json.GetProperty("created").GetInt64(), Text(json, "model"), Text(json, "system_fingerprint"));
        if (Id is null)
            (Id, Created, Model, Fingerprint) = (name, created, model, fingerprint);
        Require(Id == name && Created == created && Model == model && Fingerprint == fingerprint, "the chunks are not of one answer");
    }

    private static TokenUsage UsageOf(JsonElement usage)
    {
        Only(usage, "prompt_tokens", "completion_tokens", "total_tokens");
        var (prompt, completion) = (usage.GetProperty("prompt_tokens").GetUInt32(), usage.GetProperty("completion_tokens").GetUInt32());
        Require(usage.GetProperty("total_tokens").GetUInt64() == (ulong)prompt + completion, "the usage does not add up");
        return new TokenUsage(prompt, completion);
    }

    private static NamedToken Named(JsonElement token) =>
        new(Text(token, "token"), Number(token.GetProperty("logprob")), [.. token.GetProperty("bytes").EnumerateArray().Select(b => b.GetByte())]);

    // The text is rounded once, as the node rounds it.
    private static float Number(JsonElement json) =>
        json.ValueKind == JsonValueKind.Number && float.TryParse(JsonMarshal.GetRawUtf8Value(json), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new FormatException("a log-probability that is no number");

    private static JsonElement? Find(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null");

    private static void Only(JsonElement json, params ReadOnlySpan<string> names)
    {
        foreach (var member in json.EnumerateObject())
            Require(names.Contains(member.Name), "the answer has a member that no receipt vouches for");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new ReceiptException(ReceiptFault.OtherAnswer, otherwise);
    }

    private static void Guard(Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new ReceiptException(ReceiptFault.OtherAnswer, $"the answer is not what this API answers: {e.Message}", inner: e);
        }
    }
}
