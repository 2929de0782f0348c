using System.Runtime.CompilerServices;
using Assay.Proofs.Field;

namespace Assay.Prover.Kernels;

/// <summary>Single steps of sums over entries, through memory: a whole relation at once the compiler would neither inline nor keep in registers.</summary>
internal static class Steps
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Load<T>(ref uint near, int far, ref Elements<T> value, ref Elements<T> step) where T : struct, ILanes<T>
    {
        value = Elements<T>.Load(ref near);
        step = Elements<T>.Load(ref Unsafe.Add(ref near, far)) - value;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Add<T>(in Elements<T> a, in Elements<T> b, ref Elements<T> sum) where T : struct, ILanes<T> => sum = a + b;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void AddTwice<T>(in Elements<T> a, in Elements<T> b, ref Elements<T> sum) where T : struct, ILanes<T> => sum = a + b + b;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Subtract<T>(in Elements<T> a, in Elements<T> b, ref Elements<T> difference) where T : struct, ILanes<T> => difference = a - b;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<T>(in Elements<T> a, in Elements<T> b, ref Elements<T> product) where T : struct, ILanes<T> => product = a * b;

    /// <summary>By an element of the base field.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<T>(in Elements<T> a, Felt b, ref Elements<T> product) where T : struct, ILanes<T> => product = a * T.Of(b.Form);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void AddProduct<T>(in Elements<T> a, in Elements<T> b, ref Elements<T> sum) where T : struct, ILanes<T> => sum += a * b;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void AddProduct<T>(in Elements<T> a, Felt b, ref Elements<T> sum) where T : struct, ILanes<T> => sum += a * T.Of(b.Form);
}
