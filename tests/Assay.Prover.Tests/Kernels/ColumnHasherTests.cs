using System.Runtime.InteropServices;
using Assay.Proofs.Field;
using Assay.Proofs.Protocol;
using Assay.Prover.Kernels;

namespace Assay.Prover.Tests.Kernels;

public sealed class ColumnHasherTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(600)]
    [InlineData(768)]
    [InlineData(1024)]
    [InlineData(1300)]
    public void Leaves_of_every_width_are_those_of_the_plain_hash(int rows)
    {
        const int Columns = 32;
        var random = new Random(rows);
        uint[] matrix = [.. Enumerable.Range(0, rows * Columns).Select(_ => (uint)random.NextInt64(Felt.Modulus))];
        var expected = Enumerable.Range(0, Columns).SelectMany(j => ColumnHash.Leaf([.. Enumerable.Range(0, rows).Select(r => Felt.From(matrix[r * Columns + j]))])).ToArray();
        var leaves = new byte[32 * Columns];
        ColumnHasher.Hash(matrix, rows, Columns, leaves);
        Assert.Equal(expected, leaves);
        Check<Lanes128>();
        Check<Lanes256>();
        Check<Lanes512>();

        void Check<T>() where T : struct, ILanes<T>
        {
            leaves.AsSpan().Clear();
            ColumnHasher.Hash<T>(matrix, rows, Columns, MemoryMarshal.Cast<byte, uint>(leaves.AsSpan()));
            Assert.Equal(expected, leaves);
        }
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ColumnHasher.Hash(new uint[24], 1, 24, new byte[24 * 32]));
        Assert.Throws<ArgumentException>(() => ColumnHasher.Hash(new uint[32], 1, 16, new byte[16 * 32]));
        Assert.Throws<ArgumentException>(() => ColumnHasher.Hash(new uint[16], 1, 16, new byte[32]));
    }
}
