using Assay.Proofs.Field;
using Assay.Proofs.Hashing;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol;
using Assay.Prover.Reference;

namespace Assay.Prover.Tests;

public sealed class LogUpTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public void A_sum_that_is_zero_comes_down_to_the_leaves(int depth)
    {
        var (p, q) = Leaves(depth);
        var (proof, point) = Prove(p, q);
        var reader = new ProofReader(proof, new Transcript());
        var claim = LogUpTree.Read(reader, depth);
        reader.End();
        Assert.Equal(point, claim.Point);
        Assert.Equal((Multilinear.Evaluate(p, point), Multilinear.Evaluate(q, point)), (claim.Numerator, claim.Denominator));
    }

    [Fact]
    public void A_sum_that_is_not_zero_is_refused_at_the_root()
    {
        var (p, q) = Leaves(4);
        p[3] += Felt4.One;
        Assert.Equal(ProofCheck.RootNumerator, Refused(Prove(p, q).Proof, 4));
    }

    [Fact]
    public void A_denominator_that_is_zero_is_refused()
    {
        var (p, q) = Leaves(4);
        // Two leaves of denominator zero: the sum of cleared numerators is zero whatever theirs are.
        (q[2], q[9]) = (Felt4.Zero, Felt4.Zero);
        Assert.Equal(ProofCheck.RootDenominator, Refused(Prove(p, q).Proof, 4));
    }

    [Fact]
    public void Every_flipped_byte_is_refused_or_changes_the_claim()
    {
        var (p, q) = Leaves(3);
        var (proof, _) = Prove(p, q);
        var found = new HashSet<ProofCheck>();
        for (var bit = 0; bit < 8 * proof.Length; bit++)
        {
            proof[bit / 8] ^= (byte)(1 << bit % 8);
            try
            {
                var claim = LogUpTree.Read(new ProofReader(proof, new Transcript()), 3);
                // The last layer's evaluations are for the leaves to refuse.
                Assert.NotEqual((Multilinear.Evaluate(p, claim.Point), Multilinear.Evaluate(q, claim.Point)), (claim.Numerator, claim.Denominator));
            }
            catch (ProofRefused refused)
            {
                found.Add(refused.Check);
            }
            proof[bit / 8] ^= (byte)(1 << bit % 8);
        }
        Assert.Equal([ProofCheck.Canonical, ProofCheck.RootNumerator, ProofCheck.TreeLayer], found.Order());
        for (var length = 0; length < proof.Length; length++)
            Assert.Equal(ProofCheck.Framing, Refused(proof[..length], 3));
    }

    // Lookups of some values among others, as one sum: 1/(x − v) for each lookup, −multiplicity/(x − t) for each row of the table, nothing in what is left.
    private static (Felt4[] P, Felt4[] Q) Leaves(int depth)
    {
        var x = new Transcript().Challenge(1);
        var (p, q) = (new Felt4[1 << depth], Enumerable.Repeat(Felt4.One, 1 << depth).ToArray());
        for (var i = 0; i < p.Length / 2; i++)
            (p[i], q[i]) = (Felt4.One, x - Felt4.From(i % 2));
        (p[^1], q[^1]) = (-Felt4.From((p.Length / 2 + 1) / 2), x);
        if (p.Length / 2 > 1)
            (p[^2], q[^2]) = (-Felt4.From(p.Length / 4), x - Felt4.One);
        return (p, q);
    }

    private static (byte[] Proof, Felt4[] Point) Prove(Felt4[] p, Felt4[] q)
    {
        var writer = new ProofWriter(new Transcript());
        var point = LogUpProver.Prove(writer, [.. p], [.. q]);
        return (writer.ToArray(), point);
    }

    private static ProofCheck Refused(byte[] proof, int depth) =>
        Assert.Throws<ProofRefused>(() => LogUpTree.Read(new ProofReader(proof, new Transcript()), depth)).Check;
}
