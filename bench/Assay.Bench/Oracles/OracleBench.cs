using Assay.Engine.Tests.Models.Gguf;

namespace Assay.Bench.Oracles;

/// <summary>
/// Which oracle sees which cheat after how many probes: medians and ranges over seeds, and how often each accuses an honest provider. A
/// seeded run on the machine at hand; figures are counts, not times.
/// </summary>
internal static class OracleBench
{
    internal static readonly string[] Oracles =
        ["drift", "graded", "service", "likelihood, tokens", "likelihood, tokens, knowing the four bits", "likelihood, one token", "likelihood, texts"];

    /// <summary>Options: <c>--model</c> (a small .gguf file in Q8_0; else a random one), <c>--seeds</c>, <c>--probes</c> at most after the cheating began; <c>--oracle</c> and <c>--cheat</c> for one alone.</summary>
    public static async Task<List<Row>> RunAsync(Arguments arguments)
    {
        var file = arguments.Text("--model", "");
        var (seeds, most) = (arguments.Number("--seeds", 11), arguments.Number("--probes", 400));
        var (only, cheats) = (arguments.Text("--oracle", ""), arguments.Text("--cheat", ""));
        arguments.RefuseOthers();
        using var models = file.Length == 0
            ? TrialModels.Of(TinyModels.Write("qwen2", WeightType.Q8_0, 1), TinyModels.Write("qwen2", WeightType.Q8_0, 2), "a random model")
            : TrialModels.Of(await File.ReadAllBytesAsync(file), Other(await File.ReadAllBytesAsync(file)), Path.GetFileName(file));
        var rows = new List<Row>();
        foreach (var oracle in Oracles.Where(o => only.Length == 0 || o == only))
            foreach (var cheat in Enum.GetValues<Cheat>().Where(c => cheats.Length == 0 || c.ToString().Equals(cheats, StringComparison.OrdinalIgnoreCase)))
                rows.Add(await RowAsync(models, oracle, cheat, seeds, most));
        return rows;
    }

    private static async Task<Row> RowAsync(TrialModels models, string oracle, Cheat cheat, int seeds, int most)
    {
        var found = new List<int?>();
        for (var seed = 1; seed <= seeds; seed++)
            found.Add(await new OracleTrial(models, cheat, seed * 1000).RunAsync(oracle, most));
        var name = cheat == Cheat.Honest ? $"{oracle}: honest, accused within {most} probes" : $"{oracle}: {Words(cheat)}, probes until seen";
        var seen = found.OfType<int>().Select(f => (double)f).ToArray();
        await Console.Error.WriteLineAsync($"{name}: {seen.Length} of {seeds}{(seen.Length > 0 ? $", median {Row.Median([.. seen.Order()]):0}, {seen.Min():0} to {seen.Max():0}" : "")}");
        if (cheat == Cheat.Honest)
            return Row.Of(name, "of seeds", Row.Lower, seen.Length) with { Total = seeds };
        // One that was not seen counts as beyond the last probe; where that is the median there is none.
        return seen.Length == 0
            ? new Row(name, "probes", Row.Lower) { Skipped = $"not seen within {most} probes in any of {seeds} runs", Total = seeds }
            : Row.Of(name, "probes", Row.Lower, found.Select(f => (double)(f ?? most + 1))) with { Total = seeds };
    }

    // The same file with the rows of every matrix in Q8_0 turned round: weights of the same sizes that mean something else.
    private static byte[] Other(byte[] gguf)
    {
        var made = gguf.ToArray();
        foreach (var tensor in Engine.Models.Gguf.GgufFile.Read(gguf).Tensors.Where(t => t.Type == WeightType.Q8_0 && t.Name.Contains("ffn", StringComparison.Ordinal)))
            for (var at = 0; at < tensor.Bytes; at += 34)
                made.AsSpan((int)tensor.Offset + at + 2, 32).Reverse();
        return made;
    }

    private static string Words(Cheat cheat) => cheat switch
    {
        Cheat.Quantises => "four bits instead of eight",
        Cheat.Substitutes => "another model in one of five",
        Cheat.Caches => "cached answers",
        Cheat.Truncates => "answers of half the length",
        Cheat.Rewrites => "a line before the prompt",
        _ => "honest",
    };
}
