using Assay.Proofs.Field;
using Assay.Proofs.Hashing;
using Assay.Proofs.Polynomials;

namespace Assay.Proofs.Tests.Polynomials;

public sealed class PolynomialTests
{
    private readonly Transcript random = new();

    [Fact]
    public void A_codeword_is_the_row_at_each_place()
    {
        var row = new Transcript().Challenges(1, 16);
        var word = Ntt.Encode(row, 64);
        for (var j = 0; j < word.Length; j++)
            Assert.Equal(word[j], Ntt.At(row, Felt.RootOfUnity(6).Power((ulong)j)));
    }

    [Fact]
    public void An_extension_agrees_with_its_table_and_with_the_sum_over_corners()
    {
        for (var k = 0; k <= 6; k++)
        {
            var table = random.Challenges(1, 1 << k);
            for (var i = 0; i < table.Length; i++)
                Assert.Equal(table[i], Multilinear.Evaluate(table, Corner(i, k)));
            var point = random.Challenges(1, k);
            var eq = Multilinear.EqTable(point);
            var sum = Felt4.Zero;
            for (var i = 0; i < table.Length; i++)
            {
                Assert.Equal(Multilinear.Eq(point, Corner(i, k)), eq[i]);
                sum += table[i] * eq[i];
            }
            Assert.Equal(sum, Multilinear.Evaluate(table, point));
            Assert.Equal(Felt4.One, eq.Aggregate((a, b) => a + b));
        }
    }

    [Fact]
    public void A_table_of_base_elements_has_the_same_extension()
    {
        Felt[] table = [.. Enumerable.Range(0, 32).Select(i => Felt.From(i * i - 7L))];
        var point = random.Challenges(1, 5);
        Assert.Equal(Multilinear.Evaluate([.. table.Select(v => (Felt4)v)], point), Multilinear.Evaluate(table, point));
    }

    [Fact]
    public void A_round_polynomial_is_the_one_through_its_values()
    {
        for (var degree = 1; degree <= 5; degree++)
        {
            var coefficients = random.Challenges(1, degree + 1);
            Felt4 At(Felt4 x) => coefficients.Reverse().Aggregate(Felt4.Zero, (sum, c) => sum * x + c);
            Felt4[] message = [At(Felt4.Zero), .. Enumerable.Range(2, degree - 1).Select(i => At(Felt4.From(i)))];
            var claim = At(Felt4.Zero) + At(Felt4.One);
            foreach (var x in (Felt4[])[Felt4.Zero, Felt4.One, Felt4.From(degree), random.Challenge(1)])
                Assert.Equal(At(x), RoundPolynomial.Evaluate(message, claim, x));
        }
    }

    [Fact]
    public void The_transform_gives_the_values_at_the_roots_of_unity()
    {
        for (var log = 0; log <= 7; log++)
        {
            var coefficients = Enumerable.Range(0, 1 << log).Select(i => random.Challenge(1).C0).ToArray();
            var values = coefficients.ToArray();
            Ntt.Forward(values);
            var root = Felt.RootOfUnity(log);
            for (var i = 0; i < values.Length; i++)
                Assert.Equal(coefficients.Reverse().Aggregate(Felt.Zero, (sum, c) => sum * root.Power((ulong)i) + c), values[i]);
        }
        Assert.Throws<ArgumentException>(() => Ntt.Forward(new Felt[12]));
    }

    [Fact]
    public void A_codeword_is_linear_in_its_row_and_has_the_rows_polynomial_at_the_roots()
    {
        var (a, b, scale) = (random.Challenges(1, 8), random.Challenges(1, 8), random.Challenge(1));
        var sum = Ntt.Encode([.. a.Zip(b, (x, y) => x * scale + y)], 32);
        Assert.Equal(Ntt.Encode(a, 32).Zip(Ntt.Encode(b, 32), (x, y) => x * scale + y), sum);
        var root = Felt.RootOfUnity(5);
        Assert.Equal(a.Reverse().Aggregate(Felt4.Zero, (s, c) => s * root.Power(11) + c), Ntt.Encode(a, 32)[11]);
    }

    private static Felt4[] Corner(int index, int k) => [.. Enumerable.Range(0, k).Select(i => Felt4.From(index >> (k - 1 - i) & 1))];
}
