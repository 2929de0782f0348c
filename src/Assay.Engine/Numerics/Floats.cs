namespace Assay.Engine.Numerics;

/// <summary>Where the memory of a run's values comes from and goes back to.</summary>
internal interface IFloatStore
{
    /// <summary>Room for that many floats on a 64-byte boundary; what stands in it is undefined.</summary>
    Floats Rent(long count);

    /// <summary>Takes back what nobody needs any more.</summary>
    void Return(Floats floats);
}

/// <summary>Float32 elements that several values may share; the last to let go gives the memory back.</summary>
/// <param name="pointer">The first element.</param>
/// <param name="backing">What the store knows the memory by.</param>
/// <param name="store">Where the memory goes when nobody needs it; null for constants, which stay.</param>
internal sealed unsafe class Floats(float* pointer, object? backing, IFloatStore? store)
{
    private int owners = 1;

    public float* Pointer => pointer;

    public object? Backing => backing;

    /// <summary>Whoever holds it may write over it: no constant, and nobody else's.</summary>
    public bool IsSole => store is not null && owners == 1;

    public Floats Share()
    {
        owners++;
        return this;
    }

    public void Release()
    {
        if (store is not null && --owners == 0)
            store.Return(this);
    }
}
