namespace Assay.Engine.Numerics.Language;

/// <summary>
/// How 32 columns of sixteen rows of quantised weights stand in a panel, and what a product does with them. Lane r of every vector is
/// row r. A <i>quad</i> is four neighbouring columns; its weights are unsigned, so that instructions which add neighbouring products apply.
/// </summary>
internal unsafe interface IPanelFormat
{
    /// <summary>Bytes of the whole numbers of 32 columns of sixteen rows.</summary>
    static abstract int BlockBytes { get; }

    /// <summary>Columns that share stored scales: 32, or 256.</summary>
    static abstract int Columns { get; }

    /// <summary>Bytes of those scales, of sixteen rows.</summary>
    static abstract int ScaleBytes { get; }

    /// <summary>Vectors of sixteen floats that 32 columns need once the scales are widened.</summary>
    static abstract int Terms { get; }

    /// <summary>
    /// Whether weights have eight bits, of which the high four are multiplied by themselves and count sixteen times: full bytes would leave
    /// the 16 bits in which <see cref="ILanes{T}.MultiplyAddBytes"/> adds two products. <see cref="Quads"/> is then 8.
    /// </summary>
    static abstract bool HasHigh { get; }

    /// <summary>
    /// Quads whose sums of two products each stay within 16 bits when added: with weights up to w, quads · 2 · w · 127 is at most 32767.
    /// </summary>
    static abstract int Quads { get; }

    /// <summary>The first of the activations' whole-number terms (<see cref="TokenTerms"/>) that makes up for weights being unsigned, one for each half of the block where <see cref="HasHalves"/>, else one for the block; -1 where there is none.</summary>
    static abstract int Offset { get; }

    /// <summary>Whether a minimum is taken off, times the sum of the activations.</summary>
    static abstract bool HasMinimum { get; }

    /// <summary>Whether each sixteen columns have a whole-number scale of their own; <see cref="Quads"/> is then 2, and there is an <see cref="Offset"/>.</summary>
    static abstract bool HasHalves { get; }

    /// <summary>The bytes of quad <paramref name="q"/> (0 to 7); where <see cref="HasHigh"/> their low halves, and in <paramref name="high"/> the high ones.</summary>
    static abstract T Quad<T>(byte* block, int q, out T high) where T : unmanaged, ILanes<T>;

    /// <summary>Widens the scales of <see cref="Columns"/> columns, T.Width of the rows: <see cref="Terms"/> vectors for each 32 columns, sixteen floats apart.</summary>
    static abstract void Widen<T>(byte* scales, int row, float* terms) where T : unmanaged, ILanes<T>;

    /// <summary>Packs stored columns <see cref="Columns"/> of one row.</summary>
    static abstract void Pack(byte* stored, int row, byte* scales, byte* blocks);
}

/// <summary>What a product needs of 32 activations of a token besides the numbers themselves, in the order in which it is kept.</summary>
internal static class TokenTerms
{
    /// <summary>e, a float.</summary>
    public const int Scale = 0;

    /// <summary>float(A) · e, A being the sum of the whole numbers.</summary>
    public const int Sum = 1;

    /// <summary>-8 A.</summary>
    public const int Minus8 = 2;

    /// <summary>-128 A.</summary>
    public const int Minus128 = 3;

    /// <summary>-32 times the sum of the first sixteen, and then of the second sixteen.</summary>
    public const int Minus32 = 4;

    /// <summary>-16 A.</summary>
    public const int Minus16 = 6;

    public const int Count = 7;
}
