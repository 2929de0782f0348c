namespace Assay.Engine.Numerics;

/// <summary>A kernel ready to run: the function that makes a range of its outputs, and where the kernel lies.</summary>
/// <param name="body">(kernel, thread, from, to).</param>
/// <param name="kernel">An <see cref="IKernel"/> that stays in place while it runs.</param>
/// <param name="items">How many outputs it makes.</param>
/// <param name="cost">How long one of them takes.</param>
internal readonly unsafe struct Launch(delegate*<void*, int, int, int, void> body, void* kernel, int items, Cost cost)
{
    public readonly delegate*<void*, int, int, int, void> Body = body;
    public readonly void* Kernel = kernel;
    public readonly int Items = items;
    public readonly Cost Cost = cost;

    /// <summary>About how long one thread takes for all outputs.</summary>
    public double Nanoseconds => (double)Items * Cost.Nanoseconds;

    /// <summary>The body of <typeparamref name="TKernel"/> at that width.</summary>
    public static delegate*<void*, int, int, int, void> BodyOf<TKernel>(Isa isa) where TKernel : unmanaged, IKernel => isa switch
    {
        Isa.Avx512 => &Invoke<TKernel, Lane16>,
        Isa.Avx2 => &Invoke<TKernel, Lane8>,
        Isa.V128 => &Invoke<TKernel, Lane4>,
        _ => &Invoke<TKernel, Lane1>,
    };

    private static void Invoke<TKernel, T>(void* kernel, int part, int from, int to)
        where TKernel : unmanaged, IKernel where T : unmanaged, ILanes<T> => ((TKernel*)kernel)->Run<T>(part, from, to);
}
