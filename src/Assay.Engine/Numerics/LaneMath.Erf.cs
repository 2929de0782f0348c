using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <content>The error function (4.8 of the profile).</content>
internal static partial class LaneMath
{
    /// <summary>2/sqrt(pi) times the integral of exp(-t·t) from 0 to x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Erf<T>(T x) where T : unmanaged, ILanes<T>
    {
        var a = Abs(x);
        var one = T.Broadcast(1f);

        // |x| below 1: an odd polynomial.
        var z = a * a;
        var q = T.Broadcast(7.80690389e-05f);
        q = T.Fma(q, z, T.Broadcast(-0.00079978531f));
        q = T.Fma(q, z, T.Broadcast(0.0051871622f));
        q = T.Fma(q, z, T.Broadcast(-0.0268533472f));
        q = T.Fma(q, z, T.Broadcast(0.112835787f));
        q = T.Fma(q, z, T.Broadcast(-0.37612626f));
        q = T.Fma(q, z, T.Broadcast(0.128379166f));
        var near = T.Fma(a, q, a);

        // Above: 1 - exp(-r), where r approximates -log(erfc(|x|)); from 4 on that is 1.
        var b = T.Select(T.Less(a, T.Broadcast(4f)), a, T.Broadcast(4f));
        var r = T.Broadcast(-0.00018637719f);
        r = T.Fma(r, b, T.Broadcast(0.00294763874f));
        r = T.Fma(r, b, T.Broadcast(-0.0218379851f));
        r = T.Fma(r, b, T.Broadcast(0.103106603f));
        r = T.Fma(r, b, T.Broadcast(0.63814497f));
        r = T.Fma(r, b, T.Broadcast(1.12708914f));
        r = T.Fma(r, b, T.Broadcast(0.00034152341f));
        var (p, n) = ExpParts(Negate(r));
        var power = T.ShiftLeft(T.AddInt(n, T.BroadcastBits(127)), 23);
        var far = T.Fma(Negate(power), p, one - power);

        var result = T.Select(T.Less(a, one), near, far) | (x & T.BroadcastBits(SignBit));
        return T.Select(T.Equal(x, x), result, T.BroadcastBits(CanonicalNaN));
    }
}
