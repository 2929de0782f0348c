using Assay.Proofs.Field;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol;

namespace Assay.Prover.Reference;

/// <summary>The prover's side of a tree of fractions (docs/spec/proofs.md section 6), plain.</summary>
public static class LogUpProver
{
    /// <param name="numerators">Of the leaves: 2^d, two or more.</param>
    /// <param name="denominators">As many.</param>
    /// <returns>The point at which the verifier wants the leaves' extensions.</returns>
    public static Felt4[] Prove(ProofWriter proof, Felt4[] numerators, Felt4[] denominators)
    {
        var layers = new List<(Felt4[] P, Felt4[] Q)> { (numerators, denominators) };
        while (layers[^1].P.Length > 2)
            layers.Add(Above(layers[^1].P, layers[^1].Q));
        var (p, q) = layers[^1];
        proof.Put(Tags.TreeRoot, p[0], p[1], q[0], q[1]);
        Felt4[] point = [proof.Transcript.Challenge(Tags.Challenge)];
        for (var i = layers.Count - 2; i >= 0; i--)
            point = Layer(proof, point, layers[i].P, layers[i].Q, out _, out _);
        return point;
    }

    /// <summary>From a point of a layer to one of the layer below, with the halves' values there.</summary>
    /// <param name="below">Numerators of the layer below.</param>
    internal static Felt4[] Layer(ProofWriter proof, Felt4[] point, Felt4[] below, Felt4[] denominators, out Felt4[] p, out Felt4[] q)
    {
        var lambda = proof.Transcript.Challenge(Tags.Challenge);
        var half = below.Length / 2;
        Felt4[][] tables = [Multilinear.EqTable(point), below[..half], below[half..], denominators[..half], denominators[half..]];
        var at = SumcheckProver.Prove(proof, Tags.TreeRound, tables, 3, v => v[0] * (v[1] * v[4] + v[2] * v[3] + lambda * (v[3] * v[4])));
        (p, q) = ([tables[1][0], tables[2][0]], [tables[3][0], tables[4][0]]);
        proof.Put(Tags.TreeLeaf, p[0], p[1], q[0], q[1]);
        return [proof.Transcript.Challenge(Tags.Challenge), .. at];
    }

    internal static (Felt4[], Felt4[]) Above(Felt4[] p, Felt4[] q)
    {
        var half = p.Length / 2;
        var (sums, products) = (new Felt4[half], new Felt4[half]);
        for (var i = 0; i < half; i++)
            (sums[i], products[i]) = (p[i] * q[half + i] + p[half + i] * q[i], q[i] * q[half + i]);
        return (sums, products);
    }
}
