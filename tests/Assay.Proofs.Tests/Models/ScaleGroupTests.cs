using System.Collections.Immutable;
using Assay.Proofs.Models.Layers;

namespace Assay.Proofs.Tests.Models;

public sealed class ScaleGroupTests
{
    [Fact]
    public void Ties_go_up_and_the_clamp_ends_it()
    {
        var half = new ScaleGroup(1, 1, 0, -128, 127, []);
        Assert.Equal([-1, -1, 0, 0, 1, 1, 2], new[] { -3, -2, -1, 0, 1, 2, 3 }.Select(a => (int)half.Apply(a)));
        Assert.Equal((127, -128), (half.Apply(1 << 20), half.Apply(-(1 << 20))));
        var relu = new ScaleGroup(1 << 14, 14, 5, 5, 127, []);
        Assert.Equal((5, 5, 6), (relu.Apply(-3), relu.Apply(0), relu.Apply(1)));
        var folded = half with { Table = [.. Enumerable.Range(-128, 256).Select(y => (sbyte)(-y / 2))] };
        Assert.Equal((-50, 64), (folded.Apply(200), folded.Apply(-256)));
    }

    [Fact]
    public void Intervals_hold_every_accumulator_once_with_what_it_gives()
    {
        var random = new Random(4);
        for (var round = 0; round < 400; round++)
        {
            var (low, high) = (random.Next(-128, 128), random.Next(-128, 128));
            ImmutableArray<sbyte> table = round % 3 == 0 ? [.. Enumerable.Range(0, 256).Select(_ => (sbyte)random.Next(-128, 128))] : [];
            var group = new ScaleGroup(random.Next(1, 1 << 15), random.Next(1, 47), random.Next(-128, 128), Math.Min(low, high), Math.Max(low, high), table);
            var (bound, log) = (round % 2 == 0 ? random.Next(1, 5000) : random.Next(1, (1 << 30) - (1 << 24) + 1), round % 2 == 0 ? random.Next(8, 12) : 16);
            Assert.True(group.IsValid);
            var intervals = group.Intervals(bound, log).ToList();
            Assert.True(intervals.Count <= 256 + (2L * bound + 1 >> log) + 1, $"{intervals.Count} for {group} and {bound}");
            Assert.Equal((-bound, bound), (intervals[0].Low, intervals[^1].High));
            for (var i = 0; i < intervals.Count; i++)
            {
                var (output, from, to) = intervals[i];
                Assert.InRange((long)to - from, 0, (1L << log) - 1);
                Assert.True(i == 0 || intervals[i - 1].High == from - 1);
                Assert.Equal((output, output, output), (group.Apply(from), group.Apply(to), group.Apply(from + random.Next(to - from + 1))));
            }
            if (bound < 5000)
                for (var acc = -bound; acc <= bound; acc++)
                    Assert.Equal(group.Apply(acc), intervals.Single(i => i.Low <= acc && acc <= i.High).Output);
        }
    }

    [Fact]
    public void Figures_out_of_range_are_seen()
    {
        var good = new ScaleGroup(1, 1, 0, -128, 127, []);
        Assert.True(good.IsValid);
        foreach (var bad in (ScaleGroup[])[good with { Multiplier = 0 }, good with { Multiplier = 1 << 15 }, good with { Shift = 0 }, good with { Shift = 47 }, good with { ZeroPoint = 128 }, good with { High = 128 }, good with { Low = -129 }, good with { Low = 1, High = 0 }, good with { Table = [1] }])
            Assert.False(bad.IsValid, bad.ToString());
    }
}
