namespace Assay.Engine.Numerics;

/// <summary>
/// A vector of float64 lanes, as <see cref="ILanes{T}"/> is one of float32. There is no fused multiply-add: what is written over it needs
/// none, so that one lane costs no more than eight, lane for lane.
/// </summary>
internal unsafe interface IDoubles<D> where D : unmanaged, IDoubles<D>
{
    static abstract int Width { get; }

    static abstract D Load(double* source);

    static abstract void Store(D value, double* target);

    static abstract D Broadcast(double value);

    static abstract D BroadcastBits(long bits);

    static abstract D operator +(D a, D b);

    static abstract D operator -(D a, D b);

    static abstract D operator *(D a, D b);

    static abstract D operator /(D a, D b);

    static abstract D Sqrt(D a);

    static abstract D Less(D a, D b);

    static abstract D Equal(D a, D b);

    /// <summary>a where the mask is set, else b.</summary>
    static abstract D Select(D mask, D a, D b);

    static abstract D operator &(D a, D b);

    static abstract D operator |(D a, D b);

    static abstract D operator ^(D a, D b);

    static abstract D AddLong(D a, D b);

    static abstract D ShiftLeft(D a, int count);

    static abstract D ShiftRight(D a, int count);

    /// <summary>Some lane of the mask is set.</summary>
    static abstract bool Any(D mask);
}
