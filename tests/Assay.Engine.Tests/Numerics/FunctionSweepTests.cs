using System.Globalization;
using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics;

/// <summary>Every function of one number: all its forms have the same bits, and its error stays below a bound.</summary>
public sealed class FunctionSweepTests(ITestOutputHelper output)
{
    /// <summary>Where the long sweep writes its table, and which functions it has done; nothing is swept again.</summary>
    private const string Table = "ASSAY_SWEEP_TABLE";

    /// <summary>The one function to sweep; all where it is not set.</summary>
    private const string Only = "ASSAY_SWEEP_ONLY";

    /// <summary>Which slice of the 2^32 to sweep, of how many, as <c>3/16</c> (from 0): a long sweep in pieces, a row of the table for each.</summary>
    private const string Slice = "ASSAY_SWEEP_SLICE";

    /// <summary>Greatest error allowed, in units of the last place.</summary>
    private static double Bound(Function function) => function switch
    {
        Function.Exp or Function.Tanh or Function.Sigmoid or Function.Erf => 1,
        Function.Log => 0.85,
        Function.Sqrt => 0.5 + 1e-8,
        Function.Round or Function.Floor or Function.Ceil or Function.Sign => 0,
        _ => 0.50001,
    };

    public static TheoryData<Function> Functions => [.. Enum.GetValues<Function>()];

    [Theory, MemberData(nameof(Functions))]
    public void Samples_of_every_kind_agree_at_every_width_and_are_close(Function function)
    {
        var sweep = FunctionSweep.All[function];
        float[] inputs =
        [
            .. Sample.Edges,
            .. Enumerable.Range(0, 400_000).Select(i => Sample.Any((ulong)i)),
            .. Enumerable.Range(0, 200_000).Select(i => 110 * Sample.Unit((ulong)i)),
            .. Enumerable.Range(0, 300_000).Select(i => 1.5f * Sample.Unit((ulong)i)),
            .. Enumerable.Range(0, 100_000).Select(i => 1 + (0.01f * Sample.Unit((ulong)i))),
            // The float32s nearest to multiples of pi/2, where sine and tangent are all remainder.
            .. Enumerable.Range(1, 50_000).Select(i => (float)(i * (Math.PI / 2))),
        ];
        Report(function, sweep.Check(inputs));
    }

    /// <summary>All 2^32; the scalar form and the error at one in ASSAY_SWEEP_EVERY. Run by name, at low priority.</summary>
    [Theory(Explicit = true), MemberData(nameof(Functions))]
    public void All_float32s_agree_at_every_width_and_are_close(Function function)
    {
        var every = int.Parse(Environment.GetEnvironmentVariable("ASSAY_SWEEP_EVERY") ?? "1", CultureInfo.InvariantCulture);
        var table = Environment.GetEnvironmentVariable(Table);
        var slice = Environment.GetEnvironmentVariable(Slice);
        var row = slice is null ? $"{function}" : $"{function} {slice}";
        Assert.SkipWhen(Environment.GetEnvironmentVariable(Only) is { } only && only != function.ToString(), "another is asked for");
        Assert.SkipWhen(table is not null && File.Exists(table) && File.ReadLines(table).Any(l => l.StartsWith($"| {row} |", StringComparison.Ordinal)), "done before");
        const int Parts = 1024;
        var (first, end) = Bounds(slice ?? "0/1", Parts);
        var total = Swept.None;
        var turn = new Lock();
        Parallel.For(first, end, new ParallelOptions { MaxDegreeOfParallelism = 2 }, part =>
        {
            var swept = FunctionSweep.All[function].Range((uint)part << 22, 1 << 22, every);
            lock (turn)
                total = total.And(swept);
        });
        if (table is not null)
            File.AppendAllText(table, string.Create(CultureInfo.InvariantCulture,
                $"| {row} | {total.Worst:F6} | {total.At:R} (0x{BitConverter.SingleToInt32Bits(total.At):X8}) | {total.Misrounded} | {total.Measured} | {total.Inputs} | {string.Join(", ", Isas.Supported.Select(Isas.Name))} |\n"));
        Report(function, total);
    }

    private static (int First, int End) Bounds(string slice, int parts)
    {
        var numbers = slice.Split('/').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        Assert.True(numbers is [var k, var n] && k >= 0 && k < n && n <= parts, $"{Slice} is {slice}; it should be like 3/16, the first being 0/16");
        return (parts * numbers[0] / numbers[1], parts * (numbers[0] + 1) / numbers[1]);
    }

    private void Report(Function function, Swept swept)
    {
        output.WriteLine($"{function}: {swept.Worst:F6} ulp at {swept.At:R}, {swept.Misrounded} of {swept.Measured} not the nearest");
        Assert.True(swept.Worst <= Bound(function), $"{function}({swept.At:R}) is off by {swept.Worst:F6} ulp");
    }
}
