using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>
/// C = A·B and what follows where B has few columns: lanes lie across the rows of A, which its packed form has side by side, and a
/// column is read number by number wherever it stands. One item is four vectors of rows.
/// </summary>
internal unsafe struct ChannelProduct : IKernel, IFinishingKernel
{
    private const int Together = 4;

    public RowTiles A;
    public float* B, C;

    /// <summary>From the beginning of a column to its row k.</summary>
    public nint* Offsets;

    /// <summary>Where each column begins, and how many there are; C has so many in a row.</summary>
    public nint* Starts;
    public int N;

    public static void Run(Launcher launcher, Isa isa, ChannelProduct kernel) =>
        launcher.Run(isa, (kernel.A.M + (Together * 8) - 1) / (Together * 8), kernel, Cost.Of((double)Together * 8 * kernel.N * kernel.A.K, perNanosecond: 20));

    public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T> => A.Epilogue.Choose<T, ChannelProduct>(this, part, from, to);

    public readonly void Run<T, TFinish>(int part, int from, int to) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        // Rows in groups of eight, then those in groups of four.
        var full = A.M / 8 * 8;
        var (row, end) = (from * Together * 8, Math.Min(A.M, to * Together * 8));
        if (T.Width >= 8)
            Groups<Lane8, TFinish>(row, Math.Min(end, full));
        else
            Groups<T, TFinish>(row, Math.Min(end, full));
        if (T.Width >= 4)
            Groups<Lane4, TFinish>(Math.Max(row, full), end);
        else
            Groups<T, TFinish>(Math.Max(row, full), end);
    }

    /// <summary>Rows that stand in groups of one size.</summary>
    private readonly void Groups<T, TFinish>(int row, int end) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        for (; row + ((Together - 1) * T.Width) < end; row += Together * T.Width)
            for (var j = 0; j < N && !Interrupt.IsRaised; j += Together)
                if (N == 1)
                    Four<T, TFinish>(row);
                else
                    FourByFour<T, TFinish>(row, j);
        for (; row < end; row += T.Width)
            for (var j = 0; j < N && !Interrupt.IsRaised; j++)
                One<T, TFinish>(row, j);
    }

    private readonly float* Row(int row, out int step) => Packing.At(A.A, row, A.M, A.K, out step);

    [SkipLocalsInit]
    private readonly void FourByFour<T, TFinish>(int row, int j) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        float* a0 = Row(row, out var step), a1 = Row(row + T.Width, out _), a2 = Row(row + (2 * T.Width), out _), a3 = Row(row + (3 * T.Width), out _);
        // Columns beyond the last are that one again.
        float* b0 = B + Starts[j], b1 = B + Starts[Math.Min(j + 1, N - 1)], b2 = B + Starts[Math.Min(j + 2, N - 1)], b3 = B + Starts[Math.Min(j + 3, N - 1)];
        T c00 = default, c01 = default, c02 = default, c03 = default;
        T c10 = default, c11 = default, c12 = default, c13 = default;
        T c20 = default, c21 = default, c22 = default, c23 = default;
        T c30 = default, c31 = default, c32 = default, c33 = default;
        nint at = 0;
        for (var k = 0; k < A.K; k++, at += step)
        {
            var offset = Offsets[k];
            T w0 = T.Load(a0 + at), w1 = T.Load(a1 + at), w2 = T.Load(a2 + at), w3 = T.Load(a3 + at);
            var x = T.Broadcast(b0[offset]);
            c00 = T.Fma(w0, x, c00);
            c01 = T.Fma(w1, x, c01);
            c02 = T.Fma(w2, x, c02);
            c03 = T.Fma(w3, x, c03);
            x = T.Broadcast(b1[offset]);
            c10 = T.Fma(w0, x, c10);
            c11 = T.Fma(w1, x, c11);
            c12 = T.Fma(w2, x, c12);
            c13 = T.Fma(w3, x, c13);
            x = T.Broadcast(b2[offset]);
            c20 = T.Fma(w0, x, c20);
            c21 = T.Fma(w1, x, c21);
            c22 = T.Fma(w2, x, c22);
            c23 = T.Fma(w3, x, c23);
            x = T.Broadcast(b3[offset]);
            c30 = T.Fma(w0, x, c30);
            c31 = T.Fma(w1, x, c31);
            c32 = T.Fma(w2, x, c32);
            c33 = T.Fma(w3, x, c33);
        }
        var made = stackalloc float[16 * T.Width];
        Keep(c00, c01, c02, c03, made);
        Keep(c10, c11, c12, c13, made + (4 * T.Width));
        Keep(c20, c21, c22, c23, made + (8 * T.Width));
        Keep(c30, c31, c32, c33, made + (12 * T.Width));
        for (var i = 0; i < Math.Min(4, N - j); i++)
            StoreFour<T, TFinish>(made + (4 * i * T.Width), row, j + i);
    }

    [SkipLocalsInit]
    private readonly void Four<T, TFinish>(int row) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        float* a0 = Row(row, out var step), a1 = Row(row + T.Width, out _), a2 = Row(row + (2 * T.Width), out _), a3 = Row(row + (3 * T.Width), out _);
        var b = B + Starts[0];
        T c0 = default, c1 = default, c2 = default, c3 = default;
        nint at = 0;
        for (var k = 0; k < A.K; k++, at += step)
        {
            var x = T.Broadcast(b[Offsets[k]]);
            c0 = T.Fma(T.Load(a0 + at), x, c0);
            c1 = T.Fma(T.Load(a1 + at), x, c1);
            c2 = T.Fma(T.Load(a2 + at), x, c2);
            c3 = T.Fma(T.Load(a3 + at), x, c3);
        }
        var made = stackalloc float[4 * T.Width];
        Keep(c0, c1, c2, c3, made);
        StoreFour<T, TFinish>(made, row, 0);
    }

    private readonly void One<T, TFinish>(int row, int j) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        var a = Row(row, out var step);
        var b = B + Starts[j];
        T c = default;
        for (var k = 0; k < A.K; k++, a += step)
            c = T.Fma(T.Load(a), T.Broadcast(b[Offsets[k]]), c);
        Store<T, TFinish>(c, row, j);
    }

    /// <summary>Sums go to memory before anything is called: what has to outlive a call, the compiler keeps there in the inner loop too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep<T>(T c0, T c1, T c2, T c3, float* made) where T : unmanaged, ILanes<T>
    {
        T.Store(c0, made);
        T.Store(c1, made + T.Width);
        T.Store(c2, made + (2 * T.Width));
        T.Store(c3, made + (3 * T.Width));
    }

    private readonly void StoreFour<T, TFinish>(float* made, int row, int j) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        for (var i = 0; i < 4; i++)
            Store<T, TFinish>(T.Load(made + (i * T.Width)), row + (i * T.Width), j);
    }

    private readonly void Store<T, TFinish>(T c, int row, int j) where T : unmanaged, ILanes<T> where TFinish : unmanaged, IFinish
    {
        var lanes = stackalloc float[T.Width];
        var rows = Math.Min(T.Width, A.M - row);
        if (rows == T.Width)
            T.Store(TFinish.Apply(c, TFinish.Along<T>(A.Epilogue, row)), lanes);
        else
        {
            // The last rows are filled up, but not the numbers of their channels.
            T.Store(c, lanes);
            for (var i = 0; i < rows; i++)
                Lane1.Store(TFinish.Apply(Lane1.Load(lanes + i), TFinish.At<Lane1>(A.Epilogue, row + i)), lanes + i);
        }
        for (var i = 0; i < rows; i++)
            C[((nint)(row + i) * N) + j] = lanes[i];
    }
}
