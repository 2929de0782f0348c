using System.Runtime.Intrinsics;

namespace Assay.Engine.Numerics.Int8;

/// <summary>Rows of int8 as differences from a zero point, 16 bits each, filled up to whole pairs with 0. One item is one row.</summary>
internal unsafe struct Int8PairRows : IKernel
{
    public int Columns, ZeroPoint;
    public sbyte* X;
    public int* Output;

    public static int PairsOf(int columns) => (columns / 2) + (columns % 2);

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        for (var row = from; row < to; row++)
        {
            var x = X + ((long)row * Columns);
            var y = (short*)(Output + ((long)row * PairsOf(Columns)));
            var i = 0;
            var zeros = Vector128.Create((short)ZeroPoint);
            for (; i + 16 <= Columns; i += 16)
            {
                var (low, high) = Vector128.Widen(Vector128.Load(x + i));
                (low - zeros).Store(y + i);
                (high - zeros).Store(y + i + 8);
            }
            for (; i < Columns; i++)
                y[i] = (short)(x[i] - ZeroPoint);
            if (Columns % 2 != 0)
                y[Columns] = 0;
        }
    }
}

/// <summary>The same as weights of an <see cref="Int8Product"/>: four rows side by side, the last filled up with zeros. One item is four rows of a matrix.</summary>
internal unsafe struct Int8PairBlocks : IKernel
{
    public int Rows, Columns, ZeroPoint;
    public sbyte* X;
    public int* Output;

    public readonly int Blocks => (Rows + Int8Product.Block - 1) / Int8Product.Block;

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var pairs = Int8PairRows.PairsOf(Columns);
        for (var item = from; item < to; item++)
        {
            var (matrix, block) = (item / Blocks, item % Blocks);
            var y = Output + ((long)item * pairs * Int8Product.Block);
            for (var r = 0; r < Int8Product.Block; r++)
            {
                var row = (block * Int8Product.Block) + r;
                var x = X + ((((long)matrix * Rows) + row) * Columns);
                for (var k = 0; k < pairs; k++)
                {
                    var second = (2 * k) + 1 < Columns && row < Rows ? x[(2 * k) + 1] - ZeroPoint : 0;
                    y[(k * Int8Product.Block) + r] = row < Rows ? ((x[2 * k] - ZeroPoint) & 0xFFFF) | (second << 16) : 0;
                }
            }
        }
    }
}
