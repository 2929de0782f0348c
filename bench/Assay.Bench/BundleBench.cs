using System.Diagnostics;
using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Node;
using Assay.Node.Receipts;
using Assay.Verify.Crypto;
using Assay.Verify.Policies;
using Assay.Verify.Verification;

namespace Assay.Bench;

/// <summary>Whole bundles of a node that answers by the repository's digit model, verified on one thread.</summary>
internal static class BundleBench
{
    private const int Bundles = 64;
    private const int Signatures = 256;

    /// <summary>These rows alone. Options: <c>--dir</c>, <c>--runs</c>.</summary>
    public static async Task<List<Row>> RunAsync(Arguments arguments)
    {
        var directory = Path.GetFullPath(arguments.Text("--dir", "artifacts/bench-bundles"));
        var runs = arguments.Number("--runs", 3);
        arguments.RefuseOthers();
        try
        {
            return await RowsAsync(directory, runs);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    public static async Task<List<Row>> RowsAsync(string directory, int runs)
    {
        if (Places.InRepository("models/digits/model.onnx") is not { } model)
            return [new Row("bundle-verify", "bundles/s", Row.Higher) { Skipped = "models/digits is not here" }];
        var (bundles, policy) = await Issue(directory, model);
        var (plain, raw) = (new List<double>(), new List<double>());
        // Run -1 warms up and is not counted.
        for (var run = -1; run < runs; run++)
        {
            var ed25519 = Ed25519();
            var rate = Verify(bundles, policy);
            if (run < 0)
                continue;
            raw.Add(ed25519);
            plain.Add(rate);
        }
        return [Row.Of("ed25519-verify", "signatures/s", Row.Higher, raw) with { Threads = 1 }, Row.Of("bundle-verify", "bundles/s", Row.Higher, plain) with { Threads = 1 }];
    }

    private static double Verify(ReadOnlyMemory<byte>[] bundles, Policy policy)
    {
        var start = Stopwatch.GetTimestamp();
        for (var round = 0; round < 4; round++)
            foreach (var bundle in bundles)
                if (!Verifier.Verify(bundle, policy).Accepted)
                    throw new BenchException("a bundle of the node's own is not accepted");
        return 4 * bundles.Length / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Ed25519()
    {
        using var key = SigningKey.FromSeed(new byte[SigningKey.SeedSize]);
        var messages = Enumerable.Range(0, Signatures).Select(i => Sha256.Of(BitConverter.GetBytes(i)).ToArray()).ToArray();
        var signatures = messages.Select(m => key.Sign(m)).ToArray();
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Signatures; i++)
            if (!key.PublicKey.Verify(messages[i], signatures[i]))
                throw new BenchException("a signature does not verify");
        return Signatures / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    // One answer after the other, so that each has a promise of its own; all proved to the same checkpoint.
    private static async Task<(ReadOnlyMemory<byte>[] Bundles, Policy Policy)> Issue(string directory, string file)
    {
        var data = new DataFolder(directory);
        await using var node = AssayNode.Open(data, new NodeOptions { Engine = new SessionOptions { Threads = 1 } });
        var model = await node.ImportAsync(file);
        var input = new Dictionary<string, Tensor> { ["image"] = Tensor.From<float>(Shape.Of(1, 1, 28, 28), new float[784]) };
        var issued = new List<Issued>();
        for (var i = 0; i < Bundles; i++)
            issued.Add((await node.InvokeAsync(model, input, new CallerTerms())).Receipt);
        await node.BundleAsync(issued[^1]);
        var bundles = new List<ReadOnlyMemory<byte>>();
        foreach (var one in issued)
            bundles.Add((await node.BundleAsync(one)).ToBytes());
        return ([.. bundles], Policy.Parse(await File.ReadAllBytesAsync(data.Policy)));
    }
}
