using System.Collections.Immutable;
using Assay.Proofs.Field;
using Assay.Proofs.Hashing;
using Assay.Proofs.Models.Layers;
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
        var (proof, point) = Prove(p, q);
        Assert.Equal(ProofCheck.RootDenominator, Refused(proof, 4));
        // The tree itself is content.
        var claim = LogUpTree.Read(new ProofReader(proof, new Transcript(), ProofChecks.Without(ProofCheck.RootDenominator)), 4);
        Assert.Equal((Multilinear.Evaluate(p, point), Multilinear.Evaluate(q, point)), (claim.Numerator, claim.Denominator));
    }

    [Fact]
    public void C9_a_challenge_at_which_two_bad_lookups_have_no_denominator()
    {
        // A table's layer that looks up the same entry twice, which is none of the table's; and α such that both leaves are 1/0.
        var proved = new ProvedModel(new Random(19), new([6], 0, [new TableLayer(0, [.. Enumerable.Range(-128, 256).Select(x => (sbyte)(x >> 1))])], ProvedModel.Small), 1);
        var plan = proved.Plan.Lookups;
        var (y, x) = (proved.Columns(0)[0].ToArray(), proved.Columns(0)[1].ToArray());
        (y[1], x[1], y[4], x[4]) = (9, 5, 9, 5);
        ImmutableArray<ImmutableArray<int[]>> columns = [[y, x]];
        var counts = Multiplicities.Of(plan, columns);

        var writer = new ProofWriter(new Transcript());
        var drawn = LookupChallenges.Of(writer.Transcript);
        var claims = new List<Claim>();
        LookupProver.Say(writer, plan, columns, counts, claims, LookupProver.Tree(writer, plan, columns, counts, Stubbed(drawn)), (values, at) => Multilinear.Evaluate(ProofOperations.Elements(values), at));
        var proof = writer.ToArray();
        Assert.Equal(ProofCheck.RootDenominator, Assert.Throws<ProofRefused>(() => Verify(ProofChecks.All, Stubbed)).Check);
        // Without it every other check of the lookups is content, and the claims are those of the forged columns.
        Assert.Equal(claims.Select(c => c.Value), Verify(ProofChecks.Without(ProofCheck.RootDenominator), Stubbed).Select(c => c.Value));

        // At the α that the transcript draws the same columns are refused as they should be.
        var honest = new ProofWriter(new Transcript());
        LookupProver.Prove(honest, plan, columns, counts, []);
        proof = honest.ToArray();
        Assert.Equal(ProofCheck.RootNumerator, Assert.Throws<ProofRefused>(() => Verify(ProofChecks.All, c => c)).Check);

        LookupChallenges Stubbed(LookupChallenges c) => c with { Alpha = Felt4.From(plan.Tables[1].Tag) + c.Beta1 * Felt4.From(9) + c.Beta2 * Felt4.From(5) };

        List<Claim> Verify(ProofChecks checks, Func<LookupChallenges, LookupChallenges> stub)
        {
            var reader = new ProofReader(proof, new Transcript(), checks);
            var read = new List<Claim>();
            LookupStage.Read(reader, plan, stub(LookupChallenges.Of(reader.Transcript)), read);
            reader.End();
            return read;
        }
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
