using System.Text;
using Assay.Node;
using Assay.Node.Language;
using Assay.Node.Receipts;
using Assay.Providers.Language;
using Assay.Store;

namespace Assay.Cli.Commands;

/// <summary><c>assay run</c> of a language model: one prompt, one answer, its receipt.</summary>
internal static class RunLanguage
{
    public static async Task<int> RunAsync(AssayNode node, StoredModel model, string prompt, ChatSettings settings, CallerTerms terms, DirectoryInfo? folder, bool isJson)
    {
        RunCommand.Prepare(folder);
        // A model without a chat template goes on from the text.
        var isChat = node.LoadLanguage(model).Model.ChatTemplate is not null;
        var body = isChat ? TextAnswers.ChatBody(model.Reference, [new ChatMessage("user", prompt)], settings) : TextAnswers.CompletionBody(model.Reference, prompt, settings);
        var (text, finished) = await node.AnswerAsync(model, isChat ? RequestReader.Chat : RequestReader.Completion, body, terms, isJson ? _ => { } : ChatCommand.Show);
        var receipt = await ChatCommand.SaveAsync(node, model, finished.Receipt, folder);
        if (folder is not null)
            await AtomicFile.WriteAsync(Path.Combine(folder.FullName, "out.txt"), Encoding.UTF8.GetBytes(text));
        if (isJson)
            Shared.Print(json =>
            {
                json.WriteString("receiptFile", receipt);
                json.WriteString("receipt", finished.Receipt.RecordId);
                json.WriteNumber("index", finished.Receipt.Index);
                json.WriteString("model", model.Reference);
                json.WriteString("modelDigest", model.Digest.ToHex());
                json.WriteString("text", text);
                json.WriteNumber("tokens", finished.Answer.Tokens);
                json.WriteString("finishReason", finished.Answer.Choices[0].FinishReason);
            });
        else
        {
            Console.WriteLine($"\nmodel    {model.Reference} sha256:{model.Digest.ToHex()}");
            Console.WriteLine($"receipt  {receipt}  (log index {finished.Receipt.Index}, {finished.Answer.Tokens} tokens)");
            Console.WriteLine($"next     {Shared.Command} verify {receipt}   ·   {Shared.Command} replay {receipt}");
        }
        return ExitCode.Ok;
    }
}
