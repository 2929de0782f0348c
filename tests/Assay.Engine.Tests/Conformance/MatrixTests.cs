using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Conformance;

/// <summary>
/// One answer everywhere: the digest of every intermediate value of every model and of every test of the suite that runs, in
/// processes of every instruction set, every thread count, compiled without and with optimisation.
/// </summary>
[Trait("speed", "slow")]
public sealed class MatrixTests
{
    private const string Report = "ASSAY_TEST_MATRIX_FILE", By = "ASSAY_TEST_MATRIX_BY", Row = "ASSAY_TEST_MATRIX_ROW";
    private static readonly int[] threads = [1, 2, 7];

    // The first tier for good: no counting of calls, no replacement of running loops, no profile.
    private static readonly (string, string)[] tier0 =
        [("DOTNET_TieredPGO", "0"), ("DOTNET_TC_CallCounting", "0"), ("DOTNET_TC_QuickJitForLoops", "1"), ("DOTNET_TC_OnStackReplacement", "0")];

    private static readonly (string, string)[] optimised = [("DOTNET_TieredCompilation", "0")];

    private sealed record Configuration(string Name, bool Reference, string? Isa, bool Tier0, params (string Name, string Value)[] Switches)
    {
        /// <summary>The columns that one process fills.</summary>
        public IEnumerable<string> Columns => Reference ? [Name] : threads.Select(t => $"{Name}/{t}");
    }

    private static IEnumerable<Configuration> Configurations()
    {
        yield return new("reference", true, null, false, optimised);
        // The longest first: they are what the last one is waited for.
        yield return new("reference tier0", true, null, true, tier0);
        foreach (var isa in Isas.Supported)
            foreach (var first in new[] { true, false })
                yield return new($"{isa.Name()}{(first ? " tier0" : "")}", false, isa.Name(), first, [(Isas.Switch, isa.Name()), .. first ? tier0 : optimised]);
        yield return new("AVX512=0", false, null, false, [("DOTNET_EnableAVX512", "0"), .. optimised]);
        yield return new("AVX2=0", false, null, false, [("DOTNET_EnableAVX2", "0"), .. optimised]);
        yield return new("HWIntrinsic=0", false, "scalar", false, [("DOTNET_EnableHWIntrinsic", "0"), .. optimised]);
    }

    [Fact]
    public async Task Every_configuration_gives_the_digests_of_the_reference()
    {
        var columns = new ConcurrentDictionary<string, Dictionary<string, MatrixCell>>(StringComparer.Ordinal);
        var configurations = Configurations().ToArray();
        await Parallel.ForEachAsync(configurations, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, Environment.ProcessorCount) }, async (configuration, cancel) =>
        {
            foreach (var (column, cells) in await RunAsync(configuration, cancel))
                columns[column] = cells;
        });
        var expected = columns["reference"];
        var names = configurations.SelectMany(c => c.Columns).ToArray();
        var differences = new List<string>();
        foreach (var column in names)
        {
            Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), columns[column].Keys.Order(StringComparer.Ordinal));
            foreach (var (item, cell) in columns[column])
                if (cell != expected[item])
                    differences.Add($"{column}: {item}: {(cell.Values != expected[item].Values ? $"values {cell.Values}, not {expected[item].Values}" : $"outputs {cell.Outputs}, not {expected[item].Outputs}")}");
        }
        var table = Table(names, columns);
        File.WriteAllText(MadeHere.Artifact("matrix.md"), table);
        TestContext.Current.TestOutputHelper?.WriteLine(table);
        Assert.True(differences.Count == 0, $"{differences.Count} cells differ:\n{string.Join('\n', differences.Take(100))}");
    }

    /// <summary>What the compiler says that it made of the engine's methods.</summary>
    [Theory, InlineData(true, "Tier0"), InlineData(false, "FullOpts")]
    public async Task The_switches_give_code_of_the_tier_that_the_table_says(bool first, string only)
    {
        using var folder = new TemporaryFolder();
        // The exit code is not looked at: the runtime's own list of methods, written by several threads, at times corrupts its heap.
        var (_, said) = await ChildAsync(new("", false, null, first, first ? tier0 : optimised), folder["report"],
            [(Row, "digits"), ("DOTNET_JitStdOutFile", folder["jit"]), ("DOTNET_JitDisasmSummary", "1")], TestContext.Current.CancellationToken);
        Assert.True(File.Exists(folder["jit"]), said);
        var tiers = File.ReadLines(folder["jit"]).Select(l => Regex.Match(l, @"JIT compiled Assay\.Engine\.(Numerics|Execution)\..*\[(?<tier>[^\[,]*), IL size"))
            .Where(m => m.Success).CountBy(m => m.Groups["tier"].Value).ToDictionary(StringComparer.Ordinal);
        Assert.True(tiers.GetValueOrDefault(only) > 50, $"the compiler named few of the engine's methods: {string.Join(", ", tiers)}");
        Assert.True(tiers.Count == 1, $"not only {only}: {string.Join(", ", tiers)}");
    }

    [Fact(Explicit = true)]
    public void Writes_the_digests_of_this_configuration()
    {
        var file = Environment.GetEnvironmentVariable(Report);
        Assert.SkipUnless(file is not null, $"{Report} does not say where to write");
        var reference = Environment.GetEnvironmentVariable(By) == "reference";
        using var report = new StreamWriter(file!);
        report.WriteLine(reference ? "" : Isas.FromEnvironment().Name());
        var row = Environment.GetEnvironmentVariable(Row);
        foreach (var item in MatrixWork.Items().TakeWhile(i => row is null || i.Row == row))
            foreach (var n in reference ? [0] : threads)
            {
                var cell = reference ? MatrixWork.ByReference(item) : MatrixWork.Fast(item, n);
                report.WriteLine($"{n}\t{cell.Row}\t{cell.Name}\t{cell.Values}\t{cell.Outputs}");
            }
    }

    /// <summary>This program again, limited; the cells of its columns by row and item.</summary>
    private static async Task<List<(string Column, Dictionary<string, MatrixCell> Cells)>> RunAsync(Configuration configuration, CancellationToken cancel)
    {
        using var folder = new TemporaryFolder();
        var outcome = await ChildAsync(configuration, folder["report"], [], cancel);
        Assert.True(outcome.ExitCode == 0 && File.Exists(folder["report"]), $"{configuration.Name}: exit code {outcome.ExitCode}: {outcome.Said}");
        var lines = await File.ReadAllLinesAsync(folder["report"], cancel);
        if (configuration.Isa is not null)
            Assert.Equal(configuration.Isa, lines[0]);
        var cells = lines.Skip(1).Select(l => l.Split('\t')).ToLookup(p => p[0], p => new MatrixCell(p[1], p[2], p[3], p[4]), StringComparer.Ordinal);
        return [.. (configuration.Reference ? [0] : threads).Zip(configuration.Columns)
            .Select(p => (p.Second, cells[$"{p.First}"].ToDictionary(c => $"{c.Row}\t{c.Name}", StringComparer.Ordinal)))];
    }

    private static async Task<(int ExitCode, string Said)> ChildAsync(Configuration configuration, string report, (string Name, string Value)[] more, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "-explicit", "only", "-method", $"{typeof(MatrixTests).FullName}.{nameof(Writes_the_digests_of_this_configuration)}" })
            start.ArgumentList.Add(argument);
        start.Environment.Remove(Isas.Switch);
        start.Environment[Report] = report;
        start.Environment[By] = configuration.Reference ? "reference" : "fast";
        foreach (var (name, value) in configuration.Switches.Concat(more))
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancel);
        var said = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, $"{said} {await errors}");
    }

    /// <summary>Rows: models and suites. Columns: configurations. Cells: the first digits of the digest over the row, or DIFF.</summary>
    private static string Table(string[] names, ConcurrentDictionary<string, Dictionary<string, MatrixCell>> columns)
    {
        var expected = columns["reference"];
        var rows = expected.Values.Select(c => c.Row).Distinct(StringComparer.Ordinal).ToArray();
        var text = new StringBuilder();
        text.Append("# One answer everywhere\n\nDigests over every intermediate value and over the outputs of unwatched runs. Columns: instruction set, compiled by the first tier (tier0) or optimised, threads.\n\n");
        text.Append(System.Globalization.CultureInfo.InvariantCulture, $"| configuration | {string.Join(" | ", rows.Select(r => $"{r} ({expected.Values.Count(c => c.Row == r)}, {expected.Values.Count(c => c.Row == r && c.Outputs.Length == 0)} refused)"))} |\n");
        text.Append("|---|").Insert(text.Length, "---|", rows.Length).Append('\n');
        foreach (var name in names)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"| {name} |");
            foreach (var row in rows)
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $" {(Digest(columns[name], row) == Digest(expected, row) ? Digest(expected, row)[..12] : "**DIFF**")} |");
            text.Append('\n');
        }
        return text.ToString();
    }

    private static string Digest(Dictionary<string, MatrixCell> cells, string row)
    {
        var lines = cells.Where(c => c.Value.Row == row).OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{c.Key}\t{c.Value.Values}\t{c.Value.Outputs}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
    }
}
