using System.Text.Json;
using Assay.Verify;
using Assay.Verify.Answers;
using Assay.Verify.Bundles;
using Assay.Verify.Statements;

namespace Assay.Client.Language;

/// <summary>Whether what was seen of a language model's answer is what its receipt commits to.</summary>
internal static class LanguageCheck
{
    /// <param name="words">As they came with the answer.</param>
    /// <returns>What differs, in one line, or null.</returns>
    public static string? Difference(LanguageQuestion question, SeenAnswer seen, TokenWords? words, Receipt receipt, Disclosures shown)
    {
        CommittedAnswer signed;
        try
        {
            signed = CommittedAnswer.Of(question, receipt, shown, words);
        }
        catch (Exception e) when (e is MalformedException or InvalidOperationException or FormatException or JsonException or OverflowException or ArgumentException)
        {
            return e.Message;
        }
        if (seen.Id != AnswerIds.Of(receipt.RecordId, question.IsChat))
            return "the answer has another id than its receipt";
        if (seen.Model != $"{receipt.Model.Name}@{receipt.Model.Version}")
            return "the answer names another model than its receipt";
        if (seen.Created != receipt.RequestedAt.ToUnixTimeSeconds())
            return "the answer says another time than its receipt";
        if (seen.Fingerprint != signed.Fingerprint)
            return "the answer has another system_fingerprint than its receipt";
        if (seen.Usage is { } usage && usage != signed.Usage)
            return $"the answer says {usage.Prompt} and {usage.Completion} tokens, the receipt commits to {signed.Usage.Prompt} and {signed.Usage.Completion}";
        for (var i = 0; i < seen.Choices.Length; i++)
            if (seen.Choices[i].Difference(signed.Choices[i]) is { } part)
                return $"choice {i} has another {part} than the receipt commits to";
            else if (!seen.Choices[i].CallIds.SequenceEqual(seen.Choices[i].Calls.Select((_, call) => AnswerIds.OfCall(receipt.RecordId, i, call))))
                return $"choice {i} has calls of other ids than its receipt";
        return null;
    }
}
