using System.Runtime.CompilerServices;
using Assay.Proofs.Field;

namespace Assay.Prover.Kernels;

/// <summary>Elements of the extension in lanes, in Montgomery's form: the same coordinate of neighbouring elements stands in one vector.</summary>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
internal readonly struct Elements<T>(T c0, T c1, T c2, T c3) where T : struct, ILanes<T>
{
    public readonly T C0 = c0, C1 = c1, C2 = c2, C3 = c3;

    /// <summary>The same element in every lane.</summary>
    public static Elements<T> Of(Felt4 value) => new(T.Of(value.C0.Form), T.Of(value.C1.Form), T.Of(value.C2.Form), T.Of(value.C3.Form));

    /// <summary>Lanes of a group of a <see cref="Packed"/> array.</summary>
    /// <param name="first">The first coordinate of the first lane.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Elements<T> Load(ref uint first) =>
        new(T.Load(in first), T.Load(in Unsafe.Add(ref first, Packed.Group)), T.Load(in Unsafe.Add(ref first, 2 * Packed.Group)), T.Load(in Unsafe.Add(ref first, 3 * Packed.Group)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref uint first)
    {
        C0.Store(ref first);
        C1.Store(ref Unsafe.Add(ref first, Packed.Group));
        C2.Store(ref Unsafe.Add(ref first, 2 * Packed.Group));
        C3.Store(ref Unsafe.Add(ref first, 3 * Packed.Group));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Elements<T> operator +(in Elements<T> a, in Elements<T> b) =>
        new(FieldLanes.Add(a.C0, b.C0), FieldLanes.Add(a.C1, b.C1), FieldLanes.Add(a.C2, b.C2), FieldLanes.Add(a.C3, b.C3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Elements<T> operator -(in Elements<T> a, in Elements<T> b) =>
        new(FieldLanes.Subtract(a.C0, b.C0), FieldLanes.Subtract(a.C1, b.C1), FieldLanes.Subtract(a.C2, b.C2), FieldLanes.Subtract(a.C3, b.C3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Elements<T> operator *(in Elements<T> a, in Elements<T> b) => Wide<T>.Product(a, b).Reduce();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Elements<T> operator *(in Elements<T> a, in Factor<T> b) => Wide<T>.Product(a, b).Reduce();

    /// <summary>By elements of the base field.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Elements<T> operator *(in Elements<T> a, T b) =>
        new(FieldLanes.Multiply(a.C0, b), FieldLanes.Multiply(a.C1, b), FieldLanes.Multiply(a.C2, b), FieldLanes.Multiply(a.C3, b));

    /// <summary>The sum of all lanes.</summary>
    public Felt4 Sum() => new(Sum(C0), Sum(C1), Sum(C2), Sum(C3));

    private static Felt Sum(T lanes)
    {
        Span<uint> words = stackalloc uint[Packed.Group];
        lanes.Store(ref words[0]);
        var sum = Felt.Zero;
        for (var i = 0; i < T.Count; i++)
            sum += Felt.OfForm(words[i]);
        return sum;
    }
}

/// <summary>One element in every lane, with what a product by it needs.</summary>
internal readonly struct Factor<T>(Felt4 value) where T : struct, ILanes<T>
{
    public readonly T C0 = T.Of(value.C0.Form), C1 = T.Of(value.C1.Form), C2 = T.Of(value.C2.Form), C3 = T.Of(value.C3.Form);

    // Three times a coordinate: X⁴ is 3.
    public readonly T T1 = Thrice(value.C1), T2 = Thrice(value.C2), T3 = Thrice(value.C3);

    private static T Thrice(Felt a) => T.Of((a + a + a).Form);
}

/// <summary>Products that are not yet reduced: of each coordinate sums of 64 bits, those of even lanes and those of odd ones, below 2 p · 2^32.</summary>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
internal readonly struct Wide<T>(T e0, T e1, T e2, T e3, T o0, T o1, T o2, T o3) where T : struct, ILanes<T>
{
    public readonly T E0 = e0, E1 = e1, E2 = e2, E3 = e3, O0 = o0, O1 = o1, O2 = o2, O3 = o3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Wide<T> Product(in Elements<T> a, in Elements<T> b)
    {
        var (t1, t2, t3) = (Thrice(b.C1), Thrice(b.C2), Thrice(b.C3));
        Products(a.C0, a.C1, a.C2, a.C3, b.C0, b.C1, b.C2, b.C3, t1, t2, t3, out var e0, out var e1, out var e2, out var e3);
        Products(T.Odd(a.C0), T.Odd(a.C1), T.Odd(a.C2), T.Odd(a.C3), T.Odd(b.C0), T.Odd(b.C1), T.Odd(b.C2), T.Odd(b.C3), T.Odd(t1), T.Odd(t2), T.Odd(t3),
            out var o0, out var o1, out var o2, out var o3);
        return new Wide<T>(e0, e1, e2, e3, o0, o1, o2, o3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Wide<T> Product(in Elements<T> a, in Factor<T> b)
    {
        Products(a.C0, a.C1, a.C2, a.C3, b.C0, b.C1, b.C2, b.C3, b.T1, b.T2, b.T3, out var e0, out var e1, out var e2, out var e3);
        Products(T.Odd(a.C0), T.Odd(a.C1), T.Odd(a.C2), T.Odd(a.C3), b.C0, b.C1, b.C2, b.C3, b.T1, b.T2, b.T3, out var o0, out var o1, out var o2, out var o3);
        return new Wide<T>(e0, e1, e2, e3, o0, o1, o2, o3);
    }

    /// <summary>The sum, as far below as its parts were.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Wide<T> operator +(in Wide<T> a, in Wide<T> b) => new(
        T.AddProducts(a.E0, b.E0), T.AddProducts(a.E1, b.E1), T.AddProducts(a.E2, b.E2), T.AddProducts(a.E3, b.E3),
        T.AddProducts(a.O0, b.O0), T.AddProducts(a.O1, b.O1), T.AddProducts(a.O2, b.O2), T.AddProducts(a.O3, b.O3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Elements<T> Reduce() =>
        new(T.Reduce(E0, O0), T.Reduce(E1, O1), T.Reduce(E2, O2), T.Reduce(E3, O3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Thrice(T a) => FieldLanes.Add(FieldLanes.Add(a, a), a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Products(T a0, T a1, T a2, T a3, T b0, T b1, T b2, T b3, T t1, T t2, T t3, out T s0, out T s1, out T s2, out T s3)
    {
        s0 = T.Dot(a0, b0, a1, t3, a2, t2, a3, t1);
        s1 = T.Dot(a0, b1, a1, b0, a2, t3, a3, t2);
        s2 = T.Dot(a0, b2, a1, b1, a2, b0, a3, t3);
        s3 = T.Dot(a0, b3, a1, b2, a2, b1, a3, b0);
    }
}
