using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Assay.Engine.Models;
using Assay.Node.Language;
using Assay.Node.Receipts;
using Assay.Node.Web.OpenAi;
using Assay.Providers.Language;
using Assay.Verify.Json;
using Microsoft.AspNetCore.Http;

namespace Assay.Node.Web.Pages.Views;

/// <summary>One turn on the chat page.</summary>
/// <param name="Receipt">The id of an answer's receipt.</param>
public sealed record ChatTurn(string Role, string Content, string? Receipt);

/// <summary>The chat page: what was said, what is set, and what went wrong. It carries the whole conversation, so that it works without a script and the node keeps none.</summary>
/// <param name="Models">The language models of this node.</param>
/// <param name="Fields">The form's fields as they were sent.</param>
public sealed record ChatView(ImmutableArray<string> Models, IReadOnlyDictionary<string, string> Fields, ImmutableArray<ChatTurn> Turns, string? Error)
{
    private const int MostTurns = 1024;

    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web);

    public string History => JsonSerializer.Serialize(Turns, Form);

    public string this[string field] => Fields.GetValueOrDefault(field, "");

    /// <summary>The page before anything is said.</summary>
    public static ChatView Of(AssayNode node, string? model) =>
        new(ModelsOf(node), new Dictionary<string, string>(StringComparer.Ordinal) { ["model"] = model ?? "", ["max_tokens"] = "512" }, [], null);

    /// <summary>What was said goes on by a question and its answer.</summary>
    public static async Task<ChatView> AnswerAsync(AssayNode node, HttpContext http)
    {
        var sent = await http.Request.ReadFormAsync(http.RequestAborted);
        var fields = sent.ToDictionary(f => f.Key, f => f.Value.ToString(), StringComparer.Ordinal);
        var view = new ChatView(ModelsOf(node), fields, [], null);
        try
        {
            view = view with { Turns = Read(view["history"]) };
            var question = view["message"].ReplaceLineEndings("\n").Trim();
            if (question.Length == 0)
                return view with { Error = "There is no message." };
            var model = OpenAiApi.Find(node, view["model"]);
            ImmutableArray<ChatTurn> asked = [.. view.Turns, new ChatTurn("user", question, null)];
            var body = TextAnswers.ChatBody(model.Reference, asked.Select(t => new ChatMessage(t.Role, t.Content)), view.Settings());
            var (text, finished) = await node.AnswerAsync(
                model, RequestReader.Chat, body, new CallerTerms(), _ => { }, http.Connection.RemoteIpAddress?.ToString() ?? "", http.RequestAborted);
            fields["message"] = "";
            return view with { Turns = [.. asked, new ChatTurn("assistant", text, finished.Receipt.RecordId)] };
        }
        catch (Exception e) when (e is not OperationCanceledException && OpenAiError.Of(e) is { Status: < 500 or 503 } error)
        {
            http.Response.StatusCode = error.Status;
            return view with { Error = error.Message };
        }
    }

    private ChatSettings Settings() => new(Number<float>("temperature"), Number<float>("top_p"), Number<long>("seed"), Number<int>("max_tokens"));

    private T? Number<T>(string field) where T : struct, IParsable<T> => this[field].Trim() is not { Length: > 0 } text ? null
        : T.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value
        : throw new ModelException($"{field} is '{StrictJson.Shown(text)}': a number is right");

    private static ImmutableArray<ChatTurn> Read(string history)
    {
        try
        {
            var turns = history.Length == 0 ? [] : JsonSerializer.Deserialize<ImmutableArray<ChatTurn>>(history, Form);
            return !turns.IsDefault && turns.Length <= MostTurns && turns.All(t => t is { Role: "user" or "assistant", Content: not null, Receipt: null or { Length: <= 64 } })
                ? turns
                : throw new JsonException();
        }
        catch (JsonException e)
        {
            throw new ModelException("the page's history is not a conversation", e);
        }
    }

    private static ImmutableArray<string> ModelsOf(AssayNode node) => [.. node.Models.List().Where(m => m.IsLanguage).Select(m => m.Name).Distinct()];
}
