namespace Assay.Engine.Numerics;

/// <summary>
/// A vector of float32 lanes. A kernel is written once over it and the JIT makes one body per width; lane i of every
/// operation is the IEEE 754 operation on lanes i, rounded to nearest even, subnormals kept, so the width cannot show.
/// </summary>
/// <remarks>
/// Masks are lanes of all ones or all zeros. The integer operations read the same 32 bits as two's complement. Nothing
/// here may be an estimate. NaN payloads may differ between widths, so results are canonicalised before they are stored.
/// </remarks>
internal unsafe interface ILanes<T> where T : unmanaged, ILanes<T>
{
    static abstract int Width { get; }

    static abstract T Load(float* source);

    static abstract void Store(T value, float* target);

    static abstract T Broadcast(float value);

    static abstract T BroadcastBits(int bits);

    static abstract T operator +(T a, T b);

    static abstract T operator -(T a, T b);

    static abstract T operator *(T a, T b);

    static abstract T operator /(T a, T b);

    /// <summary>a·b + c with one rounding.</summary>
    static abstract T Fma(T a, T b, T c);

    static abstract T Sqrt(T a);

    static abstract T Less(T a, T b);

    static abstract T Equal(T a, T b);

    /// <summary>a where the mask is set, else b.</summary>
    static abstract T Select(T mask, T a, T b);

    static abstract T operator &(T a, T b);

    static abstract T operator |(T a, T b);

    static abstract T operator ^(T a, T b);

    static abstract T AddInt(T a, T b);

    static abstract T SubInt(T a, T b);

    static abstract T ShiftLeft(T a, int count);

    static abstract T ShiftRight(T a, int count);

    static abstract T ShiftRightArithmetic(T a, int count);

    static abstract T LessInt(T a, T b);

    static abstract T MaxInt(T a, T b);

    /// <summary>The lanes' integers as floats, to nearest even.</summary>
    static abstract T FromInt(T a);

    /// <summary>a, with every NaN replaced by the canonical one.</summary>
    static abstract T Canonical(T a);

    /// <summary>a above zero, +0 elsewhere, the canonical NaN where a is NaN.</summary>
    static abstract T Relu(T a);

    /// <summary>Elements 0, 2, 4, ... of a and then of b.</summary>
    static abstract T Even(T a, T b);

    /// <summary>Elements 1, 3, 5, ... of a and then of b.</summary>
    static abstract T Odd(T a, T b);

    /// <summary>Whether the top bit of any lane is set.</summary>
    static abstract bool AnyTopBit(T a);

    /// <summary>Width unsigned 16-bit integers, zero-extended.</summary>
    static abstract T Widen(ushort* source);

    /// <summary>The low 16 bits of each lane, all of which must be below 2^16.</summary>
    static abstract void Narrow(T value, ushort* target);

    /// <summary>Of each lane's four bytes, unsigned in a and signed in b: the sums of products of bytes 0 and 1, and of 2 and 3, as two 16-bit integers. Neither sum may leave their range.</summary>
    static abstract T MultiplyAddBytes(T a, T b);

    /// <summary>Of each lane's two signed 16-bit integers: the sum of the two products.</summary>
    static abstract T MultiplyAddShorts(T a, T b);

    /// <summary>Two signed bytes for each lane, widened to 16 bits.</summary>
    static abstract T WidenBytes(sbyte* source);

    /// <summary>Two sums of 16-bit integers in each lane.</summary>
    static abstract T AddShorts(T a, T b);

    /// <summary>The low 8 bits of each lane.</summary>
    static abstract void NarrowToBytes(T value, sbyte* target);
}
