using Assay.Proofs.Files;

namespace Assay.Prover.Tests.Files;

/// <summary>Places of a proof's file at which vectors say what one change does.</summary>
internal static class ProofChanges
{
    /// <param name="proof">The file's bytes.</param>
    public static IEnumerable<(string Of, int At, int Xor)> OfBytes(int proof)
    {
        for (var at = 0; at < ProofHeader.Size; at += 3)
            yield return ("proof", at, 1);
        // The head of the messages closely, then further and further apart; the highest byte of a word makes it too large.
        for (var (at, step) = (ProofHeader.Size, 5); at < proof; at += step, step += 1 + (step / 24))
            yield return ("proof", at, at % 4 == 3 ? 128 : 1 << (at % 7));
    }

    /// <summary>It ends early, or goes on.</summary>
    public static IEnumerable<(string Of, int At, int Xor)> OfEnds(int proof)
    {
        foreach (var at in (int[])[0, 3, ProofHeader.Size - 1, ProofHeader.Size, ProofHeader.Size + 31, proof / 2, proof - 1])
            yield return ("cut", at, 0);
        yield return ("append", 0, 0);
    }
}
