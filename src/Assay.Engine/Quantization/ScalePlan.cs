using Assay.Engine.Models;

namespace Assay.Engine.Quantization;

/// <summary>
/// The scale of every value that steps make or read. Values between which elements only move, or the greatest is taken, have one
/// scale, unless the file says two: then the step has its input's, and a table follows.
/// </summary>
internal sealed class ScalePlan
{
    private readonly Dictionary<int, int> parents = [];
    private readonly Dictionary<int, Scale> scales = [];
    private readonly Dictionary<Step, int> gains = [];

    /// <param name="steps">The model.</param>
    /// <param name="seen">What calibration saw, by value.</param>
    /// <param name="options">How ranges are chosen.</param>
    /// <exception cref="ModelException">Neither the file nor calibration says a value's range.</exception>
    public ScalePlan(StepBuilder steps, IReadOnlyDictionary<int, Observed> seen, QuantizerOptions options)
    {
        var given = new Dictionary<int, Scale>(steps.Given);
        foreach (var step in steps.Steps.Where(s => s.Kind == StepKind.Normalize))
            StepBuilder.At(step.Source, () => given[step.Output] = Normal(step, seen, options));
        foreach (var step in steps.Steps.Where(s => s.KeepsScale))
            foreach (var input in step.Inputs)
                Unite(input, step.Output, given);
        var members = steps.Steps.SelectMany(s => s.Inputs.Append(s.Output)).Concat(steps.Outputs).Distinct().ToLookup(Find);
        foreach (var set in members)
        {
            if (set.Where(given.ContainsKey).Select(id => given[id]).Distinct().ToArray() is [var only])
            {
                scales[set.Key] = only;
                continue;
            }
            var ranges = set.Where(seen.ContainsKey).Select(id => seen[id].Range(options.Ranges, options.Percentile)).ToArray();
            if (ranges.Length == 0)
                throw new ModelException($"nothing says which range '{steps.Values[set.First()].Name}' has: calibration inputs are needed");
            scales[set.Key] = Scale.Of(ranges.Min(r => r.Low), ranges.Max(r => r.High));
        }
        // A function that is no mere limit is a table, on the operation's own scale.
        foreach (var step in steps.Steps.Where(s => s.Function is { } f && s.Requantises && (f.Bounds is null || given.ContainsKey(s.Root))))
        {
            if (given.TryGetValue(step.Root, out var own))
                scales[step.Root] = own;
            else if (seen.TryGetValue(step.Root, out var range) && range.Range(options.Ranges, options.Percentile) is var (low, high))
                scales[step.Root] = Scale.Of(low, high);
            else
                throw new ModelException($"nothing says which range '{steps.Values[step.Root].Name}' has: calibration inputs are needed");
        }
    }

    /// <summary>The scale of a value.</summary>
    public Scale this[int id] => scales[Find(id)];

    /// <summary>The scale of what an operation gives before a table is asked, or null where no table is.</summary>
    public Scale? BeforeTable(Step step) => step.Requantises && step.Function is not null && step.Root != step.Output && scales.TryGetValue(step.Root, out var own)
        && (step.Function.Bounds is null || own != this[step.Output]) ? own : null;

    /// <summary>The gain of a normalisation.</summary>
    public int GainOf(Step step) => gains[step];

    /// <summary>y − zp is gain / √n times the normal value (docs/spec/assay-int8-v1.md, section 4): the gain that fits the range.</summary>
    private Scale Normal(Step step, IReadOnlyDictionary<int, Observed> seen, QuantizerOptions options)
    {
        if (!seen.TryGetValue(step.Output, out var observed))
            throw new ModelException("nothing says which range the normal values have: calibration inputs are needed");
        var (low, high) = observed.Range(options.Ranges, options.Percentile);
        var root = Math.Sqrt(step.Dims[^1]);
        var wanted = Scale.Of(low, high);
        var gain = (int)Math.Clamp(Math.Floor((root / wanted.Step) + 0.5), 1, 8191);
        gains[step] = gain;
        return new((float)(root / gain), wanted.Zero);
    }

    private int Find(int id)
    {
        while (parents.TryGetValue(id, out var parent))
            id = parent;
        return id;
    }

    private void Unite(int a, int b, Dictionary<int, Scale> given)
    {
        (a, b) = (Find(a), Find(b));
        if (a == b)
            return;
        var (mine, others) = (given.TryGetValue(a, out var p), given.TryGetValue(b, out var q));
        if (mine && others && p != q)
            return;
        if (mine)
            given[b] = p;
        parents[a] = b;
    }
}
