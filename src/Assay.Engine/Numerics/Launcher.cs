namespace Assay.Engine.Numerics;

/// <summary>
/// Where the functions of this folder send their kernels: to the threads at once, or into a recording that runs them later, as
/// often as asked. So such a function does all that depends on shapes and pointers itself, and whatever reads or writes elements
/// goes into a kernel.
/// </summary>
internal sealed unsafe class Launcher(Workers workers)
{
    /// <summary>Threads that may run one kernel: parts are numbered from 0 to one less.</summary>
    public int Threads => workers.Threads;

    /// <summary>Where kernels go instead of being run; null where they are run.</summary>
    public Recording? Recording { get; set; }

    /// <summary>Runs <paramref name="kernel"/> over all its outputs and returns when they are made, or records it.</summary>
    /// <param name="isa">The width at which it runs.</param>
    /// <param name="items">Outputs.</param>
    /// <param name="kernel">The kernel; a copy is kept as long as it is needed, whatever it points at is not.</param>
    /// <param name="cost">How long one output takes: what takes little is not cut among threads, and a run can be called off after some part of a millisecond. A kernel whose single output may take long asks <see cref="Interrupt"/>.</param>
    /// <exception cref="OperationCanceledException">The run is to end; not all outputs are made.</exception>
    public void Run<TKernel>(Isa isa, int items, TKernel kernel, Cost cost) where TKernel : unmanaged, IKernel
    {
        if (items <= 0)
            return;
        if (Recording is { } recording)
            recording.Add(isa, items, kernel, cost);
        else
            workers.Run(new Launch(Launch.BodyOf<TKernel>(isa), &kernel, items, cost));
    }
}
