using System.Text;
using Assay.Engine.Language.Generation;
using Assay.Node.Language;
using Assay.Providers.Language;
using Assay.Verify.Answers;

namespace Assay.Node.Web.OpenAi;

/// <summary>One choice of an answer, all of it.</summary>
internal sealed class WholeChoice
{
    public StringBuilder Content { get; } = new();

    public List<(string Id, ToolCall Call)> Calls { get; } = [];

    public List<GeneratedToken> Tokens { get; } = [];

    public string? Finish { get; set; }
}

/// <summary>Answers that are handed over when they are whole.</summary>
internal static class WholeAnswer
{
    /// <summary>Reads an answer to its end, and has its receipt issued.</summary>
    public static async Task<(byte[] Body, FinishedAnswer Finished)> ReadAsync(AnswerFrame frame, OfferedTools? tools)
    {
        var count = frame.Answer.Request.Generation.Choices;
        var choices = Enumerable.Range(0, count).Select(_ => new WholeChoice()).ToArray();
        var texts = choices.Select(_ => new AnswerText(frame.Tokenizer, tools)).ToArray();
        await foreach (var token in frame.Answer.ReadAllAsync())
        {
            var (choice, text) = (choices[token.Choice], texts[token.Choice]);
            var output = text.Append(token);
            choice.Tokens.Add(token);
            choice.Content.Append(output.Content);
            foreach (var call in output.Calls)
                choice.Calls.Add((AnswerIds.OfCall(frame.Answer.RecordId, token.Choice, choice.Calls.Count), call));
            choice.Finish = text.Finish;
        }
        var finished = await frame.Answer.FinishAsync([.. texts.Select(t => t.Calls)]);
        return (frame.Whole(choices, finished), finished);
    }
}
