using System.Diagnostics;
using System.Text;
using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Node;
using Assay.Node.Receipts;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Policies;
using Assay.Verify.Verification;

namespace Assay.Bench;

/// <summary>Whole bundles of a node that answers by the repository's digit model, verified on one thread.</summary>
internal static class BundleBench
{
    private const int Answers = 64;
    private const int Rounds = 20;

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
        var peer = new Peer(bundles[0]);
        var (plain, cached, raw) = (new List<double>(), new List<double>(), new List<double>());
        var (bare, shared) = (new VerifierCache(), 0.0);
        Judge(bundles[0], policy, bare);
        var alone = bare.Signatures.Verified + bare.Signatures.Remembered;
        // Run -1 warms up and is not counted.
        for (var run = -1; run < runs; run++)
        {
            var (ed25519, with, without, counted) = (0.0, 0.0, 0.0, 0L);
            for (var round = 0; round < Rounds; round++)
            {
                // What the first bundle shares with the others is known; their own receipts and promises are not.
                var cache = new VerifierCache();
                Judge(bundles[0], policy, cache);
                counted -= cache.Signatures.Verified;
                foreach (var bundle in bundles.AsSpan(1))
                {
                    // Taking turns at each step, so that all three see the same machine.
                    ed25519 += peer.Seconds();
                    with += Judge(bundle, policy, cache);
                    without += Judge(bundle, policy, null);
                }
                counted += cache.Signatures.Verified;
            }
            if (run < 0)
                continue;
            var judged = Rounds * (bundles.Length - 1);
            shared = (double)counted / judged;
            raw.Add(judged * Peer.Signatures / ed25519);
            cached.Add(judged / with);
            plain.Add(judged / without);
        }
        return
        [
            Row.Of("ed25519-verify", "signatures/s", Row.Higher, raw) with { Threads = 1 },
            (Row.Of("bundle-verify", "bundles/s", Row.Higher, cached) with { Threads = 1 })
                .Beside($"libcrypto Ed25519 / {shared:0.##} signatures", "", raw.Select(r => r / shared)),
            (Row.Of("bundle-verify-alone", "bundles/s", Row.Higher, plain) with { Threads = 1 })
                .Beside($"libcrypto Ed25519 / {alone:0.##} signatures", "", raw.Select(r => r / alone)),
        ];
    }

    private static double Judge(ReadOnlyMemory<byte> bundle, Policy policy, VerifierCache? cache)
    {
        var start = Stopwatch.GetTimestamp();
        if (!Verifier.Verify(bundle, policy, cache: cache).Accepted)
            throw new BenchException("a bundle of the node's own is not accepted");
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Signatures and nothing else, over messages as long as those that a bundle has of its own.</summary>
    private sealed class Peer
    {
        public const int Signatures = 2;

        private readonly PublicKey key;
        private readonly (byte[] Message, byte[] Signature)[] signed;

        public Peer(ReadOnlyMemory<byte> bundle)
        {
            using var signer = SigningKey.FromSeed(new byte[SigningKey.SeedSize]);
            var like = Bundle.Parse(bundle.Span);
            key = signer.PublicKey;
            byte[][] messages = [like.Envelope.Pae(), Encoding.UTF8.GetBytes(like.Promise.Note.Text)];
            signed = [.. messages.Select(m => (m, signer.Sign(m)))];
        }

        public double Seconds()
        {
            var start = Stopwatch.GetTimestamp();
            foreach (var (message, signature) in signed)
                if (!key.Verify(message, signature))
                    throw new BenchException("a signature does not verify");
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    // One answer after the other, so that each has a promise of its own; all proved to the same checkpoint.
    private static async Task<(ReadOnlyMemory<byte>[] Bundles, Policy Policy)> Issue(string directory, string file)
    {
        var data = new DataFolder(directory);
        await using var node = AssayNode.Open(data, new NodeOptions { Engine = new SessionOptions { Threads = 1 } });
        var model = await node.ImportAsync(file);
        var input = new Dictionary<string, Tensor> { ["image"] = Tensor.From<float>(Shape.Of(1, 1, 28, 28), new float[784]) };
        var issued = new List<Issued>();
        for (var i = 0; i < Answers; i++)
            issued.Add((await node.InvokeAsync(model, input, new CallerTerms())).Receipt);
        await node.BundleAsync(issued[^1]);
        var bundles = new List<ReadOnlyMemory<byte>>();
        foreach (var one in issued)
            bundles.Add((await node.BundleAsync(one)).ToBytes());
        return ([.. bundles], Policy.Parse(await File.ReadAllBytesAsync(data.Policy)));
    }
}
