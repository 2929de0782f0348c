using System.Diagnostics;
using System.Text.Json;

namespace Assay.Bench.Proofs;

/// <summary>Proofs of inference: committing, proving, verifying, of networks of published shapes; beside circomlib-ml and snarkjs where these can.</summary>
/// <remarks>
/// Options: <c>--runs</c>, <c>--only</c> (one network), <c>--budget-s</c> (seconds for a network: as many runs as fit, at least one),
/// <c>--peers</c> (<c>none</c>: ours alone).
/// </remarks>
internal static class ProofsBench
{
    /// <summary>Networks whose circuit has keys within minutes.</summary>
    private static readonly string[] besideCircom = ["mlp-196-25-10", "mlp-196-24-14-10"];

    private const int WeightRuns = 3;

    private sealed record Plan(int Runs, TimeSpan Budget, bool Peers);

    public static Task<List<Row>> RunAsync(Arguments arguments)
    {
        var (runs, budget) = (arguments.Number("--runs", 9), arguments.Number("--budget-s", 60));
        var (only, peak, peers) = (arguments.Text("--only", ""), arguments.Text("--peak", ""), arguments.Text("--peers", "all"));
        arguments.RefuseOthers();
        foreach (var name in (string[])[only, peak])
            if (name.Length > 0 && ProofCase.All.All(c => c.Name != name))
                throw new UsageException($"there is no network '{name}'; one of {string.Join(", ", ProofCase.All.Select(c => c.Name))}");
        if (peers is not ("all" or "none"))
            throw new UsageException($"--peers takes all or none, not '{peers}'");
        if (peers == "all" && !CircomPeer.IsInstalled)
            throw new BenchException("snarkjs is absent: run bench/peers, or give --peers none");
        var plan = new Plan(runs, TimeSpan.FromSeconds(budget), peers == "all");
        return Task.FromResult<List<Row>>(peak.Length > 0
            ? [Peak(ProofCase.All.First(c => c.Name == peak))]
            : [.. ProofCase.All.Where(c => only.Length == 0 || c.Name == only).SelectMany(c => Measure(c, plan))]);
    }

    private static List<Row> Measure(ProofCase of, Plan plan)
    {
        var began = Stopwatch.GetTimestamp();
        using var run = new ProofRun(of);
        var (statement, more) = (run.Statement(of.Batch), of.More is { } count ? run.Statement(count) : null);
        List<double> commits = [], weights = [], weightVerifies = [], proves = [], verifies = [], marginals = [], setUps = [], theirProves = [], theirVerifies = [];
        var (proof, theirBytes, weightBytes) = (Array.Empty<byte>(), 0, 0);
        using var peer = plan.Peers && besideCircom.Contains(of.Name) ? new CircomPeer([.. run.DenseLayers]) : null;
        if (peer is not null)
            setUps.Add(peer.SetUp());
        // Run -1 warms up, unless it alone takes the budget: then the just-in-time compiler is in the figures, and is little beside them.
        for (var i = -1; i < plan.Runs; i++)
        {
            var (commit, (prove, made)) = (run.Commit(), run.Prove(statement));
            proof = made;
            var verify = run.Verify(statement, proof);
            double? marginal = null;
            if (more is not null)
            {
                var (larger, largerProof) = run.Prove(more);
                run.Verify(more, largerProof);
                marginal = (larger - prove) / (more.Batch - of.Batch);
            }
            var (theirProve, theirVerify) = (0.0, 0.0);
            if (peer is not null)
            {
                (theirProve, theirBytes) = peer.Prove(statement.Input.AsSpan());
                theirVerify = peer.Verify();
            }
            var spent = Stopwatch.GetElapsedTime(began) > plan.Budget;
            if (i < 0 && !spent)
                continue;
            commits.Add(commit);
            proves.Add(prove);
            verifies.Add(verify);
            if (marginal is { } one)
                marginals.Add(one);
            theirProves.Add(theirProve);
            theirVerifies.Add(theirVerify);
            if (spent)
                break;
        }
        run.RefusesAnother(statement, proof);
        // Behind all others: it takes far more memory, and is made once for a model.
        for (var i = -1; i < Math.Min(plan.Runs, WeightRuns); i++)
        {
            (var weigh, var weightVerify, weightBytes) = run.Weights();
            if (i < 0)
                continue;
            weights.Add(weigh);
            weightVerifies.Add(weightVerify);
        }
        return
        [
            Beside(Milliseconds("commit", commits), setUps), Beside(Milliseconds("prove", proves), theirProves), Beside(Milliseconds("verify", verifies), theirVerifies),
            Beside(Row.Of($"{of.Name}-proof-bytes", "bytes", Row.Lower, proof.Length), [theirBytes]), PeakOf(of),
            Milliseconds("weights-prove", weights), Milliseconds("weights-verify", weightVerifies), Row.Of($"{of.Name}-weights-bytes", "bytes", Row.Lower, weightBytes),
            more is null ? new Row($"{of.Name}-marginal-ms", "ms", Row.Lower) { Skipped = "two at once are more lookups than a verifier takes" } : Milliseconds("marginal", marginals),
        ];

        Row Milliseconds(string what, List<double> runs) => Row.Of($"{of.Name}-{what}-ms", "ms", Row.Lower, runs) with { Threads = run.Threads };

        Row Beside(Row row, List<double> runs) => peer is null ? row : row.Beside(CircomPeer.Name, peer.Version, runs);
    }

    // A process of its own, this very program, commits, proves and verifies once.
    private static Row PeakOf(ProofCase of)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["proofs", "--json", "--peers", "none", "--peak", of.Name])
        {
            RedirectStandardOutput = true, UseShellExecute = false,
        }) ?? throw new BenchException("this program could not be started a second time");
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new BenchException($"measuring the memory of {of.Name} ended with exit code {process.ExitCode}");
        return Row.Of($"{of.Name}-peak-mb", "MB", Row.Lower, JsonDocument.Parse(output).RootElement.GetProperty("rows")[0].GetProperty("value").GetDouble());
    }

    private static Row Peak(ProofCase of)
    {
        using var run = new ProofRun(of);
        var statement = run.Statement(of.Batch);
        run.Verify(statement, run.Prove(statement).Proof);
        return Row.Of($"{of.Name}-peak-mb", "MB", Row.Lower, PeakMemory.OfThisProcess());
    }
}
