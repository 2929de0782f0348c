using System.CommandLine;
using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Node.Proofs;
using Assay.Store;
using Assay.Verify.Crypto;

namespace Assay.Cli.Commands;

internal static class ImportCommand
{
    public static Command Make()
    {
        var path = new Argument<string>("FILE") { Description = "An .onnx or .gguf file, or a folder with one and the files beside it, or with safetensors, config.json and tokenizer.json" };
        var name = Bounds.ModelName("Name (default: that of the file or folder)");
        var version = Bounds.ModelVersion();
        var command = new Command("import", "Bring a model in and publish it in the log. Example: assay import mnist.onnx") { path, name, version };
        command.SetAction(parsed => Shared.WithNodeAsync(parsed, async node =>
        {
            RequireModel(parsed.GetValue(path)!);
            var model = await node.ImportAsync(parsed.GetValue(path)!, parsed.GetValue(name), parsed.GetValue(version));
            if (node.Unpublished(model) is { } waiting)
                return await EventFiles.WriteAsync(parsed, node, waiting);
            if (Shared.IsJson(parsed))
                Shared.Print(json => ModelText.Write(json, model));
            else
                Console.WriteLine($"{model.Reference}  sha256:{model.Digest.ToHex()}  {Shared.Bytes(model.Size)}");
            return ExitCode.Ok;
        }));
        return command;
    }

    /// <summary>Refuses a file or folder that by its names alone holds no model.</summary>
    /// <exception cref="UsageException">What would be one is in its message.</exception>
    public static void RequireModel(string path)
    {
        var isFolder = Directory.Exists(path);
        if ((isFolder || File.Exists(path)) && !ModelStore.NamesModel(path))
            throw new UsageException($"'{path}' is no model: {(isFolder ? "a folder holds one .onnx or .gguf file, or .safetensors files with config.json and tokenizer.json" : "an .onnx or .gguf file is one, or a folder with one or with .safetensors files, config.json and tokenizer.json")}");
    }
}

internal static class ListCommand
{
    public static Command Make()
    {
        var command = new Command("list", "The models of this data folder. Example: assay list");
        command.SetAction(parsed =>
        {
            var models = Directory.Exists(Shared.FolderOf(parsed).Models) ? new ModelStore(Shared.FolderOf(parsed).Models).List() : [];
            if (Shared.IsJson(parsed))
            {
                Shared.Print(json =>
                {
                    json.WriteStartArray("models");
                    foreach (var model in models)
                    {
                        json.WriteStartObject();
                        ModelText.Write(json, model);
                        json.WriteEndObject();
                    }
                    json.WriteEndArray();
                });
                return ExitCode.Ok;
            }
            if (models.Count == 0)
                Console.WriteLine("no models yet: `assay import FILE` brings one in, `assay demo` its own");
            foreach (var model in models)
                Console.WriteLine($"{model.Reference,-32} {Shared.Bytes(model.Size),10}  sha256:{model.Digest.ToHex()[..16]}…");
            return ExitCode.Ok;
        });
        return command;
    }
}

internal static class ShowCommand
{
    public static Command Make()
    {
        var name = new Argument<string>("NAME") { Description = "NAME, NAME@VERSION or a digest" };
        var command = new Command("show", "What is known of a model: digests, files, inputs and outputs, or the architecture of a language model. Example: assay show mnist") { name };
        command.SetAction(parsed =>
        {
            var store = new ModelStore(Shared.FolderOf(parsed).Models);
            var model = store.Find(parsed.GetValue(name)!);
            if (model.IsLanguage)
                return LanguageText.Show(store, model, Shared.IsJson(parsed));
            var graph = store.Load(model);
            if (Shared.IsJson(parsed))
                Shared.Print(json =>
                {
                    ModelText.Write(json, model);
                    if (ProofDesk.IdOf(store, model) is { } id)
                        json.WriteString("proofModel", id.ToHex());
                    ModelText.WriteValues(json, "inputs", graph, graph.Inputs);
                    ModelText.WriteValues(json, "outputs", graph, graph.Outputs);
                });
            else
                ModelText.Print(model, graph, ProofDesk.IdOf(store, model));
            return ExitCode.Ok;
        });
        return command;
    }
}

internal static class RemoveCommand
{
    public static Command Make()
    {
        var name = new Argument<string>("NAME") { Description = "NAME, NAME@VERSION or a digest" };
        var command = new Command("rm", "Forget a model's files; its receipts and its log entry stay. Example: assay rm mnist@1") { name };
        command.SetAction(parsed => Shared.WithNodeAsync(parsed, node =>
        {
            var model = node.Models.Find(parsed.GetValue(name)!);
            node.Remove(model);
            if (Shared.IsJson(parsed))
                Shared.Print(json => json.WriteString("removed", model.Reference));
            else
                Console.WriteLine($"removed {model.Reference}");
            return Task.FromResult(ExitCode.Ok);
        }));
        return command;
    }
}

/// <summary>How a model is shown.</summary>
internal static class ModelText
{
    public static void Print(StoredModel model)
    {
        Console.WriteLine($"{model.Reference}  ({model.Format}, {Shared.Bytes(model.Size)})");
        Console.WriteLine($"  digest   sha256:{model.Digest.ToHex()}");
        Console.WriteLine($"  graph    sha256:{model.Graph.ToHex()}");
        foreach (var file in model.Files)
            Console.WriteLine($"  file     {file.Name}  sha256:{file.Sha256.ToHex()}  {Shared.Bytes(file.Size)}");
    }

    public static void Print(StoredModel model, Graph graph, Hash? committed)
    {
        Print(model);
        if (committed is { } proofModel)
            Console.WriteLine($"  proofs   committed as {proofModel.ToHex()}");
        foreach (var id in graph.Inputs)
            Console.WriteLine($"  input    {graph.Values[id].Name}  {Binding.Describe(graph.Values[id])}");
        foreach (var id in graph.Outputs)
            Console.WriteLine($"  output   {graph.Values[id].Name}  {Binding.Describe(graph.Values[id])}");
        foreach (var (key, value) in graph.Metadata)
            Console.WriteLine($"  says     {key} = {value}");
    }

    public static void Write(System.Text.Json.Utf8JsonWriter json, StoredModel model)
    {
        json.WriteString("name", model.Name);
        json.WriteString("version", model.Version);
        json.WriteString("digest", model.Digest.ToHex());
        json.WriteString("graph", model.Graph.ToHex());
        json.WriteString("format", model.Format);
        json.WriteNumber("size", model.Size);
    }

    public static void WriteValues(System.Text.Json.Utf8JsonWriter json, string name, Graph graph, IEnumerable<int> ids)
    {
        json.WriteStartArray(name);
        foreach (var info in ids.Select(id => graph.Values[id]))
        {
            json.WriteStartObject();
            json.WriteString("name", info.Name);
            json.WriteString("type", info.Type?.Name());
            json.WriteStartArray("shape");
            foreach (var d in info.Dims.IsDefault ? [] : info.Dims)
                json.WriteNumberValue(d);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
