using Assay.Engine.Language.Fast;

namespace Assay.Engine.Language;

/// <summary>
/// Tokens that a session has taken one after another, as the keys and values that later tokens look at. One thread at a time uses a
/// sequence; different sequences of a session are independent, whatever pages they share.
/// </summary>
public sealed class LanguageSequence : IDisposable
{
    private readonly CachePool pool;
    private readonly List<CachePage> pages = [];
    private bool disposed;

    internal LanguageSequence(LanguageSession session, CachePool pool) => (Session, this.pool) = (session, pool);

    internal LanguageSession Session { get; }

    /// <summary>Tokens taken: the position of the next.</summary>
    public int Length { get; private set; }

    internal IReadOnlyList<CachePage> Pages => pages;

    /// <summary>Another sequence that begins with the first <paramref name="length"/> tokens of this one. It costs no computation and, but for a page that is not full, no memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The sequence is not so long.</exception>
    public LanguageSequence Fork(int length)
    {
        Check(length);
        var fork = new LanguageSequence(Session, pool);
        foreach (var page in pages.Take(CacheLayout.PagesFor(length)))
        {
            pool.Share(page);
            fork.pages.Add(page);
        }
        fork.Length = length;
        return fork;
    }

    /// <inheritdoc cref="Fork(int)"/>
    public LanguageSequence Fork() => Fork(Length);

    /// <summary>Forgets all tokens but the first <paramref name="length"/> and gives their pages back.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The sequence is not so long.</exception>
    public void Truncate(int length)
    {
        Check(length);
        Length = length;
        Trim();
    }

    /// <summary>Gives all pages back.</summary>
    public void Dispose()
    {
        if (disposed)
            return;
        Truncate(0);
        disposed = true;
    }

    /// <summary>Pages that have to be rented before so many more tokens can be written.</summary>
    internal int Missing(int tokens)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return CacheLayout.PagesFor(Length + tokens) - pages.Count + (tokens > 0 && LastIsShared() ? 1 : 0);
    }

    /// <summary>Makes room for so many more tokens that nobody else can see; false where the pool has no more pages.</summary>
    internal bool TryReserve(int tokens)
    {
        if (tokens > 0 && LastIsShared())
        {
            // Written from here on: the part that is in use moves into a page of our own.
            if (pool.TryRent() is not { } own)
                return false;
            own.CopyFrom(pages[^1]);
            pool.Release(pages[^1]);
            pages[^1] = own;
        }
        while (pages.Count < CacheLayout.PagesFor(Length + tokens))
        {
            if (pool.TryRent() is not { } page)
                return false;
            pages.Add(page);
        }
        return true;
    }

    /// <summary>So many tokens were written.</summary>
    internal void Advance(int tokens) => Length += tokens;

    /// <summary>Gives pages back that hold no token.</summary>
    internal void Trim()
    {
        while (pages.Count > CacheLayout.PagesFor(Length))
        {
            pool.Release(pages[^1]);
            pages.RemoveAt(pages.Count - 1);
        }
    }

    private bool LastIsShared() => Length % CacheLayout.Positions != 0 && pool.IsShared(pages[^1]);

    private void Check(int length)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
    }
}
