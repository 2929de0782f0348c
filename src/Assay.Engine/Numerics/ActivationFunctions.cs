using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>x times the slope below zero, x elsewhere.</summary>
internal readonly struct PReluFunction : IBinaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T slope) where T : unmanaged, ILanes<T> => LaneMath.Canonical(T.Select(T.Less(x, default), x * slope, x));
}

/// <summary>alpha (exp(x) - 1) below zero, x elsewhere.</summary>
internal readonly struct EluFunction : IBinaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T alpha) where T : unmanaged, ILanes<T> =>
        LaneMath.Canonical(T.Select(T.Less(x, default), alpha * (LaneMath.Exp(x) - T.Broadcast(1f)), x));
}

/// <summary>x + beta, limited to 0 and 1.</summary>
internal readonly struct AddAndLimitFunction : IBinaryFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T beta) where T : unmanaged, ILanes<T> =>
        LaneMath.Canonical(LaneMath.Max(LaneMath.Min(x + beta, T.Broadcast(1f)), default));
}
