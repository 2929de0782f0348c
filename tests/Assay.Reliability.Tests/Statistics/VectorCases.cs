using System.Collections;
using System.Numerics;
using System.Text;
using Assay.Reliability.Statistics;

namespace Assay.Reliability.Tests.Statistics;

/// <summary>The cases of docs/spec/accounts.vectors.json: edges first, then what the dice say.</summary>
internal static class VectorCases
{
    private const ulong Most = (1UL << 53) - 1;

    public static string All()
    {
        var text = new StringBuilder("{\n");
        Write(text, "ln", Ln());
        Write(text, "exp", Exp());
        Write(text, "lnFactorial", ((ulong[])[0, 1, 2, 3, 10, 100, 511, 512, 513, 1_000, 1_024, 65_536, 1_000_000_007, (1UL << 31) - 1, 1UL << 31, Most, 2 * Most])
            .Select(n => (object[])[n, FixedPoint.LnFactorial(n)]));
        Write(text, "wealth", Wealth());
        Write(text, "proven", Counts().Select(c => (object[])[c.Passes, c.Failures, Proven.FailureBound(c)]));
        Write(text, "band", Counts().Select(c => (object[])[c.Passes, c.Failures, Band.Of(c).Lower, Band.Of(c).Upper]));
        Write(text, "withoutReplacement", WithoutReplacementCases());
        Write(text, "baseline", Baselines());
        Write(text, "change", Changes());
        Write(text, "excess", Excesses());
        Write(text, "uptime", Uptimes());
        Write(text, "forecast", Forecasts());
        return text.Remove(text.Length - 2, 1).Append("}\n").ToString();
    }

    private static IEnumerable<object[]> Ln()
    {
        (ulong, ulong)[] edges = [(1, 1), (2, 1), (1, 2), (10, 1), (ulong.MaxValue, 1), (1, ulong.MaxValue), (ulong.MaxValue, ulong.MaxValue - 1), (ulong.MaxValue - 1, ulong.MaxValue), (999_999, 1_000_000), (1_000_000, 999_999), (15_999_992, 15_999_984), (1, 16), (8, 16)];
        foreach (var (n, d) in edges)
            yield return [n, d, FixedPoint.Ln(n, d)];
        var dice = new Dice(71);
        for (var i = 0; i < 30; i++)
        {
            var (n, d) = ((dice.Next() >> dice.Below(63)) | 1, (dice.Next() >> dice.Below(63)) | 1);
            yield return [n, d, FixedPoint.Ln(n, d)];
        }
    }

    private static IEnumerable<object[]> Exp()
    {
        Int128[] edges = [0, 1, -1, 1_000, -1_000, (Int128)1 << 64, -((Int128)1 << 64), (Int128)40 << 64, ((Int128)40 << 64) - 1, (Int128)25 << 64, -((Int128)44 << 64), -((Int128)45 << 64), -((Int128)1 << 100), FixedPoint.Ln(2, 1), FixedPoint.Ln(1, 2)];
        foreach (var x in edges)
            yield return [x, FixedPoint.Exp(x)];
        var dice = new Dice(73);
        for (var i = 0; i < 30; i++)
        {
            var x = ((Int128)(dice.Below(85) - 45) << 64) + dice.Next();
            yield return [x, FixedPoint.Exp(x)];
        }
    }

    private static IEnumerable<Counts> Counts()
    {
        (ulong, ulong)[] edges = [(0, 0), (1, 0), (0, 1), (0, 10), (10, 0), (5, 5), (200, 0), (3_490, 0), (3_491, 0), (20_000, 0), (6_375, 1), (6_376, 1), (995, 5), (999_999_999, 1), (990_000_000, 10_000_000), (500_000_000, 500_000_000), (Most, 0), (0, Most), (Most - 1, 1), (Most / 2, Most / 2)];
        foreach (var (s, f) in edges)
            yield return new(s, f);
        var dice = new Dice(79);
        for (var i = 0; i < 40; i++)
            yield return new(dice.Next() >> (12 + dice.Below(50)), dice.Next() >> (20 + dice.Below(43)));
    }

    private static IEnumerable<object[]> Wealth()
    {
        foreach (var (j, q) in ((uint[], uint)[])[([0, 1, 2, 4, 8], 1_000), ([0, 1, 2, 4, 8], 1), ([0, 1, 2, 4, 8], 999_999), ([20, 24, 32, 48], 200_000), ([32, 48, 64, 128, 256], 10_000), ([256], 62_499), ([16], 500_000)])
            foreach (var c in (Counts[])[default, new(1, 0), new(0, 1), new(1_000, 0), new(5_000, 1), new(20_000, 20), new(100, 900), new(Most - 7, 7)])
                yield return [j, q, c.Passes, c.Failures, Betting.Wealth(j, q, c)];
    }

    private static IEnumerable<object[]> WithoutReplacementCases()
    {
        (ulong, ulong, ulong)[] edges = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 0, 1), (10, 1, 0), (40, 0, 1), (39, 0, 1), (100, 97, 3), (1_000, 999, 0), (1_024, 100, 1), (1_024, 0, 100), (10_000, 995, 5), (50_000, 1_000, 0), (10_000_000, 99_990, 10), (1_000_000_000_000, 1_000_000, 12), (Most, 1, 1)];
        var dice = new Dice(83);
        var drawn = Enumerable.Range(0, 24).Select(_ =>
        {
            var records = (ulong)(2 + dice.Below(5_000));
            var t = (ulong)dice.Below((int)records + 1);
            var f = (ulong)dice.Below((int)t + 1) >> dice.Below(8);
            return (records, t - f, f);
        });
        foreach (var (n, s, f) in edges.Concat(drawn))
        {
            var (lowest, highest) = WithoutReplacement.Failures(n, new(s, f));
            var rate = WithoutReplacement.Rate(n, new(s, f));
            yield return [n, s, f, lowest, highest, rate.Lower, rate.Upper];
        }
    }

    private static IEnumerable<object?[]> Baselines()
    {
        foreach (var (s, f) in ((ulong, ulong)[])[(0, 0), (99, 0), (100, 0), (99, 1), (252, 48), (300, 200), (50, 50), (40, 60), (0, 100), (100_000, 0), (10_000_000, 1)])
        {
            var rate = Baseline.Rate(new(s, f));
            yield return [s, f, rate, rate is { } q ? Baseline.Ratios(q) : null];
        }
    }

    private static IEnumerable<object?[]> Changes()
    {
        var dice = new Dice(89);
        foreach (var (q, j, later) in ((uint, uint[], double)[])[(10_000, [32, 64, 128], 0.08), (200_000, [20, 24, 32, 48], 0.5), (1, [256], 0.01), (1_000, [64, 128, 256, 17], 0), (600_000, [20], 1)])
        {
            var verdicts = new string([.. Enumerable.Range(0, 400).Select(i => dice.Chance(i < 200 ? q / 1e6 : later) ? '1' : '0')]);
            var (detector, state, alarm) = (new ChangeDetector(q, j), new UInt128[j.Length], (int?)null);
            for (var i = 0; i < verdicts.Length; i++)
            {
                detector.Step(state, verdicts[i] == '1');
                if (ChangeDetector.Alarms(state))
                    alarm ??= i + 1;
            }
            yield return [q, j, verdicts, state, alarm];
        }
    }

    private static IEnumerable<object[]> Excesses()
    {
        foreach (var (q, s, f) in ((uint, ulong, ulong)[])[(1_000, 0, 0), (1_000, 0, 5), (1_000, 0, 6), (1_000, 100_000, 100), (1_000, 99_000, 1_000), (200_000, 500, 200), (600_000, 10, 90), (1, Most - 100, 100)])
            yield return [q, s, f, Excess.Wealth(q, new(s, f))];
    }

    private static IEnumerable<object[]> Uptimes()
    {
        var dice = new Dice(97);
        for (var i = 0; i < 8; i++)
        {
            var (uptime, slot, up, probes) = (new Uptime((ulong)dice.Below(4), (ulong)dice.Below(9)), 0UL, true, new List<object>());
            for (var k = 0; k < 40; k++)
            {
                slot += (ulong)dice.Below(3);
                up = dice.Chance(up ? 0.85 : 0.4);
                uptime = uptime.Probe(slot, up);
                probes.Add(new object[] { slot, up });
            }
            yield return [uptime.Repair, uptime.Calm, probes, Pair(uptime.Probes), Pair(uptime.Repairs), Pair(uptime.Calms)];
        }

        static object[] Pair(Counts c) => [c.Passes, c.Failures];
    }

    private static IEnumerable<object[]> Forecasts()
    {
        var dice = new Dice(101);
        for (var i = 0; i < 6; i++)
        {
            var (forecast, time, closings, states) = (Forecast.Start, 1_700_000_000UL, new List<object>(), new List<Forecast> { Forecast.Start });
            for (var k = 0; k < (i < 4 ? 30 : 90); k++)
            {
                time = k == 17 ? time - 1_000 : time + (dice.Next() >> (43 + dice.Below(8)));
                var p = i switch { 0 => 0, 1 => 0.02, 2 => k < 15 ? 0.01 : 0.3, 3 => 0.97, 4 => k / 12 % 2 == 0 ? 0.02 : 0.2, _ => k % 13 == 5 ? 0.6 : 0.01 };
                var f = (ulong)Enumerable.Range(0, 100).Count(_ => dice.Chance(p));
                var alarm = i switch { 2 => k == 17, 4 => k is 14 or 16 or 50 or 51, 5 => k % 13 == 5, _ => false };
                var counts = i == 0 ? new Counts(1_000_000_000, 0) : k == 9 ? default : new Counts(100 - f, f);
                forecast = forecast.Close(time, counts, alarm);
                closings.Add(new object[] { time, counts.Passes, counts.Failures, alarm });
                states.Add(forecast);
            }
            var r = forecast.Record;
            yield return
            [
                closings, states.Select(s => s.Expected), states.Select(s => s.Hazard), states.Select(s => new object[] { s.Remembered.Passes, s.Remembered.Failures }),
                new object[] { r.Verdicts.Passes, r.Verdicts.Failures, r.ExpectedFailures, r.Score, r.PlainScore },
            ];
        }
    }

    private static void Write(StringBuilder text, string name, IEnumerable<object?[]> cases) =>
        text.Append($"  \"{name}\": [\n    ").AppendJoin(",\n    ", cases.Select(Json)).Append("\n  ],\n");

    private static string Json(object? value) => value switch
    {
        null => "null",
        bool b => b ? "true" : "false",
        string s => $"\"{s}\"",
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Json))}]",
        _ => BigInteger.Parse($"{value}") is var n && BigInteger.Abs(n) < BigInteger.One << 53 ? $"{n}" : $"\"{n}\"",
    };
}
