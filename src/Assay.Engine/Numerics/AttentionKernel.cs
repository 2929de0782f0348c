namespace Assay.Engine.Numerics;

/// <summary>
/// Scaled dot-product attention (8.11 of the profile): scores of sixteen rows, softmax of each, the values' chains. The rows of all
/// heads that share keys follow one another. One item is up to sixteen rows.
/// </summary>
internal unsafe struct AttentionKernel : IKernel
{
    /// <summary>Rows of one item.</summary>
    public const int Rows = 16;

    /// <summary>Columns that stand together: a whole number of tiles at every width.</summary>
    private const int Panel = 48;

    /// <summary>Keys whose values stay in the first-level cache while all rows use them.</summary>
    private const int Keys = 128;

    /// <summary>Q [batch, heads, L, E], V [batch, groups, at least S, F], Y [batch, heads, L, F].</summary>
    public float* Q, V, Y;

    /// <summary>Keys turned about by <see cref="TurnKernel"/>: [batch, groups, E, KeyStep]. At least <see cref="StepOf"/> columns can be read, whatever stands beyond the keys.</summary>
    public float* Turned;
    public int KeyStep;

    /// <summary>Floats between the values of one group and the next: S·F, or more where a cache has room.</summary>
    public long ValueStep;

    /// <summary>What is added to the scores, or null, with its steps along batch, heads and rows, and how many keys it has.</summary>
    public float* Bias;
    public long BiasBatch, BiasHead, BiasRow;
    public int BiasKeys;

    public int Heads, Groups, L, S, E, F;
    public float Scale, Softcap;

    /// <summary>Keys that row i may see: the first Length, and of these the first i + Offset + 1.</summary>
    public int Length;
    public long Offset;

    /// <summary>The first batch row that the items are of.</summary>
    public int Batch;

    private float* scratch;

    /// <summary>Floats between rows of scores.</summary>
    public readonly int Step => StepOf(S);

    public static int StepOf(int keys) => checked((keys + Panel - 1) / Panel * Panel);

    /// <summary>Floats that one thread works with.</summary>
    public static long ScratchSize(int keys, int width) => ((Rows + 1L) * StepOf(keys)) + FourRows.PackedSize(Rows, width) + FourRows.PackedSize(4, Keys);

    public static void Run(Launcher launcher, Isa isa, Scratch scratch, AttentionKernel kernel, int batches)
    {
        kernel.scratch = scratch.Panels(launcher.Threads * ScratchSize(kernel.S, kernel.E));
        var work = (long)Rows * kernel.S * (kernel.E + kernel.F);
        launcher.Run(isa, checked(batches * kernel.Groups * kernel.Blocks), kernel, Cost.Of(work, perNanosecond: 25));
    }

    private readonly int RowsOfGroup => checked(Heads / Groups * L);

    private readonly int Blocks => (RowsOfGroup + Rows - 1) / Rows;

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var limits = stackalloc int[Rows];
        var holes = stackalloc bool[Rows];
        for (var item = from; item < to; item++)
        {
            var group = (Batch * Groups) + (item / Blocks);
            var row = item % Blocks * Rows;
            var rows = Math.Min(Rows, RowsOfGroup - row);
            Block<T>(scratch + (part * ScratchSize(S, E)), group, row, rows, limits, holes);
        }
    }

    private readonly void Block<T>(float* scores, int group, int row, int rows, int* limits, bool* holes) where T : unmanaged, ILanes<T>
    {
        var weights = scores + ((long)Rows * Step);
        var q = weights + Step;
        var packed = q + FourRows.PackedSize(Rows, E);
        var first = ((long)group * RowsOfGroup) + row;
        FourRows.Pack(Q + (first * E), E, rows, E, q);
        var most = 0;
        for (var r = 0; r < rows; r++)
            most = Math.Max(most, limits[r] = LimitOf((row + r) % L));
        // A panel of keys serves all rows while it is near.
        var turned = Turned + ((long)group * E * KeyStep);
        for (var j = 0; j < most; j += Panel)
            for (var r = 0; r < rows && !Interrupt.IsRaised; r += 4)
                FourRows.Run<T>(E, q + ((nint)r * E), turned + j, KeyStep, scores + ((nint)r * Step) + j, Step, Math.Min(4, rows - r), Panel, first: true);
        for (var r = 0; r < rows; r++)
        {
            var head = (group % Groups * (Heads / Groups)) + ((row + r) / L);
            var s = scores + ((nint)r * Step);
            Adjust<T>(s, limits[r], Bias is null ? null : Bias + (group / Groups * BiasBatch) + (head * BiasHead) + ((row + r) % L * BiasRow));
            var n = limits[r];
            var isEmpty = n == 0 || ReductionKernel.Extreme<T>(s, n, greatest: true) == float.NegativeInfinity;
            holes[r] = isEmpty || ReductionKernel.Extreme<T>(s, n, greatest: false) == float.NegativeInfinity;
            if (isEmpty)
                limits[r] = 0;
            else if (!holes[r])
                AttentionRow.Weigh<T>(s, s, n);
        }
        var v = V + (group * ValueStep);
        Values<T>(scores, packed, v, Y + (first * F), rows, limits, holes);
        for (var r = 0; r < rows; r++)
        {
            var y = Y + ((first + r) * F);
            if (holes[r])
            {
                new Span<float>(y, F).Clear();
                if (limits[r] > 0)
                    AttentionRow.Weigh<T>(scores + ((nint)r * Step), weights, limits[r]);
                AttentionRow.Chain<T>(scores + ((nint)r * Step), weights, 0, limits[r], v, y, F);
            }
            AttentionRow.Canonical<T>(y, F);
        }
    }

    private readonly int LimitOf(int i)
    {
        var limit = Math.Min(Math.Min(S, Length), Bias is null ? S : BiasKeys);
        return (int)Math.Clamp(Offset > S ? limit : i + Offset + 1, 0, limit);
    }

    /// <summary>Scale, softcap and bias; behind the last key that may take part stands -infinity.</summary>
    private readonly void Adjust<T>(float* s, int n, float* bias) where T : unmanaged, ILanes<T>
    {
        var i = 0;
        for (; i + T.Width <= n; i += T.Width)
            T.Store(One(T.Load(s + i), bias is null ? default : T.Load(bias + i), bias is not null), s + i);
        for (; i < n; i++)
            Lane1.Store(One(new Lane1(s[i]), bias is null ? default : new Lane1(bias[i]), bias is not null), s + i);
        for (; i % 16 != 0; i++)
            s[i] = float.NegativeInfinity;
    }

    private readonly T One<T>(T s, T bias, bool hasBias) where T : unmanaged, ILanes<T>
    {
        s *= T.Broadcast(Scale);
        if (Softcap > 0)
            s = T.Broadcast(Softcap) * LaneMath.Tanh(s / T.Broadcast(Softcap));
        var masked = T.Broadcast(float.NegativeInfinity);
        return hasBias ? T.Select(T.Equal(bias, masked), masked, s + bias) : s;
    }

    /// <summary>The chains of all rows without holes: four together as far as all four go, then each by itself.</summary>
    private readonly void Values<T>(float* scores, float* packed, float* v, float* y, int rows, int* limits, bool* holes) where T : unmanaged, ILanes<T>
    {
        var common = stackalloc int[Rows / 4];
        for (var r = 0; r < rows; r += 4)
        {
            common[r / 4] = int.MaxValue;
            for (var i = r; i < Math.Min(rows, r + 4); i++)
                if (!holes[i])
                    common[r / 4] = Math.Min(common[r / 4], limits[i]);
            common[r / 4] = common[r / 4] == int.MaxValue ? 0 : common[r / 4];
        }
        for (var from = 0; from < S || from == 0; from += Keys)
            for (var r = 0; r < rows && !Interrupt.IsRaised; r += 4)
            {
                var depth = Math.Min(Keys, common[r / 4] - from);
                if (depth <= 0 && from > 0)
                    continue;
                FourRows.Pack(scores + ((nint)r * Step) + from, Step, Math.Min(4, rows - r), Math.Max(0, depth), packed);
                FourRows.Run<T>(Math.Max(0, depth), packed, v + ((nint)from * F), F, y + ((nint)r * F), F, Math.Min(4, rows - r), F, first: from == 0);
            }
        for (var r = 0; r < rows; r++)
            if (!holes[r] && limits[r] > common[r / 4])
                AttentionRow.Chain<T>(scores + ((nint)r * Step), scores + ((nint)r * Step), common[r / 4], limits[r], v, y + ((nint)r * F), F);
    }
}

/// <summary>Turns keys [S, E] about to [E, Step], so that lanes lie across keys; those that are not there are zeros. One item is 16 keys.</summary>
internal unsafe struct TurnKernel : IKernel
{
    public float* From, To;
    public int S, E, Step;

    public static void Run(Launcher launcher, Isa isa, in TurnKernel kernel, int matrices) =>
        launcher.Run(isa, checked(matrices * (kernel.Step / 16)), kernel, Cost.Of(16.0 * kernel.E, perNanosecond: 1));

    readonly void IKernel.Run<T>(int part, int from, int to)
    {
        for (var item = from; item < to; item++)
        {
            var matrix = item / (Step / 16);
            var j = item % (Step / 16) * 16;
            var source = From + (((long)matrix * S) + j) * E;
            var target = To + ((long)matrix * E * Step) + j;
            var keys = Math.Clamp(S - j, 0, 16);
            for (var e = 0; e < E; e++, source++, target += Step)
            {
                var element = source;
                for (var i = 0; i < keys; i++, element += E)
                    target[i] = *element;
                for (var i = keys; i < 16; i++)
                    target[i] = 0;
            }
        }
    }
}
