using Assay.Proofs.Field;
using Assay.Proofs.Polynomials;
using Assay.Prover.Kernels;

namespace Assay.Prover.Tests.Kernels;

public sealed class RowEncoderTests
{
    [Theory]
    [InlineData(4, 5)]
    [InlineData(4, 7)]
    [InlineData(6, 8)]
    [InlineData(8, 11)]
    [InlineData(10, 12)]
    public void Codewords_of_every_width_are_those_of_the_plain_transform(int logColumns, int logLength)
    {
        var encoder = new RowEncoder(logColumns, logLength);
        var random = new Random(logLength);
        uint[] row = [.. Enumerable.Range(0, 1 << logColumns).Select(i => i % 5 == 0 ? Felt.Modulus - 1 : (uint)random.NextInt64(Felt.Modulus))];
        var expected = new Felt[1 << logLength];
        for (var i = 0; i < row.Length; i++)
            expected[i] = Felt.From(row[i]);
        Ntt.Forward(expected);
        var word = new uint[1 << logLength];
        encoder.Encode(row, word);
        Check();
        Array.Fill(word, 7u);
        encoder.Encode<Lanes128>(row, word);
        Check();
        Array.Fill(word, 7u);
        encoder.Encode<Lanes256>(row, word);
        Check();
        Array.Fill(word, 7u);
        encoder.Encode<Lanes512>(row, word);
        Check();

        void Check()
        {
            for (var r = 0; r < word.Length / RowEncoder.Group; r++)
                for (var c = 0; c < RowEncoder.Group; c++)
                    Assert.Equal(expected[encoder.PlaceOf(r) + c].Value, word[r * RowEncoder.Group + c]);
        }
    }

    [Fact]
    public void Every_place_has_a_position()
    {
        var encoder = new RowEncoder(6, 9);
        Assert.Equal(Enumerable.Range(0, 32).Select(i => 16 * i), Enumerable.Range(0, 32).Select(encoder.PlaceOf).Order());
        Assert.Throws<ArgumentException>(() => encoder.Encode(new uint[63], new uint[512]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RowEncoder(6, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RowEncoder(3, 5));
    }
}
