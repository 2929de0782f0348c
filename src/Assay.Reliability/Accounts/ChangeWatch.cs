using Assay.Reliability.Statistics;
using Assay.Verify;

namespace Assay.Reliability.Accounts;

/// <summary>A segment's change detector: fitted to its first verdicts, then stepped at each (docs/spec/accounts-fold.md section 4).</summary>
/// <param name="baseline">Counted verdicts that it is fitted to.</param>
public sealed class ChangeWatch(ulong baseline = ChangeWatch.BaselineVerdicts)
{
    /// <summary>Of a replayed segment.</summary>
    public const ulong BaselineVerdicts = 1000;

    private readonly List<UInt128> state = [];
    private ChangeDetector? detector;
    private ulong passes, failures, rate, verdicts, alarms, lastAlarm, lastAlarmEpoch;

    /// <summary>The failure rate that is taken as unchanged, in millionths; null before the baseline is full, and where none fits it.</summary>
    public uint? Rate => detector is null ? null : (uint)rate;

    /// <summary>The detector's value, in units of 2^-64; it alarms at 10,000. Null where there is none.</summary>
    public UInt128? Value => detector is null ? null : ChangeDetector.Value(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(state));

    /// <summary>How often it has alarmed; it begins again from nothing after each.</summary>
    public ulong Alarms => alarms;

    /// <summary>The counted verdict, from 1, at which it last alarmed, and the number of settled epochs (of observations: the day) then; null where it never did.</summary>
    public (ulong Verdict, ulong Epoch)? LastAlarm => alarms == 0 ? null : (lastAlarm, lastAlarmEpoch);

    internal void Step(bool failed, ulong epoch)
    {
        verdicts++;
        if (verdicts <= baseline)
        {
            (passes, failures) = failed ? (passes, failures + 1) : (passes + 1, failures);
            if (verdicts == baseline && Baseline.Rate(new Counts(passes, failures)) is { } fitted)
            {
                rate = fitted;
                Start();
                state.AddRange(Enumerable.Repeat(UInt128.Zero, detector!.Ratios.Length));
            }
            return;
        }
        if (detector is null)
            return;
        var values = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(state);
        detector.Step(values, failed);
        if (!ChangeDetector.Alarms(values))
            return;
        values.Clear();
        (alarms, lastAlarm, lastAlarmEpoch) = (alarms + 1, verdicts, epoch);
    }

    internal void Transfer(StateBytes bytes)
    {
        bytes.Number(ref passes);
        bytes.Number(ref failures);
        bytes.Number(ref rate);
        bytes.Number(ref verdicts);
        bytes.Number(ref alarms);
        bytes.Number(ref lastAlarm);
        bytes.Number(ref lastAlarmEpoch);
        bytes.List(state, 16, 16, value =>
        {
            bytes.Number(ref value);
            return value;
        }, UInt128.Zero);
        if (!bytes.Reads)
            return;
        if (passes > baseline || failures > baseline || passes + failures != Math.Min(verdicts, baseline)
            || rate != (verdicts < baseline ? 0 : Baseline.Rate(new Counts(passes, failures)) ?? 0))
            throw new MalformedException("an account's state whose baseline contradicts itself");
        if (rate != 0)
            Start();
        if (state.Count != (detector?.Ratios.Length ?? 0) || state.Exists(value => value > ChangeDetector.Limit))
            throw new MalformedException("an account's state whose detector does not fit its baseline");
    }

    private void Start() => detector = ChangeDetector.For((uint)rate);
}
