using Assay.Engine.Models;
using Assay.Prover;
using Assay.Prover.Models;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;

namespace Assay.Node.Tests.Proofs;

/// <summary>The real prover, held back until a test lets go: one proof for each <see cref="Release"/>.</summary>
internal sealed class HeldProver : IModelProver
{
    /// <summary>What it says that it does while it is held.</summary>
    public const string Doing = "held";

    private static readonly ModelProver Real = new();
    private readonly SemaphoreSlim released = new(0);

    /// <summary>What a proof ends in, if not in a proof.</summary>
    public Exception? Fails { get; set; }

    /// <summary>Whether it stops when it is told to, in the middle.</summary>
    public bool Obeys { get; set; } = true;

    public void Release(int count = 1) => released.Release(count);

    public ModelCommitment Commit(Graph graph, Hash manifest, CancellationToken cancel = default) => Real.Commit(graph, manifest, cancel);

    public byte[] ProveWeights(Graph graph, ReadOnlyMemory<byte> commitment, Action<string>? progress = null, CancellationToken cancel = default) =>
        Real.ProveWeights(graph, commitment, progress, cancel);

    public byte[] Prove(Graph graph, ReadOnlyMemory<byte> commitment, ProvedRun run, Action<string>? progress = null, CancellationToken cancel = default)
    {
        progress?.Invoke(Doing);
        released.Wait(Obeys ? cancel : CancellationToken.None);
        return Fails is null ? Real.Prove(graph, commitment, run, progress, cancel) : throw Fails;
    }
}
