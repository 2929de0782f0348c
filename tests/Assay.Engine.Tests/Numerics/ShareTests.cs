using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics;

/// <summary>What a thread is to make of a launch: pieces from both ends.</summary>
public unsafe class ShareTests
{
    private static Launch LaunchOf(int items, int together) => new(null, null, items, Cost.Of(1, 1).By(together));

    [Fact]
    public void The_owner_takes_from_the_front_and_others_from_the_back()
    {
        var share = default(Share);
        share.Offer(LaunchOf(20, 1), 3, 20, 5);
        Assert.Equal((3, 8), Take(ref share, fromBack: false));
        Assert.Equal((15, 20), Take(ref share, fromBack: true));
        Assert.Equal((8, 13), Take(ref share, fromBack: false));
        Assert.False(share.IsEmpty);
        Assert.Equal((13, 15), Take(ref share, fromBack: true));
        Assert.True(share.IsEmpty);
        Assert.Null(Take(ref share, fromBack: true));
        Assert.Null(Take(ref share, fromBack: false));
    }

    [Fact]
    public void Pieces_end_where_outputs_do_not_belong_together()
    {
        var share = default(Share);
        share.Offer(LaunchOf(20, 4), 3, 19, 5);
        Assert.Equal((3, 8), Take(ref share, fromBack: false));
        Assert.Equal((12, 19), Take(ref share, fromBack: true));
        Assert.Equal((8, 12), Take(ref share, fromBack: false));
        Assert.Null(Take(ref share, fromBack: false));
    }

    [Fact]
    public void The_greatest_number_of_outputs_can_be_taken()
    {
        var share = default(Share);
        share.Offer(LaunchOf(int.MaxValue, 8), 0, int.MaxValue, int.MaxValue - 1);
        Assert.Equal((0, int.MaxValue), Take(ref share, fromBack: false));
        share.Offer(LaunchOf(int.MaxValue, 1), 0, int.MaxValue, int.MaxValue - 1);
        Assert.Equal((1, int.MaxValue), Take(ref share, fromBack: true));
        Assert.Equal((0, 1), Take(ref share, fromBack: false));
    }

    [Fact]
    public void An_empty_share_gives_nothing()
    {
        var share = default(Share);
        Assert.True(share.IsEmpty);
        Assert.Null(Take(ref share, fromBack: true));
        share.Offer(LaunchOf(9, 1), 4, 4, 1);
        Assert.Null(Take(ref share, fromBack: false));
    }

    [Fact]
    public void Threads_at_both_ends_take_each_output_once()
    {
        const int Items = 200_000;
        var share = default(Share);
        var pointer = &share;
        var seen = new int[Items];
        pointer->Offer(LaunchOf(Items, 3), 0, Items, 4);
        var threads = Enumerable.Range(0, 4).Select(i => new Thread(() =>
        {
            while (pointer->Take(fromBack: i % 2 == 1, out var from, out var to))
                for (var at = from; at < to; at++)
                    Interlocked.Increment(ref seen[at]);
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.DoesNotContain(seen, count => count != 1);
    }

    private static (int From, int To)? Take(ref Share share, bool fromBack) => share.Take(fromBack, out var from, out var to) ? (from, to) : null;
}
