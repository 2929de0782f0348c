using System.CommandLine;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;
using Assay.Engine.Models.Language;
using Assay.Node.Language;
using Assay.Node.Receipts;
using Assay.Providers.Language;
using Assay.Store;

namespace Assay.Cli.Commands;

internal static class EmbedCommand
{
    // What fits on a line.
    private const int ShownNumbers = 4;

    public static Command Make()
    {
        var name = new Argument<string>("NAME") { Description = "A language model: NAME, NAME@VERSION or a digest" };
        var texts = new Argument<string[]>("TEXT") { Description = "What to embed; each gets an embedding of its own", Arity = ArgumentArity.OneOrMore };
        var output = new Option<DirectoryInfo?>("-o", "--output") { Description = "Where the receipt and the embeddings (out.embedding.npy) go (default: here, and no embeddings)", HelpName = "DIR" };
        var dimensions = new Option<int?>("--dimensions") { Description = "Only so many of each embedding's numbers, brought to length 1 again", HelpName = "N" }.From(1, int.MaxValue);
        var auditable = new Option<bool>("--auditable") { Description = "Let a drawn auditor be shown this record" };
        var nonce = Bounds.Nonce();
        var command = new Command("embed", "Embed texts with a language model and get a receipt. Example: assay embed qwen3 \"a text\" \"another\" -o out") { name, texts, output, dimensions, auditable, nonce };
        command.SetAction(parsed => Shared.WithNodeAsync(parsed, async node =>
        {
            var (model, folder) = (ChatCommand.Find(node, parsed.GetValue(name)!), parsed.GetValue(output));
            if (node.LoadLanguage(model).Model.Architecture.Width is var width && parsed.GetValue(dimensions) > width)
                throw new UsageException($"--dimensions {parsed.GetValue(dimensions)}: a whole number from 1 to {width}, which is what {model.Name} gives");
            RunCommand.Prepare(folder);
            var body = TextAnswers.EmbeddingBody(model.Reference, parsed.GetValue(texts)!, parsed.GetValue(dimensions));
            var call = RequestReader.ReadEmbedding(body, node.LoadLanguage(model));
            var made = await node.EmbedAsync(model, call, new CallerTerms(parsed.GetValue(nonce), parsed.GetValue(auditable), new WireInput("application/json", body)));
            var receipt = await ChatCommand.SaveAsync(node, model, made.Receipt, folder);
            if (folder is not null)
                await AtomicFile.WriteAsync(Path.Combine(folder.FullName, $"out.{EmbeddingTensors.Name}.npy"), Npy.Write(EmbeddingTensors.Of(made.Rows)[0].Value));
            if (Shared.IsJson(parsed))
                PrintJson(model, made, receipt);
            else
                PrintText(model, made, receipt);
            return ExitCode.Ok;
        }));
        return command;
    }

    private static void PrintText(StoredModel model, EmbeddedTexts made, string receipt)
    {
        for (var i = 0; i < made.Rows.Length; i++)
        {
            var row = made.Rows[i];
            var shown = JsonTensors.Write(Tensor.From<float>(Shape.Of(Math.Min(row.Length, ShownNumbers)), row.AsSpan(0, Math.Min(row.Length, ShownNumbers))));
            Console.WriteLine($"text {i}   {row.Length} numbers, pooled by {made.Parameters.Pooling.Name()}: {shown}{(row.Length > ShownNumbers ? " …" : "")}");
        }
        Console.WriteLine($"model    {model.Reference} sha256:{model.Digest.ToHex()}");
        Console.WriteLine($"receipt  {receipt}  ({made.Receipt.RecordId}, log index {made.Receipt.Index}, {made.Parameters.PromptTokens} tokens)");
        Console.WriteLine($"next     {Shared.Command} verify {receipt}   ·   {Shared.Command} replay {receipt}");
    }

    private static void PrintJson(StoredModel model, EmbeddedTexts made, string receipt) => Shared.Print(json =>
    {
        json.WriteString("receiptFile", receipt);
        json.WriteString("receipt", made.Receipt.RecordId);
        json.WriteNumber("index", made.Receipt.Index);
        json.WriteString("model", model.Reference);
        json.WriteString("modelDigest", model.Digest.ToHex());
        json.WriteString("pooling", made.Parameters.Pooling.Name());
        json.WriteNumber("dimensions", made.Parameters.Dimensions);
        json.WriteNumber("tokens", made.Parameters.PromptTokens);
        json.WriteStartArray("embeddings");
        foreach (var row in made.Rows)
        {
            json.WriteStartArray();
            foreach (var value in row)
                json.WriteNumberValue(value);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    });
}
