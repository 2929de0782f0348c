using System.Runtime.CompilerServices;

namespace Assay.Prover.Kernels;

/// <summary>The field's arithmetic in lanes. A product with a factor in Montgomery's form leaves the other as it is: canonical words stay canonical.</summary>
internal static class FieldLanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Add<T>(T a, T b) where T : struct, ILanes<T> => T.AddModulo(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Subtract<T>(T a, T b) where T : struct, ILanes<T> => T.SubtractModulo(a, b);

    /// <summary>a b / 2^32 modulo p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Multiply<T>(T a, T b) where T : struct, ILanes<T> => T.Reduce(T.MultiplyEven(a, b), T.MultiplyEven(T.Odd(a), T.Odd(b)));
}
