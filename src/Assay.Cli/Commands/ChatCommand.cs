using System.CommandLine;
using Assay.Engine.Models;
using Assay.Node;
using Assay.Node.Language;
using Assay.Node.Receipts;
using Assay.Providers.Language;
using Assay.Store;

namespace Assay.Cli.Commands;

internal static class ChatCommand
{
    public static Command Make()
    {
        var name = new Argument<string>("NAME") { Description = "A language model: NAME, NAME@VERSION or a digest" };
        var system = new Option<string?>("--system") { Description = "What the model is told before the conversation", HelpName = "TEXT" };
        var options = new TextOptions();
        var command = new Command("chat", "Talk with a language model; every answer has a receipt. Example: assay chat qwen3 --temperature 0.7") { name, system };
        options.AddTo(command);
        command.SetAction(parsed => Shared.WithNodeAsync(parsed, async node =>
        {
            var model = Find(node, parsed.GetValue(name)!);
            if (Shared.IsJson(parsed))
                throw new UsageException("chat is for people: `assay run NAME \"prompt\" --json` answers once");
            if (node.LoadLanguage(model).Model.ChatTemplate is null)
                throw new UsageException($"{model.Name} has no chat template: `assay run {model.Name} \"prompt\"` goes on from a text");
            if (!Console.IsInputRedirected)
                Console.WriteLine($"{model.Reference}   /save keeps the last receipt · /new begins anew · /quit, or Ctrl-D, ends");
            await TalkAsync(node, model, parsed.GetValue(system), options.Read(parsed));
            return ExitCode.Ok;
        }));
        return command;
    }

    /// <summary>A language model by its name.</summary>
    /// <exception cref="UsageException">It is a model of another kind.</exception>
    public static StoredModel Find(AssayNode node, string name) => node.Models.Find(name) is { IsLanguage: true } model
        ? model
        : throw new UsageException($"'{name}' is not a language model: `assay run {name} INPUT` runs it");

    private static async Task TalkAsync(AssayNode node, StoredModel model, string? system, ChatSettings settings)
    {
        var messages = Beginning(system);
        Issued? last = null;
        while (ReadLine() is { } line)
            switch (line.Trim())
            {
                case "":
                    continue;
                case "/quit" or "/exit":
                    return;
                case "/new":
                    messages = Beginning(system);
                    continue;
                case "/save":
                    Console.WriteLine(last is null ? "there is no receipt yet" : $"receipt  {await SaveAsync(node, model, last)}");
                    continue;
                case ['/', ..] other:
                    Console.WriteLine($"'{other}' is not known here: /save, /new, /quit");
                    continue;
                default:
                    messages.Add(new ChatMessage("user", line));
                    last = await AnswerAsync(node, model, messages, settings) ?? last;
                    continue;
            }
    }

    // Null where the answer was broken off or could not be given; the question is forgotten then.
    private static async Task<Issued?> AnswerAsync(AssayNode node, StoredModel model, List<ChatMessage> messages, ChatSettings settings)
    {
        using var stop = new CancellationTokenSource();
        ConsoleCancelEventHandler onStop = (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        Console.CancelKeyPress += onStop;
        try
        {
            var (text, finished) = await node.AnswerAsync(
                model, RequestReader.Chat, TextAnswers.ChatBody(model.Reference, messages, settings), new CallerTerms(), Show, cancel: stop.Token);
            messages.Add(new ChatMessage("assistant", text));
            var receipt = finished.Receipt;
            Console.WriteLine($"\n— receipt {receipt.RecordId}, log index {receipt.Index}, {finished.Answer.Tokens} tokens");
            return receipt;
        }
        catch (Exception e) when (e is OperationCanceledException or ModelException)
        {
            Console.WriteLine(e is ModelException ? e.Message : "\n— stopped; the log holds a void in its place");
            messages.RemoveAt(messages.Count - 1);
            return null;
        }
        finally
        {
            Console.CancelKeyPress -= onStop;
        }
    }

    private static List<ChatMessage> Beginning(string? system) => system is null ? [] : [new ChatMessage("system", system)];

    private static string? ReadLine()
    {
        if (!Console.IsInputRedirected)
            Console.Write("> ");
        return Console.ReadLine();
    }

    // What a model writes may hold codes that steer a terminal.
    public static void Show(string text) => Console.Write(string.Concat(text.Where(c => !char.IsControl(c) || c is '\n' or '\t')));

    /// <summary>Writes the receipt's bundle here, and says where.</summary>
    public static async Task<string> SaveAsync(AssayNode node, StoredModel model, Issued receipt, DirectoryInfo? folder = null)
    {
        var path = Path.Combine(folder?.ToString() ?? "", $"{model.Name}-{receipt.RecordId[..8]}.receipt.json");
        await AtomicFile.WriteAsync(path, (await node.BundleAsync(receipt)).ToBytes());
        return path;
    }
}
