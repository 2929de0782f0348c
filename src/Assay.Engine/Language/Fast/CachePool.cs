using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Fast;

/// <summary>Keys and values of 64 positions, of one sequence or of several that begin alike.</summary>
internal sealed unsafe class CachePage(long floats) : IDisposable
{
    public AlignedBuffer Floats { get; } = new(floats);

    /// <summary>Sequences that hold the page; none writes into it while there are several.</summary>
    public int Owners { get; set; }

    public void CopyFrom(CachePage page) =>
        Buffer.MemoryCopy(page.Floats.Pointer, Floats.Pointer, Floats.Count * sizeof(float), page.Floats.Count * sizeof(float));

    public void Dispose() => Floats.Dispose();
}

/// <summary>All pages of a session: at most so many, made when they are first needed and kept for the next. Safe for several threads.</summary>
internal sealed class CachePool(CacheLayout layout, int most) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Stack<CachePage> idle = [];
    private int made;
    private bool disposed;

    public CacheLayout Layout => layout;

    /// <summary>Pages at most.</summary>
    public int Most => most;

    /// <summary>Pages that can still be rented.</summary>
    public int Free
    {
        get
        {
            lock (gate)
                return most - made + idle.Count;
        }
    }

    /// <summary>A page that nobody else holds, or null where all are in use.</summary>
    public CachePage? TryRent()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (!idle.TryPop(out var page))
            {
                if (made == most)
                    return null;
                page = new CachePage(layout.PageSize);
                made++;
            }
            page.Owners = 1;
            return page;
        }
    }

    public void Share(CachePage page)
    {
        lock (gate)
            page.Owners++;
    }

    public bool IsShared(CachePage page)
    {
        lock (gate)
            return page.Owners > 1;
    }

    public void Release(CachePage page)
    {
        lock (gate)
        {
            if (--page.Owners > 0)
                return;
            if (disposed)
                page.Dispose();
            else
                idle.Push(page);
        }
    }

    /// <summary>Frees what is not in use; the rest follows when it is released.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            while (idle.TryPop(out var page))
                page.Dispose();
        }
    }
}
