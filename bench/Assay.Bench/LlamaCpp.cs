using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Assay.Bench;

/// <summary>llama.cpp as node-llama-cpp ships it, in a process of its own (bench/llama.mjs) that does and times what it is told.</summary>
internal sealed class LlamaCpp : IDisposable
{
    public const string Name = "llama.cpp";

    private readonly NodeProcess process;
    private readonly string? copy;

    /// <param name="folder">The folder with <c>llama-addon.node</c> and its libraries.</param>
    /// <param name="library">Which of the package's CPU libraries to use, by the processor it is named after; the one that llama.cpp chooses where null.</param>
    /// <exception cref="BenchException">It cannot be started, or the library is missing or does not run here.</exception>
    public LlamaCpp(string folder, string? library = null)
    {
        if (library is not null)
            folder = copy = Only(folder, library);
        try
        {
            process = new NodeProcess(Name, "bench/llama.mjs", folder);
        }
        catch
        {
            RemoveCopy();
            throw;
        }
        (Library, Version) = (process.Hello["library"]!.GetValue<string>(), process.Hello["version"]!.GetValue<string>());
        if (library is not null && Library != library)
        {
            Dispose();
            throw new BenchException($"llama.cpp's library '{library}' does not run on this machine");
        }
    }

    /// <summary>The CPU library in use, by the processor it is named after.</summary>
    public string Library { get; }

    /// <summary>The tag of llama.cpp that it was built from.</summary>
    public string Version { get; }

    /// <summary>The folder of libraries that <c>bench/peers</c> installs.</summary>
    public static string? Folder()
    {
        var architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        return Places.InRepository($"bench/node_modules/@node-llama-cpp/linux-{architecture}/bins/linux-{architecture}");
    }

    /// <summary>Seconds from the file to a context that takes tokens. The context before is gone.</summary>
    public double Load(string model, int threads, int length) =>
        Seconds(new JsonObject { ["do"] = "load", ["model"] = model }) + Context(threads, length, 1);

    /// <summary>Another context for the model that is loaded.</summary>
    /// <param name="length">Positions of each of the sequences.</param>
    public double Context(int threads, int length, int sequences) =>
        Seconds(new JsonObject { ["do"] = "context", ["threads"] = threads, ["length"] = length, ["sequences"] = sequences });

    /// <summary>Sequences begin anew with the tokens.</summary>
    public double Prefill(int[] tokens, int sequences = 1) =>
        Seconds(new JsonObject { ["do"] = "prefill", ["tokens"] = List(tokens), ["sequences"] = sequences });

    /// <summary>Each sequence is cut to <paramref name="from"/> tokens and gets the tokens one at a time.</summary>
    public double Decode(int from, int[] tokens, int sequences = 1) =>
        Seconds(new JsonObject { ["do"] = "decode", ["from"] = from, ["tokens"] = List(tokens), ["sequences"] = sequences });

    /// <summary>Some of the scores after the last of the tokens.</summary>
    public float[] Scores(int[] tokens, int[] of) =>
        [.. process.Ask(new JsonObject { ["do"] = "scores", ["tokens"] = List(tokens), ["of"] = List(of) })["scores"]!.AsArray().Select(n => n!.GetValue<float>())];

    public void Dispose()
    {
        process.Dispose();
        RemoveCopy();
    }

    private void RemoveCopy()
    {
        if (copy is not null)
            Directory.Delete(copy, recursive: true);
    }

    // llama.cpp takes the best library that lies beside it, so the others must not lie there.
    private static string Only(string folder, string library)
    {
        if (!File.Exists(Path.Combine(folder, $"libggml-cpu-{library}.so")))
            throw new BenchException($"llama.cpp has no library libggml-cpu-{library}.so");
        var copy = Directory.CreateTempSubdirectory("assay-llama-").FullName;
        foreach (var file in Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)))
            if (!file.StartsWith("libggml-cpu-", StringComparison.Ordinal) || file == $"libggml-cpu-{library}.so")
                File.Copy(Path.Combine(folder, file), Path.Combine(copy, file));
        return copy;
    }

    private static JsonArray List(int[] numbers) => [.. numbers.Select(n => (JsonNode)n)];

    private double Seconds(JsonObject command) => process.Ask(command)["seconds"]!.GetValue<double>();
}
