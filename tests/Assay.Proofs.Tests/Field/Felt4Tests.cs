using System.Numerics;
using Assay.Proofs.Field;

namespace Assay.Proofs.Tests.Field;

public sealed class Felt4Tests
{
    private static readonly BigInteger P = Felt.Modulus;

    [Fact]
    public void Products_are_those_of_polynomials_modulo_X4_minus_3()
    {
        var random = new Random(3);
        uint Draw() => random.Next(4) switch { 0 => Felt.Modulus - 1, 1 => (uint)random.Next(3), _ => (uint)random.NextInt64(Felt.Modulus) };
        for (var round = 0; round < 20_000; round++)
        {
            uint[] a = [Draw(), Draw(), Draw(), Draw()], b = [Draw(), Draw(), Draw(), Draw()];
            var product = new BigInteger[7];
            for (var i = 0; i < 4; i++)
                for (var j = 0; j < 4; j++)
                    product[i + j] += (BigInteger)a[i] * b[j];
            var expected = Enumerable.Range(0, 4).Select(i => (uint)((product[i] + (i < 3 ? 3 * product[i + 4] : 0)) % P)).ToArray();
            Assert.Equal(Of(expected), Of(a) * Of(b));
            Assert.Equal(Of(a) * Felt.From(b[0]), Of(a) * (Felt4)Felt.From(b[0]));
            Assert.Equal(Of([.. a.Zip(b, (x, y) => (uint)(((ulong)x + y) % Felt.Modulus))]), Of(a) + Of(b));
            Assert.Equal(Of(a), Of(a) + Of(b) - Of(b));
            if (Of(a) != Felt4.Zero)
                Assert.Equal(Felt4.One, Of(a) * Of(a).Invert());
        }
        Assert.Equal(Felt4.Zero, Felt4.Zero.Invert());
    }

    [Fact]
    public void The_largest_products_do_not_wrap()
    {
        var most = Of([Felt.Modulus - 1, Felt.Modulus - 1, Felt.Modulus - 1, Felt.Modulus - 1]);
        Assert.Equal(Of([10, 8, 6, 4]), most * most);
        // Of forms as large as they come, which is what the sums are of.
        var forms = new Felt4(Felt.OfForm(Felt.Modulus - 1), Felt.OfForm(Felt.Modulus - 1), Felt.OfForm(Felt.Modulus - 1), Felt.OfForm(Felt.Modulus - 1));
        var one = Felt.OfForm(Felt.Modulus - 1);
        Assert.Equal(new Felt4(one * one * Felt.From(10u), one * one * Felt.From(8u), one * one * Felt.From(6u), one * one * Felt.From(4u)), forms * forms);
    }

    [Fact]
    public void The_polynomial_is_irreducible_and_the_generator_generates()
    {
        var order = UInt128.One * Felt.Modulus * Felt.Modulus * Felt.Modulus * Felt.Modulus - 1;
        ulong[] factors = [3, 5, 127, 283, 1_254_833, 453_990_990_362_758_349];
        Assert.Equal(order, factors.Aggregate(UInt128.One << 26, (product, factor) => product * factor));
        Assert.Equal(Felt4.One, Felt4.Generator.Power(order));
        foreach (var factor in factors.Append(2UL))
            Assert.NotEqual(Felt4.One, Felt4.Generator.Power(order / factor));
    }

    private static Felt4 Of(uint[] c) => new(Felt.From(c[0]), Felt.From(c[1]), Felt.From(c[2]), Felt.From(c[3]));
}
