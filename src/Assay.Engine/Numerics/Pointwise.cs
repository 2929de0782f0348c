namespace Assay.Engine.Numerics;

/// <summary>
/// A kernel whose item i makes elements i·1024 to (i+1)·1024 of its result, from the same elements of one or two operands or from
/// operands that stand for several elements each.
/// </summary>
internal interface IPointwiseKernel : IKernel
{
    /// <summary>Elements of one item.</summary>
    const int Chunk = 1024;

    Extents Extents { get; }
}

/// <summary>What a pointwise kernel touches.</summary>
/// <param name="y">The result.</param>
/// <param name="count">Its elements.</param>
/// <param name="a">An operand.</param>
/// <param name="countA">Its elements: fewer where one stands for several.</param>
/// <param name="b">Another, or null.</param>
/// <param name="countB">Its elements.</param>
internal readonly unsafe struct Extents(float* y, long count, float* a, long countA, float* b = null, long countB = 0)
{
    public readonly Stretch Y = new(y, count), A = new(a, countA), B = new(b, countB);
}

/// <summary>Neighbouring floats.</summary>
internal readonly unsafe struct Stretch(float* start, long count)
{
    private readonly float* start = start;
    private readonly long count = count;

    /// <summary>Kernels that use the two in any order, as long as each keeps to its own chunk, do not disturb each other.</summary>
    public bool IsSameOrApart(in Stretch other) => (start == other.start && count == other.count) || IsApart(other);

    public bool IsApart(in Stretch other) => start + count <= other.start || other.start + other.count <= start;
}

/// <summary>Pointwise kernels one after the other on each chunk, while it is in the first cache. One item is one chunk.</summary>
internal unsafe struct ChainKernel : IKernel
{
    public const int Most = 16;

    /// <summary>Chunks that go through all links before the next do.</summary>
    private const int Stride = 2;

    public Launch* Links;
    public int Count;

    readonly void IKernel.Run<T>(int part, int from, int to)
    {
        for (var i = from; i < to; i += Stride)
            for (var link = 0; link < Count; link++)
                Links[link].Body(Links[link].Kernel, part, i, Math.Min(i + Stride, to));
    }
}

/// <summary>
/// Joins the pointwise kernels that follow each other in a recording, where doing them chunk by chunk gives what doing them one by
/// one does: what one of them writes is for the others the same place, chunk for chunk, or none of their business.
/// </summary>
internal sealed unsafe class ChainBuilder(Recording recording)
{
    private readonly List<Extents> extents = [];
    private ChainKernel* chain;
    private int items;

    /// <summary>Whatever comes next does not belong to what came before.</summary>
    public void End()
    {
        extents.Clear();
        chain = null;
    }

    /// <summary>Takes a kernel that has been recorded as the last launch.</summary>
    /// <returns>What stands in place of it and the one before; null where it begins a chain of its own.</returns>
    public Launch? Add(in Launch last, in Launch before, in Extents own)
    {
        if (extents.Count == 0 || extents.Count == ChainKernel.Most || items != last.Items || !Fits(own))
        {
            End();
            extents.Add(own);
            items = last.Items;
            return null;
        }
        if (chain is null)
        {
            chain = (ChainKernel*)recording.Keep(sizeof(ChainKernel));
            *chain = new() { Links = (Launch*)recording.Keep(ChainKernel.Most * sizeof(Launch)), Count = 1 };
            chain->Links[0] = before;
        }
        chain->Links[chain->Count++] = last;
        extents.Add(own);
        return new(Launch.BodyOf<ChainKernel>(Isa.Scalar), chain, items, before.Cost.And(last.Cost));
    }

    private bool Fits(in Extents own)
    {
        foreach (ref readonly var other in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(extents))
            if (!own.Y.IsSameOrApart(other.Y) || !Undisturbed(own, other) || !Undisturbed(other, own))
                return false;
        return true;

        // What one writes, the other reads in the same chunk or not at all.
        static bool Undisturbed(in Extents writer, in Extents reader) => writer.Y.IsSameOrApart(reader.A) && writer.Y.IsSameOrApart(reader.B);
    }
}
