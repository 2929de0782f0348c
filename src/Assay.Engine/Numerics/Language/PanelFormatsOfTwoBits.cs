using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Language;

/// <summary>
/// Q3_K: two vectors with the low two bits as <see cref="TwoBits"/>, and one with the third: bit q of a byte is that of its column in quad q.
/// Numbers are taken eight times, so that what makes up for their being unsigned is the 32 of Q6_K, and scales by an eighth: all exact. 8q up to 56.
/// </summary>
internal readonly unsafe struct Q3_KPanel : IPanelFormat
{
    public static int BlockBytes => 128 + 64;

    public static int Columns => 256;

    /// <summary>As of Q6_K: d, then the s of all sixteen columns as bytes.</summary>
    public static int ScaleBytes => Q6_KPanel.ScaleBytes;

    public static int Terms => 3;

    public static bool HasHigh => false;

    public static int Quads => 2;

    public static int Offset => TokenTerms.Minus32;

    public static bool HasMinimum => false;

    public static bool HasHalves => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Quad<T>(byte* block, int q, out T high) where T : unmanaged, ILanes<T>
    {
        high = default;
        var third = T.Load((float*)(block + 128));
        third = q <= 5 ? T.ShiftLeft(third, 5 - q) : T.ShiftRight(third, q - 5);
        return TwoBits.EightTimes<T>(block, q) | (third & T.BroadcastBits(0x20202020));
    }

    /// <summary>d, an eighth of s of the first sixteen, and of the second.</summary>
    public static void Widen<T>(byte* scales, int row, float* terms) where T : unmanaged, ILanes<T>
    {
        Q6_KPanel.Widen<T>(scales, row, terms);
        for (var j = 0; j < 8; j++, terms += 16 * Terms)
        {
            T.Store(T.Load(terms + 16 + row) * T.Broadcast(0.125f), terms + 16 + row);
            T.Store(T.Load(terms + 32 + row) * T.Broadcast(0.125f), terms + 32 + row);
        }
    }

    public static void Pack(byte* stored, int row, byte* scales, byte* blocks)
    {
        ((ushort*)scales)[row] = *(ushort*)(stored + 108);
        for (var j = 0; j < 16; j++)
            scales[32 + (j / 4 * 64) + (4 * row) + (j % 4)] = (byte)QuantizedRows.ScaleOfQ3_K(new(stored + 96, 12), j);
        TwoBits.Pack((uint*)(stored + 32), row, blocks, BlockBytes);
        for (var j = 0; j < 8; j++)
        {
            uint bits = 0;
            for (var q = 0; q < 8; q++)
                bits |= ((((uint*)stored)[q] >> j) & 0x01010101) << q;
            ((uint*)(blocks + (j * BlockBytes) + 128))[row] = bits;
        }
    }
}

/// <summary>Q2_K: two vectors as <see cref="TwoBits"/>, taken eight times like Q3_K's and 32 more; d, dmin, then s and m of all sixteen columns, four bits each. 8q + 32 up to 56.</summary>
internal readonly unsafe struct Q2_KPanel : IPanelFormat
{
    public static int BlockBytes => 128;

    public static int Columns => 256;

    public static int ScaleBytes => 64 + (16 * 16);

    public static int Terms => 6;

    public static bool HasHigh => false;

    public static int Quads => 2;

    public static int Offset => TokenTerms.Minus32;

    public static bool HasMinimum => true;

    public static bool HasHalves => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Quad<T>(byte* block, int q, out T high) where T : unmanaged, ILanes<T>
    {
        high = default;
        return TwoBits.EightTimes<T>(block, q) | T.BroadcastBits(0x20202020);
    }

    /// <summary>d, an eighth of s of the first sixteen and of the second, dmin, a 32nd of m of the first sixteen and of the second.</summary>
    public static void Widen<T>(byte* scales, int row, float* terms) where T : unmanaged, ILanes<T>
    {
        var d = HalfFloat.ToSingle(T.Widen((ushort*)scales + row));
        var minimum = HalfFloat.ToSingle(T.Widen((ushort*)scales + WeightPanels.Height + row));
        T eighth = T.Broadcast(0.125f), part = T.Broadcast(0.03125f), mask = T.BroadcastBits(15);
        for (var j = 0; j < 8; j++, terms += 16 * Terms)
        {
            var numbers = T.ShiftRight(T.Load((float*)(scales + 64 + (j / 2 * 64)) + row), j % 2 * 16);
            T.Store(d, terms + row);
            T.Store(T.FromInt(numbers & mask) * eighth, terms + 16 + row);
            T.Store(T.FromInt(T.ShiftRight(numbers, 8) & mask) * eighth, terms + 32 + row);
            T.Store(minimum, terms + 48 + row);
            T.Store(T.FromInt(T.ShiftRight(numbers, 4) & mask) * part, terms + 64 + row);
            T.Store(T.FromInt(T.ShiftRight(numbers, 12) & mask) * part, terms + 80 + row);
        }
    }

    public static void Pack(byte* stored, int row, byte* scales, byte* blocks)
    {
        ((ushort*)scales)[row] = ((ushort*)(stored + 80))[0];
        ((ushort*)scales)[WeightPanels.Height + row] = ((ushort*)(stored + 80))[1];
        for (var v = 0; v < 4; v++)
            ((uint*)(scales + 64))[(v * 16) + row] = ((uint*)stored)[v];
        TwoBits.Pack((uint*)(stored + 16), row, blocks, BlockBytes);
    }
}

/// <summary>Numbers of two bits: two vectors for 32 columns. Of the first, bits 2q and 2q + 1 of a byte are its column's in quad q, of the second those of quad q + 4.</summary>
internal static unsafe class TwoBits
{
    /// <summary>Quad <paramref name="q"/>, every number eight times.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T EightTimes<T>(byte* block, int q) where T : unmanaged, ILanes<T>
    {
        var bits = T.Load((float*)(block + (q / 4 * 64)));
        bits = q % 4 <= 1 ? T.ShiftLeft(bits, 3 - (q % 4 * 2)) : T.ShiftRight(bits, (q % 4 * 2) - 3);
        return bits & T.BroadcastBits(0x18181818);
    }

    /// <summary>256 columns: stored, 32 bytes hold four times 32 columns, the first in the lowest bits.</summary>
    /// <param name="step">Bytes from one block of 32 columns to the next.</param>
    public static void Pack(uint* stored, int row, byte* blocks, int step)
    {
        for (var j = 0; j < 8; j++, blocks += step)
        {
            uint first = 0, second = 0;
            for (var v = 0; v < 4; v++)
            {
                first |= ((stored[(j / 4 * 8) + v] >> (j % 4 * 2)) & 0x03030303) << (2 * v);
                second |= ((stored[(j / 4 * 8) + v + 4] >> (j % 4 * 2)) & 0x03030303) << (2 * v);
            }
            ((uint*)blocks)[row] = first;
            ((uint*)blocks)[16 + row] = second;
        }
    }
}
