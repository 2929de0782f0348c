using Assay.Bench;

// assay-bench NAME [--json] [options]: measures, and prints one report.
var programs = new SortedDictionary<string, Func<Arguments, Task<List<Row>>>>(StringComparer.Ordinal)
{
    ["accounts"] = AccountsBench.RunAsync,
    ["change"] = Assay.Bench.Oracles.ChangeBench.RunAsync,
    ["bundle"] = BundleBench.RunAsync,
    ["conformance"] = ConformanceBench.RunAsync,
    ["engine"] = EngineBench.RunAsync,
    ["int8"] = Int8Bench.RunAsync,
    ["llm"] = LlmBench.RunAsync,
    ["log"] = LogBench.RunAsync,
    ["market"] = Assay.Bench.Market.MarketBench.RunAsync,
    ["oracles"] = Assay.Bench.Oracles.OracleBench.RunAsync,
    ["proofs"] = Assay.Bench.Proofs.ProofsBench.RunAsync,
};
try
{
    if (args.Length == 0 || !programs.TryGetValue(args[0], out var program))
        throw new UsageException($"which measurement? One of: {string.Join(", ", programs.Keys)}");
    var arguments = new Arguments(args.AsSpan(1));
    var report = new Report(args[0], Machine.Here, Machine.Commit, await program(arguments));
    if (arguments.Json)
        Printer.Json(report, Console.Out);
    else
        Printer.Table(report, Console.Out);
    return 0;
}
catch (UsageException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
catch (BenchException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
