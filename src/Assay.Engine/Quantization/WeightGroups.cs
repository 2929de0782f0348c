using Assay.Engine.Models;

namespace Assay.Engine.Quantization;

/// <summary>A layer's weights as int8, its output channels in groups of one scale each.</summary>
/// <param name="Weights">−127 to 127, in the order of <see cref="Linear.Weights"/>.</param>
/// <param name="Bias">In units of the input's step times the group's.</param>
/// <param name="Group">The group of each output channel.</param>
/// <param name="Steps">The step of each group's weights.</param>
internal sealed record WeightGroups(sbyte[] Weights, int[] Bias, int[] Group, double[] Steps)
{
    // Channels that are told apart when groups are formed.
    private const int MostBuckets = 256;

    /// <summary>The largest accumulator that a layer may have (docs/spec/assay-int8-v1.md, section 1).</summary>
    public const long MostBound = (1L << 30) - (1L << 24);

    public int BiasBound => Bias.Length == 0 ? 0 : Bias.Max(Math.Abs);

    /// <param name="linear">The layer.</param>
    /// <param name="most">Groups at most; 0 for one a channel.</param>
    /// <param name="input">The scale of its input.</param>
    /// <param name="least">A weight step so small that nothing of the output would be seen of it: for channels without weights.</param>
    /// <exception cref="ModelException">An accumulator could be too large.</exception>
    public static WeightGroups Of(Linear linear, int most, Scale input, double least)
    {
        var room = MostBound - (linear.Fan * 127L * Math.Max(127 - input.Zero, 128 + input.Zero));
        if (room <= 0)
            throw new ModelException($"{linear.Fan} weights an output are too many: a sum could be above 2^30 − 2^24");
        var steps = new double[linear.Outputs];
        for (var o = 0; o < steps.Length; o++)
        {
            var largest = 0.0;
            foreach (var w in linear.Row(o))
                largest = double.IsFinite(w) ? Math.Max(largest, Math.Abs(w)) : throw new ModelException("a weight is not finite");
            if (!double.IsFinite(linear.Bias[o]))
                throw new ModelException("a bias is not finite");
            // A bias that would leave the accumulator's bound makes the step wider.
            var forBias = Math.Abs(linear.Bias[o]) / (input.Step * (double)(room - 1));
            steps[o] = Math.Max(Math.Max(linear.Given?[o] ?? (largest > 0 ? largest / 127 : least), forBias), least * 1e-6);
        }
        var group = linear.Given is null ? Cluster(steps, most == 0 ? steps.Length : most) : Equal(steps);
        var shared = new double[group.Length == 0 ? 1 : group.Max() + 1];
        for (var o = 0; o < steps.Length; o++)
            shared[group[o]] = Math.Max(shared[group[o]], steps[o]);
        var weights = new sbyte[linear.Weights.Length];
        var bias = new int[steps.Length];
        for (var o = 0; o < steps.Length; o++)
        {
            var step = shared[group[o]];
            var row = linear.Row(o);
            for (var k = 0; k < row.Length; k++)
                weights[(o * linear.Fan) + k] = (sbyte)Math.Clamp(Nearest(row[k] / step), -127, 127);
            bias[o] = (int)Nearest(linear.Bias[o] / (input.Step * step));
        }
        return new(weights, bias, group, shared);
    }

    private static double Nearest(double x) => Math.Floor(x + 0.5);

    /// <summary>One group for each step that is there.</summary>
    private static int[] Equal(double[] steps)
    {
        var seen = new Dictionary<double, int>();
        return Array.ConvertAll(steps, s => seen.TryGetValue(s, out var g) ? g : seen[s] = seen.Count);
    }

    /// <summary>At most so many groups, of channels of like steps: those for which the sum of the squared steps that the channels get is the smallest.</summary>
    private static int[] Cluster(double[] steps, int most)
    {
        var order = Enumerable.Range(0, steps.Length).OrderBy(o => steps[o]).ToArray();
        var buckets = Math.Min(order.Length, MostBuckets);
        if (most >= buckets && buckets == order.Length)
            return Equal(steps);
        most = Math.Min(most, buckets);
        int End(int bucket) => (int)((long)(bucket + 1) * order.Length / buckets);
        double Cost(int first, int last) => (End(last) - (first == 0 ? 0 : End(first - 1))) * steps[order[End(last) - 1]] * steps[order[End(last) - 1]];
        var cost = new double[most + 1, buckets];
        var from = new int[most + 1, buckets];
        for (var g = 1; g <= most; g++)
            for (var last = 0; last < buckets; last++)
            {
                (cost[g, last], from[g, last]) = (Cost(0, last), 0);
                for (var first = 1; g > 1 && first <= last; first++)
                    if (cost[g - 1, first - 1] + Cost(first, last) is var sum && sum < cost[g, last])
                        (cost[g, last], from[g, last]) = (sum, first);
            }
        var group = new int[steps.Length];
        var name = 0;
        for (int g = most, last = buckets - 1; last >= 0; g--, name++)
        {
            var first = from[g, last];
            for (var i = first == 0 ? 0 : End(first - 1); i < End(last); i++)
                group[order[i]] = name;
            last = first - 1;
        }
        // In the order of the channels, so that the first channel's group is the first.
        var named = new Dictionary<int, int>();
        return Array.ConvertAll(group, g => named.TryGetValue(g, out var n) ? n : named[g] = named.Count);
    }
}
