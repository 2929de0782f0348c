using Assay.Engine.Models;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;

namespace Assay.Prover;

/// <summary>A model as it was committed to, once: what is published of it, and what it is good for.</summary>
/// <param name="File">The commitment file: no weights.</param>
/// <param name="Id">What the log names, and every proof is checked against.</param>
/// <param name="Parameters">For people: columns, rate, queries, range.</param>
/// <param name="ProofBytes">No proof of one inference is larger.</param>
/// <param name="Bits">Of soundness, proved for one inference.</param>
/// <param name="Terms">Of which that is made: what, and log₂ of its error.</param>
/// <param name="ProofsThatTellAll">So many proofs determine the weights.</param>
public sealed record ModelCommitment(byte[] File, Hash Id, string Parameters, long ProofBytes, double Bits, IReadOnlyList<(string What, double Log2)> Terms, long ProofsThatTellAll);

/// <summary>Commits to models, and proves runs of them. For several threads.</summary>
public interface IModelProver
{
    /// <summary>Commits to a model of assay-int8-v1.</summary>
    /// <param name="manifest">The model digest.</param>
    /// <exception cref="ModelException">It cannot be proved: why is in the message.</exception>
    ModelCommitment Commit(Graph graph, Hash manifest, CancellationToken cancel = default);

    /// <summary>Proves of a committed model, once, what proofs of its runs take for granted of its weights (docs/spec/proofs.md section 10).</summary>
    /// <param name="commitment">The file of <see cref="Commit"/>.</param>
    /// <param name="progress">Told what is being done, in a few words.</param>
    /// <returns>The file of the proof.</returns>
    /// <exception cref="ModelException">The graph is not what was committed to, or there can be no such proof of it: why is in the message.</exception>
    byte[] ProveWeights(Graph graph, ReadOnlyMemory<byte> commitment, Action<string>? progress = null, CancellationToken cancel = default);

    /// <summary>Proves that a committed model gave an output on an input.</summary>
    /// <param name="commitment">The file of <see cref="Commit"/>.</param>
    /// <param name="progress">Told what is being done, in a few words.</param>
    /// <returns>The proof file.</returns>
    /// <exception cref="ModelException">The graph is not what was committed to, or does not give that output.</exception>
    byte[] Prove(Graph graph, ReadOnlyMemory<byte> commitment, ProvedRun run, Action<string>? progress = null, CancellationToken cancel = default);
}
