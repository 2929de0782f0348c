using System.Numerics;
using Assay.Proofs.Field;

namespace Assay.Proofs.Tests.Field;

public sealed class FeltTests
{
    private static readonly BigInteger P = Felt.Modulus;

    private static readonly uint[] Edges = [0, 1, 2, 3, 127, 1 << 24, (1 << 24) - 1, Felt.Modulus / 2, Felt.Modulus / 2 + 1, Felt.Modulus - 2, Felt.Modulus - 1];

    [Fact]
    public void Arithmetic_is_that_of_integers_modulo_p()
    {
        var random = new Random(1);
        var values = Edges.Concat(Enumerable.Range(0, 300).Select(_ => (uint)random.NextInt64(Felt.Modulus))).ToArray();
        foreach (var a in values)
            foreach (var b in values)
            {
                var (x, y) = (Felt.From(a), Felt.From(b));
                Assert.Equal((uint)((BigInteger)a * b % P), (x * y).Value);
                Assert.Equal((uint)(((BigInteger)a + b) % P), (x + y).Value);
                Assert.Equal((uint)(((BigInteger)a - b + P) % P), (x - y).Value);
                Assert.Equal(a == b, x == y);
            }
        foreach (var a in values)
        {
            Assert.Equal(a, Felt.From(a).Value);
            Assert.Equal(Felt.From(a), Felt.OfForm(Felt.From(a).Form));
            Assert.Equal((uint)BigInteger.ModPow(a, P - 2, P), Felt.From(a).Invert().Value);
        }
    }

    [Fact]
    public void Signed_integers_are_reduced()
    {
        foreach (var value in (long[])[0, -1, 1, Felt.Modulus, -(long)Felt.Modulus, long.MaxValue, long.MinValue, -(1L << 31), 1L << 31])
            Assert.Equal((uint)(((BigInteger)value % P + P) % P), Felt.From(value).Value);
    }

    [Fact]
    public void Every_form_below_p_times_2_to_the_32_is_reduced()
    {
        var inverse = BigInteger.ModPow(BigInteger.One << 32, P - 2, P);
        var most = (ulong)Felt.Modulus << 32;
        var random = new Random(2);
        foreach (var t in (ulong[])[0, 1, uint.MaxValue, Felt.Modulus, most - 1, most - Felt.Modulus, .. Enumerable.Range(0, 1000).Select(_ => (ulong)random.NextInt64((long)most))])
            Assert.Equal((uint)(t * inverse % P), Felt.Reduce(t));
    }

    [Fact]
    public void Roots_of_unity_have_their_order_and_are_powers_of_the_largest()
    {
        Assert.Equal(0x6ac4_9f88u, Felt.RootOfUnity(24).Value);
        for (var log = 1; log <= Felt.TwoAdicity; log++)
        {
            var root = Felt.RootOfUnity(log);
            Assert.Equal(-Felt.One, root.Power(1UL << (log - 1)));
            Assert.Equal(Felt.RootOfUnity(24).Power(1UL << (24 - log)), root);
        }
        foreach (var factor in (ulong[])[2, 127])
            Assert.NotEqual(Felt.One, Felt.Generator.Power((Felt.Modulus - 1) / factor));
        Assert.Throws<ArgumentOutOfRangeException>(() => Felt.RootOfUnity(25));
    }
}
