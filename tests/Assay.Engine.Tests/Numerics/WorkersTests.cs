using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics;

public unsafe class WorkersTests
{
    private struct CountKernel : IKernel
    {
        public int* Seen;

        public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
        {
            for (var i = from; i < to; i++)
                Interlocked.Increment(ref Seen[i]);
        }
    }

    private struct FailingKernel : IKernel
    {
        public int At;

        public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
        {
            if (from <= At && At < to)
                throw new InvalidOperationException($"item {At}");
        }
    }

    /// <summary>Notes the part that made each output, and where pieces end.</summary>
    private struct NotingKernel : IKernel
    {
        public int* Parts;
        public int* Ends;

        public readonly void Run<T>(int part, int from, int to) where T : unmanaged, ILanes<T>
        {
            for (var i = from; i < to; i++)
                Parts[i] = part;
            Ends[to - 1]++;
        }
    }

    [Theory, InlineData(1, false), InlineData(2, false), InlineData(2, true), InlineData(7, false), InlineData(7, true), InlineData(64, true)]
    public void Every_output_is_made_once(int threads, bool cutsAll)
    {
        using var workers = new Workers(threads, cutsAll);
        for (var items = 0; items < 300; items++)
        {
            var seen = new int[items + 1];
            fixed (int* p = seen)
                workers.Run(Isa.Scalar, items, new CountKernel { Seen = p }, Cost.Of(10_000, 1 + (items % 5)).By(1 + (items % 3)));
            Assert.Equal([.. Enumerable.Repeat(1, items), 0], seen);
        }
    }

    [Fact]
    public void Many_short_launches_follow_each_other_without_losing_or_doubling_an_output()
    {
        using var workers = new Workers(7, cutsAll: true);
        var seen = new int[50];
        fixed (int* p = seen)
            for (var turn = 1; turn <= 5_000; turn++)
                workers.Run(Isa.Scalar, 1 + (turn % 50), new CountKernel { Seen = p }, Cost.Of(turn % 11 * 1000, 1));
        // Output i is made in each turn that has more than i of them.
        Assert.Equal(Enumerable.Range(0, 50).Select(i => 100 * (50 - i)), seen);
    }

    [Fact]
    public void Work_that_is_not_worth_it_is_not_cut()
    {
        using var workers = new Workers(7);
        var (parts, ends) = (new int[100], new int[100]);
        fixed (int* p = parts, e = ends)
            workers.Run(Isa.Scalar, 100, new NotingKernel { Parts = p, Ends = e }, Cost.Of((Workers.WorthSharing / 100) - 1, 1));
        Assert.Equal(new int[100], parts);
        Assert.Equal([.. new int[99], 1], ends);
    }

    [Theory, InlineData(2, 30), InlineData(7, 1000), InlineData(3, 1)]
    public void Shares_are_cut_in_pieces_at_multiples_of_what_belongs_together(int threads, int items)
    {
        using var workers = new Workers(threads, cutsAll: true);
        for (var together = 1; together < 9; together++)
        {
            var (parts, ends) = (new int[items], new int[items]);
            fixed (int* p = parts, e = ends)
                workers.Run(Isa.Scalar, items, new NotingKernel { Parts = p, Ends = e }, Cost.Of(1000, 1).By(together));
            var count = Math.Min(threads, items);
            for (var end = 1; end <= items; end++)
                Assert.True(ends[end - 1] == 0 || end % together == 0 || Enumerable.Range(1, count).Any(i => (long)items * i / count == end), $"a piece ends at {end}, {together} together");
        }
    }

    [Fact]
    public void What_a_kernel_throws_reaches_the_caller_and_the_threads_go_on()
    {
        using var workers = new Workers(7, cutsAll: true);
        for (var at = 0; at < 200; at++)
        {
            var error = Assert.Throws<InvalidOperationException>(() => workers.Run(Isa.Scalar, 200, new FailingKernel { At = at }, Cost.Of(10_000, 1)));
            Assert.Equal($"item {at}", error.Message);
        }
        Every_output_is_made_once(7, cutsAll: true);
    }

    [Fact]
    public void A_thread_count_out_of_range_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Workers(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Workers(65));
    }

    [Fact]
    public void Nothing_runs_after_disposal()
    {
        var workers = new Workers(3);
        workers.Dispose();
        workers.Dispose();
        Assert.Throws<ObjectDisposedException>(() => workers.Run(Isa.Scalar, 1, default(CountKernel), default));
    }
}
