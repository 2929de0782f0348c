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

    [Theory, InlineData(1), InlineData(2), InlineData(7), InlineData(64)]
    public void Every_output_is_made_once(int threads)
    {
        using var workers = new Workers(threads);
        for (var items = 0; items < 300; items++)
        {
            var seen = new int[items + 1];
            fixed (int* p = seen)
                workers.Run(Isa.Scalar, items, new CountKernel { Seen = p }, Cost.Of(10_000, 1 + (items % 5)));
            Assert.Equal([.. Enumerable.Repeat(1, items), 0], seen);
        }
    }

    [Fact]
    public void What_a_kernel_throws_reaches_the_caller_and_the_threads_go_on()
    {
        using var workers = new Workers(7);
        for (var at = 0; at < 200; at++)
        {
            var error = Assert.Throws<InvalidOperationException>(() => workers.Run(Isa.Scalar, 200, new FailingKernel { At = at }, Cost.Of(10_000, 1)));
            Assert.Equal($"item {at}", error.Message);
        }
        Every_output_is_made_once(7);
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
