namespace Assay.Engine.Numerics;

/// <summary>
/// Linear attention (8.12 of the profile): a state [D, M] a head, decayed, corrected, written and read at every step. Lanes lie across the
/// state's columns, which do not know of each other. One item is one head of keys.
/// </summary>
internal unsafe struct LinearAttentionKernel : IKernel
{
    /// <summary>Q [batch, steps, heads, D], K [batch, steps, groups, D], V [batch, steps, groups, M]; Y [batch, steps, heads, M].</summary>
    public float* Q, K, V, Y;

    /// <summary>[batch, groups, D, M]: what the state is at first, or null, and where it lives and ends.</summary>
    public float* Past, State;

    /// <summary>Decay [batch, steps, groups · (1 or D)], Beta [batch, steps, 1 or groups], Erase [batch, steps, groups, D]; each may be null.</summary>
    public float* Decay, Beta, Erase;

    public int Steps, Heads, Groups, D, M;
    public bool DecayIsPerHead, BetaIsShared;
    public float Scale;

    private float* scratch;

    /// <summary>Floats that one thread works with.</summary>
    public static long ScratchSize(int depth) => 2L * depth;

    public static void Run(Launcher launcher, Isa isa, Scratch scratch, LinearAttentionKernel kernel, int batches)
    {
        kernel.scratch = scratch.Panels(launcher.Threads * ScratchSize(kernel.D));
        var work = (long)kernel.Steps * kernel.D * kernel.M * 4;
        launcher.Run(isa, checked(batches * kernel.Groups), kernel, Cost.Of(work, perNanosecond: 12));
    }

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
    {
        var keep = scratch + (part * ScratchSize(D));
        var erased = keep + D;
        for (var item = from; item < to; item++)
        {
            int batch = item / Groups, group = item % Groups;
            var state = State + ((long)item * D * M);
            var size = D * M;
            if (Past is null)
                new Span<float>(state, size).Clear();
            else
                new ReadOnlySpan<float>(Past + ((long)item * size), size).CopyTo(new Span<float>(state, size));
            for (var step = 0; step < Steps && !Interrupt.IsRaised; step++)
            {
                var at = ((long)batch * Steps) + step;
                Prepare(keep, erased, (at * Groups) + group);
                var j = 0;
                for (; j + T.Width <= M; j += T.Width)
                    Columns<T>(state + j, keep, erased, at, group, j);
                // The last few by narrower lanes, which give the same bits.
                if (T.Width > 8)
                    for (; j + 8 <= M; j += 8)
                        Columns<Lane8>(state + j, keep, erased, at, group, j);
                if (T.Width > 4)
                    for (; j + 4 <= M; j += 4)
                        Columns<Lane4>(state + j, keep, erased, at, group, j);
                for (; j < M; j++)
                    Columns<Lane1>(state + j, keep, erased, at, group, j);
            }
            AttentionRow.Canonical<T>(state, size);
        }
    }

    /// <summary>What the rows of the state are multiplied by in this step, and the key that is read from it.</summary>
    private readonly void Prepare(float* keep, float* erased, long key)
    {
        for (var i = 0; i < D; i++)
        {
            if (Decay is not null)
                keep[i] = DecayIsPerHead && i > 0 ? keep[0] : ScalarMath.Exp(Decay[DecayIsPerHead ? key : (key * D) + i]);
            erased[i] = Erase is null ? K[(key * D) + i] : Erase[(key * D) + i] * K[(key * D) + i];
        }
    }

    /// <summary>One step of some columns: those of the state begin at <paramref name="state"/>, those of the values at <paramref name="j"/>.</summary>
    private readonly void Columns<T>(float* state, float* keep, float* erased, long at, int group, int j) where T : unmanaged, ILanes<T>
    {
        var key = (at * Groups) + group;
        if (Decay is not null)
            for (var i = 0; i < D; i++)
                T.Store(T.Load(state + ((nint)i * M)) * T.Broadcast(keep[i]), state + ((nint)i * M));
        var value = T.Load(V + (key * M) + j);
        if (Beta is not null)
        {
            T known = default;
            for (var i = 0; i < D; i++)
                known = T.Fma(T.Load(state + ((nint)i * M)), T.Broadcast(erased[i]), known);
            value = T.Broadcast(Beta[BetaIsShared ? at : key]) * (value - known);
        }
        var k = K + (key * D);
        for (var i = 0; i < D; i++)
            T.Store(T.Fma(T.Broadcast(k[i]), value, T.Load(state + ((nint)i * M))), state + ((nint)i * M));
        for (var h = (at * Heads) + ((long)group * (Heads / Groups)); h < (at * Heads) + ((group + 1L) * (Heads / Groups)); h++)
        {
            T acc = default;
            for (var i = 0; i < D; i++)
                acc = T.Fma(T.Broadcast(Q[(h * D) + i]), T.Load(state + ((nint)i * M)), acc);
            T.Store(LaneMath.Canonical(T.Broadcast(Scale) * acc), Y + (h * M) + j);
        }
    }
}
