using System.Runtime.CompilerServices;
using Assay.Proofs.Field;
using Assay.Proofs.Polynomials;

namespace Assay.Proofs.Protocol;

/// <summary>What a tree of fractions comes down to: values of the leaves' extensions at one point.</summary>
/// <param name="Point">Of as many coordinates as the tree has layers.</param>
internal readonly record struct LeafClaim(Felt4[] Point, Felt4 Numerator, Felt4 Denominator);

/// <summary>
/// Lookups as a sum of fractions that must be zero, layer by layer from the root (docs/spec/proofs.md section 6; Haböck 2022,
/// Papini and Haböck 2023).
/// </summary>
/// <remarks>
/// <code>
/// leaves    numerators P and denominators Q, 2^d of each
/// a layer   P(x) = P(0x) Q(1x) + P(1x) Q(0x),  Q(x) = Q(0x) Q(1x) of the layer below
/// root      P(0), P(1), Q(0), Q(1): their sum is zero, and no denominator is
/// </code>
/// </remarks>
internal static class LogUpTree
{
    /// <param name="depth">Layers: 1 and more.</param>
    /// <exception cref="ProofRefused">C8, C9 or C10.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LeafClaim Read(ProofReader proof, int depth)
    {
        var root = proof.Take(Tags.TreeRoot, 4);
        var (p0, p1, q0, q1) = (root[0], root[1], root[2], root[3]);
        proof.Require(p0 * q1 + p1 * q0 == Felt4.Zero, ProofCheck.RootNumerator);
        proof.Require(q0 * q1 != Felt4.Zero, ProofCheck.RootDenominator);
        Felt4[] point = [proof.Transcript.Challenge(Tags.Challenge)];
        var (p, q) = (Line(p0, p1, point[0]), Line(q0, q1, point[0]));
        for (var layer = 1; layer < depth; layer++)
        {
            var lambda = proof.Transcript.Challenge(Tags.Challenge);
            var (at, final) = Sumcheck.Read(proof, Tags.TreeRound, p + lambda * q, layer, degree: 3);
            var below = proof.Take(Tags.TreeLeaf, 4);
            (p0, p1, q0, q1) = (below[0], below[1], below[2], below[3]);
            proof.Require(final == Multilinear.Eq(point, at) * (p0 * q1 + p1 * q0 + lambda * (q0 * q1)), ProofCheck.TreeLayer);
            var mu = proof.Transcript.Challenge(Tags.Challenge);
            (p, q, point) = (Line(p0, p1, mu), Line(q0, q1, mu), [mu, .. at]);
        }
        return new LeafClaim(point, p, q);
    }

    private static Felt4 Line(Felt4 at0, Felt4 at1, Felt4 x) => at0 + x * (at1 - at0);
}
