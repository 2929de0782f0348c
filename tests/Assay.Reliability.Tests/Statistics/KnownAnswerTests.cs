using System.Numerics;
using System.Text.Json;
using Assay.Reliability.Statistics;

namespace Assay.Reliability.Tests.Statistics;

/// <summary>The known answers of the test data, computed elsewhere at 50 digits. Those of the market's scoring rule are not this room's.</summary>
public class KnownAnswerTests
{
    [Fact]
    public void The_band_is_the_mixtures_interval_rounded_outward()
    {
        var n = 0;
        foreach (var c in Section("a_beta_binomial_confidence_sequence").GetProperty("cases").EnumerateArray())
        {
            var band = Band.Of(Counts(c));
            Outward(1 - c.GetProperty("upper").GetDouble(), 1 - c.GetProperty("lower").GetDouble(), band);
            n++;
        }
        Assert.Equal(20, n);
    }

    [Fact]
    public void Without_replacement_the_ends_are_exact()
    {
        var n = 0;
        foreach (var c in Section("b_without_replacement_confidence_sequence").GetProperty("cases").EnumerateArray())
        {
            var (records, t, s) = (c.GetProperty("N").GetUInt64(), c.GetProperty("t").GetUInt64(), c.GetProperty("S").GetUInt64());
            var (lowest, highest) = WithoutReplacement.Failures(records, new(s, t - s));
            Assert.Equal((c.GetProperty("lower").GetUInt64(), c.GetProperty("upper").GetUInt64()), (records - highest, records - lowest));
            n++;
        }
        Assert.Equal(17, n);
    }

    [Fact]
    public void The_fixed_n_interval_that_the_simulations_compare_with_is_Clopper_and_Pearsons()
    {
        var n = 0;
        foreach (var c in Section("c_clopper_pearson").GetProperty("cases").EnumerateArray())
        {
            var counts = Counts(c);
            var (lower, upper) = (c.GetProperty("lower").GetDouble(), c.GetProperty("upper").GetDouble());
            foreach (var (p, inside) in ((double, bool)[])[(lower - 1e-7, false), (lower + 1e-7, true), (upper - 1e-7, true), (upper + 1e-7, false)])
                if (p is > 0 and < 1)
                    Assert.Equal(inside, FixedN.Holds((int)counts.Passes, (int)counts.Total, p));
            n++;
        }
        Assert.Equal(20, n);
    }

    [Fact]
    public void The_detector_follows_every_trace()
    {
        var section = Section("d_e_detectors");
        var rate = (uint)(section.GetProperty("q0").GetDouble() * 1e6 + 0.5);
        uint[] ratios = [.. section.GetProperty("r").EnumerateArray().Select(r => r.GetUInt32() * 16)];
        var detector = new ChangeDetector(rate, ratios);
        var traces = 0;
        foreach (var trace in section.GetProperty("traces").EnumerateArray())
        {
            var (outcomes, expected) = (trace.GetProperty("outcomes").GetString()!, trace.GetProperty("sr"));
            var (state, exact) = (new UInt128[3], new BigInteger[3]);
            int? alarm = null;
            for (var i = 0; i < outcomes.Length; i++)
            {
                var failed = outcomes[i] == '1';
                detector.Step(state, failed);
                for (var j = 0; j < 3; j++)
                {
                    // The recursion in big integers, without a limit.
                    exact[j] = failed
                        ? (exact[j] + (BigInteger)FixedPoint.One) * ratios[j] >> 4
                        : (exact[j] + (BigInteger)FixedPoint.One) * ((((BigInteger)16_000_000 - ratios[j] * rate) << 64) / (16 * (1_000_000 - rate))) >> 64;
                    if (exact[j] < (BigInteger)ChangeDetector.Limit)
                        Assert.Equal(exact[j], (BigInteger)state[j]);
                }
                Near(expected[i].GetDouble(), (double)(exact[0] + exact[1] + exact[2]) / 3 / Math.Pow(2, 64));
                if (ChangeDetector.Alarms(state))
                    alarm ??= i + 1;
            }
            var known = trace.GetProperty("sr_first_step_at_or_above").GetProperty("10000");
            Assert.Equal(known.ValueKind == JsonValueKind.Null ? null : known.GetInt32(), alarm);
            traces++;
        }
        Assert.Equal(4, traces);
    }

    [Fact]
    public void The_certifying_process_has_its_values_and_proves_when_it_must()
    {
        var section = Section("f_certifying_e_process");
        foreach (var c in section.GetProperty("values").EnumerateArray())
            Near(c.GetProperty("e").GetDouble(), Wealth(c.GetProperty("S").GetUInt64(), c.GetProperty("F").GetUInt64()));
        foreach (var c in section.GetProperty("least_n").EnumerateArray())
        {
            var (f, n) = (c.GetProperty("failures").GetUInt64(), c.GetProperty("least_n_with_e_at_least_20").GetUInt64());
            Near(c.GetProperty("e_at_that_n").GetDouble(), Wealth(n - f, f));
            Near(c.GetProperty("e_one_before").GetDouble(), Wealth(n - 1 - f, f));
            Assert.True(Proven.FailureBound(new(n - f, f)) <= 1_000);
            Assert.True(Proven.FailureBound(new(n - 1 - f, f)) > 1_000);
        }

        static double Wealth(ulong s, ulong f) => (double)Proven.Wealth(1_000, new(s, f)) / Math.Pow(2, 64);
    }

    private static JsonElement Section(string name) => TestData.Json("reliability/known-answers.json").GetProperty(name);

    private static Counts Counts(JsonElement c)
    {
        var (s, n) = (c.GetProperty("successes").GetUInt64(), c.GetProperty("n").GetUInt64());
        return new(s, n - s);
    }

    // The nearest points of the grid outside, and no farther (1e-9 is what the known answers are good for).
    private static void Outward(double lower, double upper, Interval band)
    {
        Assert.InRange(lower * 1e6 - band.Lower, -1e-3, 1 + 1e-3);
        Assert.InRange(band.Upper - upper * 1e6, -1e-3, 1 + 1e-3);
    }

    private static void Near(double expected, double actual) => Assert.InRange(actual, expected * (1 - 1e-9), expected * (1 + 1e-9));
}
