using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>Whole numbers, without loss.</summary>
internal static class Numbers
{
    /// <summary>One element of an integer or bool tensor.</summary>
    public static Int128 LoadWhole(Tensor x, int i) => x.Type switch
    {
        DType.Int64 => x.Span<long>()[i],
        DType.Int32 => x.Span<int>()[i],
        DType.Int16 => x.Span<short>()[i],
        DType.Int8 => x.Span<sbyte>()[i],
        DType.UInt64 => x.Span<ulong>()[i],
        DType.UInt32 => x.Span<uint>()[i],
        DType.UInt16 => x.Span<ushort>()[i],
        DType.UInt8 or DType.Bool or DType.UInt4 or DType.UInt2 => x.Span<byte>()[i],
        DType.Int4 or DType.Int2 => x.Span<sbyte>()[i],
        _ => throw new ModelException($"{x.Type.Name()} is not a whole number"),
    };

    /// <summary>Writes the low bits: integers wrap.</summary>
    public static void StoreWhole(Tensor y, int i, Int128 value)
    {
        Interrupt.Check();
        var low = unchecked((ulong)value);
        if (y.Type.IsSmallInteger())
        {
            // In memory a small integer fills its byte: with copies of its sign, or with zeros.
            var unused = 64 - y.Type.Bits();
            low = y.Type.IsSigned() ? (ulong)((long)(low << unused) >> unused) : low << unused >> unused;
        }
        switch (y.Type.Size())
        {
            case 8: y.MutableSpan<ulong>()[i] = low; break;
            case 4: y.MutableSpan<uint>()[i] = unchecked((uint)low); break;
            case 2: y.MutableSpan<ushort>()[i] = unchecked((ushort)low); break;
            default: y.MutableSpan<byte>()[i] = unchecked((byte)low); break;
        }
    }

    /// <summary>Least and greatest value of an integer type, or of bool.</summary>
    public static (Int128 Least, Int128 Greatest) Range(DType type)
    {
        if (type == DType.Bool)
            return (0, 1);
        var bits = type.Bits();
        return type.IsSigned() ? (-(Int128.One << (bits - 1)), (Int128.One << (bits - 1)) - 1) : (0, (Int128.One << bits) - 1);
    }
}
