using System.CommandLine;
using System.Text.Json;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;
using Assay.Node;
using Assay.Node.Receipts;
using Assay.Store;

namespace Assay.Cli.Commands;

internal static class RunCommand
{
    private const int ShownElements = 12;

    public static Command Make()
    {
        var name = new Argument<string>("NAME") { Description = "NAME, NAME@VERSION or a digest" };
        var inputs = new Argument<string[]>("INPUT") { Description = "[NAME=]FILE: .npy, .pb, .json, or .png for image models; for a language model, the prompt", Arity = ArgumentArity.OneOrMore };
        var output = new Option<DirectoryInfo?>("-o", "--output") { Description = "Where the receipt and the outputs (.npy) go (default: here, and no outputs)", HelpName = "DIR" };
        var channels = new Option<string?>("--channels") { Description = "Of a picture: gray, rgb or bgr" };
        var mean = new Option<string?>("--mean") { Description = "Of a picture: what is taken off each pixel (0 to 255)" };
        var scale = new Option<string?>("--scale") { Description = "Of a picture: what the difference is multiplied by, such as 1/255" };
        var auditable = new Option<bool>("--auditable") { Description = "Let a drawn auditor be shown this record" };
        var nonce = Bounds.Nonce();
        var command = new Command("run", "Run a model and get a receipt. Example: assay run mnist seven.png -o out")
        {
            name, inputs, output, channels, mean, scale, auditable, nonce, Shared.RunSeconds,
        };
        var text = new TextOptions();
        text.AddTo(command);
        command.SetAction(parsed => Shared.WithNodeAsync(parsed, async node =>
        {
            var model = node.Models.Find(parsed.GetValue(name)!);
            var arguments = parsed.GetValue(inputs)!;
            if (model.IsLanguage)
            {
                if (arguments.FirstOrDefault(File.Exists) is { } file)
                    throw new UsageException($"{model.Reference} is a language model and takes a text, not the file '{file}': `{Shared.Command} run {model.Name} \"a prompt\"`");
                return await RunLanguage.RunAsync(
                    node, model, string.Join(' ', arguments), text.Read(parsed), new CallerTerms(parsed.GetValue(nonce), parsed.GetValue(auditable)),
                    parsed.GetValue(output), Shared.IsJson(parsed));
            }
            var tensors = Inputs.Read(node.Load(model).Graph, arguments, Image(parsed.GetValue(channels), parsed.GetValue(mean), parsed.GetValue(scale)));
            Prepare(parsed.GetValue(output));
            var terms = new CallerTerms(parsed.GetValue(nonce), parsed.GetValue(auditable), Inputs.Wire(arguments));
            var answer = await node.InvokeAsync(model, tensors, terms);
            var receipt = await SaveAsync(node, model, answer, parsed.GetValue(output));
            if (Shared.IsJson(parsed))
                PrintJson(model, answer, receipt);
            else
                PrintText(model, answer, receipt);
            return ExitCode.Ok;
        }, new NodeOptions { RunTime = Shared.RunTimeOf(parsed) }));
        return command;
    }

    // Null where none of the three is said.
    private static ImageOptions? Image(string? channels, string? mean, string? scale)
    {
        try
        {
            return (channels ?? mean ?? scale) is null ? null : Inputs.ImageOptions(channels, mean, scale);
        }
        catch (ModelException e)
        {
            throw new UsageException($"--channels, --mean, --scale: {e.Message}");
        }
    }

    /// <summary>Makes sure that the receipt will have a place before there is one.</summary>
    /// <exception cref="UsageException">A file has that name.</exception>
    public static void Prepare(DirectoryInfo? folder)
    {
        if (File.Exists(folder?.FullName))
            throw new UsageException($"--output '{folder}' is a file: a folder is right");
        folder?.Create();
        AtomicFile.Probe(folder?.ToString() ?? "");
    }

    /// <summary>Writes the receipt, and the outputs where a folder is named.</summary>
    public static async Task<string> SaveAsync(AssayNode node, StoredModel model, Answer answer, DirectoryInfo? folder)
    {
        var path = Path.Combine(folder?.ToString() ?? "", $"{model.Name}-{answer.Receipt.RecordId[..8]}.receipt.json");
        await AtomicFile.WriteAsync(path, (await node.BundleAsync(answer.Receipt)).ToBytes());
        if (folder is not null)
            foreach (var (name, tensor) in answer.Run.Outputs)
                await AtomicFile.WriteAsync(Path.Combine(folder.FullName, $"out.{FileName(name)}.npy"), Npy.Write(tensor));
        return path;
    }

    /// <summary>A line for each output.</summary>
    public static void PrintOutputs(Answer answer)
    {
        foreach (var (name, tensor) in answer.Run.Outputs)
        {
            var flat = tensor.Reshape(Shape.Of(tensor.Count));
            var shown = tensor.Count <= ShownElements ? JsonTensors.Write(flat) : $"{tensor.Count} elements";
            Console.WriteLine($"{name}  {tensor}  {shown}");
        }
    }

    /// <summary>The outputs, whole.</summary>
    public static void WriteOutputs(Utf8JsonWriter json, Answer answer)
    {
        json.WriteStartArray("outputs");
        foreach (var (name, tensor) in answer.Run.Outputs)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("type", tensor.Type.Name());
            JsonTensors.WriteMembers(json, tensor);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void PrintText(StoredModel model, Answer answer, string receipt)
    {
        PrintOutputs(answer);
        Console.WriteLine($"model    {model.Reference} sha256:{model.Digest.ToHex()}");
        Console.WriteLine($"receipt  {receipt}  (log index {answer.Receipt.Index})");
        Console.WriteLine($"next     {Shared.Command} verify {receipt}   ·   {Shared.Command} replay {receipt}");
    }

    private static void PrintJson(StoredModel model, Answer answer, string receipt) => Shared.Print(json =>
    {
        json.WriteString("receiptFile", receipt);
        json.WriteString("receipt", answer.Receipt.RecordId);
        json.WriteNumber("index", answer.Receipt.Index);
        json.WriteString("model", model.Reference);
        json.WriteString("modelDigest", model.Digest.ToHex());
        WriteOutputs(json, answer);
    });

    // An output's name comes from the model's file: only plain characters reach the disk.
    private static string FileName(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '_'));
}
