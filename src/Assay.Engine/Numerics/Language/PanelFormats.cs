using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Language;

/// <summary>Q4_0: four vectors, the low half of each byte as stored: quads 0 to 3 in the low halves, 4 to 7 in the high ones. q up to 15: 8 · 2 · 15 · 127 = 30480.</summary>
internal readonly unsafe struct Q4_0Panel : IPanelFormat
{
    public static int BlockBytes => 256;

    public static int Columns => 32;

    public static int ScaleBytes => 32;

    public static int Terms => 1;

    public static bool HasHigh => false;

    public static int Quads => 8;

    public static int Offset => TokenTerms.Minus8;

    public static bool HasMinimum => false;

    public static bool HasHalves => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Quad<T>(byte* block, int q, out T high) where T : unmanaged, ILanes<T>
    {
        high = default;
        return Nibbles.Quad<T>(block, q);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Widen<T>(byte* scales, int row, float* terms) where T : unmanaged, ILanes<T> => T.Store(HalfFloat.ToSingle(T.Widen((ushort*)scales + row)), terms + row);

    public static void Pack(byte* stored, int row, byte* scales, byte* blocks)
    {
        ((ushort*)scales)[row] = *(ushort*)stored;
        Nibbles.PackHalves((uint*)(stored + 2), row, (uint*)blocks);
    }
}

/// <summary>Q8_0: a vector for each quad, every byte 128 more than stored. Each half of a byte is up to 15, as in Q4_0.</summary>
internal readonly unsafe struct Q8_0Panel : IPanelFormat
{
    public static int BlockBytes => 512;

    public static int Columns => 32;

    public static int ScaleBytes => 32;

    public static int Terms => 1;

    public static bool HasHigh => true;

    public static int Quads => 8;

    public static int Offset => TokenTerms.Minus128;

    public static bool HasMinimum => false;

    public static bool HasHalves => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Quad<T>(byte* block, int q, out T high) where T : unmanaged, ILanes<T>
    {
        T w = T.Load((float*)(block + (q * 64))), mask = T.Load(Repeated.LowBits);
        high = T.ShiftRight(w, 4) & mask;
        return w & mask;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Widen<T>(byte* scales, int row, float* terms) where T : unmanaged, ILanes<T> => Q4_0Panel.Widen<T>(scales, row, terms);

    public static void Pack(byte* stored, int row, byte* scales, byte* blocks)
    {
        ((ushort*)scales)[row] = *(ushort*)stored;
        for (var q = 0; q < 8; q++)
            ((uint*)blocks)[(q * 16) + row] = *(uint*)(stored + 2 + (4 * q)) ^ 0x80808080;
    }
}

/// <summary>Q4_K: the numbers like Q4_0's; d and dmin of 256 columns, then s and m of each 32 as bytes.</summary>
internal readonly unsafe struct Q4_KPanel : IPanelFormat
{
    public static int BlockBytes => 256;

    public static int Columns => 256;

    public static int ScaleBytes => KScales.Bytes;

    public static int Terms => 2;

    public static bool HasHigh => false;

    public static int Quads => 8;

    public static int Offset => -1;

    public static bool HasMinimum => true;

    public static bool HasHalves => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Quad<T>(byte* block, int q, out T high) where T : unmanaged, ILanes<T> => Q4_0Panel.Quad(block, q, out high);

    public static void Widen<T>(byte* scales, int row, float* terms) where T : unmanaged, ILanes<T> => KScales.Widen<T>(scales, row, terms);

    public static void Pack(byte* stored, int row, byte* scales, byte* blocks)
    {
        KScales.Pack(stored, row, scales);
        Nibbles.PackPairs((uint*)(stored + 16), row, (uint*)blocks, 64);
    }
}

/// <summary>Q5_K: as Q4_K, and a vector with the fifth bits: bit q of a byte is that of its column in quad q. q up to 31: 4 · 2 · 31 · 127 = 31496.</summary>
internal readonly unsafe struct Q5_KPanel : IPanelFormat
{
    public static int BlockBytes => 256 + 64;

    public static int Columns => 256;

    public static int ScaleBytes => KScales.Bytes;

    public static int Terms => 2;

    public static bool HasHigh => false;

    public static int Quads => 4;

    public static int Offset => -1;

    public static bool HasMinimum => true;

    public static bool HasHalves => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Quad<T>(byte* block, int q, out T high) where T : unmanaged, ILanes<T>
    {
        high = default;
        var bits = T.Load((float*)(block + 256));
        bits = q <= 4 ? T.ShiftLeft(bits, 4 - q) : T.ShiftRight(bits, q - 4);
        return Nibbles.Quad<T>(block, q) | (bits & T.BroadcastBits(0x10101010));
    }

    public static void Widen<T>(byte* scales, int row, float* terms) where T : unmanaged, ILanes<T> => KScales.Widen<T>(scales, row, terms);

    public static void Pack(byte* stored, int row, byte* scales, byte* blocks)
    {
        KScales.Pack(stored, row, scales);
        Nibbles.PackPairs((uint*)(stored + 48), row, (uint*)blocks, BlockBytes / 4);
        for (var j = 0; j < 8; j++)
        {
            uint bits = 0;
            for (var q = 0; q < 8; q++)
                bits |= ((((uint*)(stored + 16))[q] >> j) & 0x01010101) << q;
            ((uint*)(blocks + (j * BlockBytes) + 256))[row] = bits;
        }
    }
}

/// <summary>
/// Q6_K: the low four bits like Q4_0's, then two vectors with the high two: of the first, bits 2q and 2q + 1 of a byte are its
/// column's in quad q, of the second those of quad q + 4. q up to 63: 2 · 2 · 63 · 127 = 32004.
/// </summary>
internal readonly unsafe struct Q6_KPanel : IPanelFormat
{
    public static int BlockBytes => 256 + 128;

    public static int Columns => 256;

    /// <summary>d, then four words of each row, in them the s of all sixteen columns as bytes.</summary>
    public static int ScaleBytes => 32 + (16 * 16);

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
        var bits = T.Load((float*)(block + 256 + (q / 4 * 64)));
        bits = q % 4 <= 2 ? T.ShiftLeft(bits, 4 - (q % 4 * 2)) : T.ShiftRight(bits, 2);
        return Nibbles.Quad<T>(block, q) | (bits & T.BroadcastBits(0x30303030));
    }

    /// <summary>d, s of the first sixteen, s of the second.</summary>
    public static void Widen<T>(byte* scales, int row, float* terms) where T : unmanaged, ILanes<T>
    {
        var d = HalfFloat.ToSingle(T.Widen((ushort*)scales + row));
        for (var j = 0; j < 8; j += 2, terms += 96)
        {
            var s = T.Load((float*)(scales + 32 + (32 * j)) + row);
            T.Store(d, terms + row);
            T.Store(Signed(T.ShiftLeft(s, 24)), terms + 16 + row);
            T.Store(Signed(T.ShiftLeft(s, 16)), terms + 32 + row);
            T.Store(d, terms + 48 + row);
            T.Store(Signed(T.ShiftLeft(s, 8)), terms + 64 + row);
            T.Store(Signed(s), terms + 80 + row);
        }
    }

    public static void Pack(byte* stored, int row, byte* scales, byte* blocks)
    {
        ((ushort*)scales)[row] = *(ushort*)(stored + 208);
        for (var v = 0; v < 4; v++)
            ((uint*)(scales + 32))[(v * 16) + row] = ((uint*)(stored + 192))[v];
        for (var j = 0; j < 8; j++, blocks += BlockBytes)
        {
            var low = (uint*)(stored + (j / 4 * 64) + (j % 2 * 32));
            var high = (uint*)(stored + 128 + (j / 4 * 32));
            uint first = 0, second = 0;
            for (var v = 0; v < 4; v++)
            {
                ((uint*)blocks)[(v * 16) + row] = ((low[v] >> (j % 4 / 2 * 4)) & 0x0F0F0F0F) | (((low[v + 4] >> (j % 4 / 2 * 4)) & 0x0F0F0F0F) << 4);
                first |= ((high[v] >> (j % 4 * 2)) & 0x03030303) << (2 * v);
                second |= ((high[v + 4] >> (j % 4 * 2)) & 0x03030303) << (2 * v);
            }
            ((uint*)blocks)[64 + row] = first;
            ((uint*)blocks)[80 + row] = second;
        }
    }

    /// <summary>The top byte of each lane, which has a sign, as a float.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Signed<T>(T bits) where T : unmanaged, ILanes<T> => T.FromInt(T.ShiftRightArithmetic(bits, 24));
}

/// <summary>Numbers of four bits: four vectors for 32 columns.</summary>
internal static unsafe class Nibbles
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Quad<T>(byte* block, int q) where T : unmanaged, ILanes<T>
    {
        var w = T.Load((float*)(block + (q % 4 * 64)));
        return (q < 4 ? w : T.ShiftRight(w, 4)) & T.Load(Repeated.LowBits);
    }

    /// <summary>32 columns of types with blocks of 32: stored, the low halves hold the first sixteen and the high ones the others, as in the panel.</summary>
    public static void PackHalves(uint* stored, int row, uint* blocks)
    {
        for (var v = 0; v < 4; v++)
            blocks[(v * 16) + row] = stored[v];
    }

    /// <summary>256 columns of K-quants: stored, 32 bytes hold one 32 columns in their low halves and the next in their high ones.</summary>
    /// <param name="step">Words from one block of 32 columns to the next.</param>
    public static void PackPairs(uint* stored, int row, uint* blocks, int step)
    {
        for (var j = 0; j < 8; j += 2, stored += 8, blocks += 2 * step)
            for (var v = 0; v < 4; v++)
            {
                uint a = stored[v], b = stored[v + 4];
                blocks[(v * 16) + row] = (a & 0x0F0F0F0F) | ((b & 0x0F0F0F0F) << 4);
                blocks[step + (v * 16) + row] = ((a >> 4) & 0x0F0F0F0F) | (b & 0xF0F0F0F0);
            }
    }
}

/// <summary>
/// The scales of Q4_K and Q5_K for 256 columns of sixteen rows: d, dmin, then for each two blocks a word of each row: s and m of the
/// first, s and m of the second.
/// </summary>
internal static unsafe class KScales
{
    public const int Bytes = 64 + (4 * 64);

    /// <summary>d · s, then -(dmin · m): both exact.</summary>
    public static void Widen<T>(byte* scales, int row, float* terms) where T : unmanaged, ILanes<T>
    {
        var d = HalfFloat.ToSingle(T.Widen((ushort*)scales + row));
        var minimum = LaneMath.Negate(HalfFloat.ToSingle(T.Widen((ushort*)scales + 16 + row)));
        var mask = T.BroadcastBits(0xFF);
        for (var j = 0; j < 8; j += 2, terms += 64)
        {
            var numbers = T.Load((float*)(scales + 64 + (32 * j)) + row);
            T.Store(d * T.FromInt(numbers & mask), terms + row);
            T.Store(minimum * T.FromInt(T.ShiftRight(numbers, 8) & mask), terms + 16 + row);
            T.Store(d * T.FromInt(T.ShiftRight(numbers, 16) & mask), terms + 32 + row);
            T.Store(minimum * T.FromInt(T.ShiftRight(numbers, 24)), terms + 48 + row);
        }
    }

    public static void Pack(byte* stored, int row, byte* scales)
    {
        ((ushort*)scales)[row] = *(ushort*)stored;
        ((ushort*)scales)[16 + row] = *(ushort*)(stored + 2);
        var packed = stored + 4;
        for (var j = 0; j < 8; j++)
        {
            // As QuantizedRows.BlockOf reads them.
            var s = j < 4 ? packed[j] & 63 : (packed[j + 4] & 15) | (packed[j - 4] >> 6 << 4);
            var m = j < 4 ? packed[j + 4] & 63 : (packed[j + 4] >> 4) | (packed[j] >> 6 << 4);
            ((ushort*)(scales + 64 + (j / 2 * 64)))[(2 * row) + (j % 2)] = (ushort)(s | (m << 8));
        }
    }
}
