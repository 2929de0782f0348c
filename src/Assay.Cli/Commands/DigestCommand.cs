using System.CommandLine;
using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Numerics;
using Assay.Providers;

namespace Assay.Cli.Commands;

/// <summary>The digest of every value that a run makes: what two machines compare to see where their answers part.</summary>
internal static class DigestCommand
{
    private const string Fast = "fast", ByReference = "reference";

    public static Command Make()
    {
        var model = new Argument<string>("MODEL") { Description = "An .onnx file, or a stored model: NAME, NAME@VERSION or a digest" };
        var inputs = new Argument<string[]>("INPUT") { Description = "[NAME=]FILE, as `run` takes it", Arity = ArgumentArity.ZeroOrMore };
        var by = new Option<string>("--by") { Description = "fast (default) or reference", DefaultValueFactory = _ => Fast };
        var threads = new Option<int?>("--threads") { Description = "Threads of the fast path, 1 to 64 (default: one for each processor)" };
        var command = new Command("digest", "Run a model and print the digest of every intermediate tensor. Example: assay digest model.onnx x=in.npy") { model, inputs, by, threads };
        command.SetAction(async parsed =>
        {
            var graph = await LoadAsync(parsed, parsed.GetValue(model)!);
            var tensors = Inputs.Read(graph, parsed.GetValue(inputs)!, null).ToDictionary(p => p.Key, ModelValue (p) => p.Value, StringComparer.Ordinal);
            var reference = parsed.GetValue(by) switch
            {
                Fast => false,
                ByReference => true,
                var other => throw new UsageException($"--by {other}: one of {Fast}, {ByReference}"),
            };
            if (parsed.GetValue(threads) is < 1 or > Workers.MaxThreads)
                throw new UsageException($"--threads {parsed.GetValue(threads)}: from 1 to {Workers.MaxThreads}");
            using var session = reference ? null : new Session(graph, parsed.GetValue(threads) is { } n ? new() { Threads = n } : null);
            var trace = session is null ? Trace.Of(graph, tensors) : Trace.Of(graph, session, tensors);
            if (Shared.IsJson(parsed))
                PrintJson(graph, session, trace);
            else
                PrintText(session, trace);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<Graph> LoadAsync(ParseResult parsed, string model)
    {
        if (File.Exists(model))
            return OnnxModel.ReadFile(model);
        Graph? graph = null;
        await Shared.WithNodeAsync(parsed, node =>
        {
            graph = node.Load(node.Models.Find(model)).Graph;
            return Task.FromResult(ExitCode.Ok);
        });
        return graph!;
    }

    private static string How(Session? session) => session is null ? ByReference : $"{Fast}, {session.Isa.Name()}, {session.Options.Threads} {(session.Options.Threads == 1 ? "thread" : "threads")}";

    private static void PrintText(Session? session, Trace trace)
    {
        foreach (var value in trace.Values)
            Console.WriteLine($"{Hex(value.Digest.AsSpan())[..16]}  {value.Type.Name()} {value.Shape}  {Printable(value.Name)}  {Printable(value.Source)}");
        Console.WriteLine($"{Hex(trace.Digest.AsSpan())}  {trace.Values.Count} values ({How(session)})");
    }

    private static void PrintJson(Graph graph, Session? session, Trace trace) => Shared.Print(json =>
    {
        json.WriteString("graph", Hex(GraphDigest.Of(graph)));
        json.WriteString("profile", LocalEngine.ProfileOf(graph));
        json.WriteString("by", session is null ? ByReference : Fast);
        if (session is not null)
        {
            json.WriteString("isa", session.Isa.Name());
            json.WriteNumber("threads", session.Options.Threads);
        }
        json.WriteStartArray("values");
        foreach (var value in trace.Values)
        {
            json.WriteStartObject();
            json.WriteString("source", value.Source);
            json.WriteString("name", value.Name);
            json.WriteString("type", value.Type.Name());
            json.WriteStartArray("shape");
            foreach (var extent in value.Shape.Dims)
                json.WriteNumberValue(extent);
            json.WriteEndArray();
            json.WriteString("digest", Hex(value.Digest.AsSpan()));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("outputs");
        foreach (var output in trace.Outputs)
            json.WriteStringValue(output.Name);
        json.WriteEndArray();
        json.WriteString("digest", Hex(trace.Digest.AsSpan()));
    });

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private static string Printable(string text) => new([.. text.Select(c => char.IsControl(c) ? '?' : c)]);
}
