using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Assay.Engine.Numerics;

/// <summary>
/// Whether the run that the present thread works for has been called off. Loops that may take longer than some milliseconds ask,
/// so that a run ends soon after it is no longer wanted, in the middle of one large operator too.
/// </summary>
/// <remarks>Bound to the thread, so that no kernel and no function of the reference carries what has nothing to do with its result.</remarks>
internal static unsafe class Interrupt
{
    [ThreadStatic]
    private static int* flag;

    /// <summary>The run is to end: a kernel leaves the rest, whoever launched it says so.</summary>
    public static bool IsRaised
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => flag is not null && Volatile.Read(ref *flag) != 0;
    }

    /// <exception cref="OperationCanceledException">The run is to end.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check()
    {
        if (IsRaised)
            Throw();
    }

    /// <summary>Every so many turns of a loop that is too tight for more.</summary>
    /// <exception cref="OperationCanceledException">The run is to end.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(int turn)
    {
        if ((turn & 0xFFFFF) == 0xFFFFF)
            Check();
    }

    /// <summary>Until the result is disposed of, the present thread works for a run that ends once <paramref name="raised"/> is not 0.</summary>
    public static Watch On(int* raised) => new(raised);

    /// <inheritdoc cref="On(int*)"/>
    public static Watch On(Flag raised) => new(raised.Raised);

    [DoesNotReturn]
    private static void Throw() => throw new OperationCanceledException("the run was called off");

    public readonly ref struct Watch : IDisposable
    {
        private readonly int* before;

        public Watch(int* raised)
        {
            before = flag;
            flag = raised;
        }

        public void Dispose() => flag = before;
    }

    /// <summary>A flag that a token raises.</summary>
    public sealed class Flag : IDisposable
    {
        private readonly CancellationTokenRegistration registration;

        public Flag(CancellationToken cancel) => registration = cancel.UnsafeRegister(static flag => *((Flag)flag!).Raised = 1, this);

        public int* Raised { get; } = (int*)NativeMemory.AllocZeroed(sizeof(int));

        public void Dispose()
        {
            registration.Dispose();
            NativeMemory.Free(Raised);
        }
    }
}
