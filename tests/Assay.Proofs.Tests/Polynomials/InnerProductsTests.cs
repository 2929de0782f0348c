using Assay.Proofs.Field;
using Assay.Proofs.Polynomials;

namespace Assay.Proofs.Tests.Polynomials;

/// <summary>Sums of products that are reduced once are those that are reduced at each step, with lanes and without.</summary>
public sealed class InnerProductsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData((1 << 15) + 3)]
    public void Reduced_once_is_reduced_at_each_step(int count)
    {
        var random = new Random(count);
        // The ends of what there is among them: p − 1 in every word, and the smallest and largest integers.
        var least = Felt.From(-1L);
        Felt4[] factors = [.. Enumerable.Range(0, count).Select(i => i % 3 == 0 ? new Felt4(least, least, Felt.Zero, least) : new Felt4(Draw(), Draw(), Draw(), Draw()))];
        int[] integers = [.. Enumerable.Range(0, count).Select(i => (i % 5) switch { 0 => int.MinValue, 1 => int.MaxValue, 2 => -1, _ => random.Next(int.MinValue, int.MaxValue) })];
        var expected = factors.Zip(integers).Aggregate(Felt4.Zero, (sum, pair) => sum + pair.First * Felt.From((long)pair.Second));
        Assert.Equal(expected, InnerProducts.Of(factors, integers));
        if (count <= 1 << 15)
            Assert.Equal(expected, InnerProducts.Plain(factors, integers));
        Felt[] values = [.. integers.Select(i => Felt.From((long)i))];
        Assert.Equal(expected, InnerProducts.Of(factors, values));

        Felt Draw() => Felt.From(random.NextInt64(Felt.Modulus));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(11)]
    public void Of_a_table_at_a_point_they_are_its_extension(int log)
    {
        var random = new Random(log);
        int[] table = [.. Enumerable.Range(0, 1 << log).Select(_ => random.Next(-128, 128))];
        Felt4[] point = [.. Enumerable.Range(0, log).Select(_ => new Felt4(Felt.From(random.NextInt64(Felt.Modulus)), Felt.One, Felt.Zero, Felt.From(random.NextInt64(Felt.Modulus))))];
        var expected = Multilinear.Evaluate([.. table.Select(v => Felt4.From(v))], point);
        Assert.Equal(expected, InnerProducts.At(table, point));
        Assert.Equal(expected, InnerProducts.At([.. table.Select(v => Felt.From((long)v))], point));
    }
}
