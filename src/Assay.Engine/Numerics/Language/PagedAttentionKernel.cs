namespace Assay.Engine.Numerics.Language;

/// <summary>
/// Attention of tokens over keys and values that lie in pages of 64 positions (2.5 of assay-llm-v1). Of each head of keys a page holds
/// the keys [headSize, 64], turned so that lanes lie across positions, and the values [64, headSize]. The queries of one sequence that
/// share a head of keys go together, sixteen at a time: a page is read once for all of them. No output depends on which they are. One item
/// is a few tokens and one head of keys.
/// </summary>
internal unsafe struct PagedAttentionKernel : IKernel
{
    /// <summary>Positions of a page.</summary>
    public const int Page = 64;

    // Queries that go together.
    private const int Most = 16;

    /// <summary>[tokens, heads, headSize], tokens <see cref="QueryStep"/> floats apart.</summary>
    public float* Queries;
    public long QueryStep;

    /// <summary>[tokens, heads, headSize].</summary>
    public float* Y;

    /// <summary>Of each token its position, the last that it sees, and the pages of its sequence. Tokens of a sequence follow one another.</summary>
    public int* Positions;
    public float*** Pages;
    public int Tokens;

    /// <summary>Where in a page the keys and values of the first head of keys begin, and floats from one head to the next.</summary>
    public long Keys, Values, GroupStep;

    /// <summary>Heads of queries, and of keys.</summary>
    public int Heads, Groups, HeadSize;

    /// <summary>Positions that a token sees, its own included; 0 for all.</summary>
    public int Window;
    public float Scale, Softcap;

    private float* scratch;
    private long rowSize, scratchSize;

    private readonly int PerGroup => Heads / Groups;

    private readonly int TokensPerItem => Math.Max(1, Most / PerGroup);

    public static void Run(Launcher launcher, Isa isa, Scratch scratch, PagedAttentionKernel kernel)
    {
        var last = 0;
        for (var i = 0; i < kernel.Tokens; i++)
            last = Math.Max(last, kernel.Positions[i]);
        var rows = kernel.TokensPerItem * kernel.PerGroup;
        // Whole pages, and the rest of a vector behind a row that begins anywhere.
        kernel.rowSize = ((last / Page) + 2) * Page;
        var padded = (rows + 3) / 4 * 4;
        kernel.scratchSize = ((padded + 1) * kernel.rowSize) + (2L * padded * kernel.HeadSize) + (4 * Page);
        kernel.scratch = scratch.Panels(launcher.Threads * kernel.scratchSize);
        var items = checked((kernel.Tokens + kernel.TokensPerItem - 1) / kernel.TokensPerItem * kernel.Groups);
        launcher.Run(isa, items, kernel, Cost.Of(2.0 * rows * (last + 1) * kernel.HeadSize, perNanosecond: 30, start: 100));
    }

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        for (var item = from; item < to; item++)
        {
            var token = item / Groups * TokensPerItem;
            var end = Math.Min(Tokens, token + TokensPerItem);
            while (token < end && !Interrupt.IsRaised)
            {
                // Those of one sequence.
                var next = token + 1;
                while (next < end && Pages[next] == Pages[token])
                    next++;
                Together<T>(scratch + (part * scratchSize), item % Groups, token, (next - token) * PerGroup);
                token = next;
            }
        }
    }

    /// <summary>The queries of some tokens of one sequence, all heads of the group of each.</summary>
    private readonly void Together<T>(float* scores, int group, int token, int rows) where T : unmanaged, ILanes<T>
    {
        var ranges = stackalloc Range[rows];
        var padded = (rows + 3) / 4 * 4;
        var weights = scores + (padded * rowSize);
        float* q = weights + rowSize, y = q + ((long)padded * HeadSize), packed = y + ((long)padded * HeadSize);
        int begin = int.MaxValue, end = 0;
        for (var i = 0; i < rows; i++)
        {
            var position = Positions[token + (i / PerGroup)];
            ranges[i] = new() { First = Window > 0 ? Math.Max(0, position - Window + 1) : 0, End = position + 1 };
            (begin, end) = (Math.Min(begin, ranges[i].First / Page * Page), Math.Max(end, position + 1));
        }
        PackQueries(group, token, rows, padded, q);
        var pages = Pages[token];
        for (var at = begin; at < end && !Interrupt.IsRaised; at += Page)
            for (var i = 0; i < rows; i += 4)
                FourRows.Run<T>(HeadSize, q + ((long)i * HeadSize), pages[at / Page] + Keys + (group * GroupStep), Page, scores + (i * rowSize) + (at - begin), (nint)rowSize, Math.Min(4, rows - i), Page, first: true);
        for (var i = 0; i < rows; i++)
            Weigh<T>(scores + (i * rowSize) + (ranges[i].First - begin), ref ranges[i]);
        new Span<float>(y, padded * HeadSize).Clear();
        for (var i = 0; i < rows && !Interrupt.IsRaised; i += 4)
            Four<T>(scores + (i * rowSize) - begin, packed, pages, group, ranges + i, Math.Min(4, rows - i), y + ((long)i * HeadSize));
        for (var i = 0; i < rows; i++)
        {
            var row = y + ((long)i * HeadSize);
            if (ranges[i].HasHoles)
                Alone<T>(scores + (i * rowSize) - begin, weights - begin, pages, group, ranges[i], row);
            AttentionRow.Canonical<T>(row, HeadSize);
            var target = Y + (((token + (i / PerGroup)) * (long)Heads) + (group * PerGroup) + (i % PerGroup)) * HeadSize;
            Buffer.MemoryCopy(row, target, HeadSize * sizeof(float), HeadSize * sizeof(float));
        }
    }

    /// <summary>Four queries' elements together, zeros where there is none.</summary>
    private readonly void PackQueries(int group, int token, int rows, int padded, float* q)
    {
        for (var i = 0; i < padded; i++)
        {
            var source = Queries + ((token + (i / PerGroup)) * QueryStep) + ((long)((group * PerGroup) + (i % PerGroup)) * HeadSize);
            var target = q + ((long)(i / 4 * 4) * HeadSize) + (i % 4);
            for (var e = 0; e < HeadSize; e++)
                target[4 * e] = i < rows ? source[e] : 0;
        }
    }

    /// <summary>Scores as they leave the chains become weights, unless some are -infinity, which is seldom.</summary>
    private readonly void Weigh<T>(float* s, ref Range range) where T : unmanaged, ILanes<T>
    {
        var n = range.End - range.First;
        var i = 0;
        for (; i + T.Width <= n; i += T.Width)
            T.Store(Adjusted(T.Load(s + i)), s + i);
        for (; i < n; i++)
            Lane1.Store(Adjusted(new Lane1(s[i])), s + i);
        range.HasHoles = ReductionKernel.Extreme<T>(s, n, greatest: false) == float.NegativeInfinity;
        if (!range.HasHoles)
            AttentionRow.Weigh<T>(s, s, n);
    }

    private readonly T Adjusted<T>(T s) where T : unmanaged, ILanes<T>
    {
        s *= T.Broadcast(Scale);
        return Softcap > 0 ? T.Broadcast(Softcap) * LaneMath.Tanh(s / T.Broadcast(Softcap)) : s;
    }

    /// <summary>The chains of up to four queries: together where all see the positions, before and behind that each by itself.</summary>
    /// <param name="s">Weights; position 0 would stand here.</param>
    private readonly void Four<T>(float* s, float* packed, float** pages, int group, Range* ranges, int rows, float* y) where T : unmanaged, ILanes<T>
    {
        int first = 0, end = int.MaxValue;
        for (var i = 0; i < rows; i++)
            (first, end) = (Math.Max(first, ranges[i].First), Math.Min(end, ranges[i].End));
        end = Math.Max(first, end);
        for (var i = 0; i < rows; i++)
            Chain<T>(s + (i * rowSize), s + (i * rowSize), pages, group, ranges[i].First, Math.Min(first, ranges[i].End), y + ((long)i * HeadSize));
        for (var at = first; at < end; at = ((at / Page) + 1) * Page)
        {
            var depth = Math.Min(end, ((at / Page) + 1) * Page) - at;
            FourRows.Pack(s + at, (nint)rowSize, rows, depth, packed);
            FourRows.Run<T>(depth, packed, ValuesOf(pages, group, at), HeadSize, y, HeadSize, rows, HeadSize, first: false);
        }
        for (var i = 0; i < rows; i++)
            Chain<T>(s + (i * rowSize), s + (i * rowSize), pages, group, Math.Max(end, ranges[i].First), ranges[i].End, y + ((long)i * HeadSize));
    }

    /// <summary>A query of which keys take no part.</summary>
    private readonly void Alone<T>(float* s, float* weights, float** pages, int group, in Range range, float* y) where T : unmanaged, ILanes<T>
    {
        new Span<float>(y, HeadSize).Clear();
        AttentionRow.Weigh<T>(s + range.First, weights + range.First, range.End - range.First);
        Chain<T>(s, weights, pages, group, range.First, range.End, y);
    }

    private readonly void Chain<T>(float* s, float* weights, float** pages, int group, int from, int to, float* y) where T : unmanaged, ILanes<T>
    {
        while (from < to)
        {
            var end = Math.Min(to, ((from / Page) + 1) * Page);
            AttentionRow.Chain<T>(s + from, weights + from, 0, end - from, ValuesOf(pages, group, from), y, HeadSize);
            from = end;
        }
    }

    private readonly float* ValuesOf(float** pages, int group, int position) => pages[position / Page] + Values + (group * GroupStep) + ((long)(position % Page) * HeadSize);

    /// <summary>Positions that a query sees, and whether the scores of some of them are -infinity.</summary>
    private struct Range
    {
        public int First, End;
        public bool HasHoles;
    }
}
