using Assay.Proofs.Field;
using Assay.Proofs.Polynomials;

namespace Assay.Proofs.Tests.Polynomials;

/// <summary>Values of a row at many places at once are those at each.</summary>
public sealed class RowValuesTests
{
    [Theory]
    [InlineData(2, 1)]
    [InlineData(64, 8)]
    [InlineData(64, 19)]
    [InlineData(1024, 124)]
    public void Many_places_at_once_are_each_by_itself(int length, int places)
    {
        var random = new Random(length + places);
        var row = new Felt4[length];
        for (var i = 0; i < length; i++)
            // The ends of the field among them: p − 1 and 0 in every word.
            row[i] = i % 5 == 0 ? new Felt4(Felt.From(-1L), Felt.Zero, Felt.From(-1L), Felt.From(-1L)) : new Felt4(Draw(), Draw(), Draw(), Draw());
        Felt[] at = [.. Enumerable.Range(0, places).Select(i => i % 7 == 0 ? Felt.From(-1L) : i % 7 == 1 ? Felt.Zero : Draw())];
        Assert.Equal(at.Select(x => Ntt.At(row, x)), RowValues.At(row, at));

        Felt Draw() => Felt.From(random.NextInt64(Felt.Modulus));
    }
}
