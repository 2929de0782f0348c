using Assay.Engine.Numerics;

namespace Assay.Engine.Language.Fast;

/// <summary>2.5: attention of rows of queries over the pages of their sequences. One item is one row and one head of keys.</summary>
internal unsafe struct PagedAttention : IKernel
{
    /// <summary>[rows, heads, E], rows <see cref="QueryStep"/> floats apart.</summary>
    public float* Queries;
    public int QueryStep;

    /// <summary>[rows, heads · E].</summary>
    public float* Y;

    /// <summary>Of each row its position, and the pages of its sequence.</summary>
    public int* Positions;
    public float*** Pages;
    public CacheLayout Layout;
    public int Layer, Heads;

    /// <summary>Positions that a row looks back, its own included; 0 for all.</summary>
    public int Window;
    public float Scale, Softcap;

    /// <summary>Of each thread twice <see cref="RowSize"/> floats.</summary>
    public float* Scratch;
    public long RowSize;

    /// <summary>Floats of a row of scores: whole pages, from the page of the first key on, and one page before them.</summary>
    public static long RowSizeFor(int positions) => ((long)CacheLayout.PagesFor(positions) + 2) * CacheLayout.Positions;

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var perGroup = Heads / Layout.Groups;
        for (var item = from; item < to && !Interrupt.IsRaised; item++)
        {
            var (row, group) = (item / Layout.Groups, item % Layout.Groups);
            for (var head = group * perGroup; head < (group + 1) * perGroup; head++)
                Head<T>(Scratch + (2 * part * RowSize), row, group, head);
        }
    }

    private readonly void Head<T>(float* scratch, int row, int group, int head) where T : unmanaged, ILanes<T>
    {
        const int Page = CacheLayout.Positions;
        var size = Layout.HeadSize;
        var last = Positions[row];
        var first = Window > 0 ? Math.Max(0, last - Window + 1) : 0;
        var count = last + 1 - first;
        // The first key of the row stands at s[0], since its lanes count from there; what its page has before it goes in front.
        float* s = scratch + Page, weights = s + RowSize;
        var q = Queries + ((long)row * QueryStep) + ((long)head * size);
        for (var page = first / Page; page <= last / Page; page++)
            Scores<T>(q, Pages[row][page] + Layout.Keys(Layer, group), s + ((page * Page) - first));
        for (var i = count; i % 16 != 0; i++)
            s[i] = float.NegativeInfinity;
        AttentionRow.Weigh<T>(s, weights, count);
        var y = Y + ((((long)row * Heads) + head) * size);
        new Span<float>(y, size).Clear();
        for (var page = first / Page; page <= last / Page; page++)
        {
            var (begin, end) = (Math.Max(page * Page, first), Math.Min((page + 1) * Page, last + 1));
            var values = Pages[row][page] + Layout.Values(Layer, group) + ((begin - (page * Page)) * size);
            AttentionRow.Chain<T>(s + (begin - first), weights + (begin - first), 0, end - begin, values, y, size);
        }
        AttentionRow.Canonical<T>(y, size);
    }

    /// <summary>The scores of one page's keys, lanes across keys; four vectors together, whose chains do not wait for one another.</summary>
    private readonly void Scores<T>(float* q, float* keys, float* s) where T : unmanaged, ILanes<T>
    {
        for (var j = 0; j < CacheLayout.Positions; j += 4 * T.Width)
        {
            T a0 = default, a1 = default, a2 = default, a3 = default;
            var k = keys + j;
            for (var e = 0; e < Layout.HeadSize; e++, k += CacheLayout.Positions)
            {
                var x = T.Broadcast(q[e]);
                a0 = T.Fma(x, T.Load(k), a0);
                a1 = T.Fma(x, T.Load(k + T.Width), a1);
                a2 = T.Fma(x, T.Load(k + (2 * T.Width)), a2);
                a3 = T.Fma(x, T.Load(k + (3 * T.Width)), a3);
            }
            T.Store(Adjust(a0), s + j);
            T.Store(Adjust(a1), s + j + T.Width);
            T.Store(Adjust(a2), s + j + (2 * T.Width));
            T.Store(Adjust(a3), s + j + (3 * T.Width));
        }
    }

    private readonly T Adjust<T>(T score) where T : unmanaged, ILanes<T>
    {
        score *= T.Broadcast(Scale);
        return Softcap > 0 ? T.Broadcast(Softcap) * LaneMath.Tanh(score / T.Broadcast(Softcap)) : score;
    }
}

/// <summary>Puts the keys and values of rows into the pages of their sequences. One item is one row.</summary>
internal unsafe struct CacheWrite : IKernel
{
    /// <summary>[rows, groups · E] each, rows <see cref="Step"/> floats apart.</summary>
    public float* Keys, Values;
    public int Step;
    public int* Positions;
    public float*** Pages;
    public CacheLayout Layout;
    public int Layer;

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var size = Layout.HeadSize;
        for (var row = from; row < to; row++)
        {
            var page = Pages[row][Positions[row] / CacheLayout.Positions];
            var at = Positions[row] % CacheLayout.Positions;
            for (var group = 0; group < Layout.Groups; group++)
            {
                var key = Keys + ((long)row * Step) + ((long)group * size);
                var turned = page + Layout.Keys(Layer, group) + at;
                for (var e = 0; e < size; e++)
                    turned[e * CacheLayout.Positions] = key[e];
                var value = Values + ((long)row * Step) + ((long)group * size);
                Buffer.MemoryCopy(value, page + Layout.Values(Layer, group) + ((long)at * size), size * sizeof(float), size * sizeof(float));
            }
        }
    }
}
